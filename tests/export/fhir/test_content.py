"""What stands in the resources, case by case."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.record.events import Death, Diagnosis, End, Prescription, Result, Visit
from healthsynth.record.record import Record
from healthsynth.units import DAY, HOUR
from tests.export.fhir.conftest import lines_of, notes
from tests.export.records import AS_OF, CONCEPTS, ORIGINS, sample_person, sample_record

Json = dict[str, Any]
EXPORTER = FhirExporter(origins=ORIGINS, concepts=CONCEPTS, notes=notes)


def export(record: Record) -> list[Json]:
    return [entry["resource"] for entry in json.loads(EXPORTER.bundle(record))["entry"]]


def of_type(resources: list[Json], kind: str) -> list[Json]:
    return [resource for resource in resources if resource["resourceType"] == kind]


def by_code(resources: list[Json], kind: str, name: str) -> Json:
    """The first resource of a type with a concept's code."""
    code = CONCEPTS[name].primary.code
    for resource in of_type(resources, kind):
        concept = resource.get("code") or resource.get("medicationCodeableConcept") or resource.get("type") or {}
        if any(coding["code"] == code for coding in concept.get("coding", ())):
            return resource
    raise AssertionError(f"no {kind} with the code of {name}")


@pytest.fixture(scope="module")
def alive() -> list[Json]:
    return export(sample_record())


@pytest.fixture(scope="module")
def dead() -> list[Json]:
    return export(sample_record(dead=True))


def test_a_patient_says_who_they_are(alive: list[Json]):
    patient = of_type(alive, "Patient")[0]
    race, ethnicity, sex = (patient["extension"][n] for n in range(3))
    assert race["extension"][0]["valueCoding"]["code"] == "2106-3"
    assert ethnicity["extension"][0]["valueCoding"]["code"] == "2135-2"
    assert sex["valueCode"] == "F"
    assert [name["use"] for name in patient["name"]] == ["official", "maiden"]
    assert patient["name"][0]["given"] == ["María", "Inés"]
    assert [one["type"]["coding"][0]["code"] for one in patient["identifier"]] == ["MR", "SS", "DL", "PPN"]
    assert patient["multipleBirthBoolean"] is False
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es-US"
    assert "deceasedDateTime" not in patient


def test_other_race_is_unknown_to_the_omb():
    record = sample_record()
    patient = export(replace(record, person=sample_person(race="other", multiple_birth=2, maiden=None)))[0]
    assert patient["extension"][0]["extension"][0]["valueCoding"]["code"] == "UNK"
    assert patient["multipleBirthInteger"] == 2
    assert len(patient["name"]) == 1


