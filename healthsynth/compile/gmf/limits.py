"""Conditions on age and date as comparisons of clocks, with the moments at which they may change."""

from collections.abc import Callable
from datetime import date as Date  # noqa: N812
from math import ceil, floor
from typing import Any, NamedTuple

from healthsynth.compile.gmf.compare import numbers
from healthsynth.compile.gmf.times import year_begins
from healthsynth.spec.gmf.conditions import AgeIs, DateIs
from healthsynth.units import DAY, Clock, civil, clock

Life = Any
FOREVER: Clock = 1 << 60
# The first moment after a grid point at which something may change; FOREVER if nothing will.
Next = Callable[[Life], Clock]


class Limit(NamedTuple):
    """A test, and when its answer may change."""

    test: Callable[[Life], bool]
    next: Next


def age(given: AgeIs) -> Limit:
    """Whole years or months against a quantity."""
    unit = 12 if given.unit == "years" else 1
    sign, least, above = given.operator, ceil(given.quantity) * unit, (floor(given.quantity) + 1) * unit
    is_whole = given.quantity == floor(given.quantity)
    if sign == "is not nil":
        return Limit(lambda life: True, _never)
    if sign in (">=", "<"):
        return _since(least, sign == ">=")
    if sign in (">", "<="):
        return _since(above, sign == ">")
    if sign in ("==", "!=") and is_whole:
        return _during(least, above, sign == "==")
    return Limit(lambda life: sign == "!=", _never)


def _never(life: Life) -> Clock:
    return FOREVER


def _since(months: int, wanted: bool) -> Limit:
    def has_come(life: Life) -> bool:
        return bool(life.clock >= life.ages.at(months))

    def is_to_come(life: Life) -> bool:
        return bool(life.clock < life.ages.at(months))

    def change(life: Life) -> Clock:
        at: Clock = life.ages.at(months)
        return at if at > life.grid else FOREVER

    return Limit(has_come if wanted else is_to_come, change)


def _during(first: int, end: int, wanted: bool) -> Limit:
    def test(life: Life) -> bool:
        return (life.ages.at(first) <= life.clock < life.ages.at(end)) is wanted

    def change(life: Life) -> Clock:
        begin, over = life.ages.at(first), life.ages.at(end)
        if begin > life.grid:
            return int(begin)
        return int(over) if over > life.grid else FOREVER

    return Limit(test, change)


def date(given: DateIs) -> Limit:
    """Year, month or instant of the time against a constant."""
    if given.year is not None:
        return _year(given.operator, given.year)
    if given.month is not None:
        return _month(given.operator, given.month)
    if given.instant is not None:
        return _instant(given.operator, given.instant)
    return Limit(lambda life: False, _never)


def _year(sign: str, year: int) -> Limit:
    first, end = year_begins(year), year_begins(year + 1)
    if sign in ("==", "!="):
        return _between(first, end, sign == "==")
    if sign in (">=", "<"):
        return _between(first, FOREVER, sign == ">=")
    return _between(end, FOREVER, sign == ">") if sign in (">", "<=") else Limit(lambda life: False, _never)


def _between(first: Clock, end: Clock, wanted: bool) -> Limit:
    def change(life: Life) -> Clock:
        return first if first > life.grid else end if end > life.grid else FOREVER

    if wanted:
        return Limit(lambda life: first <= life.clock < end, change)
    return Limit(lambda life: not first <= life.clock < end, change)


def _month(sign: str, month: int) -> Limit:
    def change(life: Life) -> Clock:
        today = civil(life.grid)
        years, months = divmod(today.year * 12 + today.month, 12)
        return clock(Date(years, months + 1, 1))

    return Limit(lambda life: numbers(sign, civil(life.clock).month, month), change)


def _instant(sign: str, milliseconds: int) -> Limit:
    at = -(-milliseconds // 1000)

    def change(life: Life) -> Clock:
        return at if at > life.grid else at + DAY if at + DAY > life.grid else FOREVER

    return Limit(lambda life: numbers(sign, life.clock * 1000, milliseconds), change)
