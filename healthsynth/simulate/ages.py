"""Conditions on age: by the calendar, in completed years or months."""

from typing import Final

from healthsynth.simulate.nodes import NO_KEYS, Bound, Test, Wake
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.units import Clock

_NO_AGE: Final = 12 * 1000


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


def _from_age(months: int) -> Bound:
    return Bound(_AgeFrom(months), NO_KEYS, (_Birthday(months),))


def _below_age(months: int) -> Bound:
    return Bound(_AgeBelow(months), NO_KEYS, (_Birthday(months),))


def _within_ages(low: int, high: int) -> Bound:
    """From an age in months to below another."""
    return Bound(_AgeWithin(low, high), NO_KEYS, (_Birthday(low), _Birthday(high)))


def compared_age(op: str, number: ast.Expression) -> Bound | None:
    """`age >= 40` and the like; None where the age is no plain number."""
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


def between_ages(condition: ast.Between) -> Bound | None:
    """`age from A to B`; None where the ages are no plain numbers."""
    low, high = _months(condition.low), _months(condition.high)
    if low is None or high is None:
        return None
    return _within_ages(low, high + _step(condition.high))