def test_the_dead_have_a_time_and_a_cause_of_death(dead: list[Json]):
    death = by_code(dead, "Condition", "myocardial_infarction")
    observed = next(one for one in of_type(dead, "Observation") if one["code"]["coding"][0]["code"] == "69453-9")
    assert observed["effectiveDateTime"] == of_type(dead, "Patient")[0]["deceasedDateTime"] == death["recordedDate"]
    assert of_type(dead, "Encounter")[-1]["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "exp"


def test_a_death_outside_any_visit_has_no_encounter():
    record = sample_record()
    death = Death(9000, None, AS_OF - DAY, CONCEPTS["myocardial_infarction"], 1)
    resources = export(replace(record, death=death))
    observed = next(one for one in of_type(resources, "Observation") if one["code"]["coding"][0]["code"] == "69453-9")
    assert "encounter" not in observed
    assert resources[0]["deceasedDateTime"] == observed["effectiveDateTime"]


def test_a_death_of_a_charted_disease_is_not_diagnosed_again():
    record = sample_record(dead=True)
    assert record.death is not None
    death = record.death._replace(cause=CONCEPTS["type_2_diabetes"])
    record = replace(record, events=(*record.events[:-1], death), death=death)
    code = CONCEPTS["type_2_diabetes"].primary.code
    found = [one for one in of_type(export(record), "Condition") if one["code"]["coding"][0]["code"] == code]
    last = of_type(export(record), "Encounter")[-1]["id"]
    assert all(one["encounter"]["reference"] != f"Encounter/{last}" for one in found)


@pytest.mark.parametrize(
    ("name", "status", "over", "category"),
    [
        ("type_2_diabetes", "active", False, "problem-list-item"),
        ("broken_radius", "resolved", True, "encounter-diagnosis"),
    ],
)
def test_a_condition_that_ended_is_resolved(alive: list[Json], name: str, status: str, over: bool, category: str):
    condition = by_code(alive, "Condition", name)
    assert condition["clinicalStatus"]["coding"][0]["code"] == status
    assert ("abatementDateTime" in condition) == over
    assert condition["category"][0]["coding"][0]["code"] == category


def test_a_diagnosis_has_its_classification_code_beside(alive: list[Json]):
    codings = by_code(alive, "Condition", "type_2_diabetes")["code"]["coding"]
    assert [coding["code"] for coding in codings] == ["44054006", "E11.9"]


def test_death_does_not_resolve_a_disease(dead: list[Json]):
    assert by_code(dead, "Condition", "type_2_diabetes")["clinicalStatus"]["coding"][0]["code"] == "active"


@pytest.mark.parametrize(
    ("end", "lasting", "status"),
    [
        (None, None, "active"),
        (None, 10 * DAY, "completed"),  # long over at the reference date
        ("completed", None, "completed"),
        ("stopped", None, "stopped"),
        ("died", None, "stopped"),
    ],
)
def test_a_prescription_has_the_status_of_its_end(end: str | None, lasting: int | None, status: str):
    record = sample_record()
    first = next(e for e in record.events if isinstance(e, Prescription))
    ends = {first.number: End(first.time + DAY, None, end)} if end else {}
    events = tuple(e._replace(lasting=lasting) if e is first else e for e in record.events)
    code = first.concept.primary.code
    orders = of_type(export(replace(record, events=events, ends=ends)), "MedicationRequest")
    of_drug = [one for one in orders if one["medicationCodeableConcept"]["coding"][0]["code"] == code]
    assert of_drug[-1]["status"] == status
    assert {one["status"] for one in of_drug[:-1]} <= {"completed"}


def test_a_limited_prescription_says_until_when(alive: list[Json]):
    dispense = by_code(alive, "MedicationRequest", "amoxicillin_500mg")["dispenseRequest"]
    assert dispense["expectedSupplyDuration"]["value"] == 10
    start, end = (datetime.fromisoformat(dispense["validityPeriod"][side]) for side in ("start", "end"))
    assert (end - start).days == 10


@pytest.mark.parametrize(
    ("drug", "repeat", "unit", "as_needed"),
    [
        ("metformin_500mg", {"frequency": 2, "period": 1, "periodUnit": "d"}, "{tablet}", False),
        ("albuterol", {"frequency": 1, "period": 4, "periodUnit": "h"}, "{puff}", True),
    ],
)
def test_a_dose_is_structured(alive: list[Json], drug: str, repeat: Json, unit: str, as_needed: bool):
    dosage = by_code(alive, "MedicationRequest", drug)["dosageInstruction"][0]
    assert dosage["timing"]["repeat"] == repeat
    assert dosage["doseAndRate"][0]["doseQuantity"]["code"] == unit
    assert dosage["asNeededBoolean"] is as_needed


def test_a_reason_is_the_charted_condition(alive: list[Json]):
    diabetes = by_code(alive, "Condition", "type_2_diabetes")["id"]
    request = by_code(alive, "MedicationRequest", "metformin_500mg")
    assert request["reasonReference"] == [{"reference": f"Condition/{diabetes}"}]
    assert "reasonCode" not in request


def test_a_reason_charted_later_in_the_same_visit_counts(alive: list[Json]):
    throat = by_code(alive, "Condition", "strep_throat")["id"]
    request = by_code(alive, "MedicationRequest", "amoxicillin_500mg")
    assert request["reasonReference"] == [{"reference": f"Condition/{throat}"}]


def test_a_reason_that_nobody_charted_is_a_code():
    record = sample_record()
    diagnosis = next(e for e in record.events if isinstance(e, Diagnosis))
    without = tuple(e for e in record.events if e is not diagnosis)
    request = by_code(export(replace(record, events=without)), "MedicationRequest", "metformin_500mg")
    assert request["reasonCode"][0]["coding"][0]["code"] == diagnosis.concept.primary.code
    assert "reasonReference" not in request


def test_a_condition_that_was_over_by_then_is_no_reason():
    record = sample_record()
    throat = next(e for e in record.events if isinstance(e, Prescription) and e.concept.name == "amoxicillin_500mg")
    later = throat._replace(number=5000, visit=record.visits[-1].number, time=record.visits[-1].start)
    requests = of_type(export(replace(record, events=(*record.events, later))), "MedicationRequest")
    assert "reasonReference" not in requests[-1]
    assert requests[-1]["reasonCode"][0]["coding"][0]["code"] == CONCEPTS["strep_throat"].primary.code


def test_blood_pressure_is_one_observation_of_two_values(alive: list[Json]):
    pressure = by_code(alive, "Observation", "blood_pressure")
    assert [part["valueQuantity"]["value"] for part in pressure["component"]] == [128, 78]
    assert "valueQuantity" not in pressure


def test_oximetry_has_both_codes(alive: list[Json]):
    codes = [coding["code"] for coding in by_code(alive, "Observation", "oxygen")["code"]["coding"]]
    assert codes == ["59408-5", "2708-6"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("hba1c", 7.8, '"value":7.8,'), ("hba1c", 7.0, '"value":7.0,'), ("creatinine", 0.8, '"value":0.80,'), ("sodium", 139.0, '"value":139,')],
)  # fmt: skip
def test_a_value_is_written_with_its_concepts_decimals(name: str, value: float, text: str):
    record = sample_record()
    result = next(e for e in record.events if isinstance(e, Result) and e.concept.name == name)
    events = tuple(e._replace(value=value) if e is result else e for e in record.events)
    lines = lines_of(EXPORTER, replace(record, events=events))["Observation"]
    assert text in next(line for line in lines if CONCEPTS[name].primary.code in line)


