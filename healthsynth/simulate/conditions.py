"""Conditions and expressions -> plain functions of a patient, and what makes their answers change.

A bound condition is never polled: `keys` names the writes that re-test it, `wakes` gives the next instant at which it
may change by itself (a birthday, a season, the end of "for at least"), computed exactly. Only the true value of a measure
is looked at again once a year and at every write that moves it; who waits is told when it has crossed a limit.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from healthsynth.people.growth import bmi_percentile, head_percentile
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.units import MONTH, YEAR, Clock, add_months, age_years, civil, clock

Test = Callable[[Patient], bool]
Amount = Callable[[Patient], float]
Wake = Callable[[Patient], Clock]

SEASON_OF_MONTH = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer",
                   "autumn", "autumn", "autumn", "winter")  # fmt: skip
NAN = float("nan")


class Scope(Protocol):
    """What names mean where a condition stands."""

    care: bool  # a step of care: the body cannot be read, bmi is the charted one

    def course(self, name: str) -> int | None: ...
    def measure(self, name: str) -> Amount | None: ...
    def measure_keys(self, name: str) -> frozenset[str]: ...
    def watch(self, name: str, limit: float) -> None: ...
    def pathway(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition ready to run."""

    test: Test
    keys: frozenset[str]
    wakes: tuple[Wake, ...]

    def next_wake(self, patient: Patient) -> Clock:
        """The next instant after now at which the answer may change without any write."""
        soonest = FOREVER
        for wake in self.wakes:
            at = wake(patient)
            if at < soonest:
                soonest = at
        return soonest


ALWAYS = Bound(lambda patient: True, frozenset(), ())


def bind(condition: ast.Condition | None, scope: Scope) -> Bound:
    """The function of a condition; None is always true."""
    if condition is None:
        return ALWAYS
    return _BINDERS[type(condition)](condition, scope)


def _all(condition: ast.All, scope: Scope) -> Bound:
    parts = [bind(item, scope) for item in condition.items]
    tests = tuple(part.test for part in parts)
    if len(tests) == 2:
        first, second = tests
        return _joined(lambda p: first(p) and second(p), parts)
    if len(tests) == 3:
        first, second, third = tests
        return _joined(lambda p: first(p) and second(p) and third(p), parts)
    return _joined(lambda p: all(test(p) for test in tests), parts)


def _any(condition: ast.Any, scope: Scope) -> Bound:
    parts = [bind(item, scope) for item in condition.items]
    tests = tuple(part.test for part in parts)
    if len(tests) == 2:
        first, second = tests
        return _joined(lambda p: first(p) or second(p), parts)
    return _joined(lambda p: any(test(p) for test in tests), parts)


def _not(condition: ast.Not, scope: Scope) -> Bound:
    part = bind(condition.item, scope)
    test = part.test
    return Bound(lambda p: not test(p), part.keys, part.wakes)


def _joined(test: Test, parts: Iterable[Bound]) -> Bound:
    keys: frozenset[str] = frozenset().union(*(part.keys for part in parts))
    wakes: tuple[Wake, ...] = ()
    for part in parts:
        wakes += part.wakes
    return Bound(test, keys, wakes)


# --- age: by the calendar ----------------------------------------------------------------------------------------
def _months(number: ast.Expression) -> int | None:
    if not isinstance(number, ast.Number):
        return None
    unit = (number.unit or "years").removesuffix("s")
    if unit == "month":
        return int(number.value)
    return int(number.value * 12) if unit == "year" else None


def _step(number: ast.Expression) -> int:
    """The length of 'a completed year' or 'a completed month' in months."""
    return 1 if isinstance(number, ast.Number) and (number.unit or "").startswith("month") else 12


def _from_age(months: int) -> Bound:
    def test(p: Patient) -> bool:
        return p.now >= p.turns(months)

    def wake(p: Patient) -> Clock:
        at = p.turns(months)
        return at if at > p.now else FOREVER

    return Bound(test, frozenset(), (wake,))


