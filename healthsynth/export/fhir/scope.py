"""Where a resource is stamped: the patient and the visit, with everything about them that is the same for many events."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from healthsynth.export.fhir.datatypes import concept
from healthsynth.export.fhir.guides import PROFILES
from healthsynth.export.fhir.slots import (
    CODEABLES,
    DECIMALS,
    GIVEN_IDS,
    INTEGERS,
    MONEY,
    NPIS,
    NUMBERS,
    TEXTS,
    Choices,
    Json,
    Part,
    answer,
    base64_text,
    dicom_uid,
)
from healthsynth.export.moments import DAYS, TIMES
from healthsynth.people.hours import offset_text
from healthsynth.record.events import Visit
from healthsynth.record.ids import CLAIM, EVENT, LANES, id_head, prefix, stable
from healthsynth.record.record import Record
from healthsynth.units import DAY, Clock, birthday
from healthsynth.vocabulary import Concept

_LOCATIONS: dict[str, str] = {}


class _Instants(dict[int, str]):
    """Clocks at one place -> instants with the offset in force there."""

    __slots__ = ("_zone",)

    def __init__(self, zone: str):
        self._zone = zone

    def __missing__(self, at: Clock) -> str:
        text = self[at] = DAYS[at // DAY] + TIMES[at % DAY] + offset_text(self._zone, at)
        return text


def location_id(facility_id: str) -> str:
    """The id of a facility's Location; the Organization has the facility's own."""
    found = _LOCATIONS.get(facility_id)
    if found is None:
        found = _LOCATIONS[facility_id] = stable("location", facility_id)
    return found


class Scope:
    """The plain `Values` (see slots.py) of one visit, or of the patient outside any visit."""

    __slots__ = (
        "clinician", "encounter", "heads", "instants", "kind", "location", "organization", "patient", "profiles",
    )  # fmt: skip

    patient: str
    encounter: str
    clinician: str
    organization: str
    location: str
    kind: str

    def id(self, number: int, lane: int = EVENT) -> str:
        return self.heads[lane] + NUMBERS[number]

    def instant(self, at: Clock) -> str:
        return self.instants[at]

    def day(self, at: Clock) -> str:
        return DAYS[at // DAY]

    def decimal(self, value: float, places: int) -> Any:
        return orjson.Fragment(DECIMALS[places][value])

    def integer(self, value: int) -> Any:
        return orjson.Fragment(INTEGERS[value])

    def digits(self, value: int) -> str:
        return INTEGERS[value]

    def money(self, cents: int) -> Any:
        return orjson.Fragment(MONEY[cents])

    def text(self, value: str) -> str:
        TEXTS[value]  # refuses what cannot be a FHIR string
        return value

    def given_id(self, value: str) -> str:
        return GIVEN_IDS[value]

    def npi(self, value: str) -> str:
        return NPIS[value]

    def references(self, targets: tuple[str, ...]) -> Any:
        return [{"reference": target} for target in targets]

    def wrapped(self, targets: tuple[str, ...], key: str, numbered: bool = False) -> Any:
        rows = [{key: {"reference": target}} for target in targets]
        return [{"sequence": n, **row} for n, row in enumerate(rows, 1)] if numbered else rows

    def parts(self, parts: Sequence[Part], first: int) -> list[Any]:
        return [orjson.Fragment(part.text(n)) for n, part in enumerate(parts, first)]

    def base64(self, value: str) -> str:
        return base64_text(value)

    def uid(self, number: int, lane: int = EVENT) -> str:
        return dicom_uid(self.id(number, lane))

    def answer(self, value: float | Concept) -> Any:
        return answer(value)

    def codeable(self, value: Concept) -> Any:
        CODEABLES[value]  # refuses what cannot be a FHIR code
        return concept(value)

    def choice(self, choices: Choices, key: str) -> Any:
        return choices.rows[key]

    def meta(self, kind: str) -> Json | None:
        url = self.profiles.get(kind)
        return {"profile": [url]} if url else None

    def __init__(self, guide: str, heads: Mapping[int, str] | None = None, instants: dict[int, str] | None = None):
        self.profiles = PROFILES[guide]
        self.heads = {} if heads is None else heads
        self.instants = {} if instants is None else instants
        self.patient = self.encounter = self.clinician = self.organization = self.location = self.kind = ""


class Places:
    """Scopes of one record: one for the patient, one for each visit."""

    def __init__(self, record: Record, guide: str):
        person = record.person
        own = prefix(person.seed, person.number, person.attempt)
        self.heads = {lane: id_head(own, lane) for lane in (*range(LANES), CLAIM)}
        self.instants = _Instants(person.time_zone)
        self.guide = guide
        self._grown_up = birthday(person.birth, 18)
        self.patient = Scope(guide, self.heads, self.instants)
        self.patient.patient = person.id

    def visit(self, visit: Visit) -> Scope:
        """The scope of a `Visit`."""
        scope = Scope(self.guide, self.heads, self.instants)
        scope.patient = self.patient.patient
        scope.encounter = self.heads[EVENT] + NUMBERS[visit.number]
        scope.clinician = visit.clinician.id
        scope.organization = visit.facility.id
        scope.location = location_id(visit.facility.id)
        child = visit.kind == "wellness" and visit.start < self._grown_up
        scope.kind = "well_child" if child else visit.kind
        return scope