def test_a_laboratory_result_has_range_flag_and_specimen(alive: list[Json]):
    glucose = by_code(alive, "Observation", "glucose")
    assert glucose["interpretation"][0]["coding"][0]["code"] == "H"
    assert (glucose["referenceRange"][0]["low"]["value"], glucose["referenceRange"][0]["high"]["value"]) == (70, 99)
    assert glucose["specimen"]["reference"] == f"Specimen/{of_type(alive, 'Specimen')[0]['id']}"


def test_an_open_range_has_one_limit(alive: list[Json]):
    (found,) = by_code(alive, "Observation", "hdl")["referenceRange"]
    assert "high" not in found
    assert found["text"] == ">=40 mg/dL"


def test_a_panel_has_order_specimen_and_results(alive: list[Json]):
    report = by_code(alive, "DiagnosticReport", "metabolic_panel")
    ids = {one["id"]: one for one in alive}
    order, specimen = (ids[report[key][0]["reference"].partition("/")[2]] for key in ("basedOn", "specimen"))
    assert order["specimen"][0]["reference"] == f"Specimen/{specimen['id']}"
    assert [ids[one["reference"].partition("/")[2]]["code"]["text"] for one in report["result"]] == [
        CONCEPTS[name].text for name in CONCEPTS["metabolic_panel"].members
    ]


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("smoking", "us-core-smokingstatus"), ("phq2", "us-core-observation-screening-assessment"),
        ("stress", "us-core-observation-clinical-result"), ("hba1c", "us-core-observation-lab"),
        ("head_circumference", "us-core-head-circumference"), ("bmi_percentile", "pediatric-bmi-for-age"),
        ("weight_for_length", "pediatric-weight-for-height"), ("pregnancy_status", "us-core-observation-pregnancystatus"),
    ],
)  # fmt: skip
def test_an_observation_claims_the_profile_of_its_code_or_category(alive: list[Json], name: str, profile: str):
    assert by_code(alive, "Observation", name)["meta"]["profile"][0].rpartition("/")[2] == profile


