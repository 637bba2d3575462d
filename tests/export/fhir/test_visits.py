"""What every visit has: something that it is coded for, a note in two forms, and an order for each test."""

import json
from dataclasses import replace
from typing import Any

import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.record.events import Diagnosis, End, Report, Result, Visit
from healthsynth.record.record import Record
from healthsynth.units import DAY
from healthsynth.vocabulary import SNOMED, Code, Concept
from tests.export.fhir.conftest import notes
from tests.export.records import CONCEPTS, ORIGINS, sample_person, sample_record

Json = dict[str, Any]
EXPORTER = FhirExporter(origins=ORIGINS, concepts=CONCEPTS, notes=notes, validate="all")
RECORD = sample_record()
FIRST = RECORD.visits[0]
HYPERTENSION, COUGH = (
    CONCEPTS["hypertension"],
    Concept("cough", "finding", (Code(SNOMED, "49727002", "Cough (finding)"),), "Cough"),
)
CHECK_UP = Concept(
    "check_up", "procedure", (Code(SNOMED, "268565007", "Adult health examination (procedure)"),), "Check-up"
)
FOLLOW_UP = Concept(
    "follow_up", "procedure", (Code(SNOMED, "281036007", "Follow-up consultation (procedure)"),), "Follow-up"
)


def export(record: Record) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for row in json.loads(EXPORTER.bundle(record))["entry"]:
        found.setdefault(row["resource"]["resourceType"], []).append(row["resource"])
    return found


def one_visit(
    visit: Visit, *events: Any, ends: dict[int, End] | None = None, age_days: int = 40 * 365
) -> dict[str, list[Json]]:
    person = sample_person(birth=visit.start - age_days * DAY)
    return export(replace(RECORD, person=person, visits=(visit,), events=events, ends=ends or {}, death=None))


def diagnosis(number: int, concept: Concept, visit: Visit = FIRST) -> Diagnosis:
    return Diagnosis(number, visit.number, visit.start + 300, concept, visit.start, "problem", None, 0)


@pytest.mark.parametrize(
    ("kind", "reason", "age_days", "diagnosed", "codes"),
    [
        ("wellness", CHECK_UP, 40 * 365, (), ["Z00.00"]),
        ("wellness", CHECK_UP, 40 * 365, (HYPERTENSION,), ["Z00.01", "59621000"]),
        ("wellness", CHECK_UP, 6 * 365, (), ["Z00.129"]),
        ("wellness", CHECK_UP, 6 * 365, (HYPERTENSION,), ["Z00.121", "59621000"]),
        ("wellness", CHECK_UP, 4, (), ["Z00.110"]),
        ("wellness", CHECK_UP, 20, (), ["Z00.111"]),
        ("outpatient", FOLLOW_UP, 40 * 365, (), ["Z09"]),
        ("outpatient", COUGH, 40 * 365, (), ["49727002"]),
        ("outpatient", COUGH, 40 * 365, (HYPERTENSION,), ["59621000"]),  # a symptom is not coded beside its cause
        ("outpatient", HYPERTENSION, 40 * 365, (), ["59621000"]),
        ("outpatient", HYPERTENSION, 40 * 365, (HYPERTENSION,), ["59621000"]),
        ("outpatient", None, 40 * 365, (), []),
    ],
)  # fmt: skip
def test_a_visit_is_coded_for_what_it_was_for(kind, reason, age_days, diagnosed, codes):
    visit = FIRST._replace(kind=kind, reason=reason)
    found = one_visit(visit, *(diagnosis(900 + n, each) for n, each in enumerate(diagnosed)), age_days=age_days)
    by_id = {f"Condition/{one['id']}": one["code"]["coding"][0]["code"] for one in found.get("Condition", ())}
    (encounter,), (claim,) = found["Encounter"], found["Claim"]
    assert [by_id[row["condition"]["reference"]] for row in encounter.get("diagnosis", ())] == codes
    assert [by_id[row["diagnosisReference"]["reference"]] for row in claim.get("diagnosis", ())] == codes
    assert len(by_id) == len(codes)


@pytest.mark.parametrize(
    ("ended", "status"),
    [(None, "active"), (400, "resolved"), (50, None)],
    ids=["goes on", "is over", "was over before"],
)
def test_the_diagnosis_of_a_follow_up_says_whether_the_problem_goes_on(ended, status):
    later = FIRST._replace(
        number=800, kind="outpatient", reason=HYPERTENSION, start=FIRST.start + 100 * DAY, end=FIRST.start + 101 * DAY
    )
    ends = {} if ended is None else {900: End(FIRST.start + ended * DAY, None, "resolved")}
    record = replace(RECORD, visits=(FIRST, later), events=(diagnosis(900, HYPERTENSION),), ends=ends, death=None)
    last = export(record)["Condition"][-1]
    assert last["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert last.get("clinicalStatus", {"coding": [{"code": None}]})["coding"][0]["code"] == status
    assert ("abatementDateTime" in last) == (status == "resolved")


def test_a_test_by_itself_has_an_order_a_specimen_and_a_report():
    lone = Result(900, FIRST.number, FIRST.start + 600, CONCEPTS["strep_test"], CONCEPTS["positive"], None, "", (), 0)
    found = one_visit(FIRST, lone)
    (order,), (specimen,), (result,) = found["ServiceRequest"], found["Specimen"], found["Observation"]
    (report,) = (one for one in found["DiagnosticReport"] if "result" in one)
    assert report["result"] == [{"reference": f"Observation/{result['id']}"}]
    assert report["basedOn"] == specimen["request"] == [{"reference": f"ServiceRequest/{order['id']}"}]
    assert result["specimen"] == report["specimen"][0] == {"reference": f"Specimen/{specimen['id']}"}
    assert order["code"]["coding"][0]["code"] == report["code"]["coding"][0]["code"] == "78012-2"


def test_tests_of_a_panel_have_one_order():
    found = export(RECORD)
    panels = sum(isinstance(e, Report) for e in RECORD.events)
    reported = {number for e in RECORD.events if isinstance(e, Report) for number in e.results}
    lone = [e for e in RECORD.events if isinstance(e, Result) and e.concept.kind == "lab" and e.number not in reported]
    assert lone
    assert len(found["Specimen"]) == panels + len(lone)


def test_a_note_is_a_document_and_a_report_with_the_same_text():
    found = export(RECORD)
    reports = [one for one in found["DiagnosticReport"] if "presentedForm" in one and "data" in one["presentedForm"][0]]
    texts = [one["content"][0]["attachment"]["data"] for one in found["DocumentReference"]]
    assert [one["presentedForm"][0]["data"] for one in reports] == texts
    assert [one["code"] for one in reports] == [one["type"] for one in found["DocumentReference"]]
