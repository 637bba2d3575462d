"""How lives end: the background hazard of the life table, multiplied by what modules say, and causes of their own."""

from typing import TYPE_CHECKING, Any

from healthsynth.people.causes import cause_of_death
from healthsynth.record.events import Death, End
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.encounter import close
from healthsynth.simulate.nodes import Amount, Bound, together
from healthsynth.simulate.numbers import factor_of, hazard
from healthsynth.simulate.patient import DEATH, FOREVER, Patient
from healthsynth.simulate.race import Race
from healthsynth.simulate.scope import ModuleScope
from healthsynth.units import MINUTE, YEAR, civil
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.engine import Engine


def die(p: Patient, cause: Concept, origin: int) -> None:
    """The life ends now, in the visit under way if there is one."""
    if p.dead is not None:
        return
    time = p.now
    if p.visits and p.visits[-1].end is not None and p.visits[-1].end > time and p.encounter is None:
        time = p.visits[-1].end + MINUTE  # a short visit just written ends first
    visit = None
    if p.encounter is not None:
        time = max(time, p.encounter.clock + MINUTE)
        visit = p.encounter.number
    if time >= p.end:
        time = p.end - MINUTE
    p.dead = Death(p.number(), visit, time, cause, origin)
    if p.encounter is not None:
        close(p, time, "exp")
    _end_everything(p, time, visit)


def _end_everything(p: Patient, time: int, visit: int | None) -> None:
    for number in (*p.prescribed.values(), *p.plans.values()):
        p.ends[number] = End(time, visit, "died")


class Background:
    """The background hazard of one program: its multipliers, and the race of each patient against it."""

    def __init__(self, engine: "Engine"):
        self.engine = engine
        self.factors: list[tuple[Bound, Amount]] = []
        self.only_raises = True

    def add(self, scope: ModuleScope, name: str, condition: Any) -> None:
        """A module's `multiply by: NAME, while: CONDITION`."""
        number = scope.number(name)
        self.factors.append((bind(condition, scope), factor_of(number)))
        if any(value < 1 for _, _, _, value in number.bands):
            self.only_raises = False

    def keys(self) -> frozenset[str]:
        return together([(bound.keys, bound.wakes) for bound, _ in self.factors])[0]

    def multiplier(self, p: Patient) -> float:
        value = 1.0
        for bound, factor in self.factors:
            if bound.test(p):
                value *= factor.at(p)
        return value

    def begin(self, p: Patient, budget: float) -> None:
        """At birth: one unit-exponential budget for the life."""
        p.mortality = [self.engine.background_of(p.person), budget, 1.0, p.now, 0]
        self.refresh(p)

    def refresh(self, p: Patient) -> None:
        """Use up the budget until now, and find the instant at which it will be gone."""
        state = p.mortality
        if state is None:
            return
        background, budget, multiplier, since, version = state
        if p.now > since:
            budget -= multiplier * background.integrated(since, p.now)
        multiplier = self.multiplier(p) if self.factors else 1.0
        state[1:] = [budget, multiplier, p.now, version + 1]
        due = background.invert(p.now, max(budget, 0.0) / multiplier) if multiplier > 0 else FOREVER
        change = p.now + YEAR if multiplier != 1.0 else FOREVER  # factors by age are looked at once a year
        for bound, _ in self.factors:
            if bound.wakes:
                change = min(change, bound.next_wake(p))
        if due <= change:
            p.at(max(due, p.now), DEATH, lambda p: self._due(p, version + 1))
        else:
            p.at(change, DEATH, lambda p: self.refresh(p) if p.mortality[4] == version + 1 else None)

    def _due(self, p: Patient, version: int) -> None:
        if p.mortality[4] != version:
            return
        age = (p.now - p.birth) / YEAR
        name = cause_of_death(p.sex, age, p.stream("cause").random(), civil(p.now).year)
        die(p, self.engine.program.concepts[name], 0)


def bind_cause(scope: ModuleScope, entry: Any, slot: int, origin: int) -> Race:
    """A module's own cause: `add: RATE, while:`, or `when:` at once."""
    cause = scope.concept(str(entry.cause))

    def fire(p: Patient, winner: int) -> None:
        die(p, cause, origin)

    if entry.add is not None:
        guard = bind(entry.while_, scope) if entry.while_ is not None else None
        return Race(slot, scope.module, [(hazard(scope.number(entry.add), scope), guard)], [], [], fire)
    return Race(slot, scope.module, [], [], [bind(entry.when, scope)], fire)
