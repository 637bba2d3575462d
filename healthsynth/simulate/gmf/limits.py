"""Conditions on age and date as comparisons of clocks, with the moments at which they may change."""

from datetime import date as Date  # noqa: N812
from math import ceil, floor
from typing import TYPE_CHECKING

from healthsynth.simulate.gmf.compare import numbers
from healthsynth.simulate.gmf.nodes import FOREVER, Test, Wake
from healthsynth.simulate.gmf.times import year_begins
from healthsynth.spec.gmf.conditions import AgeIs, DateIs
from healthsynth.units import DAY, Clock, civil, clock

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.state import GmfLife

Limit = tuple[Test, tuple[Wake, ...]]  # a test, and when its answer may change


class Fixed(Test):
    """The same of everybody, always."""

    def __init__(self, value: bool):
        self.value = value

    def holds(self, life: "GmfLife") -> bool:
        return self.value


# --- ages -----------------------------------------------------------------------------------------------------------
def age(given: AgeIs) -> Limit:
    """Whole years or months against a quantity."""
    unit = 12 if given.unit == "years" else 1
    sign, least, above = given.operator, ceil(given.quantity) * unit, (floor(given.quantity) + 1) * unit
    is_whole = given.quantity == floor(given.quantity)
    if sign == "is not nil":
        return Fixed(True), ()
    if sign in (">=", "<"):
        return _since(least, sign == ">=")
    if sign in (">", "<="):
        return _since(above, sign == ">")
    if sign in ("==", "!=") and is_whole:
        return _Between(least, above, sign == "=="), (_BirthdaysOf(least, above),)
    return Fixed(sign == "!="), ()


def _since(months: int, wanted: bool) -> Limit:
    return (_Has(months) if wanted else _HasNot(months)), (_Birthday(months),)


class _Has(Test):
    def __init__(self, months: int):
        self.months = months

    def holds(self, life: "GmfLife") -> bool:
        return life.clock >= life.ages.at(self.months)


class _HasNot(Test):
    def __init__(self, months: int):
        self.months = months

    def holds(self, life: "GmfLife") -> bool:
        return life.clock < life.ages.at(self.months)


class _Birthday(Wake):
    def __init__(self, months: int):
        self.months = months

    def next(self, life: "GmfLife") -> Clock:
        at = life.ages.at(self.months)
        return at if at > life.grid else FOREVER


class _Between(Test):
    def __init__(self, first: int, end: int, wanted: bool):
        self.first = first
        self.end = end
        self.wanted = wanted

    def holds(self, life: "GmfLife") -> bool:
        now, ages = life.clock, life.ages
        return (ages.at(self.first) <= now and now < ages.at(self.end)) is self.wanted


class _BirthdaysOf(Wake):
    def __init__(self, first: int, end: int):
        self.first = first
        self.end = end

    def next(self, life: "GmfLife") -> Clock:
        begin, over = life.ages.at(self.first), life.ages.at(self.end)
        if begin > life.grid:
            return begin
        return over if over > life.grid else FOREVER


# --- dates ----------------------------------------------------------------------------------------------------------
def date(given: DateIs) -> Limit:
    """Year, month or instant of the time against a constant."""
    if given.year is not None:
        return _year(given.operator, given.year)
    if given.month is not None:
        return _MonthIs(given.operator, given.month), (_NextMonth(),)
    if given.instant is not None:
        return _InstantIs(given.operator, given.instant), (_Instant(-(-given.instant // 1000)),)
    return Fixed(False), ()


def _year(sign: str, year: int) -> Limit:
    first, end = year_begins(year), year_begins(year + 1)
    if sign in ("==", "!="):
        return _span(first, end, sign == "==")
    if sign in (">=", "<"):
        return _span(first, FOREVER, sign == ">=")
    return _span(end, FOREVER, sign == ">") if sign in (">", "<=") else (Fixed(False), ())


def _span(first: Clock, end: Clock, wanted: bool) -> Limit:
    test = _Within(first, end, wanted)
    return test, (_Ends(test),)


class _Within(Test):
    def __init__(self, first: Clock, end: Clock, wanted: bool):
        self.first = first
        self.end = end
        self.wanted = wanted

    def holds(self, life: "GmfLife") -> bool:
        now = life.clock
        return (self.first <= now and now < self.end) is self.wanted


class _Ends(Wake):
    def __init__(self, span: _Within):
        self.span = span

    def next(self, life: "GmfLife") -> Clock:
        first, end = self.span.first, self.span.end
        return first if first > life.grid else end if end > life.grid else FOREVER


class _MonthIs(Test):
    def __init__(self, sign: str, month: int):
        self.sign = sign
        self.month = float(month)

    def holds(self, life: "GmfLife") -> bool:
        return numbers(self.sign, float(civil(life.clock).month), self.month)


class _NextMonth(Wake):
    def next(self, life: "GmfLife") -> Clock:
        today = civil(life.grid)
        years, months = divmod(today.year * 12 + today.month, 12)
        return clock(Date(years, months + 1, 1))


class _InstantIs(Test):
    def __init__(self, sign: str, milliseconds: int):
        self.sign = sign
        self.milliseconds = float(milliseconds)

    def holds(self, life: "GmfLife") -> bool:
        return numbers(self.sign, float(life.clock * 1000), self.milliseconds)


class _Instant(Wake):
    """The instant, and a day later: an instant is no span, but who asks whether it is now may be late."""

    def __init__(self, at: Clock):
        self.at = at

    def next(self, life: "GmfLife") -> Clock:
        at, grid = self.at, life.grid
        return at if at > grid else at + DAY if at + DAY > grid else FOREVER
