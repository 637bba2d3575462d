"""Broken modules: each mistake is found at its place, with its code and a way out, and none hides another."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from healthsynth.errors import Problem
from healthsynth.spec.gmf import explanations
from healthsynth.spec.gmf.explanations import GMF
from healthsynth.spec.gmf.load import MAX_BYTES, load
from tests.spec.gmf.making import CODE, VISIT, module, state, table, write

DELAY = {"quantity": 1, "unit": "days"}


def asked(**condition: Any) -> dict[str, Any]:
    """A guard's module."""
    return module(Wait=state("Guard", allow=condition))


def ways(**fields: Any) -> dict[str, Any]:
    return module(Here=state("Simple", **fields))


BROKEN: list[tuple[str, str, str, Any]] = [
    # code, place, part of the hint or message, module
    ("GM104", "$", "states", {"name": "No states"}),
    ("GM104", "$", "name", {"states": module()["states"]}),
    ("GM105", "states", "object", {"name": "List", "states": []}),
    ("GM106", "gmf_version", "versions 1 and 2", {**module(), "gmf_version": 3}),
    ("GM201", "states", "Initial", {"name": "Lost", "states": {"initial": {"type": "Terminal"}}}),
    ("GM202", "states.A.type", "'Delay'", module(A=state("Dellay", exact=DELAY))),
    ("GM204", "states.A", "direct_transition", module(A={"type": "Simple"})),
    ("GM401", "states.A.direct_transition", "'Terminal'", module(A=state("Simple", direct_transition="Termnal"), B=state("Simple"))),
    ("GM401", "states.Here.distributed_transition", "leads to 'Gone'",
     ways(distributed_transition=[{"transition": "Gone", "distribution": 1}])),
    ("GM401", "states.Here.complex_transition", "leads to 'Gone'",
     ways(complex_transition=[{"distributions": [{"transition": "Gone", "distribution": 1}]}])),
    ("GM104", "states.Here.distributed_transition", "is empty", ways(distributed_transition=[])),
    ("GM104", "states.Here.distributed_transition[0]", "'distribution' is missing",
     ways(distributed_transition=[{"transition": "Terminal"}])),
    ("GM105", "states.Here.distributed_transition[0].distribution", "a number",
     ways(distributed_transition=[{"transition": "Terminal", "distribution": "0.5"}])),
    ("GM104", "states.Here.complex_transition[0]", "distributions", ways(complex_transition=[{"distributions": []}])),
    ("GM104", "states.A", "exact, range or distribution", module(A=state("Delay"))),
    ("GM106", "states.A.exact.unit", "'days'", module(A=state("Delay", exact={"quantity": 1, "unit": "day"}))),
    ("GM104", "states.A.range", "'high' is missing", module(A=state("Delay", range={"low": 1, "unit": "days"}))),
    ("GM104", "states.A", "'unit' is missing",
     module(A=state("Delay", distribution={"kind": "EXACT", "parameters": {"value": 1}}))),
    ("GM106", "states.A.distribution.kind", "GAUSSIAN",
     module(A=state("Delay", unit="days", distribution={"kind": "GAUSSAIN", "parameters": {"mean": 1}}))),
    ("GM104", "states.A.distribution.parameters", "'standardDeviation' is missing",
     module(A=state("Delay", unit="days", distribution={"kind": "GAUSSIAN", "parameters": {"mean": 1}}))),
    ("GM107", "states.A.distribution.parameters", "standard deviation", module(A=state("Delay", unit="days",
     distribution={"kind": "GAUSSIAN", "parameters": {"mean": 1, "standardDeviation": -1}}))),
    ("GM104", "states.A.distribution.kind", "is empty",
     module(A=state("Delay", unit="days", distribution={"kind": "", "parameters": {"value": 1}}))),
    ("GM107", "states.A.exact.quantity", "plain number",
     module(A=state("Delay", exact={"quantity": 10**400, "unit": "days"}))),
    ("GM104", "states.A", "'allow' is missing", module(A=state("Guard"))),
    ("GM203", "states.Wait.allow.condition_type", "Active Condition", asked(condition_type="Active Conditon", codes=[CODE])),
    ("GM106", "states.Wait.allow.operator", "is one of", asked(condition_type="Age", operator="=>", quantity=1, unit="years")),
    ("GM106", "states.Wait.allow.unit", "years, months", asked(condition_type="Age", operator=">", quantity=1, unit="days")),
    ("GM107", "states.Wait.allow.month", "1 to 12", asked(condition_type="Date", operator="==", month=13)),
    ("GM107", "states.Wait.allow.date", "no date",
     asked(condition_type="Date", operator="<", date={"year": 2021, "month": 2, "day": 30})),
    ("GM104", "states.Wait.allow", "year, month, date", asked(condition_type="Date", operator="<")),
    ("GM106", "states.Wait.allow.gender", "M, F", asked(condition_type="Gender", gender="female")),
    ("GM106", "states.Wait.allow.race", "white", asked(condition_type="Race", race="Whiet")),
    ("GM104", "states.Wait.allow", "add codes", asked(condition_type="Active Condition")),
    ("GM104", "states.Wait.allow.conditions[1]", "'value' is missing", asked(condition_type="And", conditions=[
        {"condition_type": "True"}, {"condition_type": "Attribute", "attribute": "a", "operator": "=="}])),
    ("GM104", "states.Wait.allow", "'condition' is missing", asked(condition_type="Not")),
    ("GM104", "states.A", "'codes' is missing", module(A=state("ConditionOnset"))),
    ("GM104", "states.A.codes", "is empty", module(A=state("Procedure", codes=[]))),
    ("GM104", "states.A.codes[0]", "'system' is missing", module(A=state("Procedure", codes=[{"code": "1"}]))),
    ("GM105", "states.A.codes[0].code", "not a text",
     module(A=state("Procedure", codes=[{"system": "SNOMED-CT", "code": 1.5, "display": "x"}]))),
    ("GM106", "states.A.encounter_class", "inpatient", module(A=state("Encounter", encounter_class="inpatiant", codes=[VISIT]))),
    ("GM104", "states.A", "'codes' is missing", module(A=state("Encounter", encounter_class="inpatient"))),
    ("GM104", "states.A", "what ends", module(A=state("ConditionEnd"))),
    ("GM205", "states.A", "unit", module(A=state("Observation", codes=[CODE], range={"low": 1, "high": 2}))),
    ("GM106", "states.A.category", "laboratory", module(A=state("Observation", codes=[CODE], category="labratory"))),
    ("GM107", "states.A.prescription.dosage.period", "above 0", module(A=state("MedicationOrder", codes=[CODE],
     prescription={"dosage": {"amount": 1, "frequency": 1, "period": 0, "unit": "days"}}))),
    ("GM107", "states.A.reactions[0].possible_severities", "add to 1.5", module(A=state("AllergyOnset", codes=[CODE],
     reactions=[{"reaction": CODE, "possible_severities": [{"level": "mild", "value": 1.5}]}]))),
    ("GM104", "states.A", "has no value", module(A=state("VitalSign", vital_sign="BMI"))),
    ("GM402", "states.A.submodule", "'sub/there'", module(A=state("CallSubmodule", submodule="sub/ther"))),
    ("GM404", "states.A", "Delay", module(A=state("Simple", direct_transition="B"), B=state("Simple", direct_transition="A"))),
    ("GM404", "states.A", "without a way out",
     module(A=state("Delay", exact={"quantity": 0, "unit": "days"}, direct_transition="A"))),
    ("GM304", "states.Here.lookup_table_transition", "does not exist", ways(lookup_table_transition=[
        {"transition": "Terminal", "default_probability": 1, "lookup_table_name": "gone.csv"}])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "place", "word", "data"), BROKEN, ids=[f"{i}-{b[0]}-{b[1]}" for i, b in enumerate(BROKEN)]
)
def test_a_mistake_is_reported_at_its_place(tmp_path: Path, code: str, place: str, word: str, data: Any) -> None:
    write(tmp_path, "sub/there", module())
    file = write(tmp_path, "broken", data)
    _, problems = load([tmp_path])
    found = [p for p in problems if p.code == code and p.message.startswith(f"{place}: ")]
    assert found, problems
    assert word in found[0].message + found[0].hint
    assert found[0].file == str(file)
    assert found[0].line >= 1
    assert found[0].hint


