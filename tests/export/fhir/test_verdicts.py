"""What passed once is not asked again: across exporters, processes, broken files and read-only homes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from healthsynth.errors import ProblemsError
from healthsynth.export.fhir import FhirExporter, verdicts
from healthsynth.export.fhir.verdicts import Verdicts
from tests.export.records import CONCEPTS, sample_record

GOOD = {"resourceType": "Basic", "id": "a", "code": {"text": "good"}}
BAD = {**GOOD, "code": {"text": "bad"}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What was validated, with a memory of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    seen: list[Any] = []

    def findings(resource: Any, guide: str) -> list[tuple[str, str, str]]:
        seen.append(resource)
        is_bad = resource["resourceType"] == "Basic" and resource["code"]["text"] == "bad"
        return [("structure", "Basic.code", "bad")] if is_bad else []

    monkeypatch.setattr(verdicts, "_findings", findings)
    return seen


def memory(tmp_path: Path) -> Path:
    return next((tmp_path / "healthsynth").iterdir())


def test_a_second_exporter_asks_nothing(asked: list[Any]):
    first = FhirExporter(concepts=CONCEPTS).bundle(sample_record())
    count = len(asked)
    assert count > 30
    assert FhirExporter(concepts=CONCEPTS).bundle(sample_record()) == first
    assert len(asked) == count


def test_a_new_shape_is_asked_with_its_first_instance(asked: list[Any]):
    FhirExporter(concepts=CONCEPTS).bundle(sample_record())
    person = sample_record().person
    assert any(resource["id"] == person.id for resource in asked if resource["resourceType"] == "Patient")


def test_another_guide_is_asked_anew(asked: list[Any]):
    assert Verdicts("6.1.0", ()).check_shape(GOOD, (), lambda: [GOOD], None)
    assert not Verdicts("6.1.0", ()).check_shape(GOOD, (), lambda: [GOOD], None)
    assert Verdicts("7.0.0", ()).check_shape(GOOD, (), lambda: [GOOD], None)


def test_what_failed_is_not_remembered(asked: list[Any]):
    for _ in range(2):
        with pytest.raises(ProblemsError):
            Verdicts("none", ()).check_shape(BAD, (), lambda: [BAD], None)
    assert len(asked) == 2


def test_a_line_cut_short_spoils_only_itself(asked: list[Any], tmp_path: Path):
    Verdicts("none", ()).check_shape(GOOD, (), lambda: [GOOD], None)
    file = memory(tmp_path)
    file.write_bytes(file.read_bytes()[:-9])
    assert Verdicts("none", ()).check_shape(GOOD, (), lambda: [GOOD], None)
    assert not Verdicts("none", ()).check_shape(GOOD, (), lambda: [GOOD], None)


def test_without_a_place_to_write_everything_still_works(
    asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    one = Verdicts("none", ())
    assert one.check_shape(GOOD, (), lambda: [GOOD], None)
    assert not one.check_shape(GOOD, (), lambda: [GOOD], None)


def test_processes_write_whole_lines_at_the_same_time(asked: list[Any], tmp_path: Path):
    code = (
        "import sys; from healthsynth.export.fhir import verdicts\n"
        "verdicts._findings = lambda resource, guide: []\n"
        "v = verdicts.Verdicts('none', ())\n"
        "for n in range(300): v.check_shape({'resourceType': 'Basic', 'id': f'{sys.argv[1]}-{n}'}, (), list, None)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(n)]) for n in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    lines = [line for line in memory(tmp_path).read_bytes().split(b"\n") if line]
    assert len(lines) == len(set(lines)) == 900
    assert all(len(line) == 32 for line in lines)


def test_a_known_exporter_starts_without_the_slow_models(memory_of_all: None):
    code = (
        "import sys; from tests.export.records import *; from healthsynth.export.fhir import FhirExporter\n"
        "FhirExporter(concepts=CONCEPTS).bundle(sample_record()); print('fhir.resources' in sys.modules)"
    )
    FhirExporter(concepts=CONCEPTS).bundle(sample_record())
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.fixture
def memory_of_all(memory: Path) -> None:
    """The session's memory, not one of the test's own."""
