"""One fault each: is it found, in its place, under its code?"""

from typing import Any

import pytest
from breaking import GONE, broken
from samples import LOINC, SAMPLES, SNOMED, TERMS, US, concept, quantity

from healthsynth.errors import UsageError
from healthsynth.guides import VERSIONS, check, envelope, expected_profiles
from healthsynth.guides.findings import Json

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">%s</div>'

# (sample, element, value, path of the finding, code)
FAULTS: list[tuple[str, str, Any, str, str]] = [
    # form
    ("patient", "gendre", "female", "Patient.gendre", "unknown-element"),
    ("patient", "birthDate", "1970-13-02", "Patient.birthDate", "value"),
    ("patient", "birthDate", "1970-02-30", "Patient.birthDate", "value"),
    ("patient", "birthDate", 1970, "Patient.birthDate", "value"),
    ("patient", "id", "has space", "Patient.id", "value"),
    ("patient", "name.0.family", "", "Patient.name[0].family", "value"),
    ("patient", "name.0.given", [], "Patient.name[0].given", "ele-1"),
    ("patient", "name.0", {}, "Patient.name[0]", "ele-1"),
    ("patient", "name", {"family": "A"}, "Patient.name", "type"),
    ("patient", "gender", ["female"], "Patient.gender", "type"),
    ("patient", "maritalStatus", "M", "Patient.maritalStatus", "type"),
    ("patient", "multipleBirthInteger", 1.5, "Patient.multipleBirthInteger", "value"),
    ("patient", "_birthDate", "x", "Patient._birthDate", "type"),
    ("lab", "effectiveDateTime", "2020-01-01T10:00:00", "Observation.effectiveDateTime", "value"),
    ("lab", "issued", "2020-01-01", "Observation.issued", "value"),
    ("lab", "valueQuantity.value", "13", "Observation.valueQuantity.value", "value"),
    ("lab", "valueString", "13", "Observation.value[x]", "cardinality"),
    ("vaccine", "primarySource", "yes", "Immunization.primarySource", "value"),
    ("note", "content.0.attachment.data", "Q", "DocumentReference.content[0].attachment.data", "value"),
    ("careplan", "text.div", "Plan", "CarePlan.text.div", "value"),
    ("careplan", "text.div", DIV % "<b>open", "CarePlan.text.div", "value"),
    # cardinality of R4 and of US Core
    ("lab", "status", GONE, "Observation.status", "cardinality"),
    ("encounter", "class", GONE, "Encounter.class", "cardinality"),
    ("encounter", "type", GONE, "Encounter.type", "cardinality"),
    ("patient", "gender", GONE, "Patient.gender", "cardinality"),
    ("patient", "identifier", GONE, "Patient.identifier", "cardinality"),
    ("patient", "identifier.0.value", GONE, "Patient.identifier[0].value", "cardinality"),
    ("patient", "telecom.0.value", GONE, "Patient.telecom[0].value", "cardinality"),
    ("patient", "communication.0", {"preferred": True}, "Patient.communication[0].language", "cardinality"),
    ("weight", "subject", GONE, "Observation.subject", "cardinality"),
    ("weight", "valueQuantity.unit", GONE, "Observation.valueQuantity.unit", "cardinality"),
    ("claim", "insurance.0.coverage", GONE, "Claim.insurance[0].coverage", "cardinality"),
    ("organization", "active", GONE, "Organization.active", "cardinality"),
    ("note", "category", GONE, "DocumentReference.category", "cardinality"),
    ("careplan", "text.div", GONE, "CarePlan.text.div", "cardinality"),
    ("order", "subject", GONE, "MedicationRequest.subject", "cardinality"),
    # codes
    ("patient", "gender", "girl", "Patient.gender", "required-binding"),
    ("lab", "status", "done", "Observation.status", "required-binding"),
    ("claim", "total.currency", "DOLLAR", "Claim.total.currency", "required-binding"),
    ("problem", "clinicalStatus", concept(TERMS + "condition-clinical", "on"), "Condition.clinicalStatus", "required-binding"),
    ("problem", "verificationStatus", {"text": "sure"}, "Condition.verificationStatus", "required-binding"),
    ("weight", "valueQuantity.code", "cm", "Observation.valueQuantity.code", "required-binding"),
    ("careplan", "text.status", "empty", "CarePlan.text.status", "required-binding"),
    ("smoking", "status", "preliminary", "Observation.status", "required-binding"),
    ("lab", "valueQuantity.code", "grams/dl", "Observation.valueQuantity", "ucum"),
    ("note", "type", concept(SNOMED, "1"), "DocumentReference.type", "required-binding"),
    ("note", "type", {"text": "Note"}, "DocumentReference.type", "required-binding"),
    ("note", "type.coding.0.system", "loinc", "DocumentReference.type.coding[0]", "absolute"),
    # fixed values, patterns, slices
    ("weight", "code", concept(LOINC, "3141-9"), "Observation.code", "pattern"),
    ("bmi", "valueQuantity.code", "kg", "Observation.valueQuantity.code", "fixed"),
    ("weight", "category", [concept(TERMS + "observation-category", "exam")], "Observation.category:VSCat", "cardinality"),
    ("lab", "category", [concept(TERMS + "observation-category", "exam")], "Observation.category:us-core", "cardinality"),
    ("report", "category", [concept(TERMS + "v2-0074", "RAD")], "DiagnosticReport.category:LaboratorySlice", "cardinality"),
    ("pressure", "component.0", GONE, "Observation.component", "cardinality"),
    ("pressure", "component.0.code", concept(LOINC, "8867-4"), "Observation.component:systolic", "cardinality"),
    ("pressure", "component.0.valueQuantity.code", "kPa", "Observation.component[0].valueQuantity.code", "fixed"),
    ("problem", "category", [concept(TERMS + "condition-category", "x")], "Condition.category:us-core", "cardinality"),
    ("careplan", "category", [concept(SNOMED, "1")], "CarePlan.category:AssessPlan", "cardinality"),
    # types and targets
    ("weight", "valueQuantity", GONE, "Observation", "vs-2"),
    ("weight", "subject.reference", "Location/1", "Observation.subject", "reference-type"),
    ("lab", "subject.reference", "Device/1", "Observation.subject", "reference-type"),
    ("lab", "subject.reference", "Patiant/1", "Observation.subject.reference", "reference"),
    ("encounter", "participant.0.individual.reference", "Device/1", "Encounter.participant[0].individual", "reference-type"),
    ("coverage", "payor.0.reference", "Location/1", "Coverage.payor[0]", "reference-type"),
    ("report", "result.0.reference", "https://x.org/fhir/Patient/1", "DiagnosticReport.result[0]", "reference-type"),
    ("smoking", "effectiveDateTime", GONE, "Observation.effective", "cardinality"),
    # extensions
    ("patient", "extension.1.valueCode", "Q", "Patient.extension[1].valueCode", "required-binding"),
    ("patient", "extension.1", {"url": US + "us-core-birthsex", "valueString": "F"}, "Patient.extension[1].valueString", "type"),
    ("patient", "extension.0.extension.0.valueCoding.code", "9999-9", "Patient.extension[0].extension[0].valueCoding",
     "required-binding"),
    ("patient", "extension.0.extension.1", GONE, "Patient.extension[0].extension:text", "cardinality"),
    ("patient", "extension.+", {"url": US + "us-core-birthsex", "valueCode": "F"}, "Patient.extension:birthsex", "cardinality"),
    ("patient", "extension.+", {"url": US + "us-core-nothing", "valueCode": "F"}, "Patient.extension[2]", "extension"),
    ("patient", "extension.1", {"url": US + "us-core-birthsex"}, "Patient.extension[1]", "ext-1"),
    ("lab", "extension", [{"url": US + "us-core-birthsex", "valueCode": "F"}], "Observation.extension[0]", "extension"),
    # constraints
    ("patient", "name.0", {"use": "official"}, "Patient.name[0]", "us-core-6"),
    ("patient", "telecom.0", {"value": "1"}, "Patient.telecom[0]", "cpt-2"),
    ("patient", "contact", [{"gender": "male"}], "Patient.contact[0]", "pat-1"),
    ("problem", "abatementDateTime", "2020-01-01", "Condition", "con-4"),
    ("problem", "verificationStatus.coding.0.code", "entered-in-error", "Condition", "con-5"),
    ("allergy", "clinicalStatus", GONE, "AllergyIntolerance", "ait-1"),
    ("allergy", "verificationStatus.coding.0.code", "entered-in-error", "AllergyIntolerance", "ait-2"),
    ("lab", "dataAbsentReason", concept(TERMS + "data-absent-reason", "unknown"), "Observation", "obs-6"),
    ("lab", "component", [{"code": concept(LOINC, "718-7"), "valueString": "x"}], "Observation", "obs-7"),
    ("lab", "referenceRange.0", {"appliesTo": [{"text": "all"}]}, "Observation.referenceRange[0]", "obs-3"),
    ("lab", "referenceRange.0.low.comparator", "<", "Observation.referenceRange[0].low", "sqty-1"),
    ("lab", "valueQuantity.system", GONE, "Observation.valueQuantity", "qty-3"),
    ("lab", "valueQuantity", GONE, "Observation", "us-core-2"),
    ("lab", "effectiveDateTime", "2020-01", "Observation.effectiveDateTime", "us-core-1"),
    ("lab", "valueQuantity.system", "http://example.org", "Observation.valueQuantity", "us-core-3"),
    ("encounter", "period.end", "2019-12-31T10:00:00-05:00", "Encounter.period", "per-1"),
    ("order", "requester", GONE, "MedicationRequest", "us-core-21"),
    ("order", "dosageInstruction.0.timing.repeat.periodUnit", GONE, "MedicationRequest.dosageInstruction[0].timing.repeat",
     "tim-2"),
    ("procedure", "performedPeriod", GONE, "Procedure", "us-core-7"),
    ("report", "issued", GONE, "DiagnosticReport", "us-core-9"),
    ("report", "effectiveDateTime", GONE, "DiagnosticReport", "us-core-8"),
    ("note", "content.0.attachment", {"contentType": "text/plain"}, "DocumentReference.content[0].attachment", "us-core-6"),
    ("note", "content.0.attachment.contentType", GONE, "DocumentReference.content[0].attachment", "att-1"),
    ("coverage", "subscriberId", GONE, "Coverage", "us-core-15"),
    ("organization", "address", [{"use": "home", "city": "Town"}], "Organization.address[0]", "org-2"),
    ("organization", "telecom", [{"system": "phone", "value": "1", "use": "home"}], "Organization.telecom[0]", "org-3"),
    ("practitioner", "identifier.0.value", "1234567890", "Practitioner.identifier[0]", "us-core-17"),
    ("practitioner", "identifier.0.value", "123", "Practitioner.identifier[0]", "us-core-16"),
    ("vaccine", "education", [{"publicationDate": "2020-01-01"}], "Immunization.education[0]", "imm-1"),
    ("careplan", "activity", [{"reference": {"display": "x"}, "detail": {"status": "completed"}}], "CarePlan.activity[0]",
     "cpl-3"),
    ("problem", "subject.reference", "#a", "Condition.subject", "ref-1"),
    ("problem", "contained", [{"resourceType": "Organization", "id": "a", "name": "A"}], "Condition", "dom-3"),
    ("problem", "stage", [{"type": {"text": "x"}}], "Condition.stage[0]", "con-1"),
    ("problem", "evidence", [{"id": "e"}], "Condition.evidence[0]", "con-2"),
    ("bundle", "entry.0.request", GONE, "Bundle", "bdl-3"),
    ("bundle", "entry.0.response", {"status": "200"}, "Bundle", "bdl-4"),
    ("bundle", "total", 1, "Bundle", "bdl-1"),
    ("bundle", "entry.0.fullUrl", "http://example.org/Organization/o/_history/1", "Bundle.entry[0]", "bdl-8"),
    ("bundle", "entry.0.resource.resourceType", "Clinic", "Bundle.entry[0].resource", "type"),
    ("bundle", "entry.0.resource.name", "", "Bundle.entry[0].resource.name", "value"),
]  # fmt: skip


