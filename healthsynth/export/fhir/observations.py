"""Observation, and the DiagnosticReport, ServiceRequest and Specimen of a laboratory panel; referrals too."""

from typing import Any

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import (
    clinician,
    coded,
    coding,
    concept,
    encounter,
    organization,
    primary,
    quantity,
    reason,
    reference,
    subject,
)
from healthsynth.export.fhir.guides import observation_kind
from healthsynth.export.fhir.shapes import COMPONENTS, COUNTED, MEASURED, VARYING, Family
from healthsynth.export.fhir.slots import Coded, Json, Values
from healthsynth.record.events import Referral, Report, Result
from healthsynth.record.ids import ANSWERS, ORDER, SPECIMEN, TEST_REPORT
from healthsynth.vocabulary import Concept, Range

Components = tuple[tuple[Concept, Any, Range | None, str], ...]


def observation(e: Result, v: Values, end: None, link: int | None) -> Json:
    """One result; `link` is the number of the Report or the Survey that it is part of: with its specimen, by its answers."""
    asked = e.concept.kind in ("survey", "social")
    lab = e.concept.kind == "lab"
    return {
        "resourceType": "Observation",
        "id": v.id(e.number),
        "meta": v.meta(observation_kind(e.concept)),
        "status": "final",
        "category": categories(e.concept),
        "code": _code(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time),
        "performer": [organization(v) if lab else clinician(v)],
        **_value(e.concept, e.value, v),
        "dataAbsentReason": coded(codes.UNKNOWN) if e.value is None and not e.components else None,
        "interpretation": _interpretation(e.flag),
        "specimen": None if link is None or asked else reference("Specimen", v.id(link, SPECIMEN)),
        "referenceRange": _reference_range(e.concept, e.range),
        "derivedFrom": [reference("QuestionnaireResponse", v.id(link, ANSWERS))]
        if link is not None and asked
        else None,
        "component": [_component(part, v) for part in e.components],
    }


def categories(asked: Concept) -> list[Json]:
    """Its kind, unless the vocabulary has another word for it; social needs are marked as such, too."""
    word = asked.more.get("category", "")
    found = [coded(codes.OWN_CATEGORY.get(word) or codes.OBSERVATION_CATEGORY[asked.kind])]
    return [*found, coded(codes.SOCIAL_NEEDS)] if word == "sdoh" else found


def _code(measured: Concept) -> Json:
    made = concept(measured)
    if any(code.code == codes.PULSE_OXIMETRY[0].code for code in measured.codes):
        made["coding"] = [coding(code) for code in codes.PULSE_OXIMETRY]
    return made


def _value(measured: Concept, value: Any, v: Values) -> Json:
    if value is None:
        return {}
    if isinstance(value, Concept):
        return {"valueCodeableConcept": concept(value)}
    return {"valueQuantity": quantity(v.decimal(value, measured.decimals), measured.unit or "1")}


def _interpretation(flag: str) -> list[Json] | None:
    return [coded(codes.INTERPRETATION[flag])] if flag else None


def _reference_range(measured: Concept, found: Range | None) -> list[Json] | None:
    if found is None:
        return None

    def limit(value: float | None) -> Json | None:
        # Limits are the vocabulary's own numbers: whole ones are written without a point.
        return None if value is None else quantity(int(value) if value == int(value) else value, measured.unit or "1")

    unit = quantity(0, measured.unit or "1")["unit"]
    low, high = found.low, found.high
    if low is not None and high is not None:
        text = f"{low:g}-{high:g} {unit}"
    else:
        text = f">={low:g} {unit}" if low is not None else f"<={high:g} {unit}"
    return [{"low": limit(low), "high": limit(high), "text": text}]


def _component(part: tuple[Concept, Any, Range | None, str], v: Values) -> Json:
    measured, value, found, flag = part
    return {
        "code": _code(measured),
        **(
            {"valueCodeableConcept": v.codeable(value)}
            if isinstance(value, Coded | Concept)
            else _value(measured, value, v)
        ),
        "dataAbsentReason": coded(codes.UNKNOWN) if value is None else None,
        "interpretation": _interpretation(flag),
        "referenceRange": _reference_range(measured, found),
    }


