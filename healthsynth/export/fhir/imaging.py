"""ImagingStudy, with the Procedure that made it and the DiagnosticReport that reads it."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import (
    clinician,
    coded,
    coding,
    encounter,
    organization,
    primary,
    reason,
    reference,
    subject,
)
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.ids import EVENT, INSTANCE, SERIES, STUDY_PROCEDURE, STUDY_REPORT
from healthsynth.units import Clock
from healthsynth.vocabulary import LOINC, Concept


class Study(NamedTuple):
    """An `ImagingDone` with the body site that its concept names."""

    number: int
    time: Clock
    concept: Concept
    reason: Concept | None
    finding: str
    site: Concept | None
    origin: int


def imaging_study(e: Study, v: Values, end: None, link: int | None) -> Json:
    """One series; its number of images is the concept's `views`, else one."""
    modality, storage = codes.MODALITIES[e.concept.more.get("modality", "DX")]
    views = int(e.concept.more.get("views", 1))
    series = {
        "uid": v.uid(e.number, SERIES),
        "number": 1,
        "modality": coding(modality),
        "numberOfInstances": views,
        "bodySite": coding(e.site.primary) if e.site else None,
        "started": v.instant(e.time),
        "instance": [
            {
                "uid": f"{v.uid(e.number, INSTANCE)}.{view}",
                "sopClass": {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{storage}"},
                "number": view,
            }
            for view in range(1, views + 1)
        ],
    }
    return {
        "resourceType": "ImagingStudy",
        "id": v.id(e.number),
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{v.uid(e.number, EVENT)}"}],
        "status": "available",
        "modality": [coding(modality)],
        "subject": subject(v),
        "encounter": encounter(v),
        "started": v.instant(e.time),
        "numberOfSeries": 1,
        "numberOfInstances": views,
        "procedureReference": reference("Procedure", v.id(e.number, STUDY_PROCEDURE)),
        "procedureCode": [primary(e.concept)],
        "location": reference("Location", v.location),
        **reason(e.reason, link, v),
        "description": e.concept.text,
        "series": [series],
    }


def imaging_procedure(e: Study, v: Values, end: None, link: int | None) -> Json:
    return {
        "resourceType": "Procedure",
        "id": v.id(e.number, STUDY_PROCEDURE),
        "meta": v.meta("Procedure"),
        "status": "completed",
        "category": coded(codes.IMAGING),
        "code": primary(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "performedPeriod": {"start": v.instant(e.time), "end": v.instant(e.time + 600)},
        "performer": [{"actor": clinician(v)}],
        "location": reference("Location", v.location),
        **reason(e.reason, link, v),
        "bodySite": [primary(e.site)] if e.site else None,
    }


def imaging_report(e: Study, v: Values, end: None, link: int | None) -> Json:
    """By the LOINC code of the report where the vocabulary gives one."""
    loinc = next((code for code in e.concept.codes if code.system == LOINC), codes.IMAGING_REPORT)
    return {
        "resourceType": "DiagnosticReport",
        "id": v.id(e.number, STUDY_REPORT),
        "meta": v.meta("DiagnosticReport:imaging"),
        "status": "final",
        "category": [coded(codes.RADIOLOGY_REPORT, "Radiology")],
        "code": coded(loinc, e.concept.text),
        "subject": subject(v),
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time + 600),
        "performer": [organization(v)],
        "resultsInterpreter": [clinician(v)],
        "imagingStudy": [reference("ImagingStudy", v.id(e.number))],
        "conclusion": v.text(e.finding),
    }


STUDY = Family(
    Study,
    (imaging_study, imaging_procedure, imaging_report),
    {"number": VARYING, "time": VARYING, "finding": VARYING, "origin": VARYING},
)
