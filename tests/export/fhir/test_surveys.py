"""A questionnaire as answers, as members and as a whole."""

import json
from dataclasses import replace
from typing import Any

import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.record.events import Result, Survey
from healthsynth.vocabulary import LOINC, Code, Concept
from tests.export.records import CONCEPTS, ORIGINS, sample_record

Json = dict[str, Any]
RECORD = sample_record()
VISIT = RECORD.visits[0]
YES = Concept("yes", "answer", (Code(LOINC, "LA33-6", "Yes"),), "Yes")
WORRY = Concept("worry", "survey", (Code(LOINC, "93033-9", "Are you worried about losing your housing [PRAPARE]"),), "Worry",
                more={"category": "sdoh"})  # fmt: skip
PEOPLE = Concept("people", "survey", (Code(LOINC, "63512-8", "How many people are living or staying at this address [#]"),),
                 "People", unit="{#}")  # fmt: skip
PANEL = Concept("needs", "survey", (Code(LOINC, "93025-5", "PRAPARE"),), "Needs", members=("worry", "people"),
                more={"category": "sdoh"})  # fmt: skip


@pytest.fixture(scope="module", params=["6.1.0", "7.0.0"])
def found(request: pytest.FixtureRequest) -> dict[str, list[Json]]:
    events = (
        Result(901, VISIT.number, VISIT.start + 60, WORRY, YES, None, "", (), 0),
        Result(902, VISIT.number, VISIT.start + 60, PEOPLE, 3.0, None, "", (), 0),
        Survey(903, VISIT.number, VISIT.start + 120, PANEL, (901, 902), 0),
        Result(904, VISIT.number, VISIT.start + 120, CONCEPTS["phq2"], 1.0, None, "", (), 0),
    )
    exporter = FhirExporter(request.param, origins=ORIGINS, concepts=CONCEPTS, validate="all")
    record = replace(RECORD, visits=(VISIT,), events=events, ends={}, death=None)
    made: dict[str, list[Json]] = {}
    for row in json.loads(exporter.bundle(record))["entry"]:
        made.setdefault(row["resource"]["resourceType"], []).append(row["resource"])
    return made


def test_the_answers_are_those_that_were_given(found: dict[str, list[Json]]):
    (response,) = found["QuestionnaireResponse"]
    assert response["questionnaire"] == "http://loinc.org/q/93025-5"
    assert [(item["linkId"], item["answer"]) for item in response["item"]] == [
        ("/93033-9", [{"valueCoding": {"system": LOINC, "code": "LA33-6", "display": "Yes"}}]),
        ("/63512-8", [{"valueInteger": 3}]),
    ]


def test_the_whole_has_its_answers_as_members_and_all_come_from_the_questionnaire(found: dict[str, list[Json]]):
    worry, people, whole, alone = found["Observation"]
    source = [{"reference": f"QuestionnaireResponse/{found['QuestionnaireResponse'][0]['id']}"}]
    assert whole["hasMember"] == [{"reference": f"Observation/{one['id']}"} for one in (worry, people)]
    assert [one.get("derivedFrom") for one in (worry, people, whole, alone)] == [source, source, source, None]
    assert not any("specimen" in one for one in found["Observation"])


def test_social_needs_are_marked_as_such(found: dict[str, list[Json]]):
    marked = [[one["coding"][0]["code"] for one in each["category"]] for each in found["Observation"]]
    assert marked == [["survey", "sdoh"], ["survey"], ["survey", "sdoh"], ["survey"]]


def test_one_shape_serves_all_answers():
    exporter = FhirExporter(origins=ORIGINS, concepts=CONCEPTS)

    def export(value: Any) -> int:
        events = (
            Result(901, VISIT.number, VISIT.start + 60, WORRY, value, None, "", (), 0),
            Survey(903, VISIT.number, VISIT.start + 120, PANEL, (901,), 0),
        )
        exporter.bundle(replace(RECORD, visits=(VISIT,), events=events, ends={}, death=None))
        return sum(
            len(known) for family, known in exporter._shapes.by_family.items() if family.event.__name__ == "Answered"
        )

    assert [export(YES), export(Concept("no", "answer", (Code(LOINC, "LA32-8", "No"),), "No"))] == [1, 1]
