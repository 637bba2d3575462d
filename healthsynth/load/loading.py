"""The load: what patients share first, one after the other; then patients, several at a time.

Inside a unit transactions follow each other, since later ones refer to earlier ones. A transaction that is rejected is halved until
the resources at fault stand alone, so that one fault costs one resource and what refers to it.
"""

import threading
import time
from dataclasses import dataclass

from healthsynth.errors import HealthsynthError
from healthsynth.load import bundles, closure
from healthsynth.load.answers import Rejection, Taken, read
from healthsynth.load.closure import Chunk, Knot
from healthsynth.load.crew import crew
from healthsynth.load.journal import LoadJournal
from healthsynth.load.server import Server
from healthsynth.load.source import Source, Unit
from healthsynth.run.progress import Progress

_GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class Cut:
    """How a run is cut into bundles, and how many are sent at a time."""

    max_entries: int
    max_bytes: int
    concurrency: int
    kind: str = "transaction"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load did. `before`: resources that an earlier, killed part of this load had sent."""

    created: int
    present: int
    rejected: int
    before: int
    transactions: int
    retries: int
    seconds: float
    resumed: bool
    restarted: bool


class Load:
    """One load of one run into one server."""

    def __init__(self, source: Source, server: Server, cut: Cut, log: LoadJournal, progress: Progress):
        self._source, self._server, self._cut, self._log, self._progress = source, server, cut, log, progress
        self._lock = threading.Lock()
        self._done: dict[str, set[int]] = {}
        self._created = self._present = self._rejected = self._sent = 0

    def go(self) -> Summary:
        """Load everything that the journal does not have yet.

        Raises:
            HealthsynthError: the server refused us or stayed away; the journal has what it accepted before.
        """
        begun = time.monotonic()
        restarted = self._log.resumed and self._forgotten()
        if restarted:
            self._log.again()
        resumed = self._log.resumed
        accepted_before, rejected_before = self._log.taken()
        total = sum(self._source.counts.values())
        self._progress.start(total, accepted_before + rejected_before)
        try:
            units = self._left()
            crew([unit for unit in units if unit.shared], self._unit, 1, self._server.stop)
            crew([unit for unit in units if not unit.shared], self._unit, self._cut.concurrency, self._server.stop)
        finally:
            self._progress.stop()
        self._log.end()
        return Summary(
            self._created, self._present, self._rejected + rejected_before, accepted_before, self._sent,
            self._server.retries, time.monotonic() - begun, resumed, restarted,
        )  # fmt: skip

    def _left(self) -> list[Unit]:
        """Units that are not known to be finished."""
        self._done = done = self._log.done
        whole = self._log.whole
        return [unit for unit in self._source.units if unit.name not in done or len(done[unit.name]) < whole[unit.name]]

    def _forgotten(self) -> bool:
        """Has the server lost what it accepted: was it emptied, or set up again?"""
        return any(self._server.get(name).status in _GONE for name in self._log.witnesses)

    def _unit(self, unit: Unit) -> None:
        cut = self._cut
        resources = self._source.resources(unit)
        parts = list(
            closure.chunks(resources, cut.max_entries, cut.max_bytes, bundles.OVERHEAD + len(self._server.url))
        )
        done = self._done.get(unit.name, set())
        for number, chunk in enumerate(parts):
            if number in done:
                continue
            taken = self._send(chunk)
            with self._lock:
                self._log.add(unit.name, number, len(parts), chunk[0].resources[0].name, taken)
                self._created += taken.created
                self._present += taken.present
                self._rejected += len(taken.rejected)
                self._sent += 1
                self._progress.advance(taken.accepted + len(taken.rejected))

    def _send(self, chunk: Chunk) -> Taken:
        """Send one transaction, halved as often as it takes."""
        sent = [resource for knot in chunk for resource in knot.resources]
        answer = self._server.post(bundles.put(self._cut.kind, self._server.url, sent))
        if answer.status // 100 == 2:
            taken = read(answer, sent)
            if taken is None:
                raise HealthsynthError(f"{self._server.url} answers to a bundle with something else: {answer.words()}")
            return taken
        if answer.status in (404, 405) and answer.json().get("resourceType") != "OperationOutcome":
            raise HealthsynthError(
                f"{self._server.url} takes no bundles there (status {answer.status}): {answer.words()}"
            )
        if len(chunk) > 1:
            middle = len(chunk) // 2
            return self._send(chunk[:middle]) + self._send(chunk[middle:])
        return _rejected(chunk[0], str(answer.status), answer.words())


def _rejected(knot: Knot, status: str, words: str) -> Taken:
    return Taken(rejected=tuple(Rejection(resource, status, words) for resource in knot.resources))
