"""A pipeline without an engine: records made by hand, written by the CSV format and by a format that makes a file a patient."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from healthsynth.export.base import Exporter, Json, Output, Used
from healthsynth.export.formats import CsvFormat
from healthsynth.randomness import stream
from healthsynth.record.record import Record
from healthsynth.settings import Settings, read
from tests.export.records import CONCEPTS, sample_record


class FilesFormat:
    """files/<number>.txt, and files/shared.txt with the sum over all records."""

    schema = "1"
    folders = ("files",)

    def __init__(self) -> None:
        self._events = 0

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        draws = stream(record.person.seed, record.person.number, "fake")
        out.file(f"files/{record.person.number}.txt", f"{record.person.id} {draws.random()}\n".encode() * 500)
        out.count("files")
        self._events += len(record.events)

    def take(self) -> Json:
        taken, self._events = self._events, 0
        return {"events": taken}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        total = sum(each["events"] for each in taken)
        out.file("files/shared.txt", f"{total} events, {len(used.clinicians)} clinicians\n".encode())
        out.count("files")


class FakePipeline:
    """Patients of `tests.export.records`; every seventh also has somebody who died."""

    def __init__(self, settings: Settings, seconds: float = 0.0):
        self.settings = settings
        self._seconds = seconds
        program: Any = SimpleNamespace(concepts=CONCEPTS)
        self.exporters: Mapping[str, Exporter] = {"files": FilesFormat(), "csv": CsvFormat(program)}

    def patients(self, number: int) -> Iterator[Record]:
        time.sleep(self._seconds)
        if self.settings.deceased != "none" and number % 7 == 0:
            dead = sample_record(number + 100_000, dead=True)
            yield replace(dead, person=replace(dead.person, seed=self.settings.seed or 0))
        living = sample_record(number)
        yield replace(living, person=replace(living.person, seed=self.settings.seed or 0))

    def identity(self) -> dict[str, Any]:
        return {"version": "0", "program": "fake", "schemas": {name: e.schema for name, e in self.exporters.items()}}


def settings(population: int = 110, **more: Any) -> Settings:
    """Settings of a small run."""
    return read({"population": population, "seed": 42, "as_of": "2025-01-01", **more})