def _below_age(months: int) -> Bound:
    part = _from_age(months)
    return Bound(lambda p: p.now < p.turns(months), part.keys, part.wakes)


def _age(op: str, number: ast.Expression) -> Bound | None:
    months = _months(number)
    if months is None:
        return None
    after = months + _step(number)
    if op == ">=":
        return _from_age(months)
    if op == ">":
        return _from_age(after)
    if op == "<":
        return _below_age(months)
    if op == "<=":
        return _below_age(after)
    part = [_from_age(months), _below_age(after)]
    return _joined(lambda p: p.turns(months) <= p.now < p.turns(after), part)


def ages_of(condition: ast.Condition | None) -> tuple[int, int]:
    """Months of age outside which a condition is certainly false: [from, below)."""
    if isinstance(condition, ast.All):
        parts = [ages_of(item) for item in condition.items]
        return max(low for low, _ in parts), min(high for _, high in parts)
    if isinstance(condition, ast.Between) and condition.item == ast.Name("age"):
        low, high = _months(condition.low), _months(condition.high)
        if low is not None and high is not None:
            return low, high + _step(condition.high)
    if isinstance(condition, ast.Compare) and condition.left == ast.Name("age"):
        months = _months(condition.right)
        if months is not None and condition.op in (">=", ">"):
            return months, _NO_AGE
        if months is not None and condition.op in ("<", "<="):
            return 0, months + _step(condition.right)
    return 0, _NO_AGE


_NO_AGE = 12 * 1000

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(condition: ast.Compare, scope: Scope) -> Bound:
    if isinstance(condition.left, ast.Name) and condition.left.name == "age":
        by_age = _age(condition.op, condition.right)
        if by_age is not None:
            return by_age
    left, keys, wakes = expression(condition.left, scope)
    right, more_keys, more_wakes = expression(condition.right, scope)
    op = _COMPARE[condition.op]
    if isinstance(condition.right, ast.Number):
        _watch(condition.left, scope, condition.right.value)
        limit = condition.right.value
        if condition.op == ">=":
            return Bound(lambda p: left(p) >= limit, keys, wakes)
        if condition.op == "<":
            return Bound(lambda p: left(p) < limit, keys, wakes)
        return Bound(lambda p: op(left(p), limit), keys, wakes)
    return Bound(lambda p: op(left(p), right(p)), keys | more_keys, wakes + more_wakes)


def _between(condition: ast.Between, scope: Scope) -> Bound:
    if isinstance(condition.item, ast.Name) and condition.item.name == "age":
        low, high = _months(condition.low), _months(condition.high)
        if low is not None and high is not None:
            end = high + _step(condition.high)
            part = [_from_age(low), _below_age(end)]
            return _joined(lambda p: p.turns(low) <= p.now < p.turns(end), part)
    item, keys, wakes = expression(condition.item, scope)
    low_of, low_keys, low_wakes = expression(condition.low, scope)
    high_of, high_keys, high_wakes = expression(condition.high, scope)
    for limit in (condition.low, condition.high):
        if isinstance(limit, ast.Number):
            _watch(condition.item, scope, limit.value)
    every = keys | low_keys | high_keys
    return Bound(lambda p: low_of(p) <= item(p) <= high_of(p), every, wakes + low_wakes + high_wakes)


def _watch(item: ast.Expression, scope: Scope, limit: float) -> None:
    """Have the yearly look at a measure tell when it crosses this limit."""
    if isinstance(item, ast.Name) and item.name != "age" and not scope.care:
        scope.watch(item.name, limit)


# --- what is true and what is charted ----------------------------------------------------------------------------
def _season_wake(p: Patient) -> Clock:
    day = civil(p.now)
    months = 3 - day.month % 3
    return add_months(clock(day.replace(day=1)), months)


