"""Conditions and expressions -> what is true of a patient, and what makes the answer change.

A bound condition is never polled: `keys` names the writes that re-test it, `wakes` gives the next instant at which it
may change by itself (a birthday, a season, the end of "for at least"), computed exactly. Only the true value of a measure
is looked at again once a year and at every write that moves it; who waits is told when it has crossed a limit.
"""

import math
from collections.abc import Callable
from typing import Final, Protocol

from healthsynth.people.growth import bmi_percentile, head_percentile
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.units import MONTH, YEAR, Clock, add_months, age_years, civil, clock

SEASON_OF_MONTH: Final = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer",
                          "autumn", "autumn", "autumn", "winter")  # fmt: skip
NAN: Final = float("nan")


# What is bound is a tree of small objects with one method each, not of functions: compiled (see docs/native.md) a
# method is called without boxing its argument or its answer.
class Test:
    """Something that is true or not of a patient now."""

    def holds(self, p: Patient) -> bool:
        raise NotImplementedError


class Amount:
    """A number of a patient now."""

    def at(self, p: Patient) -> float:
        raise NotImplementedError


class Wake:
    """The next instant at which an answer may change by itself."""

    def next(self, p: Patient) -> Clock:
        raise NotImplementedError


class Scope(Protocol):
    """What names mean where a condition stands."""

    care: bool  # a step of care: the body cannot be read, bmi is the charted one

    def course(self, name: str) -> int | None: ...
    def measure(self, name: str) -> Amount | None: ...
    def measure_keys(self, name: str) -> frozenset[str]: ...
    def watch(self, name: str, limit: float) -> None: ...
    def pathway(self, name: str) -> str: ...


class Bound:
    """A condition ready to run."""

    def __init__(self, node: Test, keys: frozenset[str] = frozenset(), wakes: tuple[Wake, ...] = ()):
        self.node = node
        self.keys = keys
        self.wakes = wakes

    def test(self, p: Patient) -> bool:
        return self.node.holds(p)

    def next_wake(self, p: Patient) -> Clock:
        """The next instant after now at which the answer may change without any write."""
        soonest = FOREVER
        for wake in self.wakes:
            at = wake.next(p)
            if at < soonest:
                soonest = at
        return soonest


class _True(Test):
    def holds(self, p: Patient) -> bool:
        return True


ALWAYS: Final = Bound(_True())


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
        for part in self.parts:
            if not part.holds(p):
                return False
        return True


class _AnyOf(Test):
    def __init__(self, parts: list[Test]):
        self.parts = parts

    def holds(self, p: Patient) -> bool:
        for part in self.parts:
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
    keys: set[str] = set()
    wakes: tuple[Wake, ...] = ()
    for part in parts:
        keys |= part.keys
        wakes += part.wakes
    return Bound(node, frozenset(keys), wakes)


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


class _AgeFrom(Test):
    def __init__(self, months: int):
        self.months = months

    def holds(self, p: Patient) -> bool:
        return p.now >= p.turns(self.months)


class _AgeBelow(Test):
    def __init__(self, months: int):
        self.months = months

    def holds(self, p: Patient) -> bool:
        return p.now < p.turns(self.months)


class _AgeWithin(Test):
    def __init__(self, low: int, high: int):
        self.low = low
        self.high = high

    def holds(self, p: Patient) -> bool:
        return p.turns(self.low) <= p.now < p.turns(self.high)


class _Birthday(Wake):
    def __init__(self, months: int):
        self.months = months

    def next(self, p: Patient) -> Clock:
        at = p.turns(self.months)
        return at if at > p.now else FOREVER


_NO_KEYS: Final[frozenset[str]] = frozenset()


def _from_age(months: int) -> Bound:
    return Bound(_AgeFrom(months), _NO_KEYS, (_Birthday(months),))


def _below_age(months: int) -> Bound:
    return Bound(_AgeBelow(months), _NO_KEYS, (_Birthday(months),))


def _within_ages(low: int, high: int) -> Bound:
    """From an age in months to below another."""
    return Bound(_AgeWithin(low, high), _NO_KEYS, (_Birthday(low), _Birthday(high)))


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
    return _within_ages(months, after)


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


_NO_AGE: Final = 12 * 1000

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
        by_age = _age(condition.op, condition.right)
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
        low, high = _months(condition.low), _months(condition.high)
        if low is not None and high is not None:
            return _within_ages(low, high + _step(condition.high))
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
        return Bound(_SeasonIs(options, negated), _NO_KEYS, (_NextSeason(),))
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
        return p.results[self.name] == self.answer


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


# --- expressions -------------------------------------------------------------------------------------------------
Expressed = tuple[Amount, frozenset[str], tuple[Wake, ...]]


class Fixed(Amount):
    """The same for everybody, always."""

    def __init__(self, value: float):
        self.value = value

    def at(self, p: Patient) -> float:
        return self.value


class _Charted(Amount):
    """The latest charted result, NaN if there is none or it is an answer in words."""

    def __init__(self, name: str):
        self.name = name

    def at(self, p: Patient) -> float:
        value = p.results[self.name]
        return value if isinstance(value, float) else NAN


class _Age(Amount):
    def at(self, p: Patient) -> float:
        return (p.now - p.birth) / YEAR


class _Income(Amount):
    def at(self, p: Patient) -> float:
        return float(p.person.income)