@pytest.mark.parametrize("guide", [*VERSIONS, "none"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_valid_resource_has_no_findings(name: str, guide: str) -> None:
    assert check(SAMPLES[name], guide) == []


@pytest.mark.parametrize(
    ("name", "element", "value", "path", "code"), FAULTS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_one_fault_is_found_in_its_place(name: str, element: str, value: Any, path: str, code: str) -> None:
    found = check(broken(SAMPLES[name], element, value), "6.1.0")
    assert (path, code) in [(each.path, each.code) for each in found]


@pytest.mark.parametrize("name", ["weight", "lab", "patient", "problem"])
def test_a_profile_holds_though_the_resource_does_not_declare_it(name: str) -> None:
    undeclared = broken(SAMPLES[name], "meta", GONE)
    wrong = broken(undeclared, "identifier" if name == "patient" else "category", GONE)
    assert check(undeclared, "6.1.0") == []
    # A problem without a category is still held to the profile for problems; a lab result without one is of no known kind.
    assert bool(check(wrong, "6.1.0")) == (name != "lab")


def test_base_r4_demands_less_than_us_core() -> None:
    anonymous = broken(SAMPLES["patient"], "identifier", GONE)
    assert check(anonymous, "none") == []
    assert check(anonymous, "6.1.0") != []


def test_a_weight_is_a_vital_sign_of_r4_too() -> None:
    without_time = broken(SAMPLES["weight"], "effectiveDateTime", GONE)
    assert [each.path for each in check(without_time, "none")] == ["Observation.effective"]


def test_a_primitive_without_a_value_may_have_an_extension() -> None:
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    patient = broken(broken(SAMPLES["patient"], "birthDate", GONE), "_birthDate", absent)
    given = broken(broken(patient, "name.0.given", ["Ann", None]), "name.0._given", [None, absent])
    assert check(given, "6.1.0") == []
    assert [each.path for each in check(broken(given, "name.0._given", [None, None]), "6.1.0")] == [
        "Patient.name[0].given[1]"
    ]


def test_a_contained_resource_is_checked_with_its_host() -> None:
    host = broken(SAMPLES["problem"], "contained", [{"resourceType": "Practitioner", "id": "a", "gender": "x"}])
    host = broken(host, "asserter", {"reference": "#a"})
    assert "Condition.contained[0].gender" in [each.path for each in check(host, "none")]
    assert [each.code for each in check(broken(host, "asserter.reference", "#b"), "none")].count("ref-1") == 1


def test_an_extensible_binding_gives_a_warning_only_when_asked() -> None:
    odd = broken(SAMPLES["patient"], "maritalStatus", concept(TERMS + "v3-NullFlavor", "OTH"))
    assert check(odd, "6.1.0") == []
    assert [(each.code, each.severity) for each in check(odd, "6.1.0", warnings=True)] == [
        ("extensible-binding", "warning")
    ]


def test_identifiers_may_have_any_type_of_hl7s_table() -> None:
    social_security = concept(TERMS + "v2-0203", "SS")
    assert check(broken(SAMPLES["patient"], "identifier.0.type", social_security), "6.1.0", warnings=True) == []


def test_the_rules_of_7_0_0_are_those_of_7_0_0() -> None:
    unknown = {"system": TERMS + "v3-NullFlavor", "code": "UNK"}
    two = broken(SAMPLES["patient"], "extension.0.extension.+", {"url": "ombCategory", "valueCoding": unknown})
    assert check(two, "6.1.0") == []
    assert "us-core-23" in [each.code for each in check(two, "7.0.0")]


def test_a_profile_of_another_type_is_an_error() -> None:
    found = check(broken(SAMPLES["lab"], "meta.profile", [US + "us-core-patient"]), "6.1.0")
    assert ("Observation.meta.profile", "profile") in [(each.path, each.code) for each in found]


def test_the_envelope_leaves_the_resources_alone() -> None:
    bundle = broken(SAMPLES["bundle"], "entry.0.resource.name", "")
    assert envelope(bundle) == []
    assert [each.code for each in envelope(broken(bundle, "entry.0.request", GONE))] == ["bdl-3"]


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        (SAMPLES["pressure"], ["us-core-blood-pressure"]),
        (SAMPLES["lab"], ["us-core-observation-lab"]),
        (SAMPLES["smoking"], ["us-core-smokingstatus"]),
        (SAMPLES["problem"], ["us-core-condition-problems-health-concerns"]),
        (SAMPLES["report"], ["us-core-diagnosticreport-lab"]),
        ({"resourceType": "DiagnosticReport"}, ["us-core-diagnosticreport-note"]),
        ({"resourceType": "Device"}, []),
        ({"resourceType": "Device", "udiCarrier": [{}]}, ["us-core-implantable-device"]),
        (SAMPLES["claim"], []),
        ({"resourceType": ["Patient"]}, []),
    ],
)  # fmt: skip
def test_type_category_and_code_decide_what_is_expected(resource: Json, names: list[str]) -> None:
    assert expected_profiles(resource, "6.1.0") == [US + name for name in names]


def test_an_unknown_guide_is_refused_with_near_names() -> None:
    with pytest.raises(UsageError, match=r"'6\.1'.*6\.1\.0"):
        check(SAMPLES["patient"], "6.1")


def test_lists_of_findings_are_bounded() -> None:
    assert len(check({"resourceType": "Patient", **{f"x{n}": 1 for n in range(1000)}}, "none")) == 100


def test_a_quantity_needs_a_number() -> None:
    flag = broken(SAMPLES["lab"], "valueQuantity", {**quantity(1, "g/dL"), "value": True})
    assert [each.path for each in check(flag, "none")] == ["Observation.valueQuantity.value"]


@pytest.mark.parametrize(
    ("element", "value", "code"),
    [
        ("identifier.0.type", concept(TERMS + "v2-0203", "QQQ"), "unknown-code"),
        (
            "identifier.0.type",
            {"coding": [{"system": TERMS + "v2-0203", "code": "MR", "display": "Wrong"}]},
            "wrong-display",
        ),
        ("meta.profile.0", "us-core-patient", "value"),
        ("extension.1.url", "birthsex", "extension"),
    ],
)
def test_codes_of_hl7_and_urls_are_checked_everywhere(element: str, value: Any, code: str) -> None:
    assert code in [each.code for each in check(broken(SAMPLES["patient"], element, value), "none")]


def test_the_display_may_differ_in_case() -> None:
    typed = {"coding": [{"system": TERMS + "v2-0203", "code": "MR", "display": "medical RECORD number"}]}
    assert check(broken(SAMPLES["patient"], "identifier.0.type", typed), "6.1.0") == []
