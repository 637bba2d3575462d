"""What is kept of a resource for checks that see more than one: ids, references, times, values."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from healthsynth.guides.findings import Json, codings, items, objects, section

# Elements with a time at which something was done to or by the patient, and those that are the end of it.
_STARTS = {
    "AllergyIntolerance": ("onsetDateTime", "lastOccurrence"),
    "CarePlan": ("period",),
    "CareTeam": ("period",),
    "Condition": ("onsetDateTime", "onsetPeriod"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod"),
    "Encounter": ("period",),
    "Goal": ("startDate",),
    "ImagingStudy": ("started",),
    "Immunization": ("occurrenceDateTime",),
    "MedicationAdministration": ("effectiveDateTime", "effectivePeriod"),
    "MedicationDispense": ("whenHandedOver",),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod"),
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
    "Procedure": ("performedDateTime", "performedPeriod"),
    "ServiceRequest": ("authoredOn",),
    "SupplyDelivery": ("occurrenceDateTime",),
}
_ENDS = ("Encounter", "Procedure")  # periods of others may have been planned beyond a death
_VOID = ("entered-in-error", "cancelled", "not-done", "planned", "proposed", "nullified")
# What is written about a death after it: the certificate, its cause, the act of certifying.
_OF_DEATH = frozenset({
    ("http://loinc.org", "69453-9"), ("http://loinc.org", "69409-1"), ("http://loinc.org", "64297-5"),
    ("http://loinc.org", "81956-5"), ("http://snomed.info/sct", "308646001"), ("http://snomed.info/sct", "397709008"),
})  # fmt: skip
_NAMED = ("Practitioner", "Organization", "Location", "PractitionerRole", "Patient", "Medication")
_SIZE = 8


class Moment(NamedTuple):
    """A time of one resource of a patient."""

    resource: str
    path: str
    time: str
    line: int
    is_end: bool = False


class Life(NamedTuple):
    """A patient: birth and death as written, "" where not known."""

    birth: str
    death: str
    sex: str


class Visit(NamedTuple):
    resource: str
    start: str
    end: str
    line: int


class Value(NamedTuple):
    """A number of a patient, as it was observed."""

    loinc: str
    number: float
    unit: str
    time: str
    resource: str
    line: int


@dataclass(slots=True)
class Facts:
    """Facts of one file. Patients are called by the reference that others use ("Patient/1", "urn:uuid:...")."""

    ids: "array[int]" = field(default_factory=lambda: array("Q"))  # hashes of "Type/id", full URLs, identifiers
    own: "array[int]" = field(default_factory=lambda: array("Q"))  # hashes of "Type/id" only
    lives: dict[str, Life] = field(default_factory=dict)
    moments: dict[str, list[Moment]] = field(default_factory=dict)
    visits: dict[str, list[Visit]] = field(default_factory=dict)
    values: dict[str, list[Value]] = field(default_factory=dict)
    references: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # target -> first (resource, path, line)


def mark(name: str) -> int:
    """A 64-bit hash: with ten million names the chance of any two alike is 3 in a million."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest(), "big")


def name_of(resource: Json) -> str:
    """ "Type/id" in messages and references."""
    given = resource.get("id")
    kind = resource.get("resourceType")
    kind = kind if isinstance(kind, str) else "resource"
    return f"{kind}/{given}" if isinstance(given, str) and given else kind


def names(resource: Json, full_url: str) -> Iterator[str]:
    """All names by which others may refer to a resource."""
    if isinstance(resource.get("id"), str):
        yield name_of(resource)
    if full_url:
        yield full_url
    kind = resource.get("resourceType")
    if kind in _NAMED:
        for each in objects(resource.get("identifier")):
            yield f"{kind}?identifier={each.get('system', '')}|{each.get('value', '')}"


def subject(resource: Json) -> str:
    """The reference to the patient that a resource is about; "" for none."""
    for key in ("subject", "patient"):
        target = section(resource.get(key)).get("reference")
        if isinstance(target, str):
            return target
    return ""


def life(resource: Json) -> Life:
    """Birth, death and sex of a Patient."""
    dead = resource.get("deceasedDateTime")
    return Life(_text(resource.get("birthDate")), _text(dead), _text(resource.get("gender")))


def moments(resource: Json, name: str, line: int) -> Iterator[Moment]:
    """The times of a resource, if what it says took place."""
    kind = str(resource.get("resourceType"))
    if resource.get("status") in _VOID or _is_of_death(resource):
        return
    for key in _STARTS.get(kind, ()):
        value = resource.get(key)
        if isinstance(value, str):
            yield Moment(name, key, value, line)
        elif isinstance(value, dict):
            start, end = value.get("start"), value.get("end")
            if isinstance(start, str):
                yield Moment(name, f"{key}.start", start, line)
            if isinstance(end, str) and kind in _ENDS:
                yield Moment(name, f"{key}.end", end, line, True)


def _is_of_death(resource: Json) -> bool:
    concepts = [resource.get("code"), *items(resource.get("type")), *items(resource.get("reasonCode"))]
    return any(
        (each.get("system"), each.get("code")) in _OF_DEATH for concept in concepts for each in _hashable(concept)
    )


def _hashable(concept: Any) -> Iterator[Json]:
    return (
        each for each in codings(concept) if isinstance(each.get("code"), str) and isinstance(each.get("system"), str)
    )


def visit(resource: Json, name: str, line: int) -> Visit | None:
    """The interval of an Encounter that took place and is not part of another."""
    period = section(resource.get("period"))
    start, end = period.get("start"), period.get("end")
    if (
        resource.get("status") in _VOID
        or "partOf" in resource
        or not isinstance(start, str)
        or not isinstance(end, str)
    ):
        return None
    return Visit(name, start, end, line)


def references(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """(target, path) of every Reference inside a value, contained ones left out."""
    if isinstance(value, dict):
        target = value.get("reference")
        if isinstance(target, str) and not target.startswith("#"):
            yield target, path
        for key, each in value.items():
            if each.__class__ is dict or each.__class__ is list:
                yield from references(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            if each.__class__ is dict or each.__class__ is list:
                yield from references(each, f"{path}[{n}]")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
