"""Populations for tests of modules: lives with their bodies, not only their charts, in parallel and in order."""

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Protocol, TypeVar, cast

from healthsynth.people.population import People, Selection
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.patient import Patient
from healthsynth.units import YEAR, Clock

CHUNK = 100
ATTEMPTS = 20_000  # lives tried for one slot: of those born 105 years ago one in a thousand lives


class Counter(Protocol):
    """What looks at lives: adds one, merges with another of its kind."""

    def add(self, p: Patient) -> None: ...
    def merge(self, other: "Counter") -> None: ...


_C = TypeVar("_C", bound=Counter)


def living(engine: Engine, people: People, number: int, as_of: Clock, history_years: float = 10.0) -> Patient:
    """The life of one slot that reaches the reference date."""
    for attempt in range(ATTEMPTS):
        person = people.person(number, attempt)
        if engine.dies_before(person, as_of):
            continue
        p = engine.life(person, as_of, as_of - int(history_years * YEAR))
        if p.dead is None:
            return p
    raise RuntimeError(f"nobody of slot {number} lives to the reference date")


def look_at(
    engine: Engine, counters: Callable[[], list[_C]], numbers: Iterable[int], seed: int, as_of: Clock, workers: int = 0
) -> list[_C]:
    """Live the slots `numbers` and let counters look at each; the result does not depend on the workers."""
    numbers = list(numbers)
    workers = workers or os.cpu_count() or 1
    chunks = [numbers[i : i + CHUNK] for i in range(0, len(numbers), CHUNK)]
    total = counters()
    if workers == 1 or len(chunks) < 2:
        for chunk in chunks:
            _merge(total, _chunk(engine, counters, chunk, seed, as_of))
        return total
    _SHARED[:] = [engine, counters, seed, as_of]
    context = multiprocessing.get_context("fork")  # the engine is shared as it is, unpickled
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for part in pool.map(_in_worker, chunks):
            _merge(total, cast("list[_C]", part))
    return total


_SHARED: list[object] = []


def _in_worker(chunk: list[int]) -> list[Counter]:
    engine, counters, seed, as_of = _SHARED
    return _chunk(engine, counters, chunk, seed, as_of)  # type: ignore[arg-type]


def _chunk(engine: Engine, counters: Callable[[], list[_C]], chunk: list[int], seed: int, as_of: Clock) -> list[_C]:
    people = People(Selection(), seed, as_of)
    found = counters()
    for number in chunk:
        p = living(engine, people, number, as_of)
        for counter in found:
            counter.add(p)
    return found


def _merge(total: list[_C], part: list[_C]) -> None:
    for mine, other in zip(total, part, strict=True):
        mine.merge(other)