class _Yearly(Wake):
    def next(self, p: Patient) -> Clock:
        return p.now + YEAR


class _Sum(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) + self.right.at(p)


class _Difference(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) - self.right.at(p)


class _Product(Amount):
    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        return self.left.at(p) * self.right.at(p)


class _Quotient(Amount):
    """NaN where the divisor is zero."""

    def __init__(self, left: Amount, right: Amount):
        self.left = left
        self.right = right

    def at(self, p: Patient) -> float:
        a, b = self.left.at(p), self.right.at(p)
        return a / b if b else NAN


_OPERATIONS: Final[dict[str, Callable[[Amount, Amount], Amount]]] = {
    "+": _Sum, "-": _Difference, "*": _Product, "/": _Quotient,
}  # fmt: skip


def expression(node: ast.Expression, scope: Scope) -> Expressed:
    """An expression over a scope, with what makes it change. KeyError: a name that means nothing here."""
    if isinstance(node, ast.Number):
        return Fixed(float(node.value)), _NO_KEYS, ()
    if isinstance(node, ast.Result):
        return _Charted(node.name), frozenset({f"result:{node.name}"}), ()
    if isinstance(node, ast.Name):
        return _name(node.name, scope)
    if isinstance(node, ast.Binary):
        left, keys, wakes = expression(node.left, scope)
        right, more_keys, more_wakes = expression(node.right, scope)
        return _OPERATIONS[node.op](left, right), keys | more_keys, wakes + more_wakes
    return _call(node, scope)


def _name(name: str, scope: Scope) -> Expressed:
    if name == "age":
        return _Age(), _NO_KEYS, (_Yearly(),)
    if name == "income":
        return _Income(), _NO_KEYS, ()
    if scope.care:
        return _Charted(name), frozenset({f"result:{name}"}), ()
    measure = scope.measure(name)
    if measure is None:
        raise KeyError(name)
    return measure, scope.measure_keys(name) | {f"measure:{name}"}, ()


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


class _Least(Amount):
    def __init__(self, parts: list[Amount]):
        self.parts = parts

    def at(self, p: Patient) -> float:
        found = self.parts[0].at(p)
        for part in self.parts[1:]:
            value = part.at(p)
            if value < found:
                found = value
        return found


class _Greatest(Amount):
    def __init__(self, parts: list[Amount]):
        self.parts = parts

    def at(self, p: Patient) -> float:
        found = self.parts[0].at(p)
        for part in self.parts[1:]:
            value = part.at(p)
            if value > found:
                found = value
        return found


class _Logarithm(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        x = self.part.at(p)
        return math.log(x) if x > 0 else NAN


class _Exponential(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        return math.exp(self.part.at(p))


class _Rounded(Amount):
    def __init__(self, parts: list[Amount]):
        self.part = parts[0]

    def at(self, p: Patient) -> float:
        x = self.part.at(p)
        return float(round(x)) if x == x else x


class _BodyMassIndex(Amount):
    def __init__(self, parts: list[Amount]):
        self.height = parts[0]
        self.weight = parts[1]

    def at(self, p: Patient) -> float:
        metres = self.height.at(p) / 100
        return self.weight.at(p) / metres**2


class _OfPerson(Amount):
    """An equation with age and sex. Completed years: it is published, and recomputed by readers, with whole years."""

    def __init__(self, function: Callable[[float, float, str], float], part: Amount):
        self.function = function
        self.part = part

    def at(self, p: Patient) -> float:
        return self.function(self.part.at(p), float(age_years(p.birth, p.now)), p.sex)


class _OfChild(Amount):
    """A growth chart: of sex, age in months and a value."""

    def __init__(self, function: Callable[[str, float, float], float], part: Amount):
        self.function = function
        self.part = part

    def at(self, p: Patient) -> float:
        return self.function(p.sex, (p.now - p.birth) / MONTH, self.part.at(p))


_FUNCTIONS: Final[dict[str, Callable[[list[Amount]], Amount]]] = {
    "min": _Least,
    "max": _Greatest,
    "ln": _Logarithm,
    "exp": _Exponential,
    "round": _Rounded,
    "bmi": _BodyMassIndex,
}
_OF_PERSON: Final[dict[str, Callable[[float, float, str], float]]] = {
    "egfr_ckd_epi_2021": egfr_ckd_epi_2021,
    "creatinine_for_gfr": creatinine_for_gfr,
}
_OF_CHILD: Final[dict[str, Callable[[str, float, float], float]]] = {
    "cdc_bmi_percentile": bmi_percentile,
    "cdc_head_percentile": head_percentile,
}
FUNCTIONS: Final = tuple(sorted([*_FUNCTIONS, *_OF_PERSON, *_OF_CHILD]))


def _call(node: ast.Call, scope: Scope) -> Expressed:
    bound = [expression(argument, scope) for argument in node.arguments]
    keys: set[str] = set()
    wakes: tuple[Wake, ...] = ()
    for part in bound:
        keys |= part[1]
        wakes += part[2]
    arguments = [part[0] for part in bound]
    of_child, of_person = _OF_CHILD.get(node.function), _OF_PERSON.get(node.function)
    if of_child is not None:
        return _OfChild(of_child, arguments[0]), frozenset(keys), wakes
    if of_person is not None:
        return _OfPerson(of_person, arguments[0]), frozenset(keys), wakes
    return _FUNCTIONS[node.function](arguments), frozenset(keys), wakes