def _is(condition: ast.Is, scope: Scope) -> Bound:
    name, options, negated = condition.name, frozenset(condition.options), condition.negated
    if name in ("sex", "race", "ethnicity"):
        return Bound(lambda p: (getattr(p.person, name) in options) is not negated, frozenset(), ())
    if name == "season":
        return Bound(
            lambda p: (SEASON_OF_MONTH[civil(p.now).month - 1] in options) is not negated, frozenset(), (_season_wake,)
        )
    if name == "visit":
        return Bound(lambda p: _visit_is(p, options) is not negated, frozenset(), ())
    index = scope.course(name)
    if index is None:
        raise KeyError(name)
    keys = frozenset({f"course:{name}"})
    if len(options) == 1:
        only = condition.options[0]
        if negated:
            return Bound(lambda p: p.courses[index] != only, keys, ())
        return Bound(lambda p: p.courses[index] == only, keys, ())
    return Bound(lambda p: (p.courses[index] in options) is not negated, keys, ())


def _visit_is(p: Patient, options: frozenset[str]) -> bool:
    return p.encounter is not None and (p.encounter.kind in options or p.encounter.name in options)


def _has_been(condition: ast.HasBeen, scope: Scope) -> Bound:
    index = scope.course(condition.name)
    if index is None:
        raise KeyError(condition.name)
    state, at_least = condition.state, condition.at_least

    def ready(p: Patient) -> Clock:
        return add_months(p.entered[index], at_least.months) + at_least.seconds

    def test(p: Patient) -> bool:
        return p.courses[index] == state and p.now >= ready(p)

    def wake(p: Patient) -> Clock:
        if p.courses[index] != state:
            return FOREVER
        at = ready(p)
        return at if at > p.now else FOREVER

    return Bound(test, frozenset({f"course:{condition.name}"}), (wake,))


def _charted(condition: ast.Charted, scope: Scope) -> Bound:
    word, name = condition.word, condition.name
    if word == "diagnosed":
        return Bound(lambda p: name in p.active, frozenset({f"diagnosed:{name}"}), ())
    if word == "ever diagnosed":
        return Bound(lambda p: name in p.ever, frozenset({f"diagnosed:{name}"}), ())
    if word == "taking":
        return Bound(lambda p: p.taking.get(name, 0) > 0, frozenset({f"taking:{name}"}), ())
    if word == "performed":
        return Bound(lambda p: name in p.done, frozenset({f"performed:{name}"}), ())
    if word == "given":
        return Bound(lambda p: name in p.given, frozenset({f"given:{name}"}), ())
    pathway = scope.pathway(name)
    return Bound(lambda p: pathway in p.following, frozenset({f"following:{pathway}"}), ())


def _result_is(condition: ast.ResultIs, scope: Scope) -> Bound:
    name, answer = condition.name, condition.answer
    return Bound(lambda p: p.results[name] == answer, frozenset({f"result:{name}"}), ())


def _tested(condition: ast.Tested, scope: Scope) -> Bound:
    name, within = condition.name, condition.within

    def lapses(p: Patient) -> Clock:
        found = p.answers.get(name)
        return -FOREVER if found is None else add_months(found, within.months) + within.seconds

    def wake(p: Patient) -> Clock:
        at = lapses(p) + 1
        return at if at > p.now else FOREVER

    return Bound(lambda p: lapses(p) >= p.now, frozenset({f"result:{name}"}), (wake,))


