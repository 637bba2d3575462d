"""Procedure."""

from healthsynth.export.fhir.datatypes import (
    clinician,
    concept,
    encounter,
    primary,
    reason,
    reference,
    subject,
)
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import ProcedureDone


def procedure(e: ProcedureDone, v: Values, end: None, link: int | None) -> Json:
    return {
        "resourceType": "Procedure",
        "id": v.id(e.number),
        "meta": v.meta("Procedure"),
        "status": "completed",
        "code": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "performedPeriod": {"start": v.instant(e.time), "end": v.instant(e.end)},
        "performer": [{"actor": clinician(v)}],
        "location": reference("Location", v.location),
        **reason(e.reason, link, v),
        "bodySite": [primary(e.site)] if e.site else None,
    }


PROCEDURE = Family(
    ProcedureDone,
    (procedure,),
    {"number": VARYING, "visit": VARYING, "time": VARYING, "end": VARYING, "origin": VARYING},
)
