"""What moves in one life: attributes, the lock, tokens, symptoms, the record with its index of present entries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from healthsynth.people.person import Person
from healthsynth.randomness import stream
from healthsynth.record.record import Record
from healthsynth.simulate.gmf.cast.cast import COMPUTED, Cast
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.charting.chart import Chart
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.states import State
from healthsynth.spec.gmf.values import Code
from healthsynth.units import DAY, HOUR, MINUTE, Clock
from healthsynth.vocabulary import Concept

SCHEDULER = "Encounter"  # the owner of visits that no module asked for
_LEAST = {"emergency": HOUR, "inpatient": DAY, "hospice": DAY, "snf": DAY}


@dataclass(slots=True, eq=False)
class Entry:
    """An entry of the record; `number` is 0 for one that is only provisional."""

    kind: str
    code: str
    codes: tuple[Code, ...]
    start: Clock
    number: int = 0
    name: str = ""
    stop: Clock | None = None
    reason: Concept | None = None
    more: Any = None  # of a medication: what is needed to order it again


@dataclass(slots=True, eq=False)
class Meeting:
    """An encounter."""

    number: int
    start: Clock
    encounter_class: str
    state: str
    least: Clock
    is_open: bool = True
    renewed: bool = False
    results: list[tuple[str, Any]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Visit:
    """One visit of a state."""

    state: State
    entered: Clock | None = None
    exited: Clock | None = None
    deadline: Clock | None = None
    exit: Clock = 0
    entry: Entry | None = None
    undiagnosed: bool = False


class Frame:
    """One run of a module: where it is, and the history of its states, newest last."""

    __slots__ = ("child", "cur", "history", "module", "past", "runtime")

    def __init__(self, module: GmfModule, runtime: str):
        self.module, self.runtime = module, runtime
        self.cur = Visit(module.states["Initial"])
        self.history: list[Visit] = []
        self.child: Frame | None = None


class Life:
    """Everything that one person's modules share. It is the `Life` that the cast looks at, too."""

    def __init__(self, person: Person, providers: Any, until: Clock):
        self.person, self.until, self.birth = person, until, person.birth
        self.random = stream(person.seed, person.number, person.attempt, "gmf").random
        self.attributes: dict[str, Any] = {}
        self.cast = Cast(person, self, until)
        self.attributes.update(self.cast.fixed)
        self.chart = Chart(person, providers)
        self.T: Clock = person.birth
        self.meetings: list[Meeting] = []
        self.last_wellness: Clock | None = None
        self.present: dict[str, Entry] = {}
        self.chronic: dict[str, Entry] = {}
        self.lock: str | None = None
        self.meeting: Meeting | None = None
        self.tokens: dict[str, bool] = {}
        self.symptoms: dict[tuple[str, str], list[Any]] = {}
        self.symptoms_changed = False
        self.last_total = 0.0
        self.signs: dict[str, Any] = {}
        self.died: Clock | None = None
        self.cause: Concept | None = None
        self.changed = 0  # counts changes of what guards read
        self.freed = 0  # counts releases of the lock
        self.visits = 0  # counts visits that no module asked for
        self.early = False  # a module that runs before the lifecycle

    # --- what the cast reads ---------------------------------------------------------------------------------------
    def active_medications(self) -> Collection[str]:
        return self.present

    def care_plan_since(self, code: str) -> Clock | None:
        entry = self.present.get(code)
        return entry.start if entry is not None and entry.kind == "careplan" else None

    def is_active(self, code: str) -> bool:
        return code in self.present

    def dies_at(self) -> Clock | None:
        return self.died

    # --- attributes ------------------------------------------------------------------------------------------------
    def get(self, name: str) -> Any:
        value = self.attributes.get(name)
        if value is None and name in COMPUTED:
            return self.cast.computed(name, self.T)
        return value

    def set(self, name: str, value: Any) -> None:
        self.changed += 1
        if value is None:
            self.attributes.pop(name, None)
        else:
            self.attributes[name] = value

    def alive(self, t: Clock) -> bool:
        return self.died is None or self.died > t

    def die(self, at: Clock, cause: Concept | None) -> None:
        if self.died is None or at < self.died:
            self.died, self.cause = at, cause

    # --- symptoms --------------------------------------------------------------------------------------------------
    def symptom(self, name: str) -> float:
        return max((row[0] for (symptom, _), row in self.symptoms.items() if symptom == name and not row[1]), default=0)

    def total(self) -> float:
        return sum(self.symptom(name) for name in {symptom for symptom, _ in self.symptoms})

    def address_worst(self) -> None:
        rows = [row for row in self.symptoms.values() if not row[1]]
        if rows:
            max(rows, key=lambda row: row[0])[1] = True

    # --- encounters ------------------------------------------------------------------------------------------------
    def current(self, t: Clock) -> Meeting:
        for meeting in reversed(self.meetings):
            if meeting.start <= t:
                return meeting
        if not self.meetings:
            return self.open("wellness", t, None, None, "", "")
        return self.meetings[0]

    def open(
        self, encounter_class: str, t: Clock, kind: Concept | None, reason: Concept | None, state: str, specialty: str
    ) -> Meeting:
        number = self.chart.visit(concepts.VISIT_KINDS[encounter_class], t, kind, reason, 0, state, specialty)
        meeting = Meeting(number, t, encounter_class, state, t + _LEAST.get(encounter_class, 15 * MINUTE))
        self.meetings.append(meeting)
        if encounter_class == "wellness":
            self.last_wellness = t
        return meeting

    def close(self, meeting: Meeting, t: Clock) -> None:
        meeting.is_open = False
        self.chart.close(meeting.number, max(meeting.least, t))

    def release(self) -> None:
        self.lock, self.meeting = None, None
        self.freed += 1

    def latest(self, code: str) -> tuple[bool, Any]:
        for meeting in reversed(self.meetings):
            for known, value in meeting.results:
                if known == code:
                    return True, value
        return False, None

    # --- entries ---------------------------------------------------------------------------------------------------
    def named(self, name: str) -> list[Entry]:
        return [entry for entry in self.present.values() if entry.name == name]

    def stop(self, entry: Entry, t: Clock, reason: str) -> None:
        if self.present.get(entry.code) is entry:
            del self.present[entry.code]
            self.changed += 1
        if entry.stop is None:
            entry.stop = t
            if entry.number:
                self.chart.end(entry.number, t, reason)

    def record(self) -> Record:
        return self.chart.record(self.until)