_BINDERS: dict[type, Callable[..., Bound]] = {
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


# --- expressions -------------------------------------------------------------------------------------------------
Expressed = tuple[Amount, frozenset[str], tuple[Wake, ...]]


def _yearly(p: Patient) -> Clock:
    return p.now + YEAR


def expression(node: ast.Expression, scope: Scope) -> Expressed:
    """The function of an expression, with what makes it change. KeyError: a name that means nothing here."""
    if isinstance(node, ast.Number):
        value = node.value
        return (lambda p: value), frozenset(), ()
    if isinstance(node, ast.Result):
        name = node.name
        return (lambda p: _number(p.results[name])), frozenset({f"result:{name}"}), ()
    if isinstance(node, ast.Name):
        return _name(node.name, scope)
    if isinstance(node, ast.Binary):
        return _binary(node, scope)
    return _call(node, scope)


def _number(value: object) -> float:
    return value if isinstance(value, float) else NAN


def _name(name: str, scope: Scope) -> Expressed:
    if name == "age":
        return (lambda p: (p.now - p.birth) / YEAR), frozenset(), (_yearly,)
    if name == "income":
        return (lambda p: float(p.person.income)), frozenset(), ()
    if scope.care:
        return (lambda p: _number(p.results[name])), frozenset({f"result:{name}"}), ()
    measure = scope.measure(name)
    if measure is None:
        raise KeyError(name)
    return measure, scope.measure_keys(name) | {f"measure:{name}"}, ()


def _binary(node: ast.Binary, scope: Scope) -> Expressed:
    left, keys, wakes = expression(node.left, scope)
    right, more_keys, more_wakes = expression(node.right, scope)
    every = (keys | more_keys, wakes + more_wakes)
    if node.op == "+":
        return (lambda p: left(p) + right(p)), *every
    if node.op == "-":
        return (lambda p: left(p) - right(p)), *every
    if node.op == "*":
        return (lambda p: left(p) * right(p)), *every
    return (lambda p: _divided(left(p), right(p))), *every


def _divided(a: float, b: float) -> float:
    return a / b if b else NAN


def egfr_ckd_epi_2021(creatinine: float, age: float, sex: str) -> float:
    """Estimated GFR in mL/min/1.73 m2 from serum creatinine in mg/dL (adults).

    Source: Inker et al. 2021, N Engl J Med 385:1737, the CKD-EPI 2021 creatinine equation without race.
    """
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    ratio = creatinine / kappa
    value: float = 142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return value * 1.012 if sex == "female" else value


def creatinine_for_gfr(gfr: float, age: float, sex: str) -> float:
    """The serum creatinine in mg/dL at which CKD-EPI 2021 gives `gfr`: its inverse."""
    kappa, alpha = (0.7, -0.241) if sex == "female" else (0.9, -0.302)
    base = 142.0 * 0.9938**age * (1.012 if sex == "female" else 1.0)
    ratio = max(gfr, 1.0) / base
    return float(kappa * (ratio ** (1 / -1.200) if ratio <= 1.0 else ratio ** (1 / alpha)))


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "ln": lambda x: math.log(x) if x > 0 else NAN,
    "exp": math.exp,
    "round": lambda x: float(round(x)) if x == x else x,
    "bmi": lambda height, weight: weight / (height / 100) ** 2,
}
_OF_PERSON: dict[str, Callable[[float, float, str], float]] = {
    "egfr_ckd_epi_2021": egfr_ckd_epi_2021,
    "creatinine_for_gfr": creatinine_for_gfr,
}
_OF_CHILD: dict[str, Callable[[str, float, float], float]] = {  # of sex, age in months, value
    "cdc_bmi_percentile": bmi_percentile,
    "cdc_head_percentile": head_percentile,
}
FUNCTIONS = tuple(sorted([*_FUNCTIONS, *_OF_PERSON, *_OF_CHILD]))


def _call(node: ast.Call, scope: Scope) -> Expressed:
    bound = [expression(argument, scope) for argument in node.arguments]
    keys: frozenset[str] = frozenset().union(*(part[1] for part in bound))
    wakes: tuple[Wake, ...] = ()
    for part in bound:
        wakes += part[2]
    arguments = tuple(part[0] for part in bound)
    of_child = _OF_CHILD.get(node.function)
    if of_child is not None:
        value = arguments[0]
        return (lambda p: of_child(p.sex, (p.now - p.birth) / MONTH, value(p))), keys, wakes
    of_person = _OF_PERSON.get(node.function)
    if of_person is not None:
        only = arguments[0]
        # Completed years: the equation is published, and recomputed by readers, with the age in whole years.
        return (lambda p: of_person(only(p), float(age_years(p.birth, p.now)), p.sex)), keys, wakes
    function = _FUNCTIONS[node.function]
    return (lambda p: function(*(argument(p) for argument in arguments))), keys, wakes
