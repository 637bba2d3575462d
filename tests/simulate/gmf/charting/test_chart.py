"""Whatever a module in Synthea's format charts can be written as FHIR and CSV, and is valid."""

import json
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from healthsynth.compile.program import Origin
from healthsynth.export.csv.exporter import CsvExporter
from healthsynth.export.fhir import FhirExporter
from healthsynth.people.population import People, Selection
from healthsynth.people.providers import Providers
from healthsynth.record.record import Record
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.charting.chart import Chart
from healthsynth.spec.gmf.states import Observed
from healthsynth.spec.gmf.values import Code, Dosage, Exact, Instance, Prescription, Range, Series
from healthsynth.units import DAY, HOUR, MINUTE, clock
from healthsynth.vocabulary import Concept

AS_OF = clock(date(2026, 1, 1))
ORIGINS = (Origin("heart_failure", "Diagnose", 0),)


def snomed(code: str, display: str) -> tuple[Code, ...]:
    return (Code("SNOMED-CT", code, display),)


def loinc(code: str, display: str) -> tuple[Code, ...]:
    return (Code("LOINC", code, display),)


def observed(code: str, display: str, category: str, **more: object) -> Observed:
    return Observed(codes=loinc(code, display), category=category, **more)  # type: ignore[arg-type]


PROBLEM = concepts.concept("condition", snomed("185347001", "Encounter for problem"))
FAILURE = concepts.concept("condition", snomed("88805009", "Chronic congestive heart failure (disorder)"))
FUROSEMIDE = concepts.concept("medication", (Code("RxNorm", "313988", "furosemide 40 MG Oral Tablet"),))
CHEST = concepts.imaging(
    Code("SNOMED-CT", "399208008", "Plain X-ray of chest"),
    (
        Series(
            Code("SNOMED-CT", "51185008", "Thorax"),
            Code("DICOM-DCM", "DX", "Digital Radiography"),
            (Instance("Front", Code("DICOM-SOP", "1.2.840.10008.5.1.4.1.1.1.1", "Digital X-Ray Image Storage")),),
        ),
    ),
)


@cache
def chart() -> Record:
    """One visit with everything, one for a stay, one in a nursing facility, one check-up that overlaps the next visit."""
    person = People(Selection(state="Massachusetts", age_low=70, age_high=80), 5, AS_OF).person(1, 0)
    made, at = Chart(person, Providers()), clock(date(2022, 5, 3), 9 * HOUR)
    check_up = made.visit("wellness", at, None, None, 0)
    made.close(check_up, at + 15 * MINUTE)
    visit = made.visit(
        "ambulatory", at + 5 * MINUTE, PROBLEM, FAILURE, 0, "Visit", "CARDIOVASCULAR DISEASE (CARDIOLOGY)"
    )
    at += 6 * MINUTE
    made.end(made.condition(visit, at, FAILURE, 0), at + 90 * DAY, "resolved")
    _entries(made, visit, at)
    made.close(visit, at + HOUR)
    for kind, start in (("inpatient", at + 2 * DAY), ("snf", at + 9 * DAY), ("hospice", at + 20 * DAY)):
        other = made.visit(
            kind, start, concepts.concept("procedure", snomed("185345009", "Encounter for symptom")), None, 0
        )
        made.administration(other, start + HOUR, FUROSEMIDE, concepts.dose(None), FAILURE, 0)
        made.close(other, start + DAY, "home" if kind == "inpatient" else None)
    return made.record(AS_OF)


