"""Claim, and the ExplanationOfBenefit that an insurer answers it with. Base R4: US Core has no profiles for them.

Who has no insurance gets no explanation, since only an insurer writes one; their claim is for a self-pay Coverage.
The patient's share is an adjudication of "copay", the nearest word of HL7's code system.
"""

from typing import Any, NamedTuple

from healthsynth.export.charges import Charge
from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import coded, coding, encounter, organization, reference, subject
from healthsynth.export.fhir.shapes import LANED, OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Json, Part, Values
from healthsynth.record import ids
from healthsynth.units import Clock
from healthsynth.vocabulary import Code


class Items(NamedTuple):
    """A line of a claim, and the same line in its explanation."""

    claim: Part
    explanation: Part


class Billed(NamedTuple):
    """A claim for a visit, or for one fill of a prescription. Amounts are cents."""

    number: int  # of the visit; of a fill, its part of the prescription's number
    prescription: tuple[int, int] | None  # lane and number of the order that a fill is for
    type: str  # a key of codes.CLAIM_TYPE
    start: Clock
    end: Clock
    coverage: int | None  # the place of the period of insurance; None: the patient pays
    insurer: str | None  # id of the payer
    diagnoses: tuple[str, ...] | None  # "Condition/id"s
    visit: Code | None  # the type of the visit, which is the first line; None for a fill
    price: int  # of the visit itself
    covered: int
    owed: int
    items: tuple[Part, ...] | None  # the other lines, or the drug
    answers: tuple[Part, ...] | None  # the same in the explanation
    total: int
    total_covered: int
    total_owed: int
    origin: int


def claim(e: Billed, v: Values, end: None, link: None) -> Json:
    """What the provider asks for, on the day of the service."""
    return {
        "resourceType": "Claim",
        "id": _claim_id(e, v),
        "status": "active",
        "type": coded(codes.CLAIM_TYPE[e.type]),
        "use": "claim",
        "patient": subject(v),
        "billablePeriod": {"start": v.instant(e.start), "end": v.instant(e.end)},
        "created": v.instant(e.start),
        "insurer": None if e.insurer is None else reference("Organization", v.given_id(e.insurer)),
        "provider": organization(v),
        "priority": coded(codes.NORMAL_PRIORITY),
        "prescription": _prescription(e, v),
        "diagnosis": _diagnoses(e, v),
        "insurance": [{"sequence": 1, "focal": True, "coverage": _coverage(e, v)}],
        "item": [*_visit(e, v, ()), *_items(e, e.items, v)],
        "total": _usd(v.money(e.total)),
    }


def explanation(e: Billed, v: Values, end: None, link: None) -> Json:
    """The insurer's answer: it pays its share at once and leaves the rest to the patient."""
    shares = {"submitted": e.price, "benefit": e.covered, "copay": e.owed}
    totals = {"submitted": e.total, "benefit": e.total_covered, "copay": e.total_owed}
    adjudicated = [adjudication(word, v.money(cents)) for word, cents in shares.items()]
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": v.id(e.number, ids.EXPLANATION if e.visit else ids.FILL_EXPLANATION),
        "status": "active",
        "type": coded(codes.CLAIM_TYPE[e.type]),
        "use": "claim",
        "patient": subject(v),
        "billablePeriod": {"start": v.instant(e.start), "end": v.instant(e.end)},
        "created": v.instant(e.start),
        "insurer": None if e.insurer is None else reference("Organization", v.given_id(e.insurer)),
        "provider": organization(v),
        "prescription": _prescription(e, v),
        "claim": reference("Claim", _claim_id(e, v)),
        "outcome": "complete",
        "diagnosis": _diagnoses(e, v),
        "insurance": [{"focal": True, "coverage": _coverage(e, v)}],
        "item": [*_visit(e, v, adjudicated), *_items(e, e.answers, v)],
        "total": [
            {"category": coded(codes.ADJUDICATION[word]), "amount": _usd(v.money(cents))}
            for word, cents in totals.items()
        ],
        "payment": {
            "type": coded(codes.PAID_IN_FULL),
            "date": v.day(e.start),
            "amount": _usd(v.money(e.total_covered)),
        },
    }


def items(code: Code, charge: Charge, v: Values) -> Items:
    """A thing that was done or given, as a line of both."""
    cents, units = charge.cents, charge.units
    shares = {"submitted": cents, "benefit": charge.covered, "copay": cents - charge.covered}
    line = {
        "productOrService": {"coding": [coding(code)]},
        "quantity": None if units == 1 else {"value": v.integer(units)},
        "unitPrice": None if units == 1 else _usd(v.money(charge.price)),
        "net": _usd(v.money(cents)),
    }
    adjudicated = [adjudication(word, v.money(part)) for word, part in shares.items()]
    return Items(Part(line), Part({**line, "adjudication": adjudicated}))


def adjudication(word: str, amount: Any) -> Json:
    """One amount of a line; without the display, as there are three of them in each."""
    code = codes.ADJUDICATION[word]
    return {"category": {"coding": [{"system": code.system, "code": code.code}]}, "amount": _usd(amount)}


def _usd(amount: Any) -> Json:
    return {"value": amount, "currency": "USD"}


def _coverage(e: Billed, v: Values) -> Json:
    number, lane = (0, ids.SELF_PAY) if e.coverage is None else (e.coverage, ids.COVERAGE)
    return reference("Coverage", v.id(number, lane))


def _claim_id(e: Billed, v: Values) -> str:
    return v.id(e.number, ids.CLAIM if e.visit else ids.FILL_CLAIM)


def _prescription(e: Billed, v: Values) -> Json | None:
    return (
        None if e.prescription is None else reference("MedicationRequest", v.id(e.prescription[1], e.prescription[0]))
    )


def _diagnoses(e: Billed, v: Values) -> Any:
    return None if e.diagnoses is None else v.wrapped(e.diagnoses, "diagnosisReference", numbered=True)


def _visit(e: Billed, v: Values, adjudicated: Any) -> list[Json]:
    if e.visit is None:
        return []
    return [
        {
            "sequence": 1,
            "productOrService": {"coding": [coding(e.visit)]},
            "net": _usd(v.money(e.price)),
            "encounter": [encounter(v)],
            "adjudication": list(adjudicated),
        }
    ]


def _items(e: Billed, parts: Any, v: Values) -> list[Any]:
    return [] if parts is None else v.parts(parts, 1 if e.visit is None else 2)


_ROLES = {
    "number": VARYING, "prescription": LANED, "start": VARYING, "end": VARYING, "coverage": OPTIONAL, "insurer": OPTIONAL,
    "diagnoses": OPTIONAL, "price": VARYING, "covered": VARYING, "owed": VARYING, "items": OPTIONAL, "answers": OPTIONAL,
    "total": VARYING, "total_covered": VARYING, "total_owed": VARYING, "origin": VARYING,
}  # fmt: skip
CLAIM = Family(Billed, (claim,), _ROLES)
CLAIM_AND_ANSWER = Family(Billed, (claim, explanation), _ROLES)