def test_a_stay_after_an_emergency_visit_is_part_of_it(alive: list[Json]):
    stay = next(one for one in of_type(alive, "Encounter") if "partOf" in one)
    emergency = next(one for one in of_type(alive, "Encounter") if stay["partOf"]["reference"].endswith(one["id"]))
    assert emergency["class"]["code"] == "EMER"
    assert stay["type"][0]["coding"][0]["display"] == "Emergency hospital admission (procedure)"


def test_a_stay_that_goes_on_is_in_progress(alive: list[Json]):
    stay = of_type(alive, "Encounter")[-1]
    assert stay["status"] == "in-progress"
    assert "end" not in stay["period"]
    note = of_type(alive, "DocumentReference")[-1]
    assert note["docStatus"] == "preliminary"


def test_what_happened_before_the_history_is_not_referred_to():
    record = sample_record()
    visits = tuple(v for v in record.visits if v.discharge != "hosp")
    events = tuple(e for e in record.events if e.visit in {v.number for v in visits})
    assert all(
        "partOf" not in one for one in of_type(export(replace(record, visits=visits, events=events)), "Encounter")
    )


def test_a_check_up_of_a_child_is_a_well_child_visit():
    record = sample_record()
    child = replace(record, person=sample_person(birth=record.visits[0].start - 300 * DAY))
    assert of_type(export(child), "Encounter")[0]["type"][0]["coding"][0]["code"] == "410620009"


def test_an_imaging_study_comes_with_procedure_and_report(alive: list[Json]):
    study = of_type(alive, "ImagingStudy")[0]
    series = study["series"][0]
    ids = [study["identifier"][0]["value"].removeprefix("urn:oid:"), series["uid"]] + [
        one["uid"] for one in series["instance"]
    ]
    assert len(set(ids)) == 4
    for one in ids:
        assert len(one) <= 64
        assert all(part == str(int(part)) for part in one.split("."))
    assert series["bodySite"]["code"] == CONCEPTS["wrist"].primary.code
    report = next(one for one in of_type(alive, "DiagnosticReport") if "imagingStudy" in one)
    assert report["conclusion"] == "Closed fracture of the distal radius."


def test_an_implant_has_a_unique_device_identifier_and_a_crutch_has_none(alive: list[Json]):
    pacemaker, crutch = by_code(alive, "Device", "pacemaker"), by_code(alive, "Device", "crutch")
    item = pacemaker["udiCarrier"][0]["deviceIdentifier"]
    assert len(item) == 14
    assert sum(int(digit) * (3 if n % 2 == 0 else 1) for n, digit in enumerate(item)) % 10 == 0
    assert "udiCarrier" not in crutch
    assert crutch["status"] == "inactive"


def test_a_plan_has_a_text_a_team_and_its_goals(alive: list[Json]):
    plan, team = of_type(alive, "CarePlan")[0], of_type(alive, "CareTeam")[0]
    assert "<li>DD - Diabetic diet</li>" in plan["text"]["div"]
    assert plan["careTeam"][0]["reference"] == f"CareTeam/{team['id']}"
    assert len(plan["goal"]) == 2
    assert plan["status"] == "completed"
    assert team["status"] == "inactive"


def test_a_goal_has_a_target_where_there_is_a_measure(alive: list[Json]):
    first, second = of_type(alive, "Goal")
    assert first["target"][0]["detailRange"]["high"]["value"] == 7.0
    assert first["achievementStatus"]["coding"][0]["code"] == "achieved"
    assert "target" not in second


