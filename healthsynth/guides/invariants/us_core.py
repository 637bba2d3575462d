"""Constraints that the US Core profiles and the vital signs profiles of R4 add, by key and path of the element."""

import re
from typing import Any

from healthsynth.guides.findings import WARNING, choice, codings, has_code, objects, section
from healthsynth.guides.invariants.rule import UCUM, Rule, any_of

_LOINC, _SNOMED = "http://loinc.org", "http://snomed.info/sct"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_REPORTED = ("partial", "preliminary", "final", "amended", "corrected", "appended")
_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")


def _given(value: Any, name: str) -> bool:
    return name in value or bool(choice(value, name)[0])


def _measured(value: Any, root: Any) -> bool:
    return "component" in value or "hasMember" in value or "dataAbsentReason" in value or _given(value, "value")


def _has_day(value: Any, root: Any) -> bool:
    return not isinstance(value, str) or len(value) >= 10


def _in_ucum(value: Any, root: Any) -> bool:
    return section(value).get("system") in (None, UCUM) or "coding" in section(value)


def _in_snomed(value: Any, root: Any) -> bool:
    systems = [each.get("system") for each in codings(value) if "coding" in section(value)]
    return not systems or _SNOMED in systems


def _named(value: Any, root: Any) -> bool:
    absent = any(each.get("url") == _ABSENT for each in objects(section(value).get("extension")))
    named = any(name in value or "_" + name in value for name in ("family", "given"))
    return named != absent


def _form(pattern: str) -> Any:
    match = re.compile(pattern).fullmatch

    def holds(value: Any, root: Any) -> bool:
        given = section(value).get("value")
        return not isinstance(given, str) or match(given) is not None

    return holds


def _npi_digit(value: Any, root: Any) -> bool:
    """The check digit of a National Provider Identifier: Luhn over the number behind the prefix 80840 (which adds 24)."""
    given = section(value).get("value")
    if not isinstance(given, str) or not re.fullmatch(r"\d{10}", given):
        return True
    doubled = sum(2 * int(digit) - 9 * (digit >= "5") for digit in given[0:10:2])
    return (doubled + sum(map(int, given[1:10:2])) + 24) % 10 == 0


def _reported(name: str) -> Any:
    return lambda value, root: value.get("status") not in _REPORTED or _given(value, name)


def _member(value: Any, root: Any) -> bool:
    types = (each.get("type") for each in objects(value.get("identifier")))
    return "subscriberId" in value or any(
        has_code(each, "http://terminology.hl7.org/CodeSystem/v2-0203", "MB") for each in types
    )


def _ndc_6(value: Any, root: Any) -> bool:
    return not any(each.get("system") == "http://hl7.org/fhir/sid/ndc" for each in codings(value.get("vaccineCode")))


def _ndc_7(value: Any, root: Any) -> bool:
    systems = {str(each.get("system")) for each in codings(value.get("vaccineCode"))}
    return "http://hl7.org/fhir/sid/cvx" not in systems or "http://hl7.org/fhir/sid/ndc" in systems


def _range_in_ucum(value: Any, root: Any) -> bool:
    return all(section(section(value).get(end)).get("system") in (None, UCUM) for end in ("low", "high"))


def _one_when_unknown(value: Any, root: Any) -> bool:
    """'Asked but unknown' and 'unknown' stand alone among the race categories."""
    given = [section(each.get("valueCoding")).get("code") for each in objects(section(value).get("extension"))
             if each.get("url") == "ombCategory"]  # fmt: skip
    return len(given) == 1 or not {"ASKU", "UNK"} & {str(code) for code in given}


def _answered(kind: str, *codes: str) -> Any:
    return lambda value, root: not has_code(value.get("code"), _LOINC, *codes) or f"value{kind}" in value


def _timed(value: Any, root: Any) -> bool:
    return not isinstance(value, str) or len(value) >= 10


def _vs_2(value: Any, root: Any) -> bool:
    return _measured(value, root)


