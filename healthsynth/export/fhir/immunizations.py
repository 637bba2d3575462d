"""Immunization."""

from healthsynth.export.fhir.datatypes import clinician, concept, encounter, reference, subject
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import Vaccination


def immunization(e: Vaccination, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Immunization",
        "id": v.id(e.number),
        "meta": v.meta("Immunization"),
        "status": "completed",
        "vaccineCode": concept(e.concept),
        "patient": subject(v),
        "encounter": encounter(v),
        "occurrenceDateTime": v.instant(e.time),
        "recorded": v.instant(e.time),
        "primarySource": True,
        "location": reference("Location", v.location),
        "performer": [{"actor": clinician(v)}],
        "protocolApplied": [{"doseNumberPositiveInt": v.integer(e.dose_number)}],
    }


VACCINATION = Family(
    Vaccination,
    (immunization,),
    {"number": VARYING, "visit": VARYING, "time": VARYING, "dose_number": VARYING, "origin": VARYING},
)
