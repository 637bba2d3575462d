"""What a life in modules of Synthea's format is made of, and how its parts hear of each other.

A life goes from grid point to grid point (whole weeks after birth). At a grid point whoever is due has its turn, in the
order of `Process.order`. Nobody is visited because a week is over, only because

* its time has come (`wake_at`), or
* what it waits for may have changed: everything that writes says so through `set`, `touch_code`, `release`, and who
  waits for that name is woken: at this grid point if its turn is still to come, else at the next.

An extra turn never changes a life: whoever is woken looks whether it may go on, and waits again if not.

What the cast (cast/) offers and asks for:

| it wants | it uses |
|---|---|
| attributes, active entries, a known death | `Shown` |
| to change an attribute at a grid point | `Cast.next_time`, `Cast.changes`: written with `set` on the turn of the lifecycle |
| to give a value only when it is read | `COMPUTED`: never stored, always asked for |
| visits that no module asks for | `Cast.next_check_up`, `check_up`, `call_for`, `vaccines`: see visits.py |
"""

from collections.abc import Callable, Collection
from functools import partial
from heapq import heappush
from typing import TYPE_CHECKING, Any, Final

from healthsynth.people.person import Person
from healthsynth.randomness import stream
from healthsynth.simulate.gmf.cast.life import Life
from healthsynth.simulate.gmf.cast.vitals import NAMES
from healthsynth.simulate.gmf.nodes import Amount, Way
from healthsynth.simulate.gmf.turns import AgeTable
from healthsynth.units import WEEK, Clock

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.cast.cast import Cast
    from healthsynth.simulate.gmf.charting.chart import Chart
    from healthsynth.simulate.gmf.engine import GmfEngine
    from healthsynth.simulate.gmf.entries import Order
    from healthsynth.simulate.gmf.onsets import Onset
    from healthsynth.simulate.gmf.program import BoundModule, BoundState
    from healthsynth.vocabulary import Concept

NEVER: Final = 1 << 60
ORDERS: Final = 1 << 12  # turns of one grid point; an entry of the agenda is grid index * ORDERS + order
# The first and the last turn of a grid point.
CHECK_UPS: Final = 0
CLOSING: Final = ORDERS - 1
FROM_SYMPTOMS: Final = 300  # the least sum of symptoms that sends anybody anywhere
# Risks of a week that modules draw once in thirty days; the corrected mode gives them those of thirty days.
WEEKLY_RISKS: Final = ("stroke_risk", "atrial_fibrillation_risk")
MONTH_OF_WEEKS: Final = 30 / 7
# A token for visits of the cast; 0: there is none.
UNUSED: Final = 1
USED: Final = 2
NO_NAMES: Final[frozenset[str]] = frozenset()


class Entry:
    """Something in the record that has a primary code and may end; `number` is that of its event, None if not charted."""

    __slots__ = ("code", "concept", "kind", "name", "number", "order", "reason", "start", "stop")

    def __init__(self, kind: str, name: str, code: str, concept: "Concept", start: Clock):
        self.kind = kind  # condition, allergy, medication, careplan, procedure, device
        self.name = name  # of the state that wrote it
        self.code = code
        self.concept = concept
        self.start = start
        self.stop: Clock | None = None
        self.number: int | None = None
        self.reason: Concept | None = None
        self.order: Order | None = None  # of a medication: what it takes to order it again


class Seen:
    """A visit of the record while it may still be written into."""

    __slots__ = ("charting", "ends", "first", "is_open", "kind", "last", "name", "number", "renewed", "start")

    def __init__(self, number: int, kind: str, name: str, start: Clock, charting: bool):
        self.number = number
        self.kind = kind  # class of the encounter
        self.name = name  # of the state that began it
        self.start = start
        self.last: Clock = start  # the latest end of what it contains
        self.charting = charting  # False: before the history that is wanted; what does not last is left out
        self.is_open = True
        self.ends: Clock | None = None  # of a visit in our own modules: when it was over
        self.renewed = False  # chronic medication was renewed in it
        self.first: dict[str, Any] = {}  # of codes that somebody asks for: the first value observed here

    def time(self, at: Clock) -> Clock:
        """When something is charted that is written into this visit at a moment."""
        if self.ends is not None and at > self.ends:
            return self.ends
        return at if at > self.start else self.start


class Stay:
    """The last visit of a state that somebody asks about: which entry of this life it was, and when it was left."""

    __slots__ = ("count", "left")

    def __init__(self, count: int):
        self.count = count
        self.left: Clock | None = None


class Complaint:
    """What one module makes of a symptom."""

    __slots__ = ("is_addressed", "value")

    def __init__(self, value: int):
        self.value = value
        self.is_addressed = False