def laboratory_order(e: Report, v: Values, end: None, link: int | None) -> Json:
    """The order that the panel's report answers."""
    return {
        "resourceType": "ServiceRequest",
        "id": v.id(e.number, ORDER),
        "meta": v.meta("ServiceRequest"),
        "status": "completed",
        "intent": "order",
        "category": [coded(codes.LABORATORY_ORDER)],
        "code": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "occurrenceDateTime": v.instant(e.time),
        "authoredOn": v.instant(e.time),
        "requester": clinician(v),
        "performer": [organization(v)],
        **reason(e.reason, link, v),
        "specimen": [reference("Specimen", v.id(e.number, SPECIMEN))],
    }


def specimen(e: Report, v: Values, end: None, link: int | None) -> Json:
    """What was taken for the panel; without a word in the vocabulary, blood."""
    kind = codes.SPECIMENS.get(e.concept.more.get("specimen", "blood"), codes.SPECIMENS["blood"])
    return {
        "resourceType": "Specimen",
        "id": v.id(e.number, SPECIMEN),
        "meta": v.meta("Specimen"),
        "status": "available",
        "type": coded(kind),
        "subject": subject(v),
        "request": [reference("ServiceRequest", v.id(e.number, ORDER))],
        "collection": {"collector": clinician(v), "collectedDateTime": v.instant(e.time)},
    }


def laboratory_report(e: Report, v: Values, end: None, link: int | None) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "id": v.id(e.number),
        "meta": v.meta("DiagnosticReport:lab"),
        "basedOn": [reference("ServiceRequest", v.id(e.number, ORDER))],
        "status": "final",
        "category": [coded(codes.LABORATORY_REPORT)],
        "code": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time),
        "performer": [organization(v)],
        "specimen": [reference("Specimen", v.id(e.number, SPECIMEN))],
        "result": [reference("Observation", v.id(number)) for number in e.results],
    }


def single_observation(e: Result, v: Values, end: None, link: None) -> Json:
    """A laboratory result that was ordered by itself: its order, specimen and report have its number."""
    return {**observation(e, v, None, None), "specimen": reference("Specimen", v.id(e.number, SPECIMEN))}


def _ordered(e: Result) -> Report:
    return Report(e.number, e.visit, e.time, e.concept, (e.number,), None, e.origin)


def single_order(e: Result, v: Values, end: None, link: None) -> Json:
    return laboratory_order(_ordered(e), v, None, None)


def single_specimen(e: Result, v: Values, end: None, link: None) -> Json:
    return specimen(_ordered(e), v, None, None)


def single_report(e: Result, v: Values, end: None, link: None) -> Json:
    return {**laboratory_report(_ordered(e), v, None, None), "id": v.id(e.number, TEST_REPORT)}


def referral(e: Referral, v: Values, end: None, link: int | None) -> Json:
    """To a specialty: a general code for a referral, and the specialty as who shall do it. Else the procedure itself."""
    specialty = e.concept.kind == "specialty"
    return {
        "resourceType": "ServiceRequest",
        "id": v.id(e.number),
        "meta": v.meta("ServiceRequest"),
        "status": "completed",
        "intent": "order",
        "category": [coded(codes.REFERRAL_CATEGORY)],
        "code": coded(codes.REFERRAL, f"Referral to {e.concept.text}") if specialty else concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "occurrenceDateTime": v.instant(e.time),
        "authoredOn": v.instant(e.time),
        "requester": clinician(v),
        "performerType": primary(e.concept) if specialty else None,
        **reason(e.reason, link, v),
    }


_RESULT = {
    "number": VARYING, "visit": VARYING, "time": VARYING, "value": MEASURED, "components": COMPONENTS, "origin": VARYING,
}  # fmt: skip
RESULT = Family(Result, (observation,), _RESULT)
SINGLE_TEST = Family(Result, (single_order, single_specimen, single_observation, single_report), _RESULT)
REPORT = Family(
    Report,
    (laboratory_order, specimen, laboratory_report),
    {"number": VARYING, "visit": VARYING, "time": VARYING, "results": COUNTED, "origin": VARYING},
)
REFERRAL = Family(Referral, (referral,), {"number": VARYING, "visit": VARYING, "time": VARYING, "origin": VARYING})
