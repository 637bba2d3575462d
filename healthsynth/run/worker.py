"""One chunk: its patients lived and written. Who calls is not known here: a worker process, a test, a cluster.

    .healthsynth/open/<chunk>-<process>/0, 1, ...   whole files under way
    .healthsynth/parts/<chunk>                      what the chunk appends to shared files, stretch by stretch, and facts

All is written and fsynced, then renamed. The line that is returned goes into the journal: from then on the chunk counts.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.export.base import Exporter, Gathering, Sink
from healthsynth.record.record import Record
from healthsynth.run import chunks, disk, layout
from healthsynth.run.facts import Facts
from healthsynth.settings import Settings

FACTS = "#facts"  # the region of a part that holds facts; no path begins with '#'
_MOST_HELD = 4 << 20  # bytes appended that are kept in memory


class Work(Protocol):
    """What a worker needs of the pipeline."""

    @property
    def settings(self) -> Settings: ...

    @property
    def exporters(self) -> Mapping[str, Exporter]: ...

    def patients(self, number: int) -> Iterator[Record]: ...


class ChunkOutput:
    """Takes what exporters write for one chunk, and turns it into files at the end."""

    def __init__(self, output: Path, chunk: int):
        self._output, self._chunk = output, chunk
        self._open = layout.open_chunks(output) / f"{chunk:07d}-{os.getpid()}"
        self._open.mkdir(parents=True, exist_ok=True)
        self._written: list[disk.Written] = []
        self._part = disk.Past(self._open / "part")
        self._regions: dict[str, list[tuple[int, int]]] = defaultdict(list)  # path -> (start in the part, bytes)
        self._appended: dict[str, list[bytes]] = defaultdict(list)  # not yet in the part
        self._held = 0  # bytes of it
        self.exporter = ""
        self.counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def file(self, path: str, content: bytes) -> None:
        """A whole file, kept under a number until the chunk is finished."""
        self.stream(path, (content,))

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        """The same, block by block."""
        size, digest = disk.write(self._open / str(len(self._written)), blocks)
        self._written.append(disk.Written(path, size, digest))

    def append(self, path: str, content: bytes) -> None:
        """The next bytes of a shared file."""
        self._appended[path].append(content)
        self._held += len(content)
        if self._held > _MOST_HELD:
            self._let_go()

    def count(self, what: str, number: int = 1) -> None:
        """Count for the exporter whose turn it is."""
        self.counts[self.exporter][what] += number

    def finish(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Put all in place; the journal's words for it."""
        self.append(FACTS, orjson.dumps(facts))
        self._let_go()
        self._part.finish()
        for index, written in enumerate(self._written):
            disk.replace(self._open / str(index), self._output / written.path)
        part = layout.part(self._output, self._chunk)
        disk.replace(self._open / "part", part)
        for folder in sorted({(self._output / written.path).parent for written in self._written} | {part.parent}):
            disk.settle(folder)
        self._open.rmdir()
        counts = {name: dict(sorted(found.items())) for name, found in self.counts.items()}
        return {"files": [list(written) for written in self._written], "part": self._regions, "counts": counts}

    def _let_go(self) -> None:
        """Put what was appended into the part."""
        for path, contents in sorted(self._appended.items()):
            at = self._part.size
            for content in contents:
                self._part.write(content)
            self._regions[path].append((at, self._part.size - at))
        self._appended.clear()
        self._held = 0

    def abandon(self) -> None:
        """Remove what was begun: it makes room, and a chunk is done again from the start."""
        self._part.abandon()
        shutil.rmtree(self._open, ignore_errors=True)


def do_chunk(work: Work, output: Path, chunk: int, beat: Callable[[], None] | None = None) -> dict[str, Any]:
    """Live and write the patients of one chunk.

    Args:
        work: the pipeline.
        output: the output folder.
        chunk: which one.
        beat: called after every patient.
    Returns:
        The chunk's line for the journal.
    Raises:
        HealthsynthError: the disk, or a patient that cannot be made; names the patient and how to replay it.
    """
    with disk.told(output):
        out = ChunkOutput(output, chunk)
        try:
            facts = _live(work, out, chunks.numbers(work.settings, chunk), beat)
            _close(work, out, chunk)
            taken = {name: exporter.take() for name, exporter in work.exporters.items()}
            line = out.finish({**facts.plain(), "taken": taken})
        except BaseException:
            out.abandon()
            raise
    patients = {"living": facts.living, "deceased": facts.deceased}
    return {"event": "chunk", "chunk": chunk, **patients, **line}


def _close(work: Work, out: ChunkOutput, chunk: int) -> None:
    """What formats held back until the chunk is over. It is stored elsewhere before the journal can speak of it."""
    for out.exporter, exporter in work.exporters.items():
        if isinstance(exporter, Gathering):
            exporter.flush(out)
        if isinstance(exporter, Sink):
            exporter.store(chunk)


def _live(work: Work, out: ChunkOutput, numbers: range, beat: Callable[[], None] | None) -> Facts:
    facts = Facts()
    for number in numbers:
        try:
            for record in work.patients(number):
                for out.exporter, exporter in work.exporters.items():
                    exporter.add(record, out)
                facts.add(record)
        except OSError:
            raise  # the disk, not the patient
        except Exception as error:
            if isinstance(error, HealthsynthError) and type(error) is not HealthsynthError:
                raise  # it says itself where it comes from: module, state, line
            raise HealthsynthError(_replay(work.settings, number, error)) from error
        if beat is not None:
            beat()
    return facts


def _replay(settings: Settings, number: int, error: Exception) -> str:
    what = str(error) if isinstance(error, HealthsynthError) else f"{type(error).__name__}: {error}"
    return (
        f"patient {number} of seed {settings.seed} failed: {what}\n"
        f"to see where: healthsynth generate --first {number} -p 1 -s {settings.seed} --as-of {settings.as_of} "
        f"--debug --workers 1 -o replay, with the same other options"
    )


def bind(work: Work, target: str | None) -> None:
    """Tell the formats that keep records elsewhere where that is."""
    for exporter in work.exporters.values():
        if isinstance(exporter, Sink):
            exporter.bind(target)


def chunk_task(make: Callable[[], Work], output: Path, target: str | None) -> Callable[[int], dict[str, Any]]:
    """The function that a worker process calls for each chunk, with the pipeline made once."""
    work = make()
    bind(work, target)
    return partial(do_chunk, work, output, beat=_parent_is_there(os.getppid()))


def _parent_is_there(parent: int) -> Callable[[], None]:
    def look() -> None:
        if os.getppid() != parent:
            os._exit(1)  # the run was killed: whatever is open will be done again

    return look
