"""README says what is: its commands exist, its module lints, its numbers are those of the command."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from healthsynth.cli.main import run
from healthsynth.compile.linting import lint
from healthsynth.spec.skeleton import write
from scripts.build_readme import MARKED

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "clinical_modules" / "README.md"]
README = PAGES[0].read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every `healthsynth ...` in code of the pages, once."""
    found: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        spans = [
            *re.findall(r"`(healthsynth [^`]+)`", text),
            *re.findall(r"^    (healthsynth [^#\n]+)", text, re.MULTILINE),
        ]
        found.update(dict.fromkeys(span.strip() for span in spans if "..." not in span))
    return list(found)


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_pages_exists_with_its_options(command, capsys):
    words = [word for word in shlex.split(command)[1:] if not re.fullmatch(r"[A-Z]+", word)]
    group = words[:2] if words[0] == "module" else words[:1]
    assert run([*group, "--help"]) == 0
    told = capsys.readouterr().out
    for word in words[len(group) :]:
        if word.startswith("-"):
            assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told), f"{command}: there is no option {word}"


def test_the_makefile_has_the_targets_that_are_named():
    named = {
        name for page in PAGES for name in re.findall(r"(?:`|    )make ([a-z]+)", page.read_text(encoding="utf-8"))
    }
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test", "check"} <= named <= targets


def test_the_module_of_the_readme_has_no_mistake(tmp_path):
    (heart,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = write("back_pain", tmp_path)
    skeleton = path.read_text(encoding="utf-8")
    before, after = skeleton[: skeleton.index("numbers:")], skeleton[skeleton.index("expect:") :]
    path.write_text(f"{before}{heart}\n{after}", encoding="utf-8")
    problems, _ = lint([path])
    assert not [str(problem) for problem in problems if problem.file.endswith("back_pain.yaml")]


def test_links_lead_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=\[]", word)[0] for word in project["dependencies"]}
    assert needed == set(
        re.findall(r"^\| ([a-z0-9.]+) \| (?!option)", README.split("## What it needs")[1], re.MULTILINE)
    ) - {"package"}


def test_the_output_shown_is_of_the_command_named():
    """`python scripts/build_readme.py` refreshes it; the rate is the machine's and changes."""
    (shown,) = MARKED.finditer(README)
    lines = shown[0].splitlines()
    assert re.search(
        r"^    100 patients in demo: 100 living on 2026-01-01, 0 deceased \(seed 42\)$", shown[0], re.MULTILINE
    )
    assert "most frequent conditions in the charts" in shown[0]
    assert len(lines) > 10
