"""Lines of NDJSON by whose they are: files on the disk -> pieces of files for each patient -> resources. Gzipped or not.

A gzipped file of ours is a row of gzip members of a megabyte or so; a piece says which member it is in, so that nothing is
unpacked on the disk.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from healthsynth.errors import UsageError
from healthsynth.export.packing import GZIP, SUFFIX

_BLOCK = 1 << 16
_HELD = 64  # unpacked members: patients who follow each other are in the same ones, one of each type
_PATIENT = re.compile(rb'"reference":"Patient/([A-Za-z0-9.-]+)"')
_ITSELF = re.compile(rb'^\{"resourceType":"Patient","id":"([A-Za-z0-9.-]+)"')


class Member(NamedTuple):
    """A gzip member of a file: from this byte, so many bytes."""

    path: Path
    start: int
    size: int


class Span(NamedTuple):
    """Lines that stand together in a file or in a gzip member, by place in the text."""

    place: Path | Member
    start: int
    size: int


def owned(paths: Sequence[Path]) -> dict[str, list[Span]]:
    """Patient's id -> lines about this patient; "" has the lines about nobody. Lines that follow each other are one span.

    Raises:
        UsageError: a file is not what its name says.
    """
    found: dict[str, list[Span]] = {}
    for path in paths:
        if path.suffix == SUFFIX:
            for member, text in _members(path):
                _sort(found, member, text.splitlines(keepends=True))
        else:
            with path.open("rb") as file:
                _sort(found, path, file)
    return found


def read(span: Span) -> Iterator[bytes]:
    """Its lines."""
    if isinstance(span.place, Member):
        text = _unpacked(span.place)[span.start : span.start + span.size]
    else:
        with span.place.open("rb") as file:
            file.seek(span.start)
            text = file.read(span.size)
    return (line for line in text.split(b"\n") if line)


def _sort(found: dict[str, list[Span]], place: Path | Member, lines: "Iterator[bytes] | Sequence[bytes]") -> None:
    at = 0
    for line in lines:
        _extend(found.setdefault(_owner(line), []), place, at, len(line))
        at += len(line)


def _extend(spans: list[Span], place: Path | Member, at: int, size: int) -> None:
    if spans and spans[-1].place == place and spans[-1].start + spans[-1].size == at:
        spans[-1] = spans[-1]._replace(size=spans[-1].size + size)
    else:
        spans.append(Span(place, at, size))


def _owner(line: bytes) -> str:
    """The id of the patient that a line is about, or nothing."""
    found = _ITSELF.match(line) or _PATIENT.search(line)
    return found[1].decode() if found else ""


def _members(path: Path) -> Iterator[tuple[Member, bytes]]:
    """Every gzip member of a file, with its text."""
    with path.open("rb") as file:
        start, block = 0, file.read(_BLOCK)
        while block:
            inflate, size, parts = zlib.decompressobj(GZIP), 0, []
            while block and not inflate.eof:
                try:
                    parts.append(inflate.decompress(block))
                except zlib.error as problem:
                    raise UsageError(f"{path} cannot be unpacked: {problem}") from None
                size += len(block) - len(inflate.unused_data)
                block = inflate.unused_data or file.read(_BLOCK)
            text = b"".join(parts)
            if not inflate.eof or (text and not text.endswith(b"\n")):
                raise UsageError(f"{path} cannot be read: a gzip member ends within a line")
            yield Member(path, start, size), text
            start += size


@lru_cache(maxsize=_HELD)
def _unpacked(member: Member) -> bytes:
    with member.path.open("rb") as file:
        file.seek(member.start)
        return zlib.decompress(file.read(member.size), GZIP)
