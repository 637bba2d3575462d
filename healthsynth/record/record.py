"""One life's chart, finished: what simulate returns and every exporter takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from healthsynth.people.person import Person
from healthsynth.record.events import Death, End, Event, Visit
from healthsynth.units import Clock


@dataclass(frozen=True, slots=True)
class Truth:
    """One step of the body: what was true, whether or not anyone looked."""

    time: Clock
    course: str
    state: str
    origin: int


@dataclass(frozen=True, slots=True)
class Record:
    """Everything charted for one person up to the reference date (or death), in order of time within each list."""

    person: Person
    as_of: Clock
    visits: tuple[Visit, ...]  # by start; they never overlap
    events: tuple[Event, ...]  # grouped by visit, in the order they were charted
    ends: Mapping[int, End]  # event number -> its end, for what has ended
    death: Death | None
    truth: tuple[Truth, ...] = ()
    since: Clock | None = None  # the opening of the history window; None: all of life
