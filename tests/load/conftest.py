"""A run that is small and has everything that matters: shared resources, circles, chains; as bundles and as NDJSON."""

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from healthsynth.cli.main import run
from tests.load.fake_server import FakeServer

PATIENTS = 3


def patient(number: int) -> list[dict]:
    """Seven resources in an order that no server would take one by one."""
    me = {"reference": f"Patient/p{number}"}
    return [
        {"resourceType": "Observation", "id": f"o{number}", "subject": me, "specimen": {"reference": f"Specimen/s{number}"}},
        {
            "resourceType": "Encounter", "id": f"e{number}", "subject": me, "serviceProvider": {"reference": "Organization/o"},
            "diagnosis": [{"condition": {"reference": f"Condition/c{number}"}}],
        },
        {"resourceType": "Condition", "id": f"c{number}", "subject": me, "encounter": {"reference": f"Encounter/e{number}"}},
        {"resourceType": "Specimen", "id": f"s{number}", "subject": me},
        {"resourceType": "Patient", "id": f"p{number}", "generalPractitioner": [{"reference": "Practitioner/d"}]},
        {"resourceType": "Observation", "id": f"x{number}", "subject": me, "note": [{"text": 'says "reference":"Patient/none"'}]},
        {"resourceType": "Provenance", "id": f"r{number}", "target": [me, {"reference": f"Observation/o{number}"}]},
    ]  # fmt: skip


SHARED = {
    "shared-0-organizations": [{"resourceType": "Organization", "id": "o"}],
    "shared-1-practitioners": [
        {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}},
        {"resourceType": "Practitioner", "id": "d", "qualification": [{"issuer": {"reference": "Organization/o"}}]},
    ],
}
TOTAL = 7 * PATIENTS + 3


def write(folder: Path, format_: str = "fhir", packed: bool = False) -> Path:
    """An output folder as `healthsynth generate` leaves it; `packed`: with --compress gzip, a gzip member a line."""
    units = {**SHARED, **{f"p{number}": patient(number) for number in range(PATIENTS)}}
    everything = [resource for resources in units.values() for resource in resources]
    files: dict[str, bytes] = {}
    if format_ == "fhir":
        for name, resources in units.items():
            bundle = {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [{"resource": one} for one in resources],
            }
            files[f"fhir/{name}.json"] = json.dumps(bundle).encode()
    else:
        for one in everything:
            line = json.dumps(one, separators=(",", ":")).encode() + b"\n"
            path = f"ndjson/{one['resourceType']}.ndjson"
            files[path] = files.get(path, b"") + line
    if packed:
        files = {
            f"{path}.gz": b"".join(map(gzip.compress, content.splitlines(keepends=True)))
            for path, content in files.items()
        }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    counts = Counter(one["resourceType"] for one in everything)
    listed = [
        {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in sorted(files.items())
    ]
    manifest = {"settings": {}, "counts": {"by_format": {format_: dict(counts)}}, "files": listed}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def output(tmp_path) -> Path:
    return write(tmp_path / "out")


@pytest.fixture
def server():
    found = FakeServer()
    yield found
    found.close()


@pytest.fixture
def cli(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Tries follow each other at once, so that tests take no time."""
    monkeypatch.setattr("healthsynth.load.server._FIRST", 0.001)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
