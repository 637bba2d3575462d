"""Conditions -> what is true of a patient, and what makes the answer change.

A bound condition is never polled: `keys` names the writes that re-test it, `wakes` gives the next instant at which it
may change by itself (a birthday, a season, the end of "for at least"), computed exactly. Only the true value of a measure
is looked at again once a year and at every write that moves it; who waits is told when it has crossed a limit.
"""

from collections.abc import Callable
from typing import Final

from healthsynth.simulate.ages import between_ages, compared_age
from healthsynth.simulate.expressions import expression
from healthsynth.simulate.nodes import ALWAYS, NO_KEYS, Amount, Bound, Scope, Test, Wake, together
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.units import Clock, add_months, civil, clock

SEASON_OF_MONTH: Final = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer",
                          "autumn", "autumn", "autumn", "winter")  # fmt: skip


def bind(condition: ast.Condition | None, scope: Scope) -> Bound:
    """A condition over what its names mean in a scope; None is always true."""
    if condition is None:
        return ALWAYS
    found: Bound = _BINDERS[type(condition)](condition, scope)
    return found


class _AllOf(Test):
    def __init__(self, parts: list[Test]):
        self.parts = parts

    def holds(self, p: Patient) -> bool:
        for part in self.parts:  # noqa: SIM110  a generator costs more than the parts
            if not part.holds(p):
                return False
        return True


class _AnyOf(Test):
    def __init__(self, parts: list[Test]):
        self.parts = parts

    def holds(self, p: Patient) -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(p):
                return True
        return False


class _Not(Test):
    def __init__(self, part: Test):
        self.part = part

    def holds(self, p: Patient) -> bool:
        return not self.part.holds(p)


def _all(condition: ast.All, scope: Scope) -> Bound:
    parts = [bind(item, scope) for item in condition.items]
    return _joined(_AllOf([part.node for part in parts]), parts)


def _any(condition: ast.Any, scope: Scope) -> Bound:
    parts = [bind(item, scope) for item in condition.items]
    return _joined(_AnyOf([part.node for part in parts]), parts)


def _not(condition: ast.Not, scope: Scope) -> Bound:
    part = bind(condition.item, scope)
    return Bound(_Not(part.node), part.keys, part.wakes)


def _joined(node: Test, parts: list[Bound]) -> Bound:
    keys, wakes = together([(part.keys, part.wakes) for part in parts])
    return Bound(node, keys, wakes)


# --- what compares -------------------------------------------------------------------------------------------------
class _AtLeast(Test):
    def __init__(self, left: Amount, limit: float):
        self.left = left
        self.limit = limit

    def holds(self, p: Patient) -> bool:
        return self.left.at(p) >= self.limit


class _LessThan(Test):
    def __init__(self, left: Amount, limit: float):
        self.left = left
        self.limit = limit

    def holds(self, p: Patient) -> bool:
        return self.left.at(p) < self.limit


class _Compared(Test):
    def __init__(self, left: Amount, op: str, right: Amount):
        self.left = left
        self.op = op
        self.right = right

    def holds(self, p: Patient) -> bool:
        a, b, op = self.left.at(p), self.right.at(p), self.op
        if op == ">":
            return a > b
        if op == "<":
            return a < b
        if op == ">=":
            return a >= b
        if op == "<=":
            return a <= b
        return a == b


class _InRange(Test):
    def __init__(self, low: Amount, item: Amount, high: Amount):
        self.low = low
        self.item = item
        self.high = high

    def holds(self, p: Patient) -> bool:
        low = self.low.at(p)
        value = self.item.at(p)
        return low <= value and value <= self.high.at(p)


