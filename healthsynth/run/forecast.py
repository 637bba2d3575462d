"""`--dry-run`: a few patients, spread over the population, are made in memory; the rest follows from them."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from healthsynth.export.base import Exporter, Gathering, Merging, Sink
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
        self.appended: Counter[str] = Counter()

    def file(self, path: str, content: bytes) -> None:
        self.stream(path, (content,))

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        self.files += 1
        self.bytes += sum(map(len, blocks))

    def append(self, path: str, content: bytes) -> None:
        self.appended[path] += len(content)

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
    _close(exporters.values(), _Counted())
    sample = min(SAMPLE, settings.population)
    numbers = [settings.numbers[i * settings.population // sample] for i in range(sample)]
    out, facts = _Counted(), Facts()
    start = time.perf_counter()
    for number in numbers:
        _live(work, number, out, facts)
    _close(exporters.values(), out)
    each = (time.perf_counter() - start) / sample
    parts, scale = chunks.count(settings), settings.population / sample
    files, size_ = _joined(exporters.values(), {path: round(size * scale) for path, size in out.appended.items()})
    shared = _Counted()
    for exporter in exporters.values():
        if not isinstance(exporter, Sink):  # nothing is stored
            exporter.finish(facts.used, (exporter.take(),), shared)
    used = min(workers, parts)
    return Forecast(
        round((facts.living + facts.deceased) * scale),
        sample,
        round(out.files * scale) + files + shared.files + 1,
        round(out.bytes * scale) + size_ + shared.bytes,
        prepared + each * settings.population / used,
        used,
        parts,
    )


def _close(exporters: Iterable[Exporter], out: _Counted) -> None:
    """The end of a chunk, but for what is stored elsewhere."""
    for exporter in exporters:
        if isinstance(exporter, Gathering):
            exporter.flush(out)


def _joined(exporters: Iterable[Exporter], appended: Mapping[str, int]) -> tuple[int, int]:
    """Files, and bytes, that will be made of what patients append."""
    files, size_ = 0, 0
    for exporter in exporters:
        mine = {path: size for path, size in appended.items() if path.split("/")[0] in exporter.folders}
        if isinstance(exporter, Merging):
            found = exporter.forecast(mine)
        else:
            found = len({*mine, *exporter.heads()}), sum(mine.values())
        files, size_ = files + found[0], size_ + found[1]
    return files, size_


def _live(work: Work, number: int, out: _Counted, facts: Facts) -> None:
    for record in work.patients(number):
        for exporter in work.exporters.values():
            exporter.add(record, out)
        facts.add(record)
