"""What the corrected mode puts instead of wrong codes and impossible values, by a table of a few codes."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from healthsynth.errors import Problem
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.codings import Coding, codings
from healthsynth.spec.gmf.lint import lint
from healthsynth.spec.gmf.load import load
from healthsynth.spec.gmf.mending import Repair, mend
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.repairs import judged
from tests.spec.gmf.making import CODE, module, state, table, write


class Row(NamedTuple):
    displays: tuple[str, ...]
    inactive: bool = False


class Limits(NamedTuple):
    unit: str
    low: float
    high: float


KNOWN = {
    ("S", "44054006"): Row(("Diabetes mellitus type 2 (disorder)", "Type 2 diabetes mellitus")),
    ("S", "46028000"): Row(("Amputation of hand (procedure)",)),
    ("S", "895522007"): Row(("Amputation of left hand (procedure)",)),
    ("S", "235919008"): Row(("Gallbladder calculus (disorder)",)),
    ("S", "111111007"): Row(("Old name",), inactive=True),
    ("L", "1"): Row(("Twice",)),
    ("L", "2"): Row(("Twice",)),
    ("L", "2345-7"): Row(("Glucose [Mass/volume] in Serum or Plasma",)),
    ("L", "32207-3"): Row(("Platelet distribution width",)),
    ("R", "309309"): Row(("ciprofloxacin 500 MG Oral Tablet",)),
    ("R", "1656356"): Row(("sacubitril 97 MG Oral Tablet [Entresto]",)),
    ("R", "1656354"): Row(("sacubitril 97 MG Oral Tablet",)),
}
LIMITS = {"32207-3": Limits("fL", 1, 500)}

CASES: list[tuple[str, tuple[str, str, str], tuple[str, str, str] | str | None]] = [
    ("a right code stays out of the list", ("SNOMED-CT", "44054006", "Type 2 diabetes mellitus"), None),
    ("so does one whose name differs in case alone", ("SNOMED-CT", "44054006", "type 2 Diabetes Mellitus"), None),
    ("a code system that no table has is passed over", ("DICOM-DCM", "DX", "Digital Radiography"), None),
    ("a code gets the name that its system has",
     ("SNOMED-CT", "44054006", "Diabetes"), ("SNOMED-CT", "44054006", "Diabetes mellitus type 2 (disorder)")),
    ("a synonym without a common word is a name of the same thing",
     ("SNOMED-CT", "235919008", "Cholelithiasis"), ("SNOMED-CT", "235919008", "Gallbladder calculus (disorder)")),
    ("a missing name is filled in", ("LOINC", "2345-7", ""), ("LOINC", "2345-7", "Glucose [Mass/volume] in Serum or Plasma")),
    ("a name that says more and is that of one other code changes the number",
     ("SNOMED-CT", "46028000", "Amputation of left hand"), ("SNOMED-CT", "895522007", "Amputation of left hand (procedure)")),
    ("a name that says less is completed",
     ("RxNorm", "1656356", "sacubitril 97 MG Oral Tablet"), ("RxNorm", "1656356", "sacubitril 97 MG Oral Tablet [Entresto]")),
    ("a brand cut short is its drug", ("RxNorm", "309309", "Cipro 500"), ("RxNorm", "309309", "ciprofloxacin 500 MG Oral Tablet")),
    ("a number of another drug is not told from its name",
     ("RxNorm", "309309", "Leronlimab 700 MG Oral Tablet"), "of another drug, 'ciprofloxacin 500 MG Oral Tablet'"),
    ("a code under a wrong system goes to the one that has it under its name",
     ("LOINC", "44054006", "Type 2 diabetes mellitus"), ("SNOMED-CT", "44054006", "Type 2 diabetes mellitus")),
    ("so does one under a system that does not exist",
     ("SNOWMED", "44054006", "Type 2 diabetes mellitus"), ("SNOMED-CT", "44054006", "Type 2 diabetes mellitus")),
    ("a spelling of a system that the output does not know is set right",
     ("SNOMED", "44054006", "Type 2 diabetes mellitus"), ("SNOMED-CT", "44054006", "Type 2 diabetes mellitus")),
    ("a mistyped code is found by its name",
     ("SNOMED-CT", "44054007", "Type 2 diabetes mellitus"), ("SNOMED-CT", "44054006", "Diabetes mellitus type 2 (disorder)")),
    ("a code whose name two have is left", ("LOINC", "3", "Twice"), "2 codes have its name"),
    ("a code whose name none has is left", ("LOINC", "99999-0", "Craving"), "no code has its name"),
    ("a code that was given up replaces none", ("SNOMED-CT", "111111008", "Old name"), "no code has its name"),
    ("a code of an extension is not judged", ("SNOMED-CT", "428211000124100", "Anything"), "whether it is right is not known"),
    ("a system without a name is left", ("SNOWMED", "1", "Nothing"), "no code system is called so"),
]  # fmt: skip


def read(folder: Path, **states: Any) -> GmfLibrary:
    write(folder, "m", module(**states))
    library, problems = load([folder])
    assert problems == []
    return library


def as_json(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def repaired(library: GmfLibrary, running: tuple[str, ...] = ("m",)) -> tuple[GmfLibrary, tuple[Repair, ...]]:
    found = {coding for one in library.modules.values() for _, coding in codings(one)}
    return mend(library, judged(library, found, KNOWN), LIMITS, running)


@pytest.mark.parametrize(("given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_becomes_of_a_code(
    tmp_path: Path, given: tuple[str, str, str], expected: tuple[str, str, str] | str | None
) -> None:
    library = read(tmp_path, Here=state("Procedure", codes=[as_json(*given)]))
    mended, repairs = repaired(library)
    ((code,),) = [made.codes for made in mended.modules["m"].states.values() if isinstance(made, s.Procedure)]
    if isinstance(expected, tuple):
        assert (code.system, code.code, code.display) == expected
        assert repairs == (Repair("m", ("states.Here.codes[0]",), as_json(*given), as_json(*expected)),)
        return
    assert (code.system, code.code, code.display) == given
    assert [(one.before, one.after) for one in repairs] == ([(as_json(*given), {})] if expected else [])
    assert all(expected and expected in one.why for one in repairs)


def test_the_library_that_comes_in_is_not_changed(tmp_path: Path) -> None:
    library = read(tmp_path, Here=state("Procedure", codes=[as_json("SNOMED-CT", "44054006", "Diabetes")]))
    before = dict(library.modules["m"].states)
    mended, _ = repaired(library)
    assert library.modules["m"].states == before != mended.modules["m"].states
    assert repaired(mended)[0].modules["m"].states == mended.modules["m"].states


def test_every_place_of_a_code_is_repaired_conditions_too(tmp_path: Path) -> None:
    wrong = as_json("SNOMED-CT", "44054007", "Type 2 diabetes mellitus")
    ill = {"condition_type": "Active Condition", "codes": [wrong]}
    asked = {"condition_type": "And", "conditions": [{"condition_type": "Not", "condition": ill}, ill]}
    ways = [{"condition": asked, "transition": "Onset"}, {"transition": "Terminal"}]
    library = read(
        tmp_path, Ask=state("Simple", conditional_transition=ways), Onset=state("ConditionOnset", codes=[wrong])
    )
    mended, (repair,) = repaired(library)
    assert len(repair.places) == 3
    assert "44054007" not in repr(dict(mended.modules["m"].states))


def test_a_number_that_modules_ask_for_stays_and_gets_its_name(tmp_path: Path) -> None:
    """Whoever asks for an amputation of a hand means the left one too."""
    known = {
        "condition_type": "Active Condition",
        "codes": [as_json("SNOMED-CT", "46028000", "Amputation of hand (procedure)")],
    }
    left = as_json("SNOMED-CT", "46028000", "Amputation of left hand")
    library = read(
        tmp_path, Here=state("Procedure", codes=[left], direct_transition="Ask"), Ask=state("Guard", allow=known)
    )
    _, (repair,) = repaired(library)
    assert repair.after == as_json("SNOMED-CT", "46028000", "Amputation of hand (procedure)")


def test_an_unknown_code_with_names_of_two_things_is_left(tmp_path: Path) -> None:
    one, other = as_json("LOINC", "77", "Platelet distribution width"), as_json("LOINC", "77", "Craving")
    library = read(
        tmp_path, A=state("Procedure", codes=[one], direct_transition="B"), B=state("Procedure", codes=[other])
    )
    _, repairs = repaired(library)
    assert {one.why for one in repairs} == {"its names in the modules are not those of one code"}


def test_what_a_lookup_table_reads_stays(tmp_path: Path) -> None:
    table(tmp_path, "t.csv", "illness,A,B\nDiabetes,1,0\n")
    kind = state(
        "SetAttribute",
        attribute="illness",
        value_code=as_json("SNOMED-CT", "44054006", "Diabetes"),
        direct_transition="Ask",
    )
    ways = [{"transition": name, "default_probability": 0.5, "lookup_table_name": "t.csv"} for name in ("A", "B")]
    library = read(
        tmp_path, Set=kind, Ask=state("Simple", lookup_table_transition=ways), A=state("Simple"), B=state("Simple")
    )
    mended, (repair,) = repaired(library)
    assert mended.modules["m"].states == library.modules["m"].states
    assert repair.why == "a lookup table asks for what stands here"


def test_codes_outside_of_states_count_for_nothing(tmp_path: Path) -> None:
    wrong = as_json("SNOMED-CT", "44054006", "Diabetes")
    write(tmp_path, "m", {**module(Here=state("Simple")), **wrong, "about": wrong, "states.": [wrong]})
    library, _ = load([tmp_path])
    assert repaired(library)[1] == ()


def test_modules_that_do_not_run_are_left_alone(tmp_path: Path) -> None:
    library = read(tmp_path, Here=state("Procedure", codes=[as_json("SNOMED-CT", "44054006", "Diabetes")]))
    mended, repairs = repaired(library, ())
    assert (mended, repairs) == (library, ())


RANGES: list[tuple[str, dict[str, Any], tuple[float, float] | None, str]] = [
    ("a range is cut off at the limits", {"range": {"low": 150, "high": 520}}, (150, 500), ""),
    ("one within them stays", {"range": {"low": 150, "high": 400}}, None, ""),
    ("one of which nothing would be left stays", {"range": {"low": 600, "high": 700}}, None, "no part of it lies within the limits"),
    ("a fixed value stays", {"exact": {"quantity": 600}}, None, "it is one fixed value, and no other is known"),
    ("another unit is not compared", {"range": {"low": 150, "high": 520}, "unit": "mL"}, None, ""),
]  # fmt: skip


@pytest.mark.parametrize("panel", [False, True])
@pytest.mark.parametrize(("value", "cut", "why"), [case[1:] for case in RANGES], ids=[case[0] for case in RANGES])
def test_what_becomes_of_a_value(
    tmp_path: Path, value: dict[str, Any], cut: tuple[float, float] | None, why: str, panel: bool
) -> None:
    width = as_json("LOINC", "32207-3", "Platelet distribution width")
    fields = {"category": "laboratory", "unit": "fL", "codes": [width], **value}
    observed = (
        state("DiagnosticReport", codes=[width], observations=[fields]) if panel else state("Observation", **fields)
    )
    library = read(tmp_path, Here=observed)
    mended, repairs = repaired(library)
    here = mended.modules["m"].states["Here"]
    one = here.observations[0] if isinstance(here, s.DiagnosticReport) else here.observed  # type: ignore[attr-defined]
    if cut is not None:
        ((repair),) = repairs
        assert (one.range.low, one.range.high) == cut == tuple(repair.after.values())
        assert repair.places == (f"states.Here{'.observations[0]' if panel else ''}.range",)
        return
    assert mended.modules["m"].states == library.modules["m"].states
    assert [repair.why for repair in repairs] == ([why] if why else [])


HINTS = [
    ({**CODE, "display": "Gout"}, "it is 'Diabetes mellitus type 2 (disorder)'; `--gmf corrected` calls it so"),
    (
        as_json("SNOMED-CT", "46028000", "Amputation of left hand"),
        "; `--gmf corrected` takes SNOMED-CT 895522007 ('Amputation",
    ),
    (as_json("SNOWMED", "44054006", "Type 2 diabetes mellitus"), "`--gmf corrected` takes SNOMED-CT 44054006 ('Type 2"),
    (as_json("LOINC", "99999-0", "Craving"), "of an extension; `--gmf corrected` leaves it"),
]


@pytest.mark.parametrize(("code", "hint"), HINTS)
def test_lint_says_what_the_corrected_mode_does(tmp_path: Path, code: dict[str, str], hint: str) -> None:
    library = read(tmp_path, Here=state("Procedure", codes=[code]))
    found = judged(library, {Coding(**code)}, KNOWN)
    repaired = {coding: verdict.after for coding, verdict in found.items() if verdict.after}
    problems: list[Problem] = lint(library, KNOWN, repaired)
    assert [hint in problem.hint for problem in problems] == [True]