class Shown(Life):
    """What the cast sees of a life: its maps, and not the life, so that nothing refers to itself and all of it is freed at once."""

    def __init__(self, attributes: dict[str, Any], present: dict[str, Entry], drugs: dict[str, Entry]):
        self.attributes = attributes
        self.present = present
        self.drugs = drugs
        self.death: Clock | None = None

    def active_medications(self) -> Collection[str]:
        return self.drugs

    def care_plan_since(self, code: str) -> Clock | None:
        found = self.present.get(code)
        return found.start if found is not None and found.kind == "careplan" else None

    def is_active(self, code: str) -> bool:
        return code in self.present

    def dies_at(self) -> Clock | None:
        return self.death


class Frame:
    """One run of one module file: where it is, and what of its past can be asked for."""

    __slots__ = ("clock", "deadline", "leave", "module", "parent", "pending", "seen", "since", "state")

    def __init__(self, module: "BoundModule", parent: "Frame | None", clock: Clock):
        self.module = module
        self.parent = parent
        self.clock = clock  # while it runs a submodule: the time of that call
        self.state: BoundState = module.initial
        self.deadline: Clock | None = None
        self.since: Clock | None = None  # of a loop that is slept through: when a round of it began
        self.leave: Way | None = None  # and where it leads when it is over
        self.seen: dict[str, Stay] = {}
        self.pending: list[Onset] = []  # those that wait for their encounters


class Process:
    """One top-level module in one life."""

    __slots__ = ("draw", "early", "finished", "frame", "module", "order", "token", "waits_for")

    def __init__(self, order: int, module: "BoundModule", early: bool):
        self.order = order
        self.module = module
        self.early = early  # its turn is before the lifecycle's: it sees last week's vital signs
        self.finished = False
        self.frame: Frame = None  # type: ignore[assignment]
        self.draw: Callable[[], float] | None = None  # of its stream
        self.token = 0
        self.waits_for: frozenset[str] = NO_NAMES  # names that wake it: attributes, and codes after a '#'


