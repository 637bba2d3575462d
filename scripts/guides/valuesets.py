"""The codes of a value set, where they can be listed and may be shipped."""

from collections.abc import Iterator

from guides.packages import Json, Package

Codes = dict[str, list[str]]  # system -> codes

# Codes of other terminologies have terms of their own; only the short lists that a required binding needs are taken.
FREE = (
    "http://hl7.org/",
    "http://terminology.hl7.org/",
    "urn:oid:2.16.840.1.113883.6.238",  # CDC race and ethnicity
    "http://unitsofmeasure.org",
    "urn:iso:",
    "urn:ietf:",
    "https://www.usps.com/",
)
SHORT = 20  # the longest list of codes of another terminology (SNOMED CT, LOINC) in a required binding
NEVER = ("nucc.org", "nubc.org")  # AMA, AHA
MOST = 1500  # longer lists are not worth their bytes

# VSAC sets that required bindings of US Core import. VSAC cannot be reached; these are the codes that the texts of US Core
# name for them (OMB race and ethnicity categories, null flavors, administrative sex).
_CDC = "urn:oid:2.16.840.1.113883.6.238"
_VSAC = "http://cts.nlm.nih.gov/fhir/ValueSet/"
# "*" stands for every code of a system.
BY_HAND: dict[str, Codes] = {
    _VSAC + "2.16.840.1.114222.4.11.836": {_CDC: ["1002-5", "2028-9", "2054-5", "2076-8", "2106-3", "2131-1"]},
    _VSAC + "2.16.840.1.114222.4.11.837": {_CDC: ["2135-2", "2186-5"]},
    # All LOINC codes of documents: told by the system alone.
    "http://hl7.org/fhir/us/core/ValueSet/us-core-documentreference-type": {
        "http://loinc.org": ["*"],
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor": ["UNK"],
    },
    _VSAC + "2.16.840.1.113762.1.4.1240.3": {
        "http://snomed.info/sct": ["248152002", "248153007"],
        "http://terminology.hl7.org/CodeSystem/data-absent-reason": ["asked-declined", "unknown"],
    },
}


def may_ship(codes: Codes, required: bool) -> bool:
    """Whether the terms of all systems allow the list in the package."""
    total = sum(map(len, codes.values()))
    if not codes or total > MOST or any(bad in system for system in codes for bad in NEVER):
        return False
    other = sum(len(listed) for system, listed in codes.items() if not system.startswith(FREE))
    return other == 0 or (required and other <= SHORT)


def expand(url: str, package: Package, depth: int = 0) -> Codes | None:
    """All codes of a value set, or None where a part of it cannot be listed."""
    url = url.split("|")[0]
    if url in BY_HAND:
        return BY_HAND[url]
    valueset = package.valuesets.get(url)
    if valueset is None or "compose" not in valueset or depth > 5:
        return None
    found: Codes = {}
    for include in valueset["compose"].get("include", []):
        part = _include(include, package, depth)
        if part is None:
            return None
        for system, codes in part.items():
            found.setdefault(system, []).extend(codes)
    for exclude in valueset["compose"].get("exclude", []):
        part = _include(exclude, package, depth)
        if part is None:
            return None
        for system, codes in part.items():
            found[system] = [code for code in found.get(system, []) if code not in codes]
    return {system: sorted(set(codes)) for system, codes in sorted(found.items()) if codes}


def _include(include: Json, package: Package, depth: int) -> Codes | None:
    parts: list[Codes] = []
    for url in include.get("valueSet", []):
        part = expand(url, package, depth + 1)
        if part is None:
            return None
        parts.append(part)
    if "system" in include:
        codes = _of_system(include, package)
        if codes is None:
            return None
        parts.append({include["system"]: codes})
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:  # an include with several conditions means all of them
        whole = {s: [c for c in codes if c in part.get(s, ())] for s, codes in whole.items()}
    return whole


def _of_system(include: Json, package: Package) -> list[str] | None:
    if "concept" in include:
        return [concept["code"] for concept in include["concept"]]
    system = package.codesystems.get(include["system"])
    if system is None or system.get("content") != "complete":
        return None
    concepts = system.get("concept", [])
    for rule in include.get("filter", []):
        if rule["op"] not in ("is-a", "descendent-of") or rule["property"] != "concept":
            return None
        concepts = _below(concepts, rule["value"], system, rule["op"] == "is-a")
    return _flat(concepts) if not include.get("filter") else [concept["code"] for concept in concepts]


def _flat(concepts: list[Json]) -> list[str]:
    return [code for each in concepts for code in (each["code"], *_flat(each.get("concept", [])))]


def _below(concepts: list[Json], root: str, system: Json, itself: bool) -> list[Json]:
    """The concept and all below it: nested, or by a `subsumedBy` property."""
    every: dict[str, Json] = {}
    parents: dict[str, set[str]] = {}

    def visit(concept: Json, above: str) -> None:
        every[concept["code"]] = concept
        mine = parents.setdefault(concept["code"], set())
        if above:
            mine.add(above)
        mine |= {p["valueCode"] for p in concept.get("property", []) if p["code"] == "subsumedBy" and "valueCode" in p}
        for child in concept.get("concept", []):
            visit(child, concept["code"])

    for concept in system.get("concept", []):
        visit(concept, "")
    inside = {root}
    grown = True
    while grown:
        more = {code for code, above in parents.items() if above & inside} - inside
        inside |= more
        grown = bool(more)
    return [every[code] for code in sorted(inside) if code in every and (itself or code != root)]


_OWN = ("http://hl7.org/fhir/", "http://terminology.hl7.org/", "http://dicom.nema.org/resources/ontology/DCM")

# Names of tribes end after 50 characters here; current lists have them in full.
_CUT_SHORT = "http://terminology.hl7.org/CodeSystem/v3-TribalEntityUS"


def code_systems(package: Package) -> dict[str, dict[str, str]]:
    """The code systems of HL7 and DICOM that are listed in full: system -> code -> displays, joined with bars."""
    made = {}
    for url, system in sorted(package.codesystems.items()):
        if url.startswith(_OWN) and system.get("content") == "complete" and system.get("concept"):
            made[url] = dict(_displays(system["concept"]))
    made[_CUT_SHORT] = dict.fromkeys(made.get(_CUT_SHORT, {}), "")
    return made


def _displays(concepts: list[Json]) -> Iterator[tuple[str, str]]:
    for each in concepts:
        named = [each.get("display", ""), *(other.get("value", "") for other in each.get("designation", []))]
        yield each["code"], "|".join(dict.fromkeys(name for name in named if name))
        yield from _displays(each.get("concept", []))