def test_every_code_has_a_paragraph() -> None:
    layers = Path(explanations.__file__).parents[2]
    files = [file for layer in ("spec", "compile") for file in (layers / layer / "gmf").rglob("*.py")]
    used = {code for file in files for code in re.findall(r'"(GM\d{3})"', file.read_text(encoding="utf-8"))}
    assert used == set(GMF)


def test_the_line_is_that_of_the_state(tmp_path: Path) -> None:
    text = json.dumps(module(A=state("Simple", direct_transition="Gone")), indent=1)
    write(tmp_path, "m", text)
    (problem,) = load([tmp_path])[1]
    assert '"direct_transition": "Gone"' in text.splitlines()[problem.line - 1]
    assert problem.column == text.splitlines()[problem.line - 1].index('"') + 1


def one(folder: Path, text: str) -> Problem:
    write(folder, "m", text)
    (problem,) = load([folder])[1]
    return problem


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"name": "x",\n "states": {"Initial": {"type": "Initial",}\n}', 2),
        ("", 1),
        ('{"name": NaN}', 1),
        ("[" * 100_000, 1),
    ],
)
def test_what_is_no_json_says_where(tmp_path: Path, text: str, line: int) -> None:
    problem = one(tmp_path, text)
    assert (problem.code, problem.line) == ("GM103", line)


