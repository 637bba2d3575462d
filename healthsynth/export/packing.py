"""Compression: a wrapper around a format of text, so that it writes the same files as gzip, with `.gz` behind their names.

What a chunk appends to a file is one gzip member; the members of all chunks in a row are a gzip file. So it is compressed where
patients are made, in parallel, and a file does not depend on who made which chunk. No time is in it, and no name.
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, cast

from healthsynth.export.base import Exporter, Json, Output, Used
from healthsynth.record.record import Record

SUFFIX = ".gz"
VERSION = f"zlib {zlib.ZLIB_RUNTIME_VERSION}"  # another one may write other bytes for the same text
_LEVEL = 6
GZIP = 31  # of zlib's window bits: with header and checksum of gzip
_SYSTEM = 9  # the byte of the header that says where it was made
_UNKNOWN = b"\xff"


def opened(path: Path) -> IO[bytes]:
    """A file for reading, unpacked on the way if its name says that it is packed."""
    return cast(IO[bytes], gzip.open(path)) if path.suffix.lower() == SUFFIX else path.open("rb")


def pack(content: bytes) -> bytes:
    """One gzip member, the same on every system."""
    made = zlib.compress(content, _LEVEL, GZIP)
    return made[:_SYSTEM] + _UNKNOWN + made[_SYSTEM + 1 :]


class _Packer:
    """Between an exporter and its output: files are compressed at once, what is appended when the chunk is over."""

    def __init__(self) -> None:
        self.out: Output
        self._appended: dict[str, list[bytes]] = {}

    def file(self, path: str, content: bytes) -> None:
        self.out.file(path + SUFFIX, pack(content))

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        self.file(path, b"".join(blocks))

    def append(self, path: str, content: bytes) -> None:
        self._appended.setdefault(path, []).append(content)

    def count(self, what: str, number: int = 1) -> None:
        self.out.count(what, number)

    def flush(self) -> None:
        appended, self._appended = self._appended, {}
        for path in sorted(appended):
            self.out.append(path + SUFFIX, pack(b"".join(appended[path])))


class Gzipped:
    """A format whose files are compressed.

    Args:
        inner: a format that only writes text, and is neither merging nor a sink.
    """

    def __init__(self, inner: Exporter):
        self._inner = inner
        self._packer = _Packer()

    @property
    def schema(self) -> str:
        return f"{self._inner.schema}, gzip ({VERSION})"

    @property
    def folders(self) -> tuple[str, ...]:
        return self._inner.folders

    def heads(self) -> Mapping[str, bytes]:
        return {path + SUFFIX: pack(head) for path, head in self._inner.heads().items()}

    def add(self, record: Record, out: Output) -> None:
        self._packer.out = out
        self._inner.add(record, self._packer)

    def flush(self, out: Output) -> None:
        self._packer.out = out
        self._packer.flush()

    def take(self) -> Json:
        return self._inner.take()

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self._packer.out = out
        self._inner.finish(used, taken, self._packer)
