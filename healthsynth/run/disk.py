"""Writing so that a file is either not there or whole: temporary name, fsync, rename, fsync of the folder."""

import errno
import fcntl
import hashlib
import mmap
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from healthsynth.errors import HealthsynthError

_SENTENCES = {
    errno.ENOSPC: "there is no space left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file has become larger than the system allows",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EROFS: "the file system is read-only",
    errno.EIO: "the disk reports an error",
}
_BLOCK = 1 << 20  # bytes that go to the disk at once


class Written(NamedTuple):
    """A finished file: its path in the output folder, bytes and SHA-256."""

    path: str
    size: int
    sha256: str


def sentence(error: OSError, what: Path | str) -> str:
    """What went wrong, in plain words."""
    reason = _SENTENCES.get(error.errno or 0) or (error.strerror or str(error))
    return f"cannot write {what}: {reason}"


@contextmanager
def told(what: Path | str) -> Iterator[None]:
    """Turn an error of the system into one sentence about `what`."""
    try:
        yield
    except OSError as error:
        raise HealthsynthError(sentence(error, what)) from error


def write(path: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write and fsync a finished file under its own name; returns its size and SHA-256."""
    with path.open("wb") as file:
        written = _pour(parts, file)
        _settle(file)
    return written


def write_past(path: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    """The same past the system's memory: less work for a large file, more waiting for many small ones."""
    file = Past(path)
    try:
        written = _pour(parts, file)
        file.finish()
    finally:
        file.abandon()
    return written


def _pour(parts: Iterable[bytes], file: "BinaryIO | Past") -> tuple[int, str]:
    """Write parts to an open file; returns their size and SHA-256."""
    size, digest = 0, hashlib.sha256()
    for part in parts:
        file.write(part)
        digest.update(part)
        size += len(part)
    return size, digest.hexdigest()


class Past:
    """A file that goes past the system's memory where that can be done: to fill fresh pages costs several times as much."""

    def __init__(self, path: Path):
        self.size = 0  # bytes written
        self._block = memoryview(mmap.mmap(-1, _BLOCK))  # begins at a page, as such memory must
        self._filled = 0
        self._file = path.open("wb", buffering=0)
        _past_memory(self._file, True)

    def write(self, content: bytes) -> None:
        """The next bytes; they go to the disk in whole blocks."""
        self.size += len(content)
        rest = memoryview(content)
        while rest:
            taken = min(len(rest), len(self._block) - self._filled)
            self._block[self._filled : self._filled + taken] = rest[:taken]
            rest, self._filled = rest[taken:], self._filled + taken
            if self._filled == len(self._block):
                _write_past(self._file, self._block)
                self._filled = 0

    def finish(self) -> None:
        """Write the rest, fsync and close."""
        _past_memory(self._file, False)  # only whole sectors can go past memory
        _write_past(self._file, self._block[: self._filled])
        _settle(self._file)
        self._file.close()

    def abandon(self) -> None:
        """Close it as it is, if it is not closed already."""
        self._file.close()


def _past_memory(file: FileIO, past: bool) -> None:
    """Write a file past the system's memory from now on, or no longer. Where there is no such thing, nothing changes."""
    if sys.platform == "linux":
        with suppress(OSError):  # a file system that cannot
            fcntl.fcntl(file, fcntl.F_SETFL, os.O_DIRECT if past else 0)


def _write_past(file: FileIO, content: memoryview) -> None:
    while content:
        try:
            written = file.write(content)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            _past_memory(file, False)  # a file system that cannot after all
            written = file.write(content)
        content = content[written:]


def _settle(file: BinaryIO) -> None:
    """Put a file on the disk, and have the system drop what it keeps of it in memory.

    A run writes more than fits into memory, and would push out what others need. It also is cheaper: pages just freed are at
    hand for the next file, where fresh ones of a virtual machine cost five times the writing itself.
    """
    file.flush()
    os.fsync(file.fileno())
    if hasattr(os, "posix_fadvise"):  # not on macOS
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def settled(path: Path) -> tuple[int, str]:
    """Fsync a file that others have written; returns its size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return file.tell(), digest.hexdigest()


def replace(temporary: Path, target: Path) -> None:
    """Give a finished file its name, in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary, target)


def settle(folder: Path) -> None:
    """Make names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(target: Path, temporary: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write `target` by way of `temporary`, on the same disk; returns size and SHA-256."""
    result = write_past(temporary, parts)
    replace(temporary, target)
    settle(target.parent)
    return result