def test_a_file_of_50_mb_is_not_looked_into(tmp_path: Path) -> None:
    assert MAX_BYTES < 50_000_000
    with write(tmp_path, "m", "").open("wb") as file:
        file.truncate(50_000_000)
    (problem,) = load([tmp_path])[1]
    assert (problem.code, problem.message) == ("GM102", "has 50 MB")


def test_a_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "m", "").write_bytes(b'{"name": "\xff"}')
    (problem,) = load([tmp_path])[1]
    assert problem.code == "GM101"


def test_submodules_that_call_each_other_are_reported_once(tmp_path: Path) -> None:
    for key, other in (("a/one", "a/two"), ("a/two", "a/one")):
        write(tmp_path, key, module(A=state("CallSubmodule", submodule=other)))
    (problem,) = load([tmp_path])[1]
    assert problem.code == "GM403"
    assert "a/one and a/two" in problem.message


def test_a_circle_that_a_condition_leads_out_of_is_no_error(tmp_path: Path) -> None:
    out = [
        {
            "condition": {"condition_type": "Attribute", "attribute": "n", "operator": "<", "value": 3},
            "transition": "Count",
        },
        {"transition": "Terminal"},
    ]
    count = state("Counter", attribute="n", action="increment", conditional_transition=out)
    write(tmp_path, "m", module(Count=count))
    assert load([tmp_path])[1] == []


TABLE = [{"transition": name, "default_probability": 0.5, "lookup_table_name": "t.csv"} for name in ("A", "B")]
TABLES = [
    ("GM301", 1, "no rows", "age,A,B\n"),
    ("GM302", 1, "'B' is not there", "age,A,C\n0-9,1,0\n"),
    ("GM302", 1, "stands before other columns", "B,age,A\n1,0-9,0\n"),
    ("GM302", 1, "whom a row is for", "A,B\n1,0\n"),
    ("GM302", 1, "stands twice", "age,age,A,B\n0-9,0-9,1,0\n"),
    ("GM303", 2, "no age", "age,A,B\n9 to 10,1,0\n"),
    ("GM303", 3, "no number", "age,A,B\n0-9,1,0\n10-19,one,0\n"),
    ("GM303", 2, "not between 0 and 1", "age,A,B\n0-9,-1,0\n"),
    ("GM303", 2, "no time", "time,A,B\n2020-01-01,1,0\n"),
    ("GM303", 2, "has 2 fields", "age,A,B\n0-9,1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "line", "word", "text"), TABLES, ids=[t[2] for t in TABLES])
def test_a_wrong_table_is_reported_at_its_line(tmp_path: Path, code: str, line: int, word: str, text: str) -> None:
    write(
        tmp_path, "m", module(Here=state("Simple", lookup_table_transition=TABLE), A=state("Simple"), B=state("Simple"))
    )
    file = table(tmp_path, "t.csv", text)
    (problem, *more) = [p for p in load([tmp_path])[1] if word in p.message]
    assert (problem.code, problem.line, problem.file) == (code, line, str(file))
    assert not more


def test_a_table_cannot_serve_two_sets_of_states(tmp_path: Path) -> None:
    other = [{**TABLE[0], "transition": "C"}, TABLE[1]]
    states = {name: state("Simple") for name in "ABC"}
    here = state("Simple", lookup_table_transition=TABLE)
    write(tmp_path, "m", module(Here=here, There=state("Simple", lookup_table_transition=other), **states))
    table(tmp_path, "t.csv", "age,A,B\n0-9,1,0\n")
    assert [p.code for p in load([tmp_path])[1]] == ["GM305"]


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, "a", module(A=state("Dellay"), B=state("Guard")))
    write(tmp_path, "b", "{")
    write(tmp_path, "c", module(A=state("Simple", direct_transition="Gone")))
    _, problems = load([tmp_path])
    assert {(Path(p.file).stem, p.code) for p in problems} == {
        ("a", "GM202"), ("a", "GM104"), ("b", "GM103"), ("c", "GM401"),
    }  # fmt: skip
