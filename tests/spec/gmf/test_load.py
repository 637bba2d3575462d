"""What is read is what stands there."""

from pathlib import Path
from typing import Any

import pytest

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf import transitions as t
from healthsynth.spec.gmf.load import is_gmf, load
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.values import Code, Distribution, Exact, Range
from tests.spec.gmf.making import CODE, module, state, table, write


def read(folder: Path, **states: Any) -> GmfModule:
    write(folder, "m", module(**states))
    library, problems = load([folder])
    assert problems == []
    return library.modules["m"]


def test_keys_are_paths_below_the_folder(tmp_path: Path) -> None:
    for key in ("top", "heart/cabg/after", "heart/test"):
        write(tmp_path, key, module())
    write(tmp_path, "lookup_tables/no_module", "{}")
    library, problems = load([tmp_path])
    assert problems == []
    assert list(library.modules) == ["heart/cabg/after", "heart/test", "top"]
    assert [m.key for m in library.top()] == ["top"]


def test_an_equal_key_in_a_later_folder_replaces_the_module(tmp_path: Path) -> None:
    write(tmp_path / "a", "m", {**module(), "name": "First"})
    write(tmp_path / "b", "m", {**module(), "name": "Second"})
    assert load([tmp_path / "a", tmp_path / "b"])[0].modules["m"].runtime_name == "Second Module"


def test_a_folder_without_json_is_none_of_these(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("")
    assert not is_gmf(tmp_path)
    write(tmp_path, "deep/m", module())
    assert is_gmf(tmp_path)


def test_forms_are_told_by_their_fields(tmp_path: Path) -> None:
    gaussian = {"kind": "GAUSSIAN", "round": True, "parameters": {"mean": 5, "standardDeviation": 2, "min": 1}}
    found = read(
        tmp_path,
        A=state("Delay", exact={"quantity": 2, "unit": "weeks"}, direct_transition="B"),
        B=state("Delay", range={"low": 1, "high": 2.5, "unit": "months"}, direct_transition="C"),
        C=state("Delay", distribution=gaussian, unit="days"),
    ).states
    assert found["A"] == s.Delay(name="A", transition=t.Direct("B"), exact=Exact(2, "weeks"))
    assert found["B"] == s.Delay(name="B", transition=t.Direct("C"), range=Range(1, 2.5, "months"))
    third = found["C"]
    assert isinstance(third, s.Delay)
    assert third.distribution == Distribution("GAUSSIAN", mean=5, sd=2, minimum=1, round=True)


def test_numbers_keep_their_kind_and_codes_become_texts(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        A=state("SetAttribute", attribute="a", value=3, direct_transition="B"),
        B=state("SetAttribute", attribute="a", value=3.0, direct_transition="C"),
        C=state("SetAttribute", attribute="a", direct_transition="D"),
        D=state("MedicationOrder", codes=[{"system": "RxNorm", "code": 197361, "display": "A tablet"}]),
    ).states
    values = [st.value for st in found.values() if isinstance(st, s.SetAttribute)]
    assert [(type(value), value) for value in values] == [(int, 3), (float, 3.0), (type(None), None)]
    drug = found["D"]
    assert isinstance(drug, s.MedicationOrder)
    assert drug.codes == (Code("RxNorm", "197361", "A tablet"),)


def test_white_space_in_the_kind_of_a_condition_does_not_matter(tmp_path: Path) -> None:
    both = [{"condition_type": kind, "codes": [CODE]} for kind in ("Active Condition", "ActiveCondition")]
    allow = {"condition_type": "At Least", "minimum": 1, "conditions": both}
    found = read(tmp_path, A=state("Guard", allow=allow)).states["A"]
    assert isinstance(found, s.Guard)
    active = c.Active("condition", (Code("SNOMED-CT", "44054006", CODE["display"]),))
    assert found.allow == c.AtLeast(1, (active, active))


@pytest.mark.parametrize(
    ("date", "instant"),
    [({"year": 1970, "month": 1, "day": 2, "hour": 0, "minute": 0, "second": 0, "millisecond": 5}, 86_400_005),
     ({"year": 1969, "month": 12, "day": 31}, -86_400_000)],
)  # fmt: skip
def test_a_date_is_an_instant(tmp_path: Path, date: dict[str, int], instant: int) -> None:
    found = read(tmp_path, A=state("Guard", allow={"condition_type": "Date", "operator": ">", "date": date})).states[
        "A"
    ]
    assert isinstance(found, s.Guard)
    assert found.allow == c.DateIs(">", instant=instant)


def test_a_table_keeps_the_order_of_its_columns(tmp_path: Path) -> None:
    ways = [{"transition": name, "default_probability": 0.5, "lookup_table_name": "t.csv"} for name in ("A", "B")]
    table(tmp_path, "t.csv", "\ufeffgender,age,time,B,A\nF,0-17,2020-01-01-2020-01-31,0.25,0.75\nM,18-140,0-999,1,0\n")
    write(
        tmp_path, "m", module(Here=state("Simple", lookup_table_transition=ways), A=state("Simple"), B=state("Simple"))
    )
    library, problems = load([tmp_path])
    assert problems == []
    found = library.tables["t.csv"]
    assert (found.attributes, found.states) == (("gender",), ("B", "A"))
    first, second = found.rows
    assert (first.age, first.texts, first.weights) == ((0, 17), ("F",), (0.25, 0.75))
    assert first.time == (1_577_836_800_000, 1_580_515_199_999)
    assert second.time == (0, 999)


def test_a_physiology_state_takes_its_other_way(tmp_path: Path) -> None:
    found = read(tmp_path, A={"type": "Physiology", "model": "x", "alt_direct_transition": "Terminal"})
    assert found.states["A"].transition == t.Direct("Terminal")


def test_unknown_fields_are_noted_and_no_mistake(tmp_path: Path) -> None:
    found = read(tmp_path, A=state("Simple", colour="red"))
    assert found.ignored == (("states", "A", "colour"),)


def test_deep_conditions_are_read(tmp_path: Path) -> None:
    allow: dict[str, Any] = {"condition_type": "True"}
    for _ in range(40):
        allow = {"condition_type": "Not", "condition": allow}
    found = read(tmp_path, A=state("Guard", allow=allow)).states["A"]
    assert isinstance(found, s.Guard)
    assert list(c.leaves(found.allow)) == [c.Constant(True)]
