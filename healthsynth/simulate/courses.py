"""Courses: what is true of a body, as states that race to be left."""

from collections.abc import Callable
from dataclasses import dataclass

from healthsynth.compile.program import Program
from healthsynth.record.record import Truth
from healthsynth.simulate.conditions import Bound, bind
from healthsynth.simulate.numbers import NumberScope, chance, hazard, pick, when
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.race import Race
from healthsynth.spec import ast
from healthsynth.spec.model import Course, Option, Starts, State

Target = Callable[[Patient], str]


@dataclass(frozen=True, slots=True)
class BoundCourse:
    """One course of one module, ready to live."""

    index: int
    name: str
    module: str
    origins: dict[str, int]
    first: Target
    states: dict[str, Race]

    def be_born(self, p: Patient) -> None:
        """The state at birth (or the one that a story gives); nothing waits yet."""
        p.courses[self.index] = state = p.courses[self.index] or self.first(p)
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
        p.notify(f"course:{self.name}")


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


def _first(starts: Starts, scope: NumberScope) -> Target:
    if starts.state is not None:
        state = starts.state
        return lambda p: state
    if starts.shares is not None:
        return pick(starts.shares, scope)
    happens = chance(str(starts.chance), scope)
    yes, no = str(starts.yes), str(starts.no)
    return lambda p: yes if happens(p) else no


def _race(course: BoundCourse, rules: State, scope: NumberScope) -> Race:
    hazards, times, conditions = [], [], []
    to_hazard: list[Target] = []
    to_time: list[Target] = []
    to_condition: list[Target] = []
    for target, way in rules.exits.items():
        guard = bind(way.condition, scope) if way.condition is not None else None
        if way.kind == "rate" and isinstance(way.by, ast.Ref):
            hazards.append((hazard(scope.number(way.by.name), scope), guard))
            to_hazard.append(_always(target))
        elif way.by is not None:
            times.append((when(way.by, scope), guard))
            to_time.append(_always(target))
        else:
            assert guard is not None
            conditions.append(guard)
            to_condition.append(_always(target))
    chooser = _chooser(rules.choose, scope) if rules.choose else None
    if chooser is not None and rules.at_rate is not None:
        hazards.append((hazard(scope.number(rules.at_rate), scope), None))
        to_hazard.append(chooser)
    elif chooser is not None:
        by = rules.after if rules.after is not None else ast.Span("fixed", ast.Length(0, 0))
        times.append((when(by, scope), None))
        to_time.append(chooser)
    targets = (*to_hazard, *to_time, *to_condition)

    def fire(p: Patient, winner: int) -> None:
        course.enter(p, targets[winner](p))

    return Race(course.index, scope.module, tuple(hazards), tuple(times), tuple(conditions), fire)


def _always(target: str) -> Target:
    return lambda p: target


def _chooser(options: tuple[Option, ...], scope: NumberScope) -> Target:
    """The target among `choose:` options: chances are of those who reach them, in order."""
    ways: list[tuple[Callable[[Patient], bool], Target]] = []
    last: Target | None = None
    for option in options:
        if option.otherwise is not None:
            last = _always(option.otherwise)
        elif option.shares is not None:
            last = pick(option.shares, scope)
        elif option.chance is not None:
            ways.append((chance(option.chance, scope), _always(str(option.to))))
        else:
            condition: Bound = bind(option.when, scope)
            ways.append((condition.test, _always(str(option.to))))

    def choose(p: Patient) -> str:
        for happens, target in ways:
            if happens(p):
                return target(p)
        assert last is not None  # lint HS304: every choose ends with otherwise
        return last(p)

    return choose
