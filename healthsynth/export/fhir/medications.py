"""MedicationRequest and MedicationDispense; MedicationAdministration with the Medication that it gives."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from healthsynth.export.charges import Fills
from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import (
    clinician,
    coded,
    concept,
    encounter,
    primary,
    quantity,
    reason,
    reference,
    subject,
)
from healthsynth.export.fhir.shapes import LANED, OPTIONAL, PAIR, VARYING, Family
from healthsynth.export.fhir.slots import Choices, Json, Values
from healthsynth.record.events import Administration, Dose, End, Prescription
from healthsynth.record.ids import EVENT, FILL, MEDICATION, RENEWAL, nth
from healthsynth.units import DAY, HOUR, MINUTE, WEEK, Clock
from healthsynth.vocabulary import UCUM, Code, Concept

# Words of a dose that are units of UCUM; any other (tablet, puff) is counted and written as an annotation.
_UNITS = {"mg": "mg", "g": "g", "ug": "ug", "mcg": "ug", "mL": "mL", "L": "L", "units": "[iU]", "unit": "[iU]",
          "mmol": "mmol", "meq": "meq"}  # fmt: skip
_PERIODS = (("wk", WEEK), ("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1))
_STATUS = {"": "active", "completed": "completed"}
_FILLS_A_YEAR = 12
_NEVER = 1 << 60
_FULL_YEAR = _FILLS_A_YEAR * 30 * DAY  # of monthly fills


def _by_kind(table: Mapping[str, Code]) -> Choices:
    """A table of codes by the kind of visit, with "" for any other, as slots can have it."""
    return Choices({kind: coded(table.get(kind, table[""])) for kind in codes.ENCOUNTER_CLASS})


_ORDERED_AT, _GIVEN_AT = _by_kind(codes.PRESCRIPTION_CATEGORY), _by_kind(codes.ADMINISTRATION_CATEGORY)


class Drug(NamedTuple):
    """A drug that is given for the first time in this chart."""

    number: int  # of the first administration
    concept: Concept


class Order(NamedTuple):
    """What a prescription is for one year at the most: itself, or its renewal."""

    number: int
    lane: int
    prior: tuple[int, int] | None  # lane and number of the order that it renews
    time: Clock
    until: Clock | None  # when it is no longer valid
    charted: bool  # in a visit; renewals are given between visits
    concept: Concept
    dose: Dose
    reason: Concept | None
    days: int  # of one fill
    repeats: int
    origin: int


class Dispensed(NamedTuple):
    """One fill."""

    number: int
    order: tuple[int, int]  # lane and number
    first: bool
    time: Clock
    concept: Concept
    dose: Dose
    days: int
    origin: int


def orders(
    e: Prescription, fills: Sequence[Fills], end: End | None, as_of: Clock, died: Clock | None
) -> list[tuple[Order, End | None]]:
    """A prescription and its renewals, each with its end. No state lets a prescription stand for more than a year.

    A drug of fixed length, or one that is taken for less than a year, is one order. None is valid beyond death,
    and none is renewed after it.
    """
    latest = _NEVER if died is None else died
    days = fills[0].length // DAY
    if e.lasting is not None:
        only = Order(e.number, EVENT, None, e.time, min(e.time + e.lasting, latest), True, e.concept, e.dose, e.reason, days,
                     e.refills, e.origin)  # fmt: skip
        return [(only, end)]
    over = min(as_of, latest) if end is None else end.time
    first, last = fills[0].place // _FILLS_A_YEAR, max(0, (over - e.time - 1) // _FULL_YEAR)
    found: list[tuple[Order, End | None]] = []
    years = list(dict.fromkeys((0, *range(first, last + 1))))  # what was ordered first brings its own visit
    for year in years:
        lane, number = order_of(e, year * _FILLS_A_YEAR)
        prior = order_of(e, (year - 1) * _FILLS_A_YEAR) if year - 1 in years else None
        start = e.time + year * _FULL_YEAR
        order = Order(number, lane, prior, start, min(start + _FULL_YEAR, latest), year == 0, e.concept, e.dose, e.reason, days,
                      _FILLS_A_YEAR - 1, e.origin)  # fmt: skip
        found.append((order, end if year == last else End(start + _FULL_YEAR, None, "completed")))
    return found


def order_of(e: Prescription, place: int) -> tuple[int, int]:
    """Lane and number of the order that a fill is for."""
    year = 0 if e.lasting is not None else place // _FILLS_A_YEAR
    return (RENEWAL, nth(e.number, year)) if year else (EVENT, e.number)


def alike(e: Prescription, fills: Fills) -> Iterator[Fills]:
    """Those that are written in a row: of one order, and the first of all by itself."""
    place, end = fills.place, fills.place + fills.number
    while place < end:
        order_ends = end if e.lasting is not None else place - place % _FILLS_A_YEAR + _FILLS_A_YEAR
        until = min(end, order_ends) if place else 1
        yield fills.part(place, until)
        place = until


def medication_request(e: Order, v: Values, end: End | None, link: int | None) -> Json:
    """Active until it has an end, then completed or stopped."""
    return {
        "resourceType": "MedicationRequest",
        "id": v.id(e.number, e.lane),
        "meta": v.meta("MedicationRequest"),
        "status": _STATUS.get(end.reason if end else "", "stopped"),
        "intent": "order",
        "category": [v.choice(_ORDERED_AT, v.kind)],
        "reportedBoolean": False,
        "medicationCodeableConcept": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v) if e.charted else None,
        "authoredOn": v.instant(e.time),
        "requester": clinician(v),
        **reason(e.reason, link, v),
        "dosageInstruction": [_dosage(e.dose, e.concept)],
        "dispenseRequest": {
            "validityPeriod": {"start": v.instant(e.time), "end": None if e.until is None else v.instant(e.until)},
            "numberOfRepeatsAllowed": e.repeats,
            "quantity": _supply(e.dose, e.days),
            "expectedSupplyDuration": quantity(e.days, "d"),
        },
        "priorPrescription": None if e.prior is None else reference("MedicationRequest", v.id(e.prior[1], e.prior[0])),
    }


def medication_dispense(e: Dispensed, v: Values, end: None, link: None) -> Json:
    """Handed out by a retail pharmacy, which has no record of its own here."""
    return {
        "resourceType": "MedicationDispense",
        "id": v.id(e.number, FILL),
        "meta": v.meta("MedicationDispense"),
        "status": "completed",
        "category": coded(codes.COMMUNITY_DISPENSE),
        "medicationCodeableConcept": concept(e.concept),
        "subject": subject(v),
        "authorizingPrescription": [reference("MedicationRequest", v.id(e.order[1], e.order[0]))],
        "type": coded(codes.FIRST_FILL if e.first else codes.REFILL),
        "quantity": _supply(e.dose, e.days),
        "daysSupply": quantity(e.days, "d"),
        "whenHandedOver": v.instant(e.time),
        "dosageInstruction": [_dosage(e.dose, e.concept)],
    }


def _supply(dose: Dose, days: int) -> Json:
    """What is handed out for so many days, in whole units."""
    times = dose.times * days * DAY / dose.period if dose.period > 0 else 1
    return _quantity(max(1, ceil(dose.amount * times - 1e-9)), dose.unit)


def _dosage(dose: Dose, drug: Concept) -> Json:
    return {
        "sequence": 1,
        "text": dose.text,
        "timing": {"repeat": _repeat(dose)},
        "asNeededBoolean": dose.as_needed,
        "route": _route(drug),
        "doseAndRate": [{"type": coded(codes.ORDERED), "doseQuantity": _amount(dose)}],
    }


def _repeat(dose: Dose) -> Json:
    """How often; a dose without a period is given once."""
    if dose.period <= 0:
        return {"count": 1}
    unit, seconds = next((unit, seconds) for unit, seconds in _PERIODS if dose.period % seconds == 0)
    return {"frequency": dose.times, "period": dose.period // seconds, "periodUnit": unit}


def _route(drug: Concept) -> Json | None:
    """The route in a code where there is one, in the vocabulary's word otherwise."""
    word = drug.more.get("route")
    if word is None:
        return None
    return coded(codes.ROUTES[word]) if word in codes.ROUTES else {"text": word}


