"""The Condition that a visit is for, where nothing charted in it says so: every visit is coded, whether or not anything is new.

| the visit's reason | its diagnosis |
|---|---|
| a known condition (a follow-up) | that condition |
| a symptom, and nothing was diagnosed | the symptom |
| an examination or a procedure | the ICD-10-CM code that it is billed with (chapter Z) |

Symptoms are not coded beside the diagnosis that explains them, and check-ups say whether anything abnormal was found:
ICD-10-CM Official Guidelines for Coding and Reporting, sections I.B.4 and I.C.21.c.13.
"""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import clinician, coded, concept, encounter, subject
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import End, Visit
from healthsynth.record.ids import VISIT_DIAGNOSIS
from healthsynth.units import DAY, Clock
from healthsynth.vocabulary import Code, Concept


class VisitDiagnosis(NamedTuple):
    """`number` is the visit's; either a concept or an ICD-10-CM code."""

    number: int
    time: Clock
    concept: Concept | None
    code: Code | None
    known: bool  # on the problem list: whether it goes on is known
    origin: int


def visit_diagnosis(visit: Visit, kind: str, birth: Clock, found: bool, known: bool) -> VisitDiagnosis | None:
    """What a visit is coded for in addition to what was charted in it.

    Args:
        kind: of the visit, `well_child` included.
        found: something was diagnosed in it.
        known: its reason was charted earlier.
    """
    reason = visit.reason
    if reason is None:
        return None
    if reason.kind in ("condition", "finding"):
        if found and reason.kind == "finding":
            return None
        return VisitDiagnosis(visit.number, visit.start, reason, None, known, visit.origin)
    code = _examination(reason.primary.code, kind, visit.start - birth, found)
    return None if code is None else VisitDiagnosis(visit.number, visit.start, None, code, False, visit.origin)


def _examination(procedure: str, kind: str, age: Clock, found: bool) -> Code | None:
    if kind == "wellness":
        return codes.ADULT_EXAMINATION[found]
    if kind == "well_child":
        if age < 29 * DAY:
            return codes.NEWBORN_EXAMINATION[age >= 8 * DAY]
        return codes.CHILD_EXAMINATION[found]
    return codes.VISIT_DIAGNOSES.get(procedure)


def condition(e: VisitDiagnosis, v: Values, end: End | None, link: None) -> Json:
    """Whether it goes on is said of what is on the problem list alone."""
    status = codes.CONDITION_STATUS["resolved" if end else "active"]
    return {
        "resourceType": "Condition",
        "id": v.id(e.number, VISIT_DIAGNOSIS),
        "meta": v.meta("Condition:encounter"),
        "clinicalStatus": coded(status) if e.known else None,
        "verificationStatus": coded(codes.CONDITION_CONFIRMED),
        "category": [coded(codes.CONDITION_CATEGORY["encounter"])],
        "code": concept(e.concept) if e.concept else coded(e.code, e.code.display) if e.code else None,
        "subject": subject(v),
        "encounter": encounter(v),
        "abatementDateTime": v.instant(end.time) if end else None,
        "recordedDate": v.instant(e.time),
        "recorder": clinician(v),
    }


VISIT_DIAGNOSIS_OF = Family(VisitDiagnosis, (condition,), {"number": VARYING, "time": VARYING, "origin": VARYING})
