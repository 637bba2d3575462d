"""Condition and AllergyIntolerance; the Observation and the Condition of a death."""

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import clinician, coded, concept, encounter, primary, subject
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import Allergy, Death, Diagnosis, End
from healthsynth.record.ids import DEATH_CONDITION


def condition(e: Diagnosis, v: Values, end: End | None, link: None) -> Json:
    """Active until it has an end, then resolved with an abatement (con-4); death ends nothing."""
    over = end if end and end.reason != "died" else None
    return {
        "resourceType": "Condition",
        "id": v.id(e.number),
        "meta": v.meta(f"Condition:{e.category}"),
        "clinicalStatus": coded(codes.CONDITION_STATUS["resolved" if over else "active"]),
        "verificationStatus": coded(codes.CONDITION_CONFIRMED),
        "category": [coded(codes.CONDITION_CATEGORY[e.category])],
        "severity": coded(codes.SEVERITY[e.severity]) if e.severity else None,
        "code": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "onsetDateTime": v.instant(e.onset),
        "abatementDateTime": v.instant(over.time) if over else None,
        "recordedDate": v.instant(e.time),
        "recorder": clinician(v),
    }


def allergy(e: Allergy, v: Values, end: End | None, link: None) -> Json:
    over = end if end and end.reason != "died" else None
    reactions = [{"manifestation": [primary(sign)], "severity": severity} for sign, severity in e.reactions]
    severe = any(severity == "severe" for _, severity in e.reactions)
    return {
        "resourceType": "AllergyIntolerance",
        "id": v.id(e.number),
        "meta": v.meta("AllergyIntolerance"),
        "clinicalStatus": coded(codes.ALLERGY_STATUS["resolved" if over else "active"]),
        "verificationStatus": coded(codes.ALLERGY_CONFIRMED),
        "type": e.concept.more.get("type", "allergy"),
        "category": [e.concept.more["category"]] if "category" in e.concept.more else None,
        "criticality": "high" if severe else "low",
        "code": concept(e.concept),
        "patient": subject(v),
        "encounter": encounter(v),
        "onsetDateTime": v.instant(e.onset),
        "recordedDate": v.instant(e.time),
        "recorder": clinician(v),
        "reaction": reactions,
    }


def cause_of_death(e: Death, v: Values, end: None, link: None) -> Json:
    """The certificate's cause."""
    return {
        "resourceType": "Observation",
        "id": v.id(e.number),
        "meta": v.meta("Observation:finding"),
        "status": "final",
        "category": [coded(codes.OBSERVATION_CATEGORY["finding"])],
        "code": coded(codes.CAUSE_OF_DEATH),
        "subject": subject(v),
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time),
        "performer": [clinician(v)],
        "valueCodeableConcept": concept(e.cause),
    }


def fatal_condition(e: Death, v: Values, end: None, link: None) -> Json:
    """The cause as a diagnosis of the last encounter."""
    return {
        "resourceType": "Condition",
        "id": v.id(e.number, DEATH_CONDITION),
        "meta": v.meta("Condition:encounter"),
        "clinicalStatus": coded(codes.CONDITION_STATUS["active"]),
        "verificationStatus": coded(codes.CONDITION_CONFIRMED),
        "category": [coded(codes.CONDITION_CATEGORY["encounter"])],
        "code": concept(e.cause),
        "subject": subject(v),
        "encounter": encounter(v),
        "recordedDate": v.instant(e.time),
        "recorder": clinician(v),
    }


def cause_without_visit(e: Death, v: Values, end: None, link: None) -> Json:
    """A death outside any visit: nobody in this chart has seen it."""
    made = cause_of_death(e, v, end, link)
    return {**made, "encounter": None, "performer": None}


_ALL = {"number": VARYING, "visit": VARYING, "time": VARYING, "origin": VARYING}
DIAGNOSIS = Family(Diagnosis, (condition,), {**_ALL, "onset": VARYING})
ALLERGY = Family(Allergy, (allergy,), {**_ALL, "onset": VARYING})
DEATH = Family(Death, (cause_of_death, fatal_condition), _ALL)
DEATH_ALREADY_CHARTED = Family(Death, (cause_of_death,), _ALL)
DEATH_OUTSIDE = Family(Death, (cause_without_visit,), _ALL)