def _amount(dose: Dose) -> Json:
    return _quantity(int(dose.amount) if dose.amount == int(dose.amount) else dose.amount, dose.unit)


def _quantity(amount: float, unit: str) -> Json:
    made = quantity(amount, _UNITS.get(unit, f"{{{unit.replace(' ', '_')}}}"))
    return {**made, "unit": unit, "system": UCUM}


def medication(e: Drug, v: Values, end: None, link: None) -> Json:
    form = e.concept.more.get("form")
    return {
        "resourceType": "Medication",
        "id": v.id(e.number, MEDICATION),
        "meta": v.meta("Medication"),
        "code": concept(e.concept),
        "status": "active",
        "form": {"text": form} if form else None,
    }


def medication_administration(e: Administration, v: Values, end: None, link: tuple[int, int | None]) -> Json:
    """`link`: the number of the drug's Medication, and of the Condition it is given for."""
    return {
        "resourceType": "MedicationAdministration",
        "id": v.id(e.number),
        "status": "completed",
        "category": v.choice(_GIVEN_AT, v.kind),
        "medicationReference": reference("Medication", v.id(link[0], MEDICATION)),
        "subject": subject(v),
        "context": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "performer": [{"actor": clinician(v)}],
        "reasonCode": [primary(e.reason)] if e.reason and link[1] is None else None,
        "reasonReference": None if link[1] is None else [reference("Condition", v.id(link[1]))],
        "dosage": {"text": e.dose.text, "route": _route(e.concept), "dose": _amount(e.dose)},
    }


_ALL = {"number": VARYING, "visit": VARYING, "time": VARYING, "origin": VARYING}
ORDER = Family(
    Order,
    (medication_request,),
    {"number": VARYING, "prior": LANED, "time": VARYING, "until": OPTIONAL, "origin": VARYING},
)
DISPENSED = Family(
    Dispensed, (medication_dispense,), {"number": VARYING, "order": LANED, "time": VARYING, "origin": VARYING}
)
DRUG = Family(Drug, (medication,), {"number": VARYING})
ADMINISTRATION = Family(Administration, (medication_administration,), _ALL, link=PAIR)
