"""One memory of validated shapes for all tests here, not the user's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.record.record import Record
from tests.export.records import CONCEPTS, ORIGINS


@pytest.fixture(autouse=True, scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture
def exporter() -> FhirExporter:
    return FhirExporter(origins=ORIGINS, concepts=CONCEPTS, notes=notes)


def notes(record):
    """A note for every visit that has events."""
    return {e.visit: f"Visit {e.visit} of {record.person.given}" for e in record.events if e.visit is not None}


def lines_of(exporter: FhirExporter, record: Record) -> dict[str, list[str]]:
    """Resource type -> the lines of NDJSON, each of which has an end."""
    texts = exporter.ndjson(record)
    assert all(line.endswith("\n") for lines in texts.values() for line in lines)
    return {kind: [line.removesuffix("\n") for line in lines] for kind, lines in texts.items()}
