"""Where our time goes: CPU seconds of one process in people, simulate and each format, measured around the calls themselves."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from healthsynth import plugins
from healthsynth.compile import library
from healthsynth.export.base import Exporter
from healthsynth.people.population import People, Selection
from healthsynth.record.record import Record
from healthsynth.record.window import within
from healthsynth.settings import Settings
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.setup import make_engine

_T = TypeVar("_T")


class _Nowhere:
    """Takes what exporters write and drops it: disk time is not theirs."""

    def file(self, path: str, content: bytes) -> None:
        pass

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        for _ in blocks:
            pass

    def append(self, path: str, content: bytes) -> None:
        pass

    def count(self, what: str, number: int = 1) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Split:
    """Milliseconds of CPU a patient by stage, after a warm-up; `lives` were lived for `patients` living ones."""

    patients: int
    lives: int
    ms: dict[str, float]


class _Stopwatch:
    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def time(self, stage: str, act: Callable[..., _T], *given: Any) -> _T:
        begun = time.process_time_ns()
        result = act(*given)
        self.spent[stage] += time.process_time_ns() - begun
        return result


def split(settings: Settings, patients: int, warm_up: int) -> Split:
    """Time the stages over `patients` after `warm_up` others, which fill the caches of shapes."""
    assert settings.seed is not None
    program = library.program(())
    engine = make_engine(program)
    people = People(Selection(settings.state), settings.seed, settings.end)
    exporters: dict[str, Exporter] = {name: plugins.maker(name)(settings, program) for name in settings.format}
    watch, lives = _Stopwatch(), 0
    for number in range(1, warm_up + patients + 1):
        if number == warm_up + 1:
            watch, lives = _Stopwatch(), 0
        record, tried = _life(engine, people, number, settings, watch)
        lives += tried
        for name, exporter in exporters.items():
            watch.time(name, exporter.add, record, _Nowhere())
    return Split(patients, lives, {stage: ns / 1e6 / patients for stage, ns in watch.spent.items()})


def _life(engine: Engine, people: People, number: int, settings: Settings, watch: _Stopwatch) -> tuple[Record, int]:
    """The record of a slot, as the pipeline makes it, and how many lives it took."""
    end, window = settings.end, settings.history_seconds or 0
    lives = 0
    for attempt in count():
        person = watch.time("people", people.person, number, attempt)
        if watch.time("people", engine.dies_before, person, end):
            continue
        lives += 1
        record = watch.time("simulate", engine.simulate, person, end, end - window)
        if record.death is None:
            return watch.time("simulate", within, record, end - window), lives
    raise AssertionError("the loop ends with a life")
