"""A folder of modules with one mistake each: every one is found at its line, with its code and a way out."""

import re
from pathlib import Path

import pytest

from healthsynth.compile.build import Library, compile_library, is_warning, link
from healthsynth.compile.check import check
from healthsynth.errors import ProblemsError

MODULES = Path(__file__).parent.parent / "modules"
BROKEN = sorted((MODULES / "broken").glob("*.yaml"))
EXPECTED = re.compile(r"^# expect: (HS\d+) at line (\d+)$", re.MULTILINE)


def problems_of(path: Path) -> list:
    linked, found = link(Library((), (MODULES,)), [path])
    return sorted({*found, *check(linked)})


def test_there_are_at_least_forty_broken_modules():
    assert len(BROKEN) >= 40


def test_the_module_they_are_made_from_has_no_mistake():
    assert problems_of(MODULES / "good.yaml") == []


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_module_is_reported_at_its_line_with_its_code_and_a_hint(path: Path):
    code, line = EXPECTED.search(path.read_text()).groups()
    errors = [problem for problem in problems_of(path) if not is_warning(problem)]
    assert [(problem.code, problem.line) for problem in errors] == [(code, int(line))]
    assert errors[0].hint
    assert errors[0].column >= 1
    assert errors[0].file == str(path)


def test_all_mistakes_of_all_files_are_reported_together(tmp_path: Path):
    for name in ("unknown_state", "no_evidence", "unclosed_bracket"):
        (tmp_path / f"{name}.yaml").write_text((MODULES / "broken" / f"{name}.yaml").read_text())
    with pytest.raises(ProblemsError) as raised:
        compile_library(Library((tmp_path,), (MODULES,)))
    assert {problem.code for problem in raised.value.problems} >= {"HS301", "HS204", "HS101"}


def test_a_mistake_in_a_module_that_is_not_chosen_does_not_stop_the_chosen_one(tmp_path: Path):
    (tmp_path / "no_evidence.yaml").write_text((MODULES / "broken" / "no_evidence.yaml").read_text())
    (tmp_path / "good.yaml").write_text(
        (MODULES / "good.yaml").read_text().replace("sweetness", "sweet_blood").replace("  nose", "  beak").replace("nose is", "beak is")
        .replace("  sugar:", "  sap:").replace("gives: [sweet_blood, sugar]", "gives: [sweet_blood]")
    )  # fmt: skip
    with pytest.raises(ProblemsError) as raised:
        compile_library(Library((tmp_path,), (MODULES,)), ["no_evidence"])
    assert {Path(problem.file).stem for problem in raised.value.problems} == {"no_evidence"}
