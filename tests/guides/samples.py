"""Valid resources to break: one of each kind that matters. The people are nobody."""

from typing import Any

Json = dict[str, Any]
US = "http://hl7.org/fhir/us/core/StructureDefinition/"
TERMS = "http://terminology.hl7.org/CodeSystem/"
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"


def concept(system: str, code: str, text: str = "") -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def quantity(value: float, code: str) -> Json:
    """A Quantity in a UCUM unit."""
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def _vital(name: str, loinc: str, value: float, unit: str) -> Json:
    return {
        "resourceType": "Observation", "id": name, "meta": {"profile": [US + f"us-core-{name}"]}, "status": "final",
        "category": [concept(TERMS + "observation-category", "vital-signs")], "code": concept(LOINC, loinc),
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2020-01-01T10:00:00-05:00",
        "valueQuantity": quantity(value, unit),
    }  # fmt: skip


def _pressure(code: str, value: float) -> Json:
    return {"code": concept(LOINC, code), "valueQuantity": quantity(value, "mm[Hg]")}


SAMPLES: dict[str, Json] = {
    "patient": {
        "resourceType": "Patient", "id": "p", "meta": {"profile": [US + "us-core-patient"]},
        "extension": [
            {"url": US + "us-core-race", "extension": [
                {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2106-3"}},
                {"url": "text", "valueString": "White"}]},
            {"url": US + "us-core-birthsex", "valueCode": "F"}],
        "identifier": [{"system": "http://example.org/mrn", "value": "1"}],
        "name": [{"family": "Example", "given": ["Ann"]}],
        "telecom": [{"system": "phone", "value": "555-0100"}],
        "gender": "female", "birthDate": "1970-01-02",
        "address": [{"line": ["1 Road"], "city": "Town", "state": "MA", "postalCode": "01001"}],
        "communication": [{"language": concept("urn:ietf:bcp:47", "en-US")}],
    },
    "weight": _vital("body-weight", "29463-7", 70.5, "kg"),
    "height": _vital("body-height", "8302-2", 170, "cm"),
    "bmi": _vital("bmi", "39156-5", 24.4, "kg/m2"),
    "pulse": _vital("heart-rate", "8867-4", 72, "/min"),
    "pressure": {
        **{k: v for k, v in _vital("blood-pressure", "85354-9", 0, "1").items() if k != "valueQuantity"},
        "component": [_pressure("8480-6", 120), _pressure("8462-4", 80)],
    },
    "lab": {
        "resourceType": "Observation", "id": "lab", "meta": {"profile": [US + "us-core-observation-lab"]},
        "status": "final", "category": [concept(TERMS + "observation-category", "laboratory")],
        "code": concept(LOINC, "718-7"), "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2020-01-01T10:00:00Z", "issued": "2020-01-01T12:00:00Z",
        "valueQuantity": quantity(13.1, "g/dL"),
        "referenceRange": [{"low": quantity(12, "g/dL"), "high": quantity(16, "g/dL")}],
    },
    "smoking": {
        "resourceType": "Observation", "id": "smoking", "meta": {"profile": [US + "us-core-smokingstatus"]},
        "status": "final", "category": [concept(TERMS + "observation-category", "social-history")],
        "code": concept(LOINC, "72166-2"), "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2020-01-01", "valueCodeableConcept": concept(SNOMED, "266919005"),
    },
    "problem": {
        "resourceType": "Condition", "id": "problem",
        "meta": {"profile": [US + "us-core-condition-problems-health-concerns"]},
        "clinicalStatus": concept(TERMS + "condition-clinical", "active"),
        "verificationStatus": concept(TERMS + "condition-ver-status", "confirmed"),
        "category": [concept(TERMS + "condition-category", "problem-list-item")],
        "code": concept(SNOMED, "44054006"), "subject": {"reference": "Patient/p"}, "onsetDateTime": "2019-05-01",
    },
    "encounter": {
        "resourceType": "Encounter", "id": "visit", "meta": {"profile": [US + "us-core-encounter"]},
        "status": "finished", "class": {"system": TERMS + "v3-ActCode", "code": "AMB"},
        "type": [concept(SNOMED, "162673000")], "subject": {"reference": "Patient/p"},
        "period": {"start": "2020-01-01T09:30:00-05:00", "end": "2020-01-01T10:15:00-05:00"},
        "participant": [{"individual": {"reference": "Practitioner/d"}}],
    },
    "allergy": {
        "resourceType": "AllergyIntolerance", "id": "allergy", "meta": {"profile": [US + "us-core-allergyintolerance"]},
        "clinicalStatus": concept(TERMS + "allergyintolerance-clinical", "active"),
        "verificationStatus": concept(TERMS + "allergyintolerance-verification", "confirmed"),
        "code": concept(SNOMED, "91936005"), "patient": {"reference": "Patient/p"},
    },
    "order": {
        "resourceType": "MedicationRequest", "id": "order", "meta": {"profile": [US + "us-core-medicationrequest"]},
        "status": "active", "intent": "order",
        "medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "860975"),
        "subject": {"reference": "Patient/p"}, "authoredOn": "2020-01-01", "requester": {"reference": "Practitioner/d"},
        "dosageInstruction": [{"text": "1 tablet twice a day", "timing": {"repeat": {"frequency": 2, "period": 1,
                               "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
    },
    "vaccine": {
        "resourceType": "Immunization", "id": "shot", "meta": {"profile": [US + "us-core-immunization"]},
        "status": "completed", "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140"),
        "patient": {"reference": "Patient/p"}, "occurrenceDateTime": "2020-01-01", "primarySource": True,
    },
    "procedure": {
        "resourceType": "Procedure", "id": "proc", "meta": {"profile": [US + "us-core-procedure"]},
        "status": "completed", "code": concept(SNOMED, "73761001"), "subject": {"reference": "Patient/p"},
        "performedPeriod": {"start": "2020-01-01T10:00:00Z", "end": "2020-01-01T10:30:00Z"},
    },
    "report": {
        "resourceType": "DiagnosticReport", "id": "report", "meta": {"profile": [US + "us-core-diagnosticreport-lab"]},
        "status": "final", "category": [concept(TERMS + "v2-0074", "LAB")], "code": concept(LOINC, "58410-2"),
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2020-01-01T10:00:00Z",
        "issued": "2020-01-01T12:00:00Z", "result": [{"reference": "Observation/lab"}],
    },
    "note": {
        "resourceType": "DocumentReference", "id": "note", "meta": {"profile": [US + "us-core-documentreference"]},
        "status": "current", "type": concept(LOINC, "34109-9"),
        "category": [concept("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "clinical-note")],
        "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "QQ=="}}],
    },
    "coverage": {
        "resourceType": "Coverage", "id": "cover", "meta": {"profile": [US + "us-core-coverage"]}, "status": "active",
        "subscriberId": "7", "beneficiary": {"reference": "Patient/p"},
        "relationship": concept(TERMS + "subscriber-relationship", "self"), "payor": [{"reference": "Organization/o"}],
    },
    "organization": {
        "resourceType": "Organization", "id": "o", "meta": {"profile": [US + "us-core-organization"]}, "active": True,
        "name": "Example Clinic", "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
    },
    "practitioner": {
        "resourceType": "Practitioner", "id": "d", "meta": {"profile": [US + "us-core-practitioner"]},
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}], "name": [{"family": "Doe"}],
    },
    "careplan": {
        "resourceType": "CarePlan", "id": "plan", "meta": {"profile": [US + "us-core-careplan"]}, "status": "active",
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Plan</div>'},
        "intent": "plan", "category": [concept("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan")],
        "subject": {"reference": "Patient/p"},
    },
    "claim": {
        "resourceType": "Claim", "id": "claim", "status": "active", "use": "claim",
        "type": concept(TERMS + "claim-type", "professional"), "patient": {"reference": "Patient/p"},
        "created": "2020-01-01", "provider": {"reference": "Organization/o"},
        "priority": concept(TERMS + "processpriority", "normal"),
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/cover"}}],
        "total": {"value": 10.5, "currency": "USD"},
    },
    "bundle": {
        "resourceType": "Bundle", "type": "transaction",
        "entry": [{"fullUrl": "http://example.org/Organization/o", "request": {"method": "PUT", "url": "Organization/o"},
                   "resource": {"resourceType": "Organization", "id": "o", "name": "Clinic", "active": True}}],
    },
}  # fmt: skip
