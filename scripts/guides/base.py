"""Base R4: the elements of every resource and datatype, in rows."""

import re

from guides.packages import Json, Package
from guides.valuesets import Codes, expand, may_ship

HL7 = "http://hl7.org/fhir/StructureDefinition/"
# [path without the type, min, max (0: many), types, targets of references, required value set or ""]
Row = list[object]


def short(url: str) -> str:
    return url.removeprefix(HL7)


def type_names(element: Json) -> list[str]:
    """Type codes; a Quantity held to SimpleQuantity is called so; a contentReference is '#' and a path."""
    if "contentReference" in element:
        return ["#" + element["contentReference"].split(".", 1)[1]]
    names = []
    for each in element.get("type", []):
        code = each["code"].removeprefix("http://hl7.org/fhirpath/System.")
        if code[:1].isupper() and code in ("String", "Boolean", "Decimal", "Integer"):
            code = code.lower()
        if any(profile.endswith("/SimpleQuantity") for profile in each.get("profile", [])):
            code = "SimpleQuantity"
        names.append(code)
    return names


def targets(element: Json, package: Package) -> list[str]:
    """Types that a reference may point to; none means any."""
    found: list[str] = []
    for each in element.get("type", []):
        for url in each.get("targetProfile", []):
            known = package.structures.get(url)
            name = known["type"] if known else short(url)
            if name not in found:
                found.append(name)
    return [] if "Resource" in found else sorted(found)


def rows(structure: Json, package: Package, sets: dict[str, Codes]) -> list[Row]:
    """The elements of one type, without the type itself; fills `sets` with what required bindings need."""
    made: list[Row] = []
    for element in structure["snapshot"]["element"][1:]:
        path = element["path"].split(".", 1)[1]
        if re.search(r"(^|\.)extension\.|(^|\.)modifierExtension\.", path):
            continue
        most = 0 if element["max"] == "*" else int(element["max"])
        names = type_names(element)
        if element["path"] in ("Resource.id",) or (path == "id" and structure["kind"] == "resource"):
            names = ["id"]
        if path.endswith("url") and structure["type"] == "Extension":
            names = ["uri"]
        made.append([path, element["min"], most, names, targets(element, package), required(element, package, sets)])
    return made


def required(element: Json, package: Package, sets: dict[str, Codes]) -> str:
    """The value set of a required binding whose codes can be listed, or ""."""
    binding = element.get("binding", {})
    if binding.get("strength") != "required":
        return ""
    url = str(binding.get("valueSet", "")).split("|")[0]
    if url not in sets:
        codes = expand(url, package)
        if codes is None or not may_ship(codes, True):
            return ""
        sets[url] = codes
    return url


def types(package: Package, sets: dict[str, Codes]) -> dict[str, Json]:
    """Every type that is not primitive: kind, what it specialises, rows."""
    made = {}
    for url, structure in sorted(package.structures.items()):
        plain = structure.get("derivation") != "constraint" or url == HL7 + "SimpleQuantity"
        if structure["kind"] not in ("resource", "complex-type") or not plain:
            continue
        name = url.rsplit("/", 1)[1]
        made[name] = {
            "kind": structure["kind"],
            "base": structure.get("baseDefinition", "").rsplit("/", 1)[-1],
            "rows": rows(structure, package, sets),
        }
    return made
