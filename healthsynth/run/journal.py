"""The journal of a run: one JSON object a line, appended and fsynced, so that a killed run knows what it has.

The first line says which run it is; a line per chunk and per finished file follow. A kill can tear the last line only:
it is cut off when the journal is opened again, and what it spoke of is done again.
"""

import os
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import HealthsynthError

Line = dict[str, Any]


def read(path: Path) -> tuple[list[Line], int]:
    """The whole lines of a journal, and how many bytes they take; what follows them is torn.

    Raises:
        HealthsynthError: a line before the last one is damaged.
    """
    content = path.read_bytes()
    lines: list[Line] = []
    good = 0
    while (end := content.find(b"\n", good)) >= 0:
        try:
            line = orjson.loads(content[good:end])
        except orjson.JSONDecodeError:
            if end + 1 < len(content):
                raise HealthsynthError(
                    f"line {len(lines) + 1} of {path} is damaged: the run cannot be resumed, only started again (--overwrite)"
                ) from None
            break
        lines.append(line)
        good = end + 1
    return lines, good


class Journal:
    """An open journal, for appending."""

    def __init__(self, path: Path, keep: int = 0):
        """Open `path`, keeping its first `keep` bytes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.ftruncate(self._file, keep)
        os.lseek(self._file, keep, os.SEEK_SET)

    def add(self, line: Line) -> None:
        """Append a line; when this returns it will survive a kill and a power cut."""
        content = orjson.dumps(line) + b"\n"
        while content:
            content = content[os.write(self._file, content) :]
        os.fsync(self._file)

    def close(self) -> None:
        """No more lines."""
        os.close(self._file)
