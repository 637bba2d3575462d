"""Small histories to write to files: a patient, visits, values."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PATIENT: Json = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-06-15"}
DEAD: Json = {**PATIENT, "deceasedDateTime": "2015-03-02T08:00:00Z"}
_CLASS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}


def encounter(name: str, start: str, end: str, patient: str = "p", **more: Any) -> Json:
    """A finished visit."""
    return {"resourceType": "Encounter", "id": name, "status": "finished", "class": _CLASS,
            "subject": {"reference": f"Patient/{patient}"}, "period": {"start": start, "end": end}, **more}  # fmt: skip


def observation(name: str, loinc: str, value: float, unit: str, time: str, patient: str = "p", **more: Any) -> Json:
    """A vital sign or laboratory value."""
    return {
        "resourceType": "Observation", "id": name, "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                  "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": time,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}, **more,
    }  # fmt: skip


def condition(name: str, onset: str, patient: str = "p", **more: Any) -> Json:
    """A diagnosis."""
    status = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}
    return {"resourceType": "Condition", "id": name, "clinicalStatus": {"coding": [status]}, "onsetDateTime": onset,
            "subject": {"reference": f"Patient/{patient}"}, **more}  # fmt: skip


def write_bundle(path: Path, resources: list[Json], type: str = "collection") -> None:
    """A Bundle with full URLs."""
    entries = [
        {"fullUrl": f"http://example.org/{each['resourceType']}/{each.get('id')}", "resource": each}
        for each in resources
    ]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": type, "entry": entries}))


def write_lines(path: Path, resources: list[Json]) -> None:
    """NDJSON."""
    path.write_text("".join(json.dumps(each) + "\n" for each in resources))
