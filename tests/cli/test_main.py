"""The command line: near names, exit codes, one screen of errors, and a quick start."""

import json
import subprocess
import sys
import time
from importlib.metadata import entry_points

import pytest

from healthsynth.cli.main import app, run
from healthsynth.errors import Problem, ProblemsError
from healthsynth.export.formats import BUILT_IN
from healthsynth.settings import TABLE


@pytest.fixture
def cli(capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generat"], "there is no command 'generat': did you mean 'generate'?"),
        (["module", "lnit"], "there is no command 'lnit': did you mean 'list' or 'lint'?"),
        (["generate", "--popluation", "3"], "--population"),
        (["generate", "-p", "none"], "--population"),
        (["generate", "--state", "Massachusets"], "there is no state 'Massachusets'. did you mean 'Massachusetts'?"),
        (["generate", "--state", "MA", "--city", "Bostn"], "did you mean 'Boston'"),
        (["generate", "--format", "fihr"], "there is no format 'fihr'"),
        (["generate", "--format", "fihr"], "did you mean 'fhir'?"),
        (["generate", "--us-core", "6.1"], "did you mean '6.1.0'"),
        (["generate", "--resume", "--overwrite"], "choose one"),
        (["generate", "--workers", "-1"], "--workers"),
        (["generate", "-m", "diabtes*", "--modules", "nowhere"], "there is no folder of modules nowhere"),
        (["generate", "--settings", "nowhere.toml"], "cannot read nowhere.toml"),
        (["explain", "HS9999"], "there is no problem code 'HS9999'"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(arguments, words, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli(*arguments)
    assert code == 2
    assert out == ""
    assert words in err
    assert len(err.splitlines()) <= 2
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_settings_file_is_read_and_its_mistakes_are_named(cli, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('population = 3\nus-core = "7.0.0"\nsate = "MA"\n')
    code, _, err = cli("generate", "--settings", file)
    assert code == 2
    assert f"{file}: there is no setting 'sate'. did you mean 'state'?" in err
    file.write_text("population = 'x'\n")
    assert "run.toml: population: 'x' is not a whole number" in cli("generate", "--settings", file)[2]


def test_mistakes_in_modules_end_with_exit_code_1_and_nothing_generated(cli, tmp_path):
    broken = tmp_path / "modules"
    broken.mkdir()
    (broken / "broken.yaml").write_text("module: broken\ncurse: {}\n")
    code, _, err = cli("generate", "--modules", broken, "--no-builtin", "-o", tmp_path / "out")
    assert code == 1
    assert f"{broken / 'broken.yaml'}:2:1" in err
    assert not (tmp_path / "out").exists()


def test_an_error_is_one_screen_unless_all_is_asked_for(monkeypatch, cli):
    def fail(**_: object) -> None:
        raise ProblemsError(Problem("a.yaml", line, 1, "HS101", "is wrong") for line in range(1, 301))

    for command in app.registered_commands:
        if command.name == "explain":
            monkeypatch.setattr(command, "callback", lambda: fail())
    code, _, err = cli("explain")
    assert code == 1
    assert err.startswith("healthsynth: 300 problems\na.yaml:1:1  HS101")
    assert len(err.splitlines()) <= 42
    _, _, err = cli("explain", "--debug")
    assert "Traceback" in err
    assert "a.yaml:300:1" in err


def test_a_fault_of_healthsynth_has_no_traceback_unless_asked_for(monkeypatch, cli):
    for command in app.registered_commands:
        if command.name == "explain":
            monkeypatch.setattr(command, "callback", lambda: {}["missing"])
    code, _, err = cli("explain")
    assert code == 4
    assert err.startswith("healthsynth: KeyError: 'missing'\nThis is a fault of healthsynth")
    assert "Traceback" not in err
    assert "Traceback" in cli("--debug", "explain")[2]


def test_explain_has_a_paragraph(cli):
    code, out, _ = cli("explain", "hs303")
    assert code == 0
    assert out.startswith("HS303\n")
    assert len(out) > 60


def test_every_setting_is_an_option_with_its_help(cli):
    out = " ".join(cli("generate", "-h")[1].split())
    for row in TABLE:
        for flag in row.flags:
            assert flag.replace("/", " / ") in out
        assert row.help[1:40] in out


def test_built_in_formats_are_registered_like_any_other():
    if not (points := entry_points(group="healthsynth.exporters")):
        pytest.skip("the package is not installed")
    assert {point.name: point.value for point in points if point.value.startswith("healthsynth.")} == dict(BUILT_IN)


def test_help_loads_nothing_heavy():
    """0.3 s is the promise: `make bench` times it; here, what would break it is kept out."""
    code = (
        "import sys; from healthsynth.cli.main import run; run(['--help']);"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'lark', 'yaml', 'jinja2', 'orjson', 'fhir'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_forecast_writes_nothing(cli, tmp_path, library, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli("generate", "-p", "400", "-s", "1", "--dry-run", "--json", *library)
    assert code == 0, err
    told = json.loads(out)
    assert told["patients"] == 400
    assert told["files"] == 400 + 2 + 18 + 1  # bundles, shared bundles, tables, manifest
    assert told["bytes"] > 400 * 1000
    assert not list(tmp_path.iterdir())


def test_generating_prints_a_summary(cli, tmp_path, library):
    before = time.monotonic()
    code, out, err = cli("generate", "-p", "3", "-s", "1", "--workers", "1", "-o", tmp_path / "out", *library)
    assert code == 0, err
    assert out.startswith(f"3 patients in {tmp_path / 'out'}: 3 living on 2025-01-01, 0 deceased (seed 1)\n")
    assert time.monotonic() - before < 60
    code, out, err = cli("generate", "-p", "3", "-s", "1", "-o", tmp_path / "out", *library)
    assert (code, out) == (4, "")
    assert "holds a finished run" in err
    code, out, _ = cli("generate", "--resume", "--json", "-o", tmp_path / "out", *library)
    assert code == 0
    assert json.loads(out)["counts"]["living"] == 3


def test_workers_and_folders_change_no_byte_of_real_output(cli, tmp_path, library):
    """Bundles, tables, notes and the manifest of 30 patients, two chunks."""
    formats = [word for name in ("fhir", "csv", "html", "ndjson", "notes") for word in ("-f", name)]
    for workers in "12":
        out = tmp_path / workers / "out"
        code, _, err = cli(
            "generate",
            "-p",
            "30",
            "-s",
            "9",
            "-q",
            "--deceased",
            "recent",
            "--workers",
            workers,
            "-o",
            out,
            *formats,
            *library,
        )
        assert (code, err) == (0, "")
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in sorted(tmp_path.iterdir())
    )
    assert len(one) > 30
    assert one == two
