"""Coverage: one for each period of insurance."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import SYSTEM, coded, coding, identifier, reference, subject
from healthsynth.export.fhir.shapes import OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record import ids
from healthsynth.units import Clock


class Insured(NamedTuple):
    """A period of insurance; `number` is its place among the person's."""

    number: int
    start: Clock
    end: Clock | None
    kind: str  # a key of codes.COVERAGE
    payer_id: str
    payer_name: str
    member: str


def coverage(e: Insured, v: Values, end: None, link: None) -> Json:
    """Active while it lasts, else cancelled."""
    return {
        "resourceType": "Coverage",
        "id": v.id(e.number, ids.COVERAGE),
        "meta": v.meta("Coverage"),
        "identifier": [identifier(SYSTEM + "member", v.text(e.member), codes.MEMBER)],
        "status": "active" if e.end is None else "cancelled",
        "type": coded(codes.COVERAGE[e.kind]),
        "subscriber": subject(v),
        "subscriberId": v.text(e.member),
        "beneficiary": subject(v),
        "relationship": coded(codes.SELF),
        "period": {"start": v.day(e.start), "end": None if e.end is None else v.day(e.end)},
        "payor": [reference("Organization", v.given_id(e.payer_id))],
        "class": [{"type": coded(codes.PLAN), "value": v.given_id(e.payer_id), "name": v.text(e.payer_name)}],
    }


class SelfPaying(NamedTuple):
    """Someone who pays for claims themselves, as there is no insurance at the time."""

    record_number: str


def self_pay(e: SelfPaying, v: Values, end: None, link: None) -> Json:
    """One a patient: claims need a coverage. US Core wants a member's number; it is that of the medical record."""
    return {
        "resourceType": "Coverage",
        "id": v.id(0, ids.SELF_PAY),
        "meta": v.meta("Coverage"),
        "status": "active",
        "type": {"coding": [coding(code) for code in codes.SELF_PAY]},
        "subscriber": subject(v),
        "subscriberId": v.text(e.record_number),
        "beneficiary": subject(v),
        "relationship": coded(codes.SELF),
        "payor": [subject(v)],
    }


SELF_PAYING = Family(SelfPaying, (self_pay,), {"record_number": VARYING})
INSURED = Family(
    Insured,
    (coverage,),
    {
        "number": VARYING, "start": VARYING, "end": OPTIONAL, "payer_id": VARYING, "payer_name": VARYING,
        "member": VARYING,
    },
)  # fmt: skip