def _compare(condition: ast.Compare, scope: Scope) -> Bound:
    if isinstance(condition.left, ast.Name) and condition.left.name == "age":
        by_age = compared_age(condition.op, condition.right)
        if by_age is not None:
            return by_age
    left, keys, wakes = expression(condition.left, scope)
    right, more_keys, more_wakes = expression(condition.right, scope)
    if isinstance(condition.right, ast.Number):
        limit = condition.right.value
        _watch(condition.left, scope, limit)
        if condition.op == ">=":
            return Bound(_AtLeast(left, limit), keys, wakes)
        if condition.op == "<":
            return Bound(_LessThan(left, limit), keys, wakes)
        return Bound(_Compared(left, condition.op, right), keys, wakes)
    return Bound(_Compared(left, condition.op, right), keys | more_keys, wakes + more_wakes)


def _between(condition: ast.Between, scope: Scope) -> Bound:
    if isinstance(condition.item, ast.Name) and condition.item.name == "age":
        by_age = between_ages(condition)
        if by_age is not None:
            return by_age
    item, keys, wakes = expression(condition.item, scope)
    low_of, low_keys, low_wakes = expression(condition.low, scope)
    high_of, high_keys, high_wakes = expression(condition.high, scope)
    for limit in (condition.low, condition.high):
        if isinstance(limit, ast.Number):
            _watch(condition.item, scope, limit.value)
    every = keys | low_keys | high_keys
    return Bound(_InRange(low_of, item, high_of), every, wakes + low_wakes + high_wakes)


def _watch(item: ast.Expression, scope: Scope, limit: float) -> None:
    """Have the yearly look at a measure tell when it crosses this limit."""
    if isinstance(item, ast.Name) and item.name != "age" and not scope.care:
        scope.watch(item.name, limit)


# --- what is true and what is charted ----------------------------------------------------------------------------
class _NextSeason(Wake):
    def next(self, p: Patient) -> Clock:
        day = civil(p.now)
        months = 3 - day.month % 3
        return add_months(clock(day.replace(day=1)), months)


class _PersonIs(Test):
    def __init__(self, name: str, options: frozenset[str], negated: bool):
        self.name = name
        self.options = options
        self.negated = negated

    def holds(self, p: Patient) -> bool:
        name, person = self.name, p.person
        mine = p.sex if name == "sex" else person.race if name == "race" else person.ethnicity
        return (mine in self.options) is not self.negated


class _SeasonIs(Test):
    def __init__(self, options: frozenset[str], negated: bool):
        self.options = options
        self.negated = negated

    def holds(self, p: Patient) -> bool:
        return (SEASON_OF_MONTH[civil(p.now).month - 1] in self.options) is not self.negated


class _VisitIs(Test):
    def __init__(self, options: frozenset[str], negated: bool):
        self.options = options
        self.negated = negated

    def holds(self, p: Patient) -> bool:
        encounter = p.encounter
        found = encounter is not None and (encounter.kind in self.options or encounter.name in self.options)
        return found is not self.negated


class _CourseIs(Test):
    """One state, most often: then no set is searched."""

    def __init__(self, index: int, options: frozenset[str], only: str | None, negated: bool):
        self.index = index
        self.options = options
        self.only = only
        self.negated = negated

    def holds(self, p: Patient) -> bool:
        state, only = p.courses[self.index], self.only
        found = state == only if only is not None else state in self.options
        return found is not self.negated


def _is(condition: ast.Is, scope: Scope) -> Bound:
    name, options, negated = condition.name, frozenset(condition.options), condition.negated
    if name in ("sex", "race", "ethnicity"):
        return Bound(_PersonIs(name, options, negated))
    if name == "season":
        return Bound(_SeasonIs(options, negated), NO_KEYS, (_NextSeason(),))
    if name == "visit":
        return Bound(_VisitIs(options, negated))
    index = scope.course(name)
    if index is None:
        raise KeyError(name)
    only = condition.options[0] if len(options) == 1 else None
    return Bound(_CourseIs(index, options, only, negated), frozenset({f"course:{name}"}))