def _entries(made: Chart, visit: int, at: int) -> None:
    rash = concepts.concept("finding", snomed("271807003", "Eruption of skin (disorder)"))
    nut = concepts.allergy(snomed("91935009", "Allergy to peanuts"), "allergy", "food")
    made.allergy(visit, at, nut, ((rash, "mild"),), 0)
    dosage = Prescription(dosage=Dosage(1, 2, 1, "days"), refills=3)
    made.end(made.medication(visit, at, FUROSEMIDE, concepts.dose(dosage), FAILURE, 3, 0), at + 200 * DAY, "stopped")
    echo = concepts.concept("procedure", snomed("40701008", "Echocardiography (procedure)"))
    made.procedure(visit, at, at + 30 * MINUTE, echo, FAILURE, 0)
    results = [
        made.result(visit, at, concepts.observed(body), concepts.value(value), 0)
        for body, value in (
            (observed("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "laboratory", unit="mmol/L"), 140.25),
            (observed("5778-6", "Color of Urine", "laboratory"), Code("SNOMED-CT", "371244009", "Yellow color")),
            (observed("8302-2", "Body Height", "vital-signs", unit="cm", vital_sign="Height"), 170.1),
            (observed("56799-0", "Address", "social-history", attribute="address"), "12 Main Street"),
            (observed("93034-7", "Discharged from the armed forces?", "survey", attribute="veteran"), True),
            (observed("8806-2", "Left ventricular Ejection fraction", "imaging", range=Range(30, 50, "%", 1)), 41.0),
            (observed("77606-2", "Weight-for-length Percentile", "vital-signs", unit="%", attribute="nobody's"), None),
            (observed("10230-1", "Left ventricular Ejection fraction", "procedure", exact=Exact(3, "%")), 3),
        )
    ]
    panel = concepts.concept("panel", loinc("51990-0", "Basic metabolic panel - Blood"))
    made.report(visit, at, panel, tuple(results[:2]), 0)
    pressure = concepts.composed(loinc("85354-9", "Blood pressure panel"), "vital-signs")
    parts = (
        observed(
            "8480-6", "Systolic Blood Pressure", "vital-signs", unit="mm[Hg]", vital_sign="Systolic Blood Pressure"
        ),
        observed(
            "8462-4", "Diastolic Blood Pressure", "vital-signs", unit="mm[Hg]", vital_sign="Diastolic Blood Pressure"
        ),
    )
    components = tuple(
        (concepts.observed(part), value, None, "") for part, value in zip(parts, (120.0, 80.0), strict=True)
    )
    made.result(visit, at, pressure, None, 0, components)
    answers = concepts.composed(loinc("93025-5", "Protocol for PRAPARE"), "survey")
    question = concepts.observed(observed("63512-8", "How many people live in your home?", "survey"))
    made.result(visit, at, answers, None, 0, ((question, concepts.words("three"), None, ""),))
    made.imaging(visit, at, CHEST[0], 0)
    influenza = (Code("CVX", "140", "Influenza, split virus, trivalent, PF"),)
    made.vaccination(visit, at, concepts.concept("vaccine", influenza), 1, 0)
    made.end(
        made.device(visit, at, concepts.device(Code("SNOMED-CT", "72506001", "Implantable defibrillator"), "Acme"), 0),
        at + DAY,
        "completed",
    )
    made.supply(visit, at, concepts.concept("supply", snomed("337414009", "Blood glucose testing strips")), 50, 0)
    goal = made.goal(visit, at, "Walk more", at + 30 * DAY, 0)
    diet = concepts.concept("activity", snomed("226234005", "Healthy diet (finding)"))
    plan = concepts.concept("careplan", snomed("735984001", "Heart failure self management plan"))
    made.end(made.plan(visit, at, plan, (diet,), (goal,), FAILURE, 0), at + 60 * DAY, "completed")


def named(record: Record) -> dict[str, Concept]:
    return {CHEST[1].name: CHEST[1]} if CHEST[1] is not None else {}


@cache
def bundle() -> list[dict]:  # type: ignore[type-arg]
    exporter = FhirExporter(validate="all", origins=ORIGINS, concepts=named(chart()))
    return [entry["resource"] for entry in json.loads(exporter.bundle(chart()))["entry"]]


def test_every_kind_of_entry_becomes_a_valid_resource() -> None:
    types = {resource["resourceType"] for resource in bundle()}
    assert types >= {
        "AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Device", "DiagnosticReport", "Encounter", "Goal",
        "ImagingStudy", "Immunization", "MedicationAdministration", "MedicationRequest", "Observation", "Procedure",
        "SupplyDelivery",
    }  # fmt: skip


def test_every_kind_of_entry_becomes_a_row() -> None:
    rows = CsvExporter(named(chart())).rows(chart())
    assert {table for table, text in rows.items() if text} >= {
        "allergies", "careplans", "conditions", "devices", "encounters", "imaging_studies", "immunizations",
        "medications", "observations", "procedures", "supplies",
    }  # fmt: skip
    assert ",snf," in rows["encounters"]
    assert ",hospice," in rows["encounters"]
    assert "three" in rows["observations"]


def test_an_encounter_is_what_its_module_calls_it() -> None:
    found = [resource for resource in bundle() if resource["resourceType"] == "Encounter"]
    assert [one["class"]["code"] for one in found] == ["AMB", "AMB", "IMP", "IMP", "HH"]
    assert found[1]["type"][0]["coding"][0]["display"] == "Encounter for problem"


def test_visits_never_overlap() -> None:
    visits = chart().visits
    assert all(a.end is not None and a.end <= b.start for a, b in pairwise(visits))


@pytest.mark.parametrize(
    ("code", "element", "expected"),
    [
        ("2951-2", "valueQuantity", 140.25),
        ("8302-2", "valueQuantity", 170.1),
        ("56799-0", "valueCodeableConcept", "12 Main Street"),
        ("93034-7", "valueCodeableConcept", "Yes"),
        ("5778-6", "valueCodeableConcept", "Yellow color"),
    ],
)
def test_values_come_out_as_they_are(code: str, element: str, expected: object) -> None:
    found = next(
        one for one in bundle() if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == code
    )
    assert expected in (found[element].get("value"), found[element].get("text"))


@pytest.mark.parametrize(
    ("code", "category"), [("8806-2", "imaging"), ("10230-1", "procedure"), ("2951-2", "laboratory")]
)
def test_a_category_is_the_modules_own(code: str, category: str) -> None:
    found = next(
        one for one in bundle() if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == code
    )
    assert found["category"][0]["coding"][0]["code"] == category


def test_a_value_that_is_not_known_says_so() -> None:
    """vs-2 and vs-3 of the vital signs profile: no value, then a reason for it."""
    found = next(
        one
        for one in bundle()
        if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == "77606-2"
    )
    assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"


@pytest.mark.parametrize(
    ("given", "times", "period", "needed"),
    [
        (None, 1, DAY, False),
        (Prescription(as_needed_present=True), 1, DAY, True),
        (Prescription(dosage=Dosage(2, 3, 1, "days")), 3, DAY, False),
        (Prescription(dosage=Dosage(1, 1, 12, "hours"), as_needed_present=True), 1, 12 * HOUR, True),
    ],
)
def test_doses_say_how_often(given: Prescription | None, times: int, period: int, needed: bool) -> None:
    found = concepts.dose(given)
    assert (found.times, found.period, found.as_needed) == (times, period, needed)


@pytest.mark.parametrize(("quantity", "decimals"), [(3, 0), (3.0, 0), (2.75, 2), ("less than 1.8", 0)])
def test_a_fixed_value_keeps_its_places(quantity: float | str, decimals: int) -> None:
    assert (
        concepts.observed(observed("10230-1", "Ejection fraction", "exam", exact=Exact(quantity, "%"))).decimals
        == decimals
    )


def test_one_concept_a_use_of_codes() -> None:
    again = concepts.concept("condition", snomed("88805009", "Chronic congestive heart failure (disorder)"))
    assert again is FAILURE
