"""A patient: one person living through a program. All that moves in a life is here."""

import heapq
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, Final

from healthsynth.people.growth import Growth
from healthsynth.people.person import Person
from healthsynth.randomness import key, stream
from healthsynth.record.events import Death, End, Event, Visit
from healthsynth.record.record import Truth
from healthsynth.units import Clock, add_months

if TYPE_CHECKING:
    from healthsynth.simulate.encounter import Encounter
    from healthsynth.simulate.engine import Engine

Action = Callable[["Patient"], None]
FOREVER: Final = 1 << 60

# Ties in time: death first, then the body, then what was planned, then visits.
DEATH: Final = 0
BODY: Final = 1
PLAN: Final = 2
VISIT: Final = 3


class Reading:
    """One way to read a measure."""

    def read(self, p: "Patient") -> float:
        raise NotImplementedError


class Patient:
    """The state of one life. `now` is the local clock; nothing happens at or after `end`."""

    def __init__(self, engine: "Engine", person: Person, end: Clock, chart_from: Clock, growth: Growth):
        processes = engine.process_count
        self.engine = engine
        self.person = person
        self.growth = growth
        self.birth = person.birth
        self.sex = person.sex
        self.now: Clock = person.birth
        self.end = end
        self.chart_from = chart_from
        self.agenda: list[tuple[Clock, int, int, Action]] = []
        self.sequence = 0
        self.begun = False  # until all is set in motion, nobody is told of anything
        self.streams: dict[str, Random] = {}
        self.randoms: dict[str, Callable[[], float]] = {}  # `random` of each stream that was drawn from
        self.turned: dict[int, Clock] = {}
        self.forced: dict[str, bool] = {}  # a story's chances: happen, do not happen
        self.dead: Death | None = None
        # the body
        self.courses: list[str] = [""] * engine.course_count
        self.entered: list[Clock] = [person.birth] * engine.course_count
        self.versions: list[int] = [0] * processes
        self.budgets: list[list[float]] = [[]] * processes
        self.rates: list[list[float]] = [[]] * processes
        self.due: list[list[Clock]] = [[]] * processes
        self.since: list[Clock] = [person.birth] * processes  # when the budgets were last brought up to date
        self.was: list[bool] = [False] * processes  # whether a care rule's `when:` held at its last test
        self.ranks: dict[str, float] = {}
        self.effects: dict[str, dict[int, tuple[Clock, float, bool]]] = {}
        self.wanders: dict[str, list[float]] = {}
        self.overrides: dict[str, float] = {}
        self.mortality: Any = None
        self.truth: list[Truth] = []
        # the chart
        self.counter = 0
        self.visits: list[Visit] = []
        self.events: list[Event] = []
        self.ends: dict[int, End] = {}
        self.results: dict[str, float | str] = {}  # the latest charted value or answer by measure: see `result`
        self.pending: dict[str, Reading] = {}  # measured in the visit under way, and read when somebody asks for it
        self.noise_key = key(person.seed, person.number, person.attempt, "noise") >> 64
        self.noise = 0  # of the visit under way, 64 bits (`measures.bind_reading`)
        self.answers: dict[str, Clock] = {}  # when that was
        self.active: dict[str, int] = {}  # diagnosed and not resolved: concept name -> event number
        self.ever: set[str] = set()
        self.prescribed: dict[str, int] = {}  # active prescriptions: concept name -> event number
        self.taking: dict[str, int] = {}  # name, ingredient or class -> how many active prescriptions
        self.plans: dict[str, int] = {}  # active care plans
        self.done: set[str] = set()  # procedures and imaging, ever
        self.given: set[str] = set()  # vaccines and drugs, ever
        self.accepts: Any = None  # this person's attitude to each vaccine
        self.doses: dict[str, tuple[Clock, ...]] = {}  # vaccine series -> when each dose was given
        self.gmf: Any = None  # this life in modules of Synthea's format, if there are any
        # care under way
        self.encounter: Encounter | None = None
        self.busy_until: Clock = person.birth
        self.following: dict[str, int] = {}  # pathway -> which time it is followed
        self.numbered: dict[str, int] = {}  # pathway -> visits so far
        self.steps_done: dict[str, int] = {}  # ladder -> steps so far
        self.last_done: dict[str, Clock] = {}  # rule -> when it last acted
        self.until: dict[str, list[Any]] = {}  # key -> watches of `until:` conditions

    def number(self) -> int:
        """The next event number of this record."""
        self.counter += 1
        return self.counter

    def stream(self, name: str) -> Random:
        """The stream of a module (or another purpose), made when first used."""
        found = self.streams.get(name)
        if found is None:
            person = self.person
            found = self.streams[name] = stream(person.seed, person.number, person.attempt, name)
        return found

    def draw(self, name: str) -> float:
        """The next number of a stream, uniform in [0, 1)."""
        found = self.randoms.get(name)
        if found is None:
            found = self.randoms[name] = self.stream(name).random
        return found()

    def result(self, name: str) -> float | str | None:
        """The latest charted value or answer; None if there is none."""
        found = self.results.get(name)
        if found is not None or not self.pending:
            return found
        reading = self.pending.pop(name, None)
        if reading is None:
            return None
        value = reading.read(self)
        self.results[name] = value
        return value

    def put_off(self, name: str, reading: Reading) -> None:
        """Measured now, read later or never."""
        self.results.pop(name, None)
        self.pending[name] = reading

    def settle(self) -> None:
        """Read all that is pending: the body is about to change."""
        for name in tuple(self.pending):
            self.result(name)

    def turns(self, months: int) -> Clock:
        """The clock at which this patient is `months` old, by the calendar."""
        found = self.turned.get(months)
        if found is None:
            found = self.turned[months] = add_months(self.birth, months)
        return found

    def at(self, time: Clock, priority: int, action: Action) -> None:
        """Put an action on the agenda; what lies at or after the end of the life is never due."""
        if time < self.end:
            self.sequence += 1
            heapq.heappush(self.agenda, (time, priority, self.sequence, action))

    def notify(self, key: str) -> None:
        """Something that conditions may read has changed: re-test whoever waits for it, at this instant."""
        if not self.begun:
            return
        for retest in self.engine.dependents.get(key, ()):
            retest(self)
        waiting = self.until.get(key)
        if waiting:
            for watch in tuple(waiting):
                watch(self)

    def live(self) -> None:
        """Run the agenda to the end or to death."""
        agenda = self.agenda
        pop = heapq.heappop
        while agenda:
            time, _, _, action = pop(agenda)
            self.now = time
            action(self)
            if self.dead is not None:
                return
        self.now = self.end