class GmfLife:
    """The state of one life. `grid` is the grid point under way, `clock` the time that its present turn runs at."""

    __slots__ = (
        "agenda",
        "ages",
        "attributes",
        "birth",
        "care_plans",
        "cast",
        "chart",
        "chart_from",
        "chronic",
        "clock",
        "death",
        "death_cause",
        "death_origin",
        "drugs",
        "end",
        "engine",
        "follow",
        "frame",
        "gates",
        "grid",
        "guests",
        "last_total",
        "last_wellness",
        "latest",
        "lock",
        "lock_waiters",
        "now_order",
        "overrides",
        "person",
        "present",
        "process",
        "processes",
        "seq",
        "shown",
        "symptoms",
        "total",
        "visit",
        "visits",
        "wants_lock",
        "week",
    )  # fmt: skip

    def __init__(self, engine: "GmfEngine", person: Person, end: Clock, chart_from: Clock, chart: "Chart"):
        self.engine = engine
        self.person = person
        self.birth = person.birth
        self.end = end
        self.chart_from = chart_from
        self.chart = chart
        self.cast: Cast = None  # type: ignore[assignment]
        self.ages = AgeTable(person.birth)
        self.attributes: dict[str, Any] = {}
        # time
        self.agenda: list[int] = []
        self.week = 0
        self.grid: Clock = person.birth
        self.clock: Clock = person.birth
        self.now_order: int = 0
        self.seq = 0
        self.processes: list[Process | None] = []
        self.process: Process = None  # type: ignore[assignment]
        self.frame: Frame = None  # type: ignore[assignment]
        self.follow: Callable[[BoundState, Clock], None] | None = None  # told of every state that is entered
        # death
        self.death: Clock | None = None
        self.death_cause: Concept | None = None
        self.death_origin = 0
        # the record
        self.visits: list[Seen] = []
        self.visit: Seen | None = None  # of the lock's owner
        self.present: dict[str, Entry] = {}
        self.drugs: dict[str, Entry] = {}  # those in `present` that are medication
        self.shown = Shown(self.attributes, self.present, self.drugs)
        self.chronic: dict[str, Entry] = {}
        self.latest: dict[str, tuple[int, Any]] = {}  # code asked for -> (place of its visit, value)
        self.last_wellness: Clock | None = None
        # who has the one encounter: the order of a process, CHECK_UPS for the cast's, None for nobody
        self.lock: int | None = None
        self.lock_waiters: dict[int, None] = {}
        self.gates: dict[int, None] = {}  # processes that wait for a visit of the cast's
        self.guests: list[Seen] = []  # check-ups in our own modules that nobody here has heard of yet
        self.wants_lock = False  # a check-up is due and the lock is taken
        self.symptoms: dict[str, dict[int, Complaint]] = {}  # name -> order of the process
        self.total = 0
        self.last_total = 0
        self.overrides: dict[str, tuple[int, Amount]] = {}  # vital sign -> when it was set, a week; what it is

    def draw(self) -> float:
        """The next number of the module under way, uniform in [0, 1). Its stream is made when it first draws: many never do."""
        draw = self.process.draw
        if draw is None:
            person = self.person
            draw = stream(person.seed, person.number, person.attempt, "gmf", self.process.module.key).random
            self.process.draw = draw
        return draw()

    def dies(self, at: Clock, origin: int, cause: "Concept | None") -> None:
        """A death is known, now or to come."""
        self.death = self.shown.death = at
        self.death_origin, self.death_cause = origin, cause
        self.changed("days_until_death")

    # --- waking ---------------------------------------------------------------------------------------------------
    def wake(self, order: int) -> None:
        """Give a process a turn: at this grid point if it is still to come, else at the next."""
        week = self.week if order > self.now_order else self.week + 1
        heappush(self.agenda, week * ORDERS + order)

    def wake_at(self, order: int, at: Clock) -> None:
        """Give a process a turn at the first grid point at or after a moment that is not past; there is none after the end."""
        if at >= self.end:
            return
        week = -((self.birth - at) // WEEK)
        if week <= self.week and order <= self.now_order:
            week = self.week + 1
        heappush(self.agenda, week * ORDERS + order)

    def changed(self, name: str) -> None:
        """Whoever waits for a name (an attribute; '#' and a code) is woken."""
        for order in self.engine.readers.get(name, ()):
            process = self.processes[order]
            if process is not None and name in process.waits_for:
                self.wake(order)

    def set(self, name: str, value: Any) -> None:
        """Write an attribute; None removes it."""
        if value is None:
            self.attributes.pop(name, None)
        else:
            self.attributes[name] = value
        if name in self.engine.readers:
            self.changed(name)

    def touch_code(self, code: str) -> None:
        """An entry of this primary code came or went."""
        name = "#" + code
        if name in self.engine.readers:
            self.changed(name)

    # --- the lock -------------------------------------------------------------------------------------------------
    def release(self) -> None:
        """The encounter is over: others may have theirs."""
        self.lock = self.visit = None
        if self.lock_waiters:
            waiters, self.lock_waiters = self.lock_waiters, {}
            for order in waiters:
                self.wake(order)
        if self.wants_lock:
            self.wants_lock = False
            self.wake(CHECK_UPS)

    def wants_plan(self) -> None:
        """What check-ups depend on has changed."""
        self.wake(CHECK_UPS)

    # --- what conditions ask --------------------------------------------------------------------------------------
    def computed(self, name: str) -> Any:
        """An attribute of the cast that is worked out when it is read; None is unset."""
        value = self.cast.computed(name, self.grid)
        if self.engine.corrected and name in WEEKLY_RISKS and value is not None and value > 0:
            return 1 - (1 - value) ** MONTH_OF_WEEKS
        return value

    def vital(self, name: str) -> float | None:
        """A vital sign now: what a module set, as long as it lasts, or what the cast says; None if nobody knows."""
        early = self.process.early
        found = self.overrides.get(name)
        if found is not None:
            since, amount = found
            lasts = name not in NAMES or since == self.week or (early and since == self.week - 1)
            if lasts:
                return self._set_sign(name, amount)
        return self.cast.vital(name, self.grid, self.clock, early)

    def _set_sign(self, name: str, amount: Amount) -> float:
        """A vital sign as a module wants it; its draw is the reading's own, so that reading it or not moves nothing else."""
        process = self.process
        draw, process.draw = process.draw, partial(self.cast.draws.uniform, f"set {name}", self.clock)
        try:
            return amount.at(self)
        finally:
            process.draw = draw

    def symptom(self, name: str) -> int:
        """The greatest value that any module gives a symptom and nobody has addressed."""
        found = self.symptoms.get(name)
        if found is None:
            return 0
        greatest, is_felt = 0, False
        for each in found.values():
            if not each.is_addressed and (not is_felt or each.value > greatest):
                greatest, is_felt = each.value, True
        return greatest

    def feel(self, name: str, value: int) -> None:
        """A module gives a symptom a value."""
        before = self.symptom(name)
        found = self.symptoms.get(name)
        if found is None:
            found = self.symptoms[name] = {}
        found[self.process.order] = Complaint(value)
        self.total += self.symptom(name) - before
        if self.total > FROM_SYMPTOMS:
            self.wake(CHECK_UPS)

    def address(self) -> None:
        """A visit for symptoms takes care of the greatest one; of equal ones the first."""
        worst, of = None, ""
        for name, sources in self.symptoms.items():
            for each in sources.values():
                if not each.is_addressed and (worst is None or each.value > worst.value):
                    worst, of = each, name
        if worst is not None:
            before = self.symptom(of)
            worst.is_addressed = True
            self.total += self.symptom(of) - before
