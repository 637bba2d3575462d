"""One patient's bundle read as a story: when things happened, what was measured, what points where."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.conformance.formulas import FORMULAS, GLUCOSE, HBA1C, Charted, Who, agrees

Json = dict[str, Any]
Limits = dict[str, tuple[str, float, float]]  # LOINC code -> unit, low, high

BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
# Times of what happened to the patient; others are plans (a due date) or about someone else (a mother's birth).
TIMES = frozenset(
    {
        "authoredOn", "recordedDate", "onsetDateTime", "abatementDateTime", "effectiveDateTime", "issued", "start", "end",
        "performedDateTime", "occurrenceDateTime", "collectedDateTime", "started", "created", "date", "assertedDate",
        "lastOccurrence", "statusDate", "startDate",
    }
)  # fmt: skip
# Of these a period is a contract or an address, not an event; or they are written at the reference date.
OTHER_TIMES = frozenset(
    {"Patient", "RelatedPerson", "Coverage", "Provenance", "Device", "Organization", "Practitioner"}
)


@dataclass(slots=True)
class Found:
    """Sums over patients; every fault is counted, a few are kept as examples."""

    patients: int = 0
    resources: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pairs: list[tuple[float, float]] = field(default_factory=list)  # HbA1c, glucose of one day

    def fault(self, kind: str, example: str) -> None:
        self.faults[kind] += 1
        if len(self.examples[kind]) < 5:
            self.examples[kind].append(example)

    def merge(self, other: "Found") -> None:
        self.patients += other.patients
        self.resources += other.resources
        self.faults.update(other.faults)
        self.looked.update(other.looked)
        self.pairs.extend(other.pairs)
        for kind, examples in other.examples.items():
            self.examples[kind] = (self.examples[kind] + examples)[:5]


def look(bundle: Json, limits: Limits, shared: frozenset[str], found: Found) -> list[str]:
    """Look at one patient; returns the ids of the bundle's resources, as Type/id."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    ids = [f"{each['resourceType']}/{each['id']}" for each in resources]
    known = {*ids, *(entry.get("fullUrl") for entry in bundle["entry"])} | shared
    # A newborn may have a Patient resource of its own: the patient is the first.
    patient = next(each for each in resources if each["resourceType"] == "Patient")
    found.patients += 1
    found.resources += len(resources)
    for each in resources:
        for target in _references(each):
            found.looked["references"] += 1
            if target not in known:
                found.fault("dangling references", f"{_name(each)} -> {target}")
    _times(patient, resources, found)
    _visits(resources, found)
    _measured(patient, resources, limits, found)
    return ids


def _name(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        target = node.get("reference")
        if isinstance(target, str) and not target.startswith("#"):
            yield target
        for value in node.values():
            if isinstance(value, dict | list):
                yield from _references(value)
    else:
        for value in node:
            if isinstance(value, dict | list):
                yield from _references(value)


# --- time -------------------------------------------------------------------------------------------------------------
def _times(patient: Json, resources: list[Json], found: Found) -> None:
    birth_day = patient["birthDate"]
    extensions = patient.get("_birthDate", {}).get("extension", [])
    born = next((one["valueDateTime"] for one in extensions if one["url"] == BIRTH_TIME), None)
    died = patient.get("deceasedDateTime")
    if died is not None:
        found.looked["deaths"] += 1
    for resource in resources:
        if resource["resourceType"] in OTHER_TIMES:
            continue
        for key, value in _moments(resource):
            found.looked["times"] += 1
            if value[:10] < birth_day or (born is not None and len(value) > 10 and _at(value) < _at(born)):
                found.fault("events before birth", f"{_name(resource)}.{key} {value}, born {born or birth_day}")
            if died is not None and _after(value, died):
                found.fault("events after death", f"{_name(resource)}.{key} {value}, died {died}")


def _moments(node: Json, path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, str):
            if key in TIMES:
                yield f"{path}{key}", value
        elif isinstance(value, dict):
            yield from _moments(value, f"{path}{key}.")
        elif isinstance(value, list):
            for part in value:
                if isinstance(part, dict):
                    yield from _moments(part, f"{path}{key}.")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _after(value: str, died: str) -> bool:
    if len(value) == 10 or len(died) == 10:
        return value[:10] > died[:10]
    return _at(value) > _at(died)


def _visits(resources: list[Json], found: Found) -> None:
    """In order of start, none begins before the one before has ended."""
    periods = []
    for each in resources:
        if each["resourceType"] == "Encounter":
            end = each["period"].get("end")
            periods.append((_at(each["period"]["start"]), None if end is None else _at(end), _name(each)))
    periods.sort(key=lambda period: period[0])
    found.looked["visits"] += len(periods)
    until: datetime | None = None
    open_ = ""
    for start, end, name in periods:
        if open_ and (until is None or start < until):
            found.fault("overlapping visits", f"{name} begins at {start}, {open_} lasts until {until}")
        if not open_ or (until is not None and (end is None or end > until)):
            until, open_ = end, name


# --- values -----------------------------------------------------------------------------------------------------------
def _measured(patient: Json, resources: list[Json], limits: Limits, found: Found) -> None:
    together: defaultdict[str, dict[str, Charted]] = defaultdict(dict)  # time -> what was measured then
    daily: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for each in resources:
        if each["resourceType"] == "Observation":
            for code, quantity in _quantities(each):
                value = quantity["value"]
                _limit(each, code, value, quantity.get("code", ""), limits, found)
                together[each["effectiveDateTime"]][code] = _charted(value)
                if code in (HBA1C, GLUCOSE):
                    daily[each["effectiveDateTime"][:10]][code] = float(value)
    for when, charted in together.items():
        who = Who(patient["gender"] == "female", _age(patient["birthDate"], when))
        _formulas(charted, who, f"Patient/{patient['id']} {when}", found)
    found.pairs += [(day[HBA1C], day[GLUCOSE]) for day in daily.values() if len(day) == 2]


def _quantities(observation: Json) -> Iterator[tuple[str, Json]]:
    """(LOINC code, quantity) of the observation and of its components."""
    for part in (observation, *observation.get("component", ())):
        quantity = part.get("valueQuantity")
        if quantity is not None:
            yield part["code"]["coding"][0]["code"], quantity


def _limit(observation: Json, code: str, value: Decimal | int, unit: str, limits: Limits, found: Found) -> None:
    limit = limits.get(code)
    if limit is None:
        found.looked[f"without limits: {code}"] += 1
        return
    known, low, high = limit
    found.looked["values"] += 1
    if unit != known:
        found.fault("units other than the limits'", f"{_name(observation)} {code} in {unit}, limits in {known}")
    elif not low <= value <= high:
        found.fault("values outside limits", f"{_name(observation)} {code} {value} {unit}, not {low} to {high}")


def _formulas(charted: dict[str, Charted], who: Who, where: str, found: Found) -> None:
    for code, (name, formula) in FORMULAS.items():
        written = charted.get(code)
        if written is None:
            continue
        computed = formula(charted, who)
        if computed is None:
            found.looked[f"{name} alone"] += 1
            continue
        found.looked[name] += 1
        if not agrees(written, computed):
            found.fault(f"{name} other than its formula", f"{where}: {written.value} is not {computed:.4f}")


def _charted(value: Decimal | int) -> Charted:
    """A JSON number with the decimals it was written with; trailing zeros count."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return Charted(float(value), max(0, -int(exponent)))


def _age(birth_day: str, when: str) -> int:
    born, now = date.fromisoformat(birth_day), date.fromisoformat(when[:10])
    return now.year - born.year - ((now.month, now.day) < (born.month, born.day))
