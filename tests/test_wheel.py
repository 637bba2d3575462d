"""What `pip install .` brings: the package with modules, templates and tables inside, and nothing of the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    pytest.importorskip("hatchling", reason="the build tools are in requirements.lock")
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = target.glob("*.whl")
    return found


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_modules_templates_and_tables(wheel):
    inside = names(wheel)
    for folder, at in (("clinical_modules", "_resources/"), ("templates", "_resources/"), ("healthsynth/data", "")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                name = path.relative_to(ROOT).as_posix()
                assert (f"healthsynth/{at}{name}" if at else name) in inside
    assert "healthsynth/py.typed" in inside
    assert not [name for name in inside if name.startswith("tests/")]


def test_the_wheel_runs_without_the_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, 'site'); import healthsynth; from healthsynth import resources;"
        "print(healthsynth.__file__, resources.modules(), resources.templates(), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert all(line.startswith(str(tmp_path / "site")) for line in done.stdout.splitlines())
    run = [sys.executable, "-c", "import sys; sys.path.insert(0, 'site'); from healthsynth.cli import main; main()"]
    done = subprocess.run([*run, "module", "list"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "wellness" in done.stdout
