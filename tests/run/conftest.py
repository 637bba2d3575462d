"""What tests of runs share."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from healthsynth.run.options import Options
from healthsynth.run.run import Run
from tests.run.fakes import FakePipeline, settings

ROOT = Path(__file__).parents[2]


def hashes(folder: Path) -> dict[str, str]:
    """Path -> SHA-256 of every file, hidden ones included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of 200 patients of a run that nobody disturbed."""
    output = tmp_path_factory.mktemp("whole") / "out"
    Run(settings(200), Options(output, 1), FakePipeline).go()
    return hashes(output)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a run of the fake pipeline in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.run.fake_run", *map(str, arguments)]
        process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()
