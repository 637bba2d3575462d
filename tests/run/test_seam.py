"""Formats that gather, merge or store elsewhere: when they are called, and what a killed run leaves of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from healthsynth.errors import HealthsynthError
from healthsynth.export.base import Appended, Files, Json, Output, Used
from healthsynth.export.database.parquet import ParquetFormat
from healthsynth.export.fhir import FhirExporter
from healthsynth.export.formats import CsvFormat
from healthsynth.export.ndjson import NdjsonFormat
from healthsynth.export.packing import Gzipped
from healthsynth.record.record import Record
from healthsynth.run.forecast import forecast
from healthsynth.run.options import Options
from healthsynth.run.run import Run
from tests.export.records import CONCEPTS
from tests.run.conftest import hashes
from tests.run.fakes import FakePipeline, settings

PATIENTS = 60  # three chunks


class _Plain:
    """What every format needs; writes nothing."""

    schema = "1"
    folders: tuple[str, ...] = ()

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None: ...

    def take(self) -> Json:
        return {}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None: ...


class Letters(_Plain):
    """Merges what patients append into two files; the second fails as long as `broken` is there."""

    folders = ("letters",)

    def __init__(self, broken: Path):
        self._broken = broken
        self.made: list[str] = []

    def add(self, record: Record, out: Output) -> None:
        out.append("letters/all", b"%d," % record.person.number)

    def merge(self, appended: Appended, out: Files) -> None:
        def second(path: Path) -> None:
            if self._broken.exists():
                raise HealthsynthError("it is broken")
            path.write_bytes(b"".join(appended.read("letters/all")))
            self.made.append("second")

        def first() -> Iterable[bytes]:
            self.made.append("first")
            return appended.read("letters/all", 10, 100)

        out.stream("letters/first.txt", (block for part in (first,) for block in part()))
        out.make("letters/second.txt", second)

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        return 2, 2 * sum(appended.values())


class Elsewhere(_Plain):
    """A sink that stores in a folder, a file a chunk; `fails` is the chunk whose run ends right after it was stored."""

    def __init__(self, told: list[Any], fails: int | None = None):
        self.told, self._fails = told, fails
        self._held: list[int] = []

    def bind(self, target: str | None) -> None:
        assert target is not None
        self._folder = Path(target)

    def prepare(self, identity: Json, done: Collection[int], replace: bool) -> None:
        self.told.append(("prepare", sorted(done), replace))

    def add(self, record: Record, out: Output) -> None:
        self._held.append(record.person.number)
        out.count("stored")

    def store(self, chunk: int) -> None:
        held, self._held = self._held, []
        with (self._folder / str(chunk)).open("x" if self._fails is not None else "w") as file:
            file.write(",".join(map(str, held)))
        if chunk == self._fails:
            raise HealthsynthError("the run ends here")

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self.told.append("finish")


def pipeline(make: Callable[[], Mapping[str, Any]]) -> Callable[..., FakePipeline]:
    def made(given) -> FakePipeline:
        found = FakePipeline(given)
        found.exporters = make()
        return found

    return made


def run(output: Path, formats: Callable[[], Mapping[str, Any]], wanted=None, **options: Any):
    return Run(wanted or settings(PATIENTS), Options(output, **{"workers": 1, **options}), pipeline(formats)).go()


# --- merging ----------------------------------------------------------------------------------------------------------
def test_a_merging_format_reads_what_chunks_appended_across_their_borders(tmp_path):
    run(tmp_path / "out", lambda: {"letters": Letters(tmp_path / "no")})
    whole = (tmp_path / "out/letters/second.txt").read_bytes()
    assert whole == b"".join(b"%d," % number for number in range(1, PATIENTS + 1))
    assert (tmp_path / "out/letters/first.txt").read_bytes() == whole[10:110]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["letters", "manifest.json"]


def test_files_that_a_killed_run_had_merged_are_not_made_again(tmp_path):
    broken = tmp_path / "broken"
    broken.touch()
    with pytest.raises(HealthsynthError, match=r"it is broken\n60 of 60 patients are there; to finish: .*--resume"):
        run(tmp_path / "out", lambda: {"letters": Letters(broken)})
    broken.unlink()
    again = Letters(broken)
    run(tmp_path / "out", lambda: {"letters": again}, resume=True)
    assert again.made == ["second"]
    run(tmp_path / "whole", lambda: {"letters": Letters(broken)})
    assert hashes(tmp_path / "out") == hashes(tmp_path / "whole")


def test_a_forecast_asks_the_format(tmp_path):
    given = settings(PATIENTS)
    found = forecast(given, 1, pipeline(lambda: {"letters": Letters(tmp_path / "no"), "sink": Elsewhere([])}))
    assert found.files == 2 + 1  # and the manifest
    assert 2 * 2 * PATIENTS <= found.bytes <= 2 * 3 * PATIENTS


# --- sinks ------------------------------------------------------------------------------------------------------------
def test_a_sink_is_prepared_stores_every_chunk_and_is_finished(tmp_path):
    told: list[Any] = []
    summary = run(tmp_path / "out", lambda: {"sink": Elsewhere(told)}, database_url=str(tmp_path))
    assert told == [("prepare", [], False), "finish"]
    assert [len((tmp_path / str(chunk)).read_text().split(",")) for chunk in range(3)] == [25, 25, 10]
    assert summary.manifest["counts"]["by_format"]["sink"] == {"stored": PATIENTS}
    assert str(tmp_path) not in (tmp_path / "out" / "manifest.json").read_text()


def test_a_chunk_that_was_stored_but_not_journalled_is_stored_again(tmp_path):
    told: list[Any] = []
    with pytest.raises(HealthsynthError, match="the run ends here"):
        run(tmp_path / "out", lambda: {"sink": Elsewhere(told, fails=1)}, database_url=str(tmp_path))
    assert (tmp_path / "1").exists()
    run(tmp_path / "out", lambda: {"sink": Elsewhere(told)}, database_url=str(tmp_path), resume=True)
    assert told == [("prepare", [], False), ("prepare", [0], False), "finish"]
    assert (tmp_path / "2").exists()


# --- the formats that are built in ------------------------------------------------------------------------------------
def _built_in(**more: Any) -> Callable[[], Mapping[str, Any]]:
    program: Any = SimpleNamespace(concepts=CONCEPTS)
    given = settings(PATIENTS, **more)
    return lambda: {
        "ndjson": NdjsonFormat(given, FhirExporter(concepts=CONCEPTS), "1"),
        "csv": Gzipped(CsvFormat(program)),
        "parquet": ParquetFormat(CONCEPTS),
    }


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory) -> dict[str, str]:
    output = tmp_path_factory.mktemp("one") / "out"
    run(output, _built_in(split_size=1, compress="gzip"))
    return hashes(output)


def test_workers_change_no_byte_of_what_is_gathered_and_merged(one_worker, tmp_path):
    run(tmp_path / "out", _built_in(split_size=1, compress="gzip"), workers=3)
    assert hashes(tmp_path / "out") == one_worker
    assert "ndjson/Observation.ndjson.gz" in one_worker
    assert "ndjson/Observation-2.ndjson.gz" in one_worker


@pytest.mark.parametrize("patient", [3, 55])
def test_a_run_that_was_stopped_ends_with_the_same_bytes(patient, one_worker, tmp_path):
    formats = _built_in(split_size=1, compress="gzip")

    def stopping(given) -> FakePipeline:
        found = pipeline(formats)(given)
        lives = found.patients

        def patients(number: int) -> Iterator[Record]:
            if number == patient:
                raise HealthsynthError("the run ends here")
            yield from lives(number)

        found.patients = patients  # type: ignore[method-assign]
        return found

    with pytest.raises(HealthsynthError, match="the run ends here"):
        Run(settings(PATIENTS), Options(tmp_path / "out", 1), stopping).go()
    run(tmp_path / "out", formats, resume=patient > 25)  # in the first chunk nothing is left to resume
    assert hashes(tmp_path / "out") == one_worker
