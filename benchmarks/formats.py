"""What each format costs: CPU of our process a patient, from finished records to finished files.

Chunk by chunk as in a run, joining and merging included; text that is only appended is kept in memory, since the disk is not ours.
A database server's own work is not in the figure.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

from healthsynth import plugins
from healthsynth.export.base import Exporter, Gathering, Merging, Sink, Used
from healthsynth.pipeline import Pipeline
from healthsynth.record.record import Record
from healthsynth.run.chunks import SIZE
from healthsynth.settings import Settings
from tests.conformance.postgres import binaries, server

FORMATS = ("fhir", "ndjson", "csv", "parquet", "duckdb", "postgres", "notes", "html")


class _Kept:
    """Takes what exporters write, hands back what was appended, and makes files in a folder."""

    def __init__(self, scratch: Path):
        self.scratch = scratch
        self._appended: dict[str, list[bytes]] = {}

    def file(self, path: str, content: bytes) -> None: ...

    def append(self, path: str, content: bytes) -> None:
        self._appended.setdefault(path, []).append(content)

    def count(self, what: str, number: int = 1) -> None: ...

    def paths(self) -> list[str]:
        return sorted(self._appended)

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        yield b"".join(self._appended.get(path, ()))[start : None if size is None else start + size]

    def stream(self, path: str, blocks: Iterable[bytes]) -> None: ...

    def make(self, path: str, maker: Callable[[Path], None]) -> None:
        maker(self.scratch / "made")
        (self.scratch / "made").unlink()


def formats(settings: Settings, patients: int, warm_up: int) -> dict[str, float]:
    """Milliseconds of CPU a patient by format; PostgreSQL only where it is installed."""
    pipeline = Pipeline(settings)
    numbers = range(1, warm_up + patients + 1)
    records = [record for number in numbers for record in pipeline.patients(number)]
    found = {}
    for name in FORMATS:
        if name == "postgres" and binaries() is None:
            continue
        exporter = plugins.maker(name)(settings, pipeline.program)
        with (
            tempfile.TemporaryDirectory() as folder,
            server() if isinstance(exporter, Sink) else nullcontext() as place,
        ):
            if isinstance(exporter, Sink) and place is not None:
                exporter.bind(f"{place.url()}?password={place.password}")
                exporter.prepare({}, (), False)
            _all(exporter, records[:warm_up], _Kept(Path(folder)))
            if isinstance(exporter, Sink):
                exporter.prepare({}, (), True)
            found[name] = _all(exporter, records[warm_up:], _Kept(Path(folder)), end=True) / patients * 1000
    return found


def _all(exporter: Exporter, records: list[Record], out: _Kept, end: bool = False) -> float:
    """CPU seconds of writing records in chunks, to the end of a run if that is asked for."""
    used = Used()
    for record in records:
        used.add(record)
    begun, taken = time.process_time(), []
    for start in range(0, len(records), SIZE):
        for record in records[start : start + SIZE]:
            exporter.add(record, out)
        if isinstance(exporter, Gathering):
            exporter.flush(out)
        if isinstance(exporter, Sink):
            exporter.store(start)
        taken.append(exporter.take())
    if end:
        exporter.finish(used, taken, out)
        if isinstance(exporter, Merging):
            exporter.merge(out, out)
    return time.process_time() - begun
