"""DocumentReference and DiagnosticReport: the note of a visit, which US Core has servers show as both."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import SYSTEM, clinician, coded, encounter, identifier, organization, subject
from healthsynth.export.fhir.shapes import OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.ids import NOTE, NOTE_REPORT
from healthsynth.units import Clock


class Note(NamedTuple):
    """What is written about a visit; `number` is the visit's."""

    number: int
    start: Clock
    end: Clock | None
    text: str
    is_certificate: bool  # of a death
    origin: int


def _kind(e: Note, v: Values) -> Json:
    return coded(codes.DEATH_CERTIFICATE if e.is_certificate else codes.NOTES.get(v.kind, codes.NOTES[""]))


def document(e: Note, v: Values, end: None, link: None) -> Json:
    """Final when the visit is over, else preliminary. The text is inline, in UTF-8."""
    period = {"start": v.instant(e.start), "end": None if e.end is None else v.instant(e.end)}
    identity = v.id(e.number, NOTE)
    return {
        "resourceType": "DocumentReference",
        "id": identity,
        "meta": v.meta("DocumentReference"),
        "identifier": [identifier(SYSTEM + "document", identity)],
        "status": "current",
        "docStatus": "preliminary" if e.end is None else "final",
        "type": _kind(e, v),
        "category": [coded(codes.CLINICAL_NOTE)],
        "subject": subject(v),
        "date": v.instant(e.start if e.end is None else e.end),
        "author": [clinician(v)],
        "custodian": organization(v),
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": v.base64(e.text)}}],
        "context": {"encounter": [encounter(v)], "period": period},
    }


def report(e: Note, v: Values, end: None, link: None) -> Json:
    """The same text as a report, for who looks for notes there ("report and note exchange" of US Core)."""
    period = {"start": v.instant(e.start), "end": None if e.end is None else v.instant(e.end)}
    kind = _kind(e, v)
    return {
        "resourceType": "DiagnosticReport",
        "id": v.id(e.number, NOTE_REPORT),
        "meta": v.meta("DiagnosticReport:note"),
        "status": "preliminary" if e.end is None else "final",
        "category": [kind],
        "code": kind,
        "subject": subject(v),
        "encounter": encounter(v),
        "effectivePeriod": period,
        "issued": v.instant(e.start if e.end is None else e.end),
        "performer": [clinician(v)],
        "presentedForm": [{"contentType": "text/plain; charset=utf-8", "data": v.base64(e.text)}],
    }


NOTE_OF_VISIT = Family(
    Note,
    (document, report),
    {"number": VARYING, "start": VARYING, "end": OPTIONAL, "text": VARYING, "origin": VARYING},
    by_kind=True,
)
