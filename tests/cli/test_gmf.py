"""The commands for modules, on modules in Synthea's format."""

from pathlib import Path

import pytest

from healthsynth.cli.main import run
from tests.spec.gmf.making import CODE, VISIT, module, state, write


@pytest.fixture
def cli(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one module that calls another."""
    modules = tmp_path / "modules"
    visit = state("Encounter", encounter_class="ambulatory", codes=[VISIT], direct_transition="Ill")
    ill = state("ConditionOnset", codes=[CODE], direct_transition="Over")
    write(modules, "deep/down/part", {**module(Visit=visit, Ill=ill, Over=state("EncounterEnd")), "name": "Part"})
    write(modules, "whole", {**module(Call=state("CallSubmodule", submodule="deep/down/part")), "name": "Whole"})
    return modules


def test_a_sound_folder_lints_without_errors(cli, folder: Path) -> None:
    code, _, err = cli("module", "lint", folder)
    assert code == 0
    assert err == "2 modules, 0 errors, 0 warnings\n"


def test_one_file_is_seen_with_the_modules_around_it(cli, folder: Path) -> None:
    code, out, err = cli("module", "lint", folder / "deep" / "down" / "part.json")
    assert (code, out, err) == (0, "", "1 modules, 0 errors, 0 warnings\n")


def test_mistakes_and_warnings_are_told_apart(cli, folder: Path) -> None:
    write(folder, "wrong", module(A=state("Simple", direct_transition="Gone"), B=state("Simple")))
    code, out, err = cli("module", "lint", folder)
    assert code == 1
    lines = out.splitlines()
    assert [("GM401" in line, line.endswith("[warning]")) for line in lines if "GM401" in line] == [(True, False)]
    assert all(line.endswith("[warning]") for line in lines if "GM5" in line)
    assert err.startswith("3 modules, 1 errors, ")


def test_a_folder_may_hold_both_kinds(cli, folder: Path) -> None:
    (folder / "bad.yaml").write_text("module: bad\n", encoding="utf-8")
    write(folder, "broken", "{")
    code, out, _ = cli("module", "lint", folder)
    assert code == 1
    assert "GM103" in out
    assert "HS105" in out


def test_what_is_not_there_is_a_wrong_use(cli, tmp_path: Path) -> None:
    code, _, err = cli("module", "lint", tmp_path / "gone.json")
    assert code == 2
    assert "there is no file or folder" in err


def test_modules_are_listed_and_submodules_counted(cli, folder: Path) -> None:
    _, out, _ = cli("module", "list", "--modules", folder)
    assert f"{'whole':32} Whole" in out
    assert out.rstrip().endswith("and 1 submodules")


@pytest.mark.parametrize("by_file", [True, False])
def test_a_module_is_shown_by_key_and_by_file(cli, folder: Path, by_file: bool) -> None:
    name = [folder / "deep/down/part.json"] if by_file else ["deep/down/part", "--modules", folder]
    code, out, _ = cli("module", "show", *name)
    assert code == 0
    assert out.startswith("Part  (deep/down/part; a submodule")
    assert "Called by: whole." in out


def test_a_graph_is_text_or_a_drawing(cli, folder: Path, tmp_path: Path) -> None:
    _, out, _ = cli("module", "graph", "whole", "--modules", folder)
    assert out == "Initial -> Call\nCall -> Terminal\n"
    cli("module", "graph", "whole", "--modules", folder, "-o", tmp_path / "whole.svg")
    assert (tmp_path / "whole.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_broken_module_is_not_shown(cli, folder: Path) -> None:
    write(folder, "wrong", module(A=state("Dellay")))
    code, _, err = cli("module", "show", "wrong", "--modules", folder)
    assert code == 1
    assert "GM202" in err


def test_a_module_is_converted_with_its_vocabulary(cli, folder: Path, tmp_path: Path) -> None:
    code, out, _ = cli("module", "convert", folder / "deep/down/part.json", "-o", tmp_path)
    assert code == 0
    assert (tmp_path / "deep_down_part.yaml").exists()
    assert (tmp_path / "vocabulary" / "deep_down_part_words.yaml").exists()
    assert "0 numbers want a source" in out
    _, lint, _ = cli("module", "lint", tmp_path / "deep_down_part.yaml")
    assert {line.split("  ")[1] for line in lint.splitlines()} == {"HS701", "HS702"}


def test_without_an_output_the_text_is_shown(cli, folder: Path) -> None:
    _, out, _ = cli("module", "convert", folder / "whole.json")
    assert "module: whole" in out


def test_what_is_no_module_file_is_not_converted(cli, tmp_path: Path) -> None:
    code, _, err = cli("module", "convert", tmp_path / "gone.json")
    assert code == 2
    assert "there is no module file" in err


def test_a_code_is_explained(cli) -> None:
    code, out, _ = cli("explain", "gm404")
    assert code == 0
    assert "no time passes" in out
