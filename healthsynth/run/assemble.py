"""The end of a run: what chunks append becomes files, in the order of patients; then what patients share; then what formats merge.

Every file is streamed to a temporary one, fsynced, renamed and journalled. A run killed here goes on with the next file.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.export.base import Exporter, Merging
from healthsynth.run import disk, layout
from healthsynth.run.disk import Written
from healthsynth.run.facts import Facts
from healthsynth.run.worker import FACTS

_BLOCK = 1 << 20

Chunks = Mapping[int, Mapping[str, Any]]  # number -> line of the journal
Told = Callable[[Written], None]


def stretches(output: Path, chunk: int, regions: Iterable[Sequence[int]]) -> Iterator[bytes]:
    """Bytes of a chunk's part, block by block.

    Args:
        regions: (where one begins, bytes) of each.
    Raises:
        HealthsynthError: the part is shorter than the journal says.
    """
    with layout.part(output, chunk).open("rb") as file:
        for at, size in regions:
            file.seek(at)
            while size:
                block = file.read(min(size, _BLOCK))
                if not block:
                    raise HealthsynthError(f"{layout.part(output, chunk)} is damaged; start again with --overwrite")
                size -= len(block)
                yield block


class _Whole:
    """Where whole files are written at the end: those in `done` are there already, every other one is told."""

    def __init__(self, output: Path, done: set[str], told: Told):
        self._output, self._done, self._told = output, done, told

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        if path not in self._done:
            written = disk.write_whole(self._output / path, layout.temporary(self._output, "whole"), blocks)
            self._told(Written(path, *written))


def _appended(chunks: Chunks) -> set[str]:
    return {path for line in chunks.values() for path in line["part"] if path != FACTS}


def tables(output: Path, chunks: Chunks, exporters: Mapping[str, Exporter], done: set[str], told: Told) -> None:
    """Write every file that chunks append to, except those in `done` and those of formats that merge."""
    heads = {path: head for exporter in exporters.values() for path, head in exporter.heads().items()}
    merged = {name for exporter in exporters.values() if isinstance(exporter, Merging) for name in exporter.folders}
    paths = {path for path in _appended(chunks) if path.split("/")[0] not in merged} | set(heads)
    whole = _Whole(output, done, told)
    for path in sorted(paths):
        whole.stream(path, _table(output, chunks, path, heads.get(path, b"")))


def _table(output: Path, chunks: Chunks, path: str, head: bytes) -> Iterator[bytes]:
    yield head
    for chunk in sorted(chunks):
        regions = chunks[chunk]["part"].get(path)
        if regions:
            yield from stretches(output, chunk, regions)


class _Finish(_Whole):
    """Where exporters write what patients share."""

    def __init__(self, output: Path, done: set[str], told: Told):
        super().__init__(output, done, told)
        self.counts: dict[str, dict[str, int]] = {}
        self.exporter = ""

    def file(self, path: str, content: bytes) -> None:
        self.stream(path, (content,))

    def append(self, path: str, content: bytes) -> None:
        raise HealthsynthError(f"the format '{self.exporter}' appends to {path} after the last patient")

    def count(self, what: str, number: int = 1) -> None:
        counts = self.counts.setdefault(self.exporter, {})
        counts[what] = counts.get(what, 0) + number


def facts_of(output: Path, chunk: int, line: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a chunk left."""
    told: dict[str, Any] = orjson.loads(b"".join(stretches(output, chunk, line["part"][FACTS])))
    return told


def _taken(output: Path, chunks: Chunks, name: str) -> Iterator[dict[str, Any]]:
    """What a format took of each chunk: read when it is asked for, since all of a large run would fill the memory."""
    for chunk in sorted(chunks):
        yield facts_of(output, chunk, chunks[chunk])["taken"][name]


def shared(
    output: Path, chunks: Chunks, exporters: Mapping[str, Exporter], done: set[str], told: Told
) -> tuple[Facts, dict[str, dict[str, int]]]:
    """Write what patients share; returns the facts of the whole run and what was counted while writing."""
    facts = Facts()
    for chunk in sorted(chunks):
        facts.merge(Facts.of(facts_of(output, chunk, chunks[chunk])))
    finish = _Finish(output, done, told)
    for finish.exporter, exporter in exporters.items():
        exporter.finish(facts.used, _taken(output, chunks, finish.exporter), finish)
    return facts, finish.counts


class _Region:
    """What chunks appended to the paths of one format."""

    def __init__(self, output: Path, chunks: Chunks, folders: tuple[str, ...]):
        self._output, self._chunks = output, chunks
        self._paths = sorted(path for path in _appended(chunks) if path.split("/")[0] in folders)

    def paths(self) -> list[str]:
        return self._paths

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        for chunk in sorted(self._chunks):
            regions = []
            for at, length in self._chunks[chunk]["part"].get(path, ()):
                here = max(0, length - start if size is None else min(length - start, size))
                if here:
                    regions.append((at + start, here))
                start = max(0, start - length)
                if size is not None:
                    size -= here
            if regions:
                yield from stretches(self._output, chunk, regions)
            if size == 0:
                return


class _Files(_Whole):
    """Where formats merge to."""

    def __init__(self, output: Path, done: set[str], told: Told):
        super().__init__(output, done, told)
        self.scratch = layout.scratch(output)

    def make(self, path: str, maker: Callable[[Path], None]) -> None:
        if path in self._done:
            return
        temporary = self.scratch / "made"
        maker(temporary)
        written = disk.settled(temporary)
        disk.replace(temporary, self._output / path)
        disk.settle((self._output / path).parent)
        self._told(Written(path, *written))


def merge(output: Path, chunks: Chunks, exporters: Mapping[str, Exporter], done: set[str], told: Told) -> None:
    """Let formats make their files of what chunks appended, except those in `done`."""
    for exporter in exporters.values():
        if isinstance(exporter, Merging):
            files = _Files(output, done, told)
            shutil.rmtree(files.scratch, ignore_errors=True)  # of a run that was killed
            files.scratch.mkdir()
            exporter.merge(_Region(output, chunks, exporter.folders), files)
