"""Warnings: each at its place, and none for a module that is as it should be."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from healthsynth.spec.gmf.lint import lint
from healthsynth.spec.gmf.load import load
from tests.spec.gmf.making import CODE, VISIT, module, state, table, write


class Known(NamedTuple):
    displays: tuple[str, ...]


KNOWN = {
    ("S", CODE["code"]): Known((CODE["display"],)),
    ("S", VISIT["code"]): Known((VISIT["display"],)),
}


def warned(folder: Path) -> list[tuple[str, str]]:
    """(code, message) of every warning."""
    library, problems = load([folder])
    assert problems == []
    return [(problem.code, problem.message) for problem in lint(library, KNOWN)]


def options(*ways: tuple[Any, str]) -> list[dict[str, Any]]:
    return [{"transition": to} | ({"condition": asked} if asked else {}) for asked, to in ways]


def drawn(*weights: float) -> list[dict[str, Any]]:
    return [
        {"transition": to, "distribution": w} for w, to in zip(weights, ("Terminal", "Other", "Third"), strict=False)
    ]


OTHERS = {"Other": state("Simple"), "Third": state("Simple")}
UNSET = {"condition_type": "Attribute", "attribute": "flag", "operator": "is nil"}
SET = state("SetAttribute", attribute="flag", value=True, direct_transition="Here")
ONSET = state("ConditionOnset", codes=[CODE], direct_transition="Here")
DAYS = {"unit": "days"}

ODD: list[tuple[str, str, dict[str, Any]]] = [
    ("GM501", "states.Here.range.low: 5 is above high", {"Here": state("Symptom", symptom="Pain", range={"low": 5, "high": 1})}),
    ("GM502", "states.Here.distributed_transition: the weights add to 0.9",
     {"Here": state("Simple", distributed_transition=drawn(0.5, 0.4)), **OTHERS}),
    ("GM502", "add to 2", {"Here": state("Simple", distributed_transition=drawn(1, 1)), **OTHERS}),
    ("GM503", "states.Alone: no way leads here", {"Here": state("Simple"), "Alone": state("Simple")}),
    ("GM504", "nobody sets the attribute 'flagg'",
     {"Set": SET, "Here": state("Guard", allow={**UNSET, "attribute": "flagg"})}),
    ("GM504", "nobody sets the symptom", {"Here": state("Guard",
     allow={"condition_type": "Symptom", "symptom": "Pain", "operator": ">", "value": 1})}),
    ("GM504", "there is no vital sign 'Bmi'", {"Here": state("Guard",
     allow={"condition_type": "Vital Sign", "vital_sign": "Bmi", "operator": ">", "value": 1})}),
    ("GM504", "no module ever records", {"Here": state("Guard", allow={"condition_type": "Active Condition", "codes": [CODE]})}),
    ("GM505", "SNOMED-CT 999 (Nothing) is not in the table",
     {"Here": state("Procedure", codes=[{"system": "SNOMED-CT", "code": "999", "display": "Nothing"}])}),
    ("GM505", "'SNOWMED' is no code system", {"Here": state("Procedure", codes=[{**CODE, "system": "SNOWMED"}])}),
    ("GM506", "'Gout' is not a name of SNOMED-CT 44054006", {"Here": state("ConditionOnset", codes=[{**CODE, "display": "Gout"}])}),
    ("GM507", "nothing reads 'colour'", {"Here": state("Simple", colour="red")}),
    ("GM508", "no encounter is called 'Visit'", {"Here": state("ConditionOnset", codes=[CODE], target_encounter="Visit")}),
    ("GM508", "no state is called 'Gone'", {"Here": state("ConditionEnd", condition_onset="Gone")}),
    ("GM508", "neither a state nor an attribute", {"Here": state("Procedure", codes=[CODE], reason="why")}),
    ("GM508", "no state is called 'Gone'", {"Here": state("Guard", allow={"condition_type": "PriorState", "name": "Gone"})}),
    ("GM509", "never looked at", {"Set": SET,
     "Here": state("Simple", conditional_transition=options((None, "Other"), (UNSET, "Terminal"))), **OTHERS}),
    ("GM510", "the last option is taken", {"Set": SET,
     "Here": state("Simple", conditional_transition=options((UNSET, "Terminal")))}),
    ("GM511", "may loop without waiting", {"Set": SET,
     "Here": state("Simple", conditional_transition=options((UNSET, "Terminal"), (None, "Here")))}),
    ("GM512", "once and then never again", {"Here": state("Encounter", wellness=True, direct_transition="Here")}),
    ("GM513", "compared with a number and set to a truth value", {"Set": SET,
     "Here": state("Guard", allow={**UNSET, "operator": "==", "value": 3})}),
    ("GM514", "has the mean 6, not 5", {"Here": state("Delay", **DAYS,
     distribution={"kind": "EXPONENTIAL", "parameters": {"mean": 5}})}),
    ("GM514", "waits 1 to 6 days", {"Here": state("Delay", **DAYS,
     distribution={"kind": "UNIFORM", "parameters": {"low": 1, "high": 7}})}),
    ("GM514", "waits 0 years", {"Here": state("Delay", unit="years",
     distribution={"kind": "EXACT", "parameters": {"value": 0.5}})}),
    ("GM514", "almost constant", {"Here": state("Procedure", codes=[CODE], **DAYS,
     distribution={"kind": "GAUSSIAN", "parameters": {"mean": 3, "standardDeviation": 1, "min": 5}})}),
    ("GM514", "Race: Hispanic", {"Here": state("Guard", allow={"condition_type": "Race", "race": "Hispanic"})}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "said", "states"), ODD, ids=[f"{i}-{o[0]}" for i, o in enumerate(ODD)])
def test_an_oddity_is_told(tmp_path: Path, code: str, said: str, states: dict[str, Any]) -> None:
    first = next(iter(states))
    data = module(**states)
    if "Other" in states or "Third" in states:  # every helper state is reached
        every = [{"transition": name, "distribution": 1 / len(states)} for name in states]
        data["states"]["Initial"] = {"type": "Initial", "distributed_transition": every}
    write(tmp_path, "m", data)
    found = warned(tmp_path)
    assert [c for c, message in found if said in message] == [code], (first, found)
    assert {c for c, _ in found} == {code}


def test_a_sound_module_has_no_warning(tmp_path: Path) -> None:
    ways = options(({**UNSET, "operator": "is not nil"}, "Onset"), (None, "Terminal"))
    write(
        tmp_path,
        "m",
        module(
            Set=SET,
            Here=state("Simple", conditional_transition=ways),
            Onset=state("ConditionOnset", codes=[CODE], target_encounter="Visit", direct_transition="Visit"),
            Visit=state(
                "Encounter", encounter_class="ambulatory", codes=[VISIT], reason="Onset", direct_transition="Over"
            ),
            Over=state("EncounterEnd"),
        ),
    )
    assert warned(tmp_path) == []


def test_a_gate_with_an_end_behind_it_opens_again(tmp_path: Path) -> None:
    gate = state("Encounter", wellness=True, direct_transition="Over")
    write(tmp_path, "m", module(Gate=gate, Over=state("EncounterEnd", direct_transition="Gate")))
    assert warned(tmp_path) == []


def test_rows_of_a_table_that_do_not_add_to_one_are_counted(tmp_path: Path) -> None:
    ways = [{"transition": name, "default_probability": 0.5, "lookup_table_name": "t.csv"} for name in ("A", "B")]
    table(tmp_path, "t.csv", "age,A,B\n0-9,0.5,0.5\n10-19,0.2,0.5\n20-29,0,0\n")
    write(
        tmp_path, "m", module(Here=state("Simple", lookup_table_transition=ways), A=state("Simple"), B=state("Simple"))
    )
    ((code, message),) = warned(tmp_path)
    assert code == "GM502"
    assert message == "2 rows with weights that do not add to 1; the first adds to 0.7"


def test_a_submodule_that_nobody_calls_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a/called", {**module(), "name": "Called"})
    write(tmp_path, "a/alone", {**module(), "name": "Alone"})
    write(tmp_path, "m", module(A=state("CallSubmodule", submodule="a/called")))
    assert [code for code, _ in warned(tmp_path)] == ["GM503"]


def test_equal_names_of_two_submodules_are_told(tmp_path: Path) -> None:
    write(tmp_path, "a/one", module())
    write(tmp_path, "a/two", module())
    write(tmp_path, "m", module(A=state("CallSubmodule", submodule="a/one", direct_transition="B"),
                                B=state("CallSubmodule", submodule="a/two")))  # fmt: skip
    assert [code for code, _ in warned(tmp_path)] == ["GM514", "GM514"]


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    write(tmp_path, "m", '{"name": "x", "name": "y", "states": {"Initial": {"type": "Terminal"}}}')
    assert warned(tmp_path) == [("GM507", "the key 'name' stands twice in one object")]
