"""MedicationRequest; MedicationAdministration with the Medication that it gives."""

from typing import NamedTuple

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
from healthsynth.export.fhir.shapes import OPTIONAL, PAIR, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import Administration, Dose, End, Prescription
from healthsynth.record.ids import MEDICATION
from healthsynth.units import DAY, HOUR, MINUTE, WEEK
from healthsynth.vocabulary import UCUM, Concept

# Words of a dose that are units of UCUM; any other (tablet, puff) is counted and written as an annotation.
_UNITS = {"mg": "mg", "g": "g", "ug": "ug", "mcg": "ug", "mL": "mL", "L": "L", "units": "[iU]", "unit": "[iU]",
          "mmol": "mmol", "meq": "meq"}  # fmt: skip
_PERIODS = (("wk", WEEK), ("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1))
_STATUS = {"": "active", "completed": "completed"}


class Drug(NamedTuple):
    """A drug that is given for the first time in this chart."""

    number: int  # of the first administration
    concept: Concept


def medication_request(e: Prescription, v: Values, end: End | None, link: int | None) -> Json:
    """Active until it has an end, then completed or stopped."""
    period = {"start": v.instant(e.time), "end": None if e.lasting is None else v.instant(e.time + e.lasting)}
    supply = None
    if e.lasting is not None:
        supply = quantity(v.integer(e.lasting // DAY), "d")
    return {
        "resourceType": "MedicationRequest",
        "id": v.id(e.number),
        "meta": v.meta("MedicationRequest"),
        "status": _STATUS.get(end.reason if end else "", "stopped"),
        "intent": "order",
        "category": [coded(codes.PRESCRIPTION_CATEGORY.get(v.kind, codes.PRESCRIPTION_CATEGORY[""]))],
        "reportedBoolean": False,
        "medicationCodeableConcept": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "authoredOn": v.instant(e.time),
        "requester": clinician(v),
        **reason(e.reason, link, v),
        "dosageInstruction": [_dosage(e.dose, e.concept)],
        "dispenseRequest": {
            "validityPeriod": period,
            "numberOfRepeatsAllowed": e.refills,
            "expectedSupplyDuration": supply,
        },
    }


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
    amount = int(dose.amount) if dose.amount == int(dose.amount) else dose.amount
    made = quantity(amount, _UNITS.get(dose.unit, f"{{{dose.unit.replace(' ', '_')}}}"))
    return {**made, "unit": dose.unit, "system": UCUM}


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
        "category": coded(codes.ADMINISTRATION_CATEGORY.get(v.kind, codes.ADMINISTRATION_CATEGORY[""])),
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
PRESCRIPTION = Family(Prescription, (medication_request,), {**_ALL, "lasting": OPTIONAL}, by_kind=True)
DRUG = Family(Drug, (medication,), {"number": VARYING})
ADMINISTRATION = Family(Administration, (medication_administration,), _ALL, link=PAIR, by_kind=True)
