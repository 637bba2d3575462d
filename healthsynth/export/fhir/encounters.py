"""Encounter."""

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import (
    SYSTEM,
    clinician,
    coded,
    coding,
    identifier,
    organization,
    primary,
    reference,
    subject,
)
from healthsynth.export.fhir.shapes import OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import Visit
from healthsynth.vocabulary import Code


def encounter(e: Visit, v: Values, end: None, link: tuple[str, ...] | None) -> Json:
    """Finished once it has an end; a stay that follows an emergency visit is part of it. `link`: its "Condition/id"s."""
    period = {"start": v.instant(e.start), "end": None if e.end is None else v.instant(e.end)}
    who = codes.ATTENDER if e.kind == "inpatient" else codes.PERFORMER
    discharge = {"dischargeDisposition": coded(codes.DISCHARGE[e.discharge])} if e.discharge else None
    return {
        "resourceType": "Encounter",
        "id": v.encounter,
        "meta": v.meta("Encounter"),
        "identifier": [identifier(SYSTEM + "encounter", v.encounter)],
        "status": "in-progress" if e.end is None else "finished",
        "class": coding(codes.ENCOUNTER_CLASS[v.kind]),
        "type": [coded(_type(e, v.kind))],
        "subject": subject(v),
        "participant": [{"type": [coded(who)], "period": period, "individual": clinician(v)}],
        "period": period,
        "reasonCode": [primary(e.reason)] if e.reason else None,
        "diagnosis": None if link is None else v.wrapped(link, "condition"),
        "hospitalization": discharge,
        "location": [{"location": reference("Location", v.location)}],
        "serviceProvider": organization(v),
        "partOf": None if e.follows is None else reference("Encounter", v.id(e.follows)),
    }


def _type(e: Visit, kind: str) -> Code:
    if e.type is not None:
        return e.type.primary
    if kind == "inpatient" and e.follows is not None:
        return codes.EMERGENCY_ADMISSION
    if kind == "outpatient" and e.reason is None:
        return codes.UNSAID_VISIT
    return codes.ENCOUNTER_TYPE[kind]


VISIT = Family(
    Visit,
    (encounter,),
    {
        "number": VARYING, "start": VARYING, "end": OPTIONAL, "facility": VARYING, "clinician": VARYING,
        "origin": VARYING, "name": VARYING, "follows": OPTIONAL,
    },
    by_kind=True,
)  # fmt: skip
