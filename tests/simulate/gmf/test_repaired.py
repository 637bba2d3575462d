"""Codes and values in a run: untouched in the compatible mode, repaired and listed in the manifest in the corrected one."""

from pathlib import Path
from typing import Any

import pytest

from healthsynth.compile.gmf.link import CORRECTIONS
from healthsynth.pipeline import Pipeline
from healthsynth.record.events import Result
from tests.simulate.gmf.test_running import living, settings, written
from tests.simulate.gmf.worlds import Json, module

VISIT = {
    "type": "Encounter",
    "encounter_class": "outpatient",
    "codes": [{"system": "SNOMED-CT", "code": "185345009", "display": "Encounter for symptom (procedure)"}],
}
LATE = {"type": "Delay", "exact": {"quantity": 29, "unit": "years"}}
WIDTH = {"system": "LOINC", "code": "32207-3", "display": "PDW"}
NAMED = "Platelet distribution width [Entitic volume] in Blood by Automated count"
CRAVING = {"system": "LOINC", "code": "99999-4", "display": "Craving"}


def observed(code: Json, low: float, high: float) -> Json:
    return {
        "type": "Observation",
        "category": "laboratory",
        "unit": "fL",
        "codes": [code],
        "range": {"low": low, "high": high},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    many = {f"W{i}": observed(WIDTH, 490, 520) for i in range(6)}
    made = module("M", Late=LATE, Visit=VISIT, **many, C=observed(CRAVING, 1, 2), End={"type": "EncounterEnd"})
    return written(tmp_path, m=made, unused=module("Unused", C=observed(CRAVING, 1, 2)))


def run(folder: Path, mode: str) -> tuple[list[Result], dict[str, Any]]:
    work: Pipeline = settings(folder, builtin=False, gmf=mode, history="all", module=["m"])
    results = [event for record in living(work) for event in record.events if isinstance(event, Result)]
    return results, work.identity()


def test_the_compatible_mode_writes_what_the_module_says(folder: Path) -> None:
    results, identity = run(folder, "compatible")
    assert {result.concept.primary.display for result in results} == {"PDW", "Craving"}
    assert max(value for result in results if isinstance(value := result.value, float)) > 500
    assert identity["synthea_corrections"] == []
    assert "synthea_repairs" not in identity
    assert "synthea_unrepaired" not in identity


def test_the_corrected_mode_repairs_and_lists(folder: Path) -> None:
    results, identity = run(folder, "corrected")
    assert {result.concept.primary.display for result in results} == {NAMED, "Craving"}
    assert max(value for result in results if isinstance(value := result.value, float)) <= 500
    assert identity["synthea_corrections"] == list(CORRECTIONS)
    code, *ranges = identity["synthea_repairs"]
    places = [f"states.W{i}.codes[0]" for i in range(6)]
    assert code == {"module": "m", "at": places, "from": WIDTH, "to": {**WIDTH, "display": NAMED}}
    assert [(one["at"], one["from"], one["to"]) for one in ranges] == [
        ([f"states.W{i}.range"], {"low": 490, "high": 520}, {"low": 490, "high": 500}) for i in range(6)
    ]
    left, vaccine = identity["synthea_unrepaired"]
    assert (left["module"], left["at"], left["is"]) == ("m", ["states.C.codes[0]"], CRAVING)
    assert left["why"]
    assert (vaccine["module"], vaccine["at"], vaccine["is"]["display"]) == ("synthea", ["immunisations"], "varicella")


def test_names_of_vaccines_are_listed_only_where_synthea_gives_them(folder: Path) -> None:
    work = settings(folder, gmf="corrected", module=["m", "wellness"])
    assert {left["module"] for left in work.identity()["synthea_unrepaired"]} == {"m"}


@pytest.mark.parametrize(("mode", "charted"), [("compatible", 600), ("corrected", 500)])
def test_a_reading_beyond_what_a_human_being_has_ends_at_the_limit(tmp_path: Path, mode: str, charted: float) -> None:
    put = {"type": "VitalSign", "vital_sign": "Made up", "exact": {"quantity": 600}, "unit": "fL"}
    read = {**observed(WIDTH, 0, 1), "vital_sign": "Made up"}
    del read["range"]
    made = module("M", Late=LATE, Visit=VISIT, Put=put, Read=read, End={"type": "EncounterEnd"})
    results, _ = run(written(tmp_path, m=made), mode)
    assert {result.value for result in results} == {charted}
