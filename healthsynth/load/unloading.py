"""Taking a run out of a server: what carries its tag, in the reverse of the order in which it was loaded.

The server says what carries the tag; the run says in which order it can go. Shared resources that something else still refers to
stay, and are reported.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from healthsynth.errors import HealthsynthError
from healthsynth.load import bundles, closure
from healthsynth.load.answers import Answer
from healthsynth.load.closure import Chunk
from healthsynth.load.crew import crew
from healthsynth.load.loading import Cut
from healthsynth.load.server import Server
from healthsynth.load.source import Source, Unit
from healthsynth.load.verifying import tag_query
from healthsynth.run.progress import Progress

_PAGE = 1000
_MISSING = ("404", "410")


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of the resources that carried the tag; `kept`: names and why the server keeps them."""

    deleted: int
    kept: tuple[tuple[str, str], ...]


class Unload:
    """One removal of one run from one server."""

    def __init__(self, source: Source, server: Server, cut: Cut, progress: Progress):
        self._source, self._server, self._cut, self._progress = source, server, cut, progress
        self._lock = threading.Lock()
        self._there: set[str] = set()
        self._deleted = 0
        self._kept: list[tuple[str, str]] = []

    def go(self) -> Removed:
        """Delete everything that carries the tag and is in the run.

        Raises:
            HealthsynthError: the server refused us or stayed away; repeating goes on.
        """
        self._there = self.tagged()
        self._progress.start(len(self._there), 0)
        units = self._source.units
        try:
            crew([unit for unit in units if not unit.shared], self._unit, self._cut.concurrency, self._server.stop)
            crew([unit for unit in reversed(units) if unit.shared], self._unit, 1, self._server.stop)
        finally:
            self._progress.stop()
        return Removed(self._deleted, tuple(self._kept))

    def tagged(self) -> set[str]:
        """Type/id of all that carries the tag on the server."""
        return {name for kind in sorted(self._source.counts) for name in self._of(kind)}

    def _of(self, kind: str) -> Iterable[str]:
        path: str | None = f"{kind}?{tag_query(self._source)}&_elements=id&_count={_PAGE}"
        while path is not None:
            answer = self._server.get(path)
            found = answer.json()
            if answer.status != 200 or found.get("resourceType") != "Bundle":
                raise HealthsynthError(f"{self._server.url} does not list {kind}: {answer.words()}")
            for entry in found.get("entry", ()):
                resource = entry["resource"]
                if resource["resourceType"] == kind:
                    yield f"{kind}/{resource['id']}"
            path = self._next(found)

    def _next(self, page: dict[str, list[dict[str, str]]]) -> str | None:
        """The path of the next page below the base address: whatever host the link names, we stay with ours."""
        link = next((link["url"] for link in page.get("link", ()) if link.get("relation") == "next"), None)
        if link is None:
            return None
        parts, base = urlsplit(link), urlsplit(self._server.url).path
        path = parts.path.removeprefix(base).lstrip("/")
        return f"{path}?{parts.query}" if parts.query else path

    def _unit(self, unit: Unit) -> None:
        cut = self._cut
        resources = [one for one in self._source.resources(unit) if one.name in self._there]
        overhead = bundles.OVERHEAD + len(self._server.url)
        for chunk in reversed(list(closure.chunks(resources, cut.max_entries, cut.max_bytes, overhead))):
            self._delete(tuple(reversed(chunk)))

    def _delete(self, chunk: Chunk) -> None:
        names = [resource.name for knot in chunk for resource in reversed(knot.resources)]
        answer = self._server.post(bundles.delete(self._cut.kind, names))
        if answer.status // 100 == 2:
            self._note(names, answer)
        elif len(chunk) > 1:
            middle = len(chunk) // 2
            self._delete(chunk[:middle])
            self._delete(chunk[middle:])
        else:
            with self._lock:
                self._kept += [(name, answer.words()) for name in names]
                self._progress.advance(len(names))

    def _note(self, names: list[str], answer: Answer) -> None:
        entries = answer.json().get("entry", [])
        statuses = [str((entry.get("response") or {}).get("status", "")) for entry in entries]
        if len(statuses) != len(names):
            raise HealthsynthError(f"{self._server.url} answers to a bundle with something else: {answer.words()}")
        with self._lock:
            for name, status in zip(names, statuses, strict=True):
                if status[:1] == "2" or status[:3] in _MISSING:
                    self._deleted += 1
                else:
                    self._kept.append((name, f"status {status}"))
            self._progress.advance(len(names))