class _StateLasted(Test):
    def __init__(self, index: int, state: str, months: int, seconds: int):
        self.index = index
        self.state = state
        self.months = months
        self.seconds = seconds

    def ready(self, p: Patient) -> Clock:
        return add_months(p.entered[self.index], self.months) + self.seconds

    def holds(self, p: Patient) -> bool:
        return p.courses[self.index] == self.state and p.now >= self.ready(p)


class _StateWillHaveLasted(Wake):
    def __init__(self, test: _StateLasted):
        self.test = test

    def next(self, p: Patient) -> Clock:
        if p.courses[self.test.index] != self.test.state:
            return FOREVER
        at = self.test.ready(p)
        return at if at > p.now else FOREVER


def _has_been(condition: ast.HasBeen, scope: Scope) -> Bound:
    index = scope.course(condition.name)
    if index is None:
        raise KeyError(condition.name)
    at_least = condition.at_least
    test = _StateLasted(index, condition.state, at_least.months, int(at_least.seconds))
    return Bound(test, frozenset({f"course:{condition.name}"}), (_StateWillHaveLasted(test),))


class _Diagnosed(Test):
    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return self.name in p.active


class _EverDiagnosed(Test):
    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return self.name in p.ever


class _Taking(Test):
    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return p.taking.get(self.name, 0) > 0


class _Performed(Test):
    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return self.name in p.done


class _Given(Test):
    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return self.name in p.given


class Following(Test):
    """A pathway is being followed."""

    def __init__(self, name: str):
        self.name = name

    def holds(self, p: Patient) -> bool:
        return self.name in p.following


def _charted(condition: ast.Charted, scope: Scope) -> Bound:
    word, name = condition.word, condition.name
    if word == "diagnosed":
        return Bound(_Diagnosed(name), frozenset({f"diagnosed:{name}"}))
    if word == "ever diagnosed":
        return Bound(_EverDiagnosed(name), frozenset({f"diagnosed:{name}"}))
    if word == "taking":
        return Bound(_Taking(name), frozenset({f"taking:{name}"}))
    if word == "performed":
        return Bound(_Performed(name), frozenset({f"performed:{name}"}))
    if word == "given":
        return Bound(_Given(name), frozenset({f"given:{name}"}))
    pathway = scope.pathway(name)
    return Bound(Following(pathway), frozenset({f"following:{pathway}"}))


class _ResultIs(Test):
    def __init__(self, name: str, answer: str):
        self.name = name
        self.answer = answer

    def holds(self, p: Patient) -> bool:
        return p.result(self.name) == self.answer


def _result_is(condition: ast.ResultIs, scope: Scope) -> Bound:
    return Bound(_ResultIs(condition.name, condition.answer), frozenset({f"result:{condition.name}"}))


class _TestedWithin(Test):
    def __init__(self, name: str, months: int, seconds: int):
        self.name = name
        self.months = months
        self.seconds = seconds

    def lapses(self, p: Patient) -> Clock:
        found = p.answers.get(self.name)
        return -FOREVER if found is None else add_months(found, self.months) + self.seconds

    def holds(self, p: Patient) -> bool:
        return self.lapses(p) >= p.now


class _Lapse(Wake):
    def __init__(self, test: _TestedWithin):
        self.test = test

    def next(self, p: Patient) -> Clock:
        at = self.test.lapses(p) + 1
        return at if at > p.now else FOREVER


def _tested(condition: ast.Tested, scope: Scope) -> Bound:
    within = condition.within
    test = _TestedWithin(condition.name, within.months, int(within.seconds))
    return Bound(test, frozenset({f"result:{condition.name}"}), (_Lapse(test),))


_BINDERS: Final[dict[type, Callable[..., Bound]]] = {
    ast.All: _all,
    ast.Any: _any,
    ast.Not: _not,
    ast.Compare: _compare,
    ast.Between: _between,
    ast.Is: _is,
    ast.ResultIs: _result_is,
    ast.HasBeen: _has_been,
    ast.Charted: _charted,
    ast.Tested: _tested,
}