_EFFECTIVE = Rule("us-core-1", "less precise than a day", _has_day)
_VALUE = Rule("us-core-2", "no value, no dataAbsentReason, no components or members", _measured)
_UNITS = Rule("us-core-3", "the unit is not of UCUM", _in_ucum)
_NPI = (
    Rule("us-core-16", "an NPI has ten digits", _form(r"\d{10}")),
    Rule("us-core-17", "the check digit of the NPI is wrong", _npi_digit),
)
_LIST = (
    _EFFECTIVE, _VALUE, _UNITS, *_NPI,
    Rule("us-core-4", "no code of SNOMED CT", _in_snomed, WARNING),
    Rule("us-core-7", "performed is missing", lambda value, root: value.get("status") not in ("completed", "in-progress")
         or _given(value, "performed")),
    Rule("us-core-8", "effective is missing", _reported("effective")),
    Rule("us-core-9", "issued is missing", _reported("issued")),
    Rule("us-core-10", "effective is missing", _reported("effective")),
    Rule("us-core-13", "no practitioner, organization, service or location",
         any_of("practitioner", "organization", "healthcareService", "location")),
    Rule("us-core-14", "neither name nor relationship", any_of("name", "relationship")),
    Rule("us-core-15", "neither a member identifier nor a subscriberId", _member),
    Rule("us-core-18", "not a CLIA number: two digits, D, seven digits", _form(r"\d{2}D\d{7}")),
    Rule("us-core-19", "an NAIC number has five digits", _form(r"\d{5}")),
    Rule("us-core-20", "dispensed, but whenHandedOver is missing",
         lambda value, root: value.get("status") != "completed" or "whenHandedOver" in value),
    Rule("us-core-21", "an order without a requester",
         lambda value, root: value.get("intent") not in _ORDERS or "requester" in value),
    Rule("us-core-22", "a limit is not in UCUM units", _range_in_ucum),
    Rule("us-core-23", "'unknown' beside other categories", _one_when_unknown),
    Rule("us-core-24", "smoking status is a coded answer", _answered("CodeableConcept", "72166-2", "11367-0")),
    Rule("us-core-25", "this is a quantity", lambda value, root: not any(
        each.get("code") in ("401201003", "782516008") for each in codings(value.get("code"))) or "valueQuantity" in value,
        WARNING),
    Rule("us-core-26", "a component has neither value nor dataAbsentReason",
         lambda value, root: _given(value, "value") or "dataAbsentReason" in value),
    Rule("vs-1", "less precise than a day", _timed),
    Rule("vs-2", "no value, no dataAbsentReason, no components or members", _vs_2),
    Rule("vs-3", "a component has neither value nor dataAbsentReason",
         lambda value, root: _given(value, "value") or "dataAbsentReason" in value),
)  # fmt: skip
_BY_KEY = {rule.key: rule for rule in _LIST}
# Keys that mean something else elsewhere.
_BY_PLACE = {
    ("us-core-5", "6.1.0"): Rule("us-core-5", "an NDC code stands in vaccineCode", _ndc_6, WARNING),
    ("us-core-5", "7.0.0"): Rule("us-core-5", "a CVX code without an NDC code", _ndc_7, WARNING),
    ("us-core-6", "Patient.name"): Rule("us-core-6", "family or given, or else a reason for their absence", _named),
    ("us-core-6", "DocumentReference.content.attachment"): Rule("us-core-6", "neither url nor data", any_of("url", "data")),
    ("us-core-3", "Observation"): Rule(
        "us-core-3", "the unit is not of UCUM", lambda value, root: _in_ucum(value.get("valueQuantity"), root)),
}  # fmt: skip


def by_key(key: str, path: str, guide: str) -> Rule | None:
    """The rule of a key as it stands at a path; None where it has not been written."""
    return _BY_PLACE.get((key, path)) or _BY_PLACE.get((key, guide)) or _BY_KEY.get(key)


def covered() -> list[str]:
    """All keys, for the documentation."""
    return sorted({*_BY_KEY, *(key for key, _ in _BY_PLACE)})
