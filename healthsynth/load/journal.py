"""What a server accepted, in the output folder: `load/<server>.journal`, a line a transaction, and the rejected entries beside it.

It belongs to one load: a load that ended is over, and the next begins anew (which changes nothing on the server). A load that was
killed goes on after the last line. Another run, server, tag or cut into transactions begins anew as well.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.load.answers import Rejection, Taken
from healthsynth.run import disk, journal

FOLDER = "load"


def path(folder: Path, url: str) -> Path:
    """Where the journal for a server is, unless told otherwise."""
    host = urlsplit(url).netloc.replace(":", "-")
    return folder / FOLDER / f"{host}-{hashlib.sha256(url.encode()).hexdigest()[:8]}.journal"


class LoadJournal:
    """An open journal, held by this process alone."""

    def __init__(self, where: Path, header: dict[str, Any]):
        """Open or begin the journal at `where`; `header` is what makes a load this load.

        Raises:
            HealthsynthError: it cannot be written, or another load holds it.
        """
        self.path = where
        self.rejects = where.with_suffix(".rejected")
        self._header = header
        with disk.told(where):
            where.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(where, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise HealthsynthError(f"another load is writing to {where} just now") from None
        lines, keep = _whole(where)
        self._lines = lines[1:] if lines and lines[0] == header and "end" not in lines[-1] else []
        self.resumed = bool(self._lines)
        self._journal = journal.Journal(where, keep if self.resumed else 0)
        if not self.resumed:
            self._begin()

    def _begin(self) -> None:
        self._journal.add(self._header)
        self.rejects.unlink(missing_ok=True)

    def again(self) -> None:
        """Forget what is in it: the server does not have it any more."""
        self._journal.close()
        self._lines, self.resumed = [], False
        self._journal = journal.Journal(self.path, 0)
        self._begin()

    @property
    def done(self) -> dict[str, set[int]]:
        """Unit -> the transactions of it that have their final answer."""
        found: dict[str, set[int]] = {}
        for line in self._lines:
            found.setdefault(line["unit"], set()).add(line["chunk"])
        return found

    @property
    def whole(self) -> dict[str, int]:
        """Unit -> how many transactions it has, of those that are known."""
        return {line["unit"]: line["of"] for line in self._lines}

    @property
    def witnesses(self) -> list[str]:
        """Some of what was accepted: the first, and the last that were."""
        names = [line["first"] for line in self._lines if line["first"]]
        return list(dict.fromkeys([*names[:1], *names[-10:]]))

    def taken(self) -> tuple[int, int]:
        """Resources accepted and rejected according to the lines."""
        return sum(line["accepted"] for line in self._lines), sum(line["rejected"] for line in self._lines)

    def add(self, unit: str, chunk: int, of: int, first: str, taken: Taken) -> None:
        """A transaction has its final answer; what was rejected is written down first."""
        if taken.rejected:
            self._reject(unit, taken.rejected)
        self._journal.add(
            {
                "unit": unit, "chunk": chunk, "of": of, "first": first if taken.accepted else "",
                "accepted": taken.accepted, "rejected": len(taken.rejected),
            }
        )  # fmt: skip

    def _reject(self, unit: str, rejections: Iterable[Rejection]) -> None:
        lines = [
            orjson.dumps(
                {
                    "unit": unit, "resource": one.resource.name, "status": one.status, "outcome": one.words,
                    "body": orjson.loads(one.resource.body),
                }
            )
            for one in rejections
        ]  # fmt: skip
        with disk.told(self.rejects), self.rejects.open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def end(self) -> None:
        """All has been sent."""
        self._journal.add({"end": True})

    def close(self) -> None:
        """Let others in."""
        self._journal.close()
        os.close(self._lock)


def _whole(where: Path) -> tuple[list[dict[str, Any]], int]:
    try:
        return journal.read(where)
    except HealthsynthError:
        return [], 0  # damaged: everything is sent again, which changes nothing
