"""`--dry-run`: a few patients, spread over the population, are made in memory; the rest follows from them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from healthsynth.run import chunks
from healthsynth.run.facts import Facts
from healthsynth.run.summary import duration, size
from healthsynth.run.worker import Work
from healthsynth.settings import Settings

SAMPLE = 12


class _Counted:
    """Takes what exporters write, and keeps only its size."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.appended: set[str] = set()

    def file(self, path: str, content: bytes) -> None:
        self.files += 1
        self.bytes += len(content)

    def append(self, path: str, content: bytes) -> None:
        self.appended.add(path)
        self.bytes += len(content)

    def count(self, what: str, number: int = 1) -> None: ...


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will be like, from a sample of its patients."""

    patients: int
    sample: int
    files: int
    bytes: int
    seconds: float
    workers: int
    chunks: int

    def plain(self) -> dict[str, Any]:
        """For --json."""
        return {
            "patients": self.patients, "sample": self.sample, "files": self.files, "bytes": self.bytes,
            "seconds": round(self.seconds, 1), "workers": self.workers, "chunks": self.chunks,
        }  # fmt: skip

    def text(self) -> str:
        """For people."""
        processes = f"{self.workers} worker{'s' if self.workers != 1 else ''}"
        return (
            f"about {self.patients:,} patients, {self.files:,} files, {size(self.bytes)} in {duration(self.seconds)} "
            f"with {processes}\n(from {self.sample} patients; nothing was written)"
        )


def forecast(settings: Settings, workers: int, make: Callable[[Settings], Work]) -> Forecast:
    """Live a few patients and extrapolate; writes nothing.

    Args:
        settings: resolved ones.
        workers: how many processes the run would have.
        make: makes the pipeline.
    """
    begun = time.perf_counter()
    work = make(settings)
    exporters = work.exporters
    for number in settings.numbers[:1]:  # the first patient pays for what is loaded when first used
        _live(work, number, _Counted(), Facts())
    prepared = time.perf_counter() - begun
    sample = min(SAMPLE, settings.population)
    numbers = [settings.numbers[i * settings.population // sample] for i in range(sample)]
    out, facts = _Counted(), Facts()
    start = time.perf_counter()
    for number in numbers:
        _live(work, number, out, facts)
    each = (time.perf_counter() - start) / sample
    shared = _Counted()
    for exporter in exporters.values():
        exporter.finish(facts.used, (exporter.take(),), shared)
    parts, scale = chunks.count(settings), settings.population / sample
    used = min(workers, parts)
    heads = {path for exporter in exporters.values() for path in exporter.heads()}
    return Forecast(
        round((facts.living + facts.deceased) * scale),
        sample,
        round(out.files * scale) + len(heads | out.appended) + shared.files + 1,
        round(out.bytes * scale + shared.bytes),
        prepared + each * settings.population / used,
        used,
        parts,
    )


def _live(work: Work, number: int, out: _Counted, facts: Facts) -> None:
    for record in work.patients(number):
        for exporter in work.exporters.values():
            exporter.add(record, out)
        facts.add(record)