def test_a_drug_given_twice_is_one_medication():
    record = sample_record()
    from healthsynth.record.events import Administration

    given = next(e for e in record.events if isinstance(e, Administration))
    again = given._replace(number=5000, time=given.time + HOUR)
    resources = export(replace(record, events=(*record.events, again)))
    drugs = [one for one in of_type(resources, "Medication") if one["code"]["text"] == given.concept.text]
    assert len(drugs) == 1
    uses = [one for one in of_type(resources, "MedicationAdministration") if one["medicationReference"]["reference"].endswith(drugs[0]["id"])]  # fmt: skip
    assert len(uses) == 2


def test_a_newborn_is_related_and_observed(alive: list[Json]):
    child = next(
        one for one in of_type(alive, "RelatedPerson") if one["relationship"][0]["coding"][0]["code"] == "NCHILD"
    )
    focused = [one for one in of_type(alive, "Observation") if "focus" in one]
    assert child["gender"] == "male"
    assert {one["valueQuantity"]["unit"]: one["valueQuantity"]["value"] for one in focused} == {"g": 3420, "weeks": 39}


def test_no_insurance_is_no_coverage(alive: list[Json]):
    (only,) = of_type(alive, "Coverage")
    assert only["period"] == {"start": "2015-01-01"}


def test_everything_written_in_a_visit_is_by_its_clinician(alive: list[Json]):
    of_patient = of_type(alive, "Provenance")[-1]
    assert [target["reference"] for target in of_patient["target"]] == [f"Patient/{of_type(alive, 'Patient')[0]['id']}"]
    authors = {}
    for made in of_type(alive, "Provenance")[:-1]:
        for target in made["target"]:
            authors[target["reference"]] = made["agent"][0]["who"]["reference"]
    by_id = {f"{one['resourceType']}/{one['id']}": one for one in alive}
    for kind, key in (("Condition", "recorder"), ("AllergyIntolerance", "recorder"), ("DocumentReference", "author")):
        for one in of_type(alive, kind):
            who = one[key][0] if isinstance(one[key], list) else one[key]
            assert authors[f"{kind}/{one['id']}"] == who["reference"]
    assert set(authors) <= set(by_id)
    assert {place.partition("/")[0] for place in authors} >= {
        "Immunization",
        "Procedure",
        "MedicationRequest",
        "CarePlan",
    }


def test_someone_who_never_had_a_visit_is_a_patient_all_the_same():
    record = sample_record()
    resources = export(replace(record, visits=(), events=(), ends={}))
    assert {one["resourceType"] for one in resources} == {"Patient", "RelatedPerson", "Coverage"}


@pytest.mark.parametrize(("zone", "offset"), [("America/New_York", "-05:00"), ("Pacific/Honolulu", "-10:00")])
def test_instants_are_of_the_patients_place(zone: str, offset: str):
    record = sample_record()
    resources = export(replace(record, person=sample_person(time_zone=zone)))
    assert of_type(resources, "Encounter")[0]["period"]["start"] == f"2021-03-01T09:00:00{offset}"


def test_the_night_the_clocks_go_back_stays_in_order(alive: list[Json]):
    emergency = next(one for one in of_type(alive, "Encounter") if one["period"]["start"].startswith("2023-11-05"))
    start, end = (datetime.fromisoformat(emergency["period"][side]) for side in ("start", "end"))
    assert emergency["period"]["start"].endswith("-04:00")
    assert emergency["period"]["end"].endswith("-05:00")
    assert start < end


def test_visits_of_each_kind_have_a_class_and_a_type(alive: list[Json]):
    classes = {one["class"]["code"] for one in of_type(alive, "Encounter")}
    assert classes == {"AMB", "EMER", "IMP", "HH", "VR"}
    assert Visit._fields[1] == "kind"
