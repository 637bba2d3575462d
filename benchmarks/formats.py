"""What each format costs: CPU of our process a patient, from finished records to finished files.

By the code of a run, chunk by chunk: writing, hashing, fsync, joining and merging are in the figure. A database server's own work
is not.
"""

import gc
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from healthsynth import plugins
from healthsynth.export.base import Exporter, Sink
from healthsynth.pipeline import Pipeline
from healthsynth.record.record import Record
from healthsynth.run import assemble, chunks, layout, worker
from healthsynth.run.memory import collect_rarely, keep_pages
from healthsynth.settings import Settings
from tests.conformance.postgres import binaries, server

FORMATS = ("fhir", "ndjson", "csv", "parquet", "duckdb", "postgres", "notes", "html")
_ROUNDS = 5  # other work on the machine makes some of them dearer


@dataclass(frozen=True, slots=True)
class _Lived:
    """A pipeline whose patients have been lived."""

    settings: Settings
    exporters: Mapping[str, Exporter]
    records: Mapping[int, tuple[Record, ...]]

    def patients(self, number: int) -> Iterator[Record]:
        return iter(self.records[number])


def formats(settings: Settings, patients: int, warm_up: int, names: Sequence[str] = FORMATS) -> dict[str, float]:
    """Milliseconds of CPU a patient by format, the least of some rounds; PostgreSQL only where it is installed.

    Args:
        patients, warm_up: rounded up to whole chunks; the exporter has not seen any patient before the warm-up.
    """
    keep_pages()
    first = -(-warm_up // chunks.SIZE)
    last = first - -patients // chunks.SIZE
    settings = replace(settings, population=last * chunks.SIZE)
    pipeline = Pipeline(settings)
    numbers = [number for chunk in range(last) for number in chunks.numbers(settings, chunk)]
    records = {number: tuple(pipeline.patients(number)) for number in numbers}
    collect_rarely()  # as in a worker, which has no records but the one it writes
    known = [name for name in names if name != "postgres" or binaries() is not None]

    def cost(name: str) -> float:
        work = _Lived(settings, {name: plugins.maker(name)(settings, pipeline.program)}, records)
        return _seconds(work, first, last) / ((last - first) * chunks.SIZE) * 1000

    rounds = [{name: cost(name) for name in known} for _ in range(_ROUNDS)]
    return {name: min(found[name] for found in rounds) for name in known}


def _seconds(work: _Lived, first: int, last: int) -> float:
    """CPU seconds of writing the chunks from `first` to `last`, after those before."""
    (exporter,) = work.exporters.values()
    gc.collect()
    with tempfile.TemporaryDirectory() as folder, server() if isinstance(exporter, Sink) else nullcontext() as place:
        output = Path(folder)
        layout.parts(output).mkdir(parents=True)
        if isinstance(exporter, Sink) and place is not None:
            exporter.bind(f"{place.url()}?password={place.password}")
            exporter.prepare({}, (), False)
        for chunk in range(first):
            worker.do_chunk(work, output, chunk)
        if isinstance(exporter, Sink):
            exporter.prepare({}, (), True)  # without what the warm-up stored
        begun = time.process_time()
        done = {chunk: worker.do_chunk(work, output, chunk) for chunk in range(first, last)}
        assemble.tables(output, done, work.exporters, set(), _ignore)
        assemble.shared(output, done, work.exporters, set(), _ignore)
        assemble.merge(output, done, work.exporters, set(), _ignore)
        return time.process_time() - begun


def _ignore(file: object) -> None: ...
