"""Courses: what is true of a body, as states that race to be left."""

from healthsynth.compile.program import Program
from healthsynth.record.record import Truth
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.nodes import Bound, Test, first_to_hold
from healthsynth.simulate.numbers import Always, Hazard, NumberScope, Pick, When, chance, hazard, pick, when
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.race import Race
from healthsynth.spec import ast
from healthsynth.spec.model import Course, Option, Starts, State


class BoundCourse:
    """One course of one module, ready to live."""

    def __init__(
        self, index: int, name: str, module: str, origins: dict[str, int], first: Pick, states: dict[str, Race]
    ):
        self.index = index
        self.name = name
        self.key = f"course:{name}"
        self.module = module
        self.origins = origins
        self.first = first
        self.states = states

    def be_born(self, p: Patient) -> None:
        """The state at birth (or the one that a story gives); nothing waits yet."""
        p.courses[self.index] = state = p.courses[self.index] or self.first.draw(p)
        p.entered[self.index] = p.now
        p.truth.append(Truth(p.now, self.name, state, self.origins[state]))

    def begin(self, p: Patient) -> None:
        """Wait for the exits of the first state; every course has one by now."""
        self.states[p.courses[self.index]].start(p)

    def enter(self, p: Patient, state: str) -> None:
        """Be in a state from now on, and tell whoever reads this course."""
        p.courses[self.index] = state
        p.entered[self.index] = p.now
        p.truth.append(Truth(p.now, self.name, state, self.origins[state]))
        self.states[state].start(p)
        p.notify(self.key)


def bind_course(
    program: Program, index: int, module: str, name: str, course: Course, scope: NumberScope
) -> BoundCourse:
    """Make a course runnable; its races call back into it."""
    origins = {state: program.origin_at[module, ("course", name, state)] for state in course.states}
    races: dict[str, Race] = {}
    bound = BoundCourse(index, name, module, origins, _first(course.starts, scope), races)
    for state, rules in course.states.items():
        races[state] = _race(bound, rules, scope)
    return bound


class _YesOrNo(Pick):
    def __init__(self, happens: Test, yes: str, no: str):
        self.happens = happens
        self.yes = yes
        self.no = no

    def draw(self, p: Patient) -> str:
        return self.yes if self.happens.holds(p) else self.no


def _first(starts: Starts, scope: NumberScope) -> Pick:
    if starts.state is not None:
        return Always(starts.state)
    if starts.shares is not None:
        return pick(starts.shares, scope)
    return _YesOrNo(chance(str(starts.chance), scope), str(starts.yes), str(starts.no))


def _race(course: BoundCourse, rules: State, scope: NumberScope) -> Race:
    hazards: list[tuple[Hazard, Bound | None]] = []
    times: list[tuple[When, Bound | None]] = []
    conditions: list[Bound] = []
    to_hazard: list[Pick] = []
    to_time: list[Pick] = []
    to_condition: list[Pick] = []
    for target, way in rules.exits.items():
        guard = bind(way.condition, scope) if way.condition is not None else None
        if way.kind == "rate" and isinstance(way.by, ast.Ref):
            hazards.append((hazard(scope.number(way.by.name), scope), guard))
            to_hazard.append(Always(target))
        elif way.by is not None:
            times.append((when(way.by, scope), guard))
            to_time.append(Always(target))
        else:
            assert guard is not None
            conditions.append(guard)
            to_condition.append(Always(target))
    chooser = _chooser(rules.choose, scope) if rules.choose else None
    if chooser is not None and rules.at_rate is not None:
        hazards.append((hazard(scope.number(rules.at_rate), scope), None))
        to_hazard.append(chooser)
    elif chooser is not None:
        by = rules.after if rules.after is not None else ast.Span("fixed", ast.Length(0, 0))
        times.append((when(by, scope), None))
        to_time.append(chooser)
    targets = [*to_hazard, *to_time, *to_condition]

    def fire(p: Patient, winner: int) -> None:
        course.enter(p, targets[winner].draw(p))

    return Race(course.index, scope.module, hazards, times, conditions, fire)


class _FirstThatHappens(Pick):
    def __init__(self, ways: list[tuple[Test, Pick]], last: Pick):
        self.tests = [test for test, _ in ways]
        self.picks = [*[pick for _, pick in ways], last]

    def draw(self, p: Patient) -> str:
        return self.picks[first_to_hold(self.tests, p)].draw(p)


def _chooser(options: tuple[Option, ...], scope: NumberScope) -> Pick:
    """The target among `choose:` options: chances are of those who reach them, in order."""
    ways: list[tuple[Test, Pick]] = []
    last: Pick | None = None
    for option in options:
        if option.otherwise is not None:
            last = Always(option.otherwise)
        elif option.shares is not None:
            last = pick(option.shares, scope)
        elif option.chance is not None:
            ways.append((chance(option.chance, scope), Always(str(option.to))))
        else:
            ways.append((bind(option.when, scope).node, Always(str(option.to))))
    assert last is not None  # lint HS304: every choose ends with otherwise
    return _FirstThatHappens(ways, last)
