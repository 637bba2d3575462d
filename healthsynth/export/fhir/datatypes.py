"""FHIR's small data types as dicts. `None` anywhere means absent: `slots.prune` drops it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from healthsynth.vocabulary import UCUM, Code, Concept

if TYPE_CHECKING:
    from healthsynth.export.fhir.slots import Json, Values

SYSTEM = "https://healthsynth.example.org/id/"  # of identifiers that healthsynth gives
NPI = "http://hl7.org/fhir/sid/us-npi"
SSN = "http://hl7.org/fhir/sid/us-ssn"

# How units are written for people, where UCUM's code is not.
_WRITTEN = {
    "mm[Hg]": "mmHg", "Cel": "°C", "{score}": "score", "10*3/uL": "10^3/uL", "10*6/uL": "10^6/uL", "[iU]": "units",
    "mL/min/{1.73_m2}": "mL/min/1.73m2", "[in_i]": "in", "[lb_av]": "lb", "[degF]": "°F", "h": "hours", "d": "days",
    "wk": "weeks",
}  # fmt: skip


def coding(code: Code) -> Json:
    return {"system": code.system, "code": code.code, "display": code.display}


def coded(code: Code, text: str | None = None) -> Json:
    """A CodeableConcept of one code."""
    return {"coding": [coding(code)], "text": text}


def concept(entry: Concept) -> Json:
    """A CodeableConcept with all codes of a vocabulary entry, and its plain words."""
    return {"coding": [coding(code) for code in entry.codes], "text": entry.text}


def primary(entry: Concept) -> Json:
    """A CodeableConcept of the first code alone, for places where a classification code would mislead."""
    return {"coding": [coding(entry.primary)], "text": entry.text}


def reference(kind: str, identity: str) -> Json:
    return {"reference": f"{kind}/{identity}"}


def subject(v: Values) -> Json:
    return reference("Patient", v.patient)


def encounter(v: Values) -> Json:
    return reference("Encounter", v.encounter)


def clinician(v: Values) -> Json:
    return reference("Practitioner", v.clinician)


def organization(v: Values) -> Json:
    return reference("Organization", v.organization)


def quantity(value: Any, unit: str) -> Json:
    """A Quantity in UCUM; `value` is a JSON number already (Values.decimal, Values.integer)."""
    return {"value": value, "unit": _WRITTEN.get(unit, unit), "system": UCUM, "code": unit}


def identifier(system: str, value: str, kind: Code | None = None) -> Json:
    return {"type": kind and coded(kind, kind.display), "system": system, "value": value}


def phone(value: str, use: str) -> Json:
    return {"system": "phone", "value": value, "use": use}


def reason(entry: Concept | None, link: Any, v: Values) -> Json:
    """`reasonReference` to the charted Condition `link`, else `reasonCode`; nothing without a reason."""
    if link is not None:
        return {"reasonReference": [reference("Condition", v.id(link))]}
    return {"reasonCode": [primary(entry)]} if entry else {}


def narrative(title: str, lines: Iterable[str]) -> Json:
    """Generated text: a title and a list, escaped for XHTML."""
    items = "".join(f"<li>{_escaped(line)}</li>" for line in lines)
    listed = f"<ul>{items}</ul>" if items else ""
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{_escaped(title)}</p>{listed}</div>',
    }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
