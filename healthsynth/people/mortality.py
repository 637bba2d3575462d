"""The life table as hazards: how much danger of dying lies between two instants, and when a budget of it is used up.

A hazard is constant within one year of age of one calendar year (a Lexis triangle), so both questions have exact answers. The
year of birth is the exception: two thirds of infant deaths fall into the first 28 days.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import accumulate, pairwise

from healthsynth.people.person import Person
from healthsynth.people.tables import arrays, exists, rows
from healthsynth.units import DAY, YEAR, Clock, birthday, civil, clock

AGES = 111  # 0..110; the last one is open
NEVER: Clock = 1 << 60
Share = tuple[tuple[float, ...], tuple[float, ...]]  # multipliers by age 0..110: (male, female)
_SEXES = ("male", "female")
_NEWBORN = 28 * DAY
_NEWBORN_PART = 0.66  # of infant deaths, United States 2019 (NCHS: 3.69 of 5.58 per 1000)
_AFTER_THE_TABLE = 2019  # calendar years later than the table: the last one without COVID-19


class LifeTable:
    """Hazards of dying of all causes, United States, by calendar year, sex and age.

    Source: Human Mortality Database, USA 1x1 period tables 1933-2022; hazard = -log(1 - q(x)).
    """

    def __init__(self) -> None:
        table = arrays("life_table.npz")
        self.first = int(table["years"][0])
        self.last = int(table["years"][-1])
        self._hazard: list[list[list[float]]] = table["hazard"].tolist()

    def _row(self, year: int, sex: str) -> list[float]:
        year = self.first if year < self.first else _AFTER_THE_TABLE if year > self.last else year
        return self._hazard[year - self.first][_SEXES.index(sex)]

    def hazard(self, year: int, sex: str, age: int) -> float:
        """Deaths per person-year in a calendar year at a completed age; years before 1933 are as 1933, after 2022 as 2019."""
        return self._row(year, sex)[min(age, AGES - 1)]

    def expectancy(self, year: int, sex: str, age: int) -> float:
        """Years of life left at an age, as published for a calendar year of the table."""
        return float(arrays("life_table.npz")["expectancy"][year - self.first, _SEXES.index(sex), age])

    def death_time(
        self,
        birth: Clock,
        sex: str,
        budget: float,
        factor_by_age: Sequence[float] | None = None,
        period: int | None = None,
    ) -> Clock:
        """The clock at which the hazard summed up from birth reaches a budget (a unit-exponential draw).

        Args:
            birth: when the life begins.
            sex: male or female.
            budget: >= 0.
            factor_by_age: (111,) multipliers of the hazard, all 1 if absent.
            period: freezes the calendar year, as a period life table does.
        """
        factors = None if factor_by_age is None else tuple(factor_by_age)
        bounds, rates, sums = _segments(self, birth, sex, factors, period)
        return _invert(bounds, rates, sums, birth, budget)

    @lru_cache(maxsize=4096)  # noqa: B019  one table per process
    def rates(self, year: int, sex: str, factors: tuple[float, ...] | None, period: int | None) -> list[float]:
        """Hazards per second of those born in a year, in the order of `_segments`."""
        found = [
            self.hazard(later if period is None else period, sex, age)
            * (1.0 if factors is None else factors[age])
            / YEAR
            for age in range(AGES)
            for later in (year + age, year + age + 1)
        ]
        newborn, rest = _NEWBORN_PART * YEAR / _NEWBORN, (1 - _NEWBORN_PART) * YEAR / (YEAR - _NEWBORN)
        return [found[0] * newborn, found[0] * rest, found[1] * rest, *found[2:]]


@cache
def life_table() -> LifeTable:
    """The table, read once per process."""
    return LifeTable()


@cache
def background_share() -> Share | None:
    """The part of the life table that the modelled causes leave, by sex and age; None until it has been calibrated."""
    if not exists("background_share.csv"):
        return None
    found = {(row["sex"], int(row["age"])): float(row["share"]) for row in rows("background_share.csv")}
    male, female = (tuple(found[sex, age] for age in range(AGES)) for sex in _SEXES)
    return male, female


@cache
def _new_year(year: int) -> Clock:
    return clock(date(year, 1, 1))


Segments = tuple[list[Clock], list[float], list[float]]


@lru_cache(maxsize=64)
def _segments(
    table: LifeTable, birth: Clock, sex: str, factors: tuple[float, ...] | None, period: int | None
) -> Segments:
    """Starts of the pieces, the hazard per second in each, and the hazard summed up to each start.

    Pieces: the first 28 days, the rest of the calendar year of birth, then from each New Year to the birthday and back.
    """
    born = civil(birth)
    year, leap = born.year, (born.month, born.day) == (2, 29)
    past_february = born.month > 2
    offset = birth - _new_year(year) - (DAY if past_february and _is_leap(year) else 0)
    bounds = [birth, birth + _NEWBORN]
    for later in range(year + 1, year + AGES):
        start = _new_year(later)
        if leap:
            turning = birthday(birth, later - year)
        else:
            turning = start + offset + (DAY if past_february and _is_leap(later) else 0)
        bounds.append(start)
        bounds.append(turning)
    bounds.append(_new_year(year + AGES))
    bounds[2] = max(bounds[2], bounds[1])  # born in December: the 28 days reach into the next year
    rates = table.rates(year, sex, factors, period)
    pieces = (rate * (b - a) for rate, (a, b) in zip(rates, pairwise(bounds), strict=False))
    return bounds, rates, [0.0, *accumulate(pieces)]


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _invert(bounds: list[Clock], rates: list[float], sums: list[float], start: Clock, target: float) -> Clock:
    """The first clock, not before `start`, at which the sum from birth has reached `target`."""
    at = bisect_right(sums, target) - 1
    while rates[at] <= 0.0:  # a share of zero: the budget lasts
        at += 1
        if at == len(rates):
            return NEVER
    seconds = max(target - sums[at], 0.0) / rates[at]
    if seconds >= NEVER:
        return NEVER
    return max(start, bounds[at] + int(seconds) + 1)


class Background:
    """The background hazard of one person: the life table times the share that modelled causes leave."""

    __slots__ = ("_bounds", "_rates", "_sums")

    def __init__(self, table: LifeTable, person: Person, share: Share | None = None, period: int | None = None):
        factors = None if share is None else share[_SEXES.index(person.sex)]
        self._bounds, self._rates, self._sums = _segments(table, person.birth, person.sex, factors, period)

    def _sum(self, at: Clock) -> float:
        piece = bisect_right(self._bounds, at) - 1
        return 0.0 if piece < 0 else self._sums[piece] + self._rates[piece] * (at - self._bounds[piece])

    def integrated(self, t0: Clock, t1: Clock) -> float:
        """The hazard summed up from t0 to t1 (t0 <= t1); nothing before birth."""
        return self._sum(t1) - self._sum(t0)

    def invert(self, t0: Clock, budget: float) -> Clock:
        """The first clock from t0 on at which `budget` has been used up; NEVER if it lasts."""
        return _invert(self._bounds, self._rates, self._sums, t0, self._sum(t0) + budget)
