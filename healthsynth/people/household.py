"""Households: income and education that go together, their size, and who is married."""

import math
from bisect import bisect
from random import Random
from typing import NamedTuple

from healthsynth.people.places import Place, places
from healthsynth.units import DAY, YEAR, Clock, birthday

_TOGETHER = 0.45  # correlation of the ranks of education and income; assumed (0.4-0.5 in surveys)
_KEEPS_NAME = 0.2  # of married women keep their surname; assumed (surveys: 20-30 %)
# Shares of married, divorced and widowed (the rest never married), percent, from an age on: American Community Survey
# 2019, recalled and rounded. With partners in the same home they agree with NHANES 2017-2020 (tests/people).
_MARITAL = {
    "male": (
        (0, 0, 0, 0), (18, 1, 0, 0), (20, 8, 1, 0), (25, 31, 3, 0), (30, 52, 6, 0), (35, 61, 9, 0), (40, 65, 12, 0),
        (45, 65, 15, 1), (55, 67, 18, 3), (65, 72, 15, 6), (75, 71, 10, 15), (85, 57, 6, 33),
    ),
    "female": (
        (0, 0, 0, 0), (18, 2, 0, 0), (20, 14, 1, 0), (25, 41, 4, 0), (30, 57, 8, 0), (35, 63, 12, 1), (40, 64, 15, 1),
        (45, 63, 19, 3), (55, 61, 20, 8), (65, 56, 19, 19), (75, 42, 14, 40), (85, 18, 8, 71),
    ),
}  # fmt: skip
# Mean and sd of the age at first marriage: Census Bureau, medians of 2015-2020; earlier generations three years younger.
_FIRST_MARRIAGE = {"male": (28.5, 5.0), "female": (26.5, 5.0)}
# Shares of homes with 1, 2, 3, ... people, seen from a member of that age; assumed after the ACS.
_SIZES = (
    (18, (0.0, 0.08, 0.22, 0.36, 0.20, 0.14)),
    (65, (0.14, 0.30, 0.20, 0.20, 0.10, 0.06)),
    (200, (0.30, 0.50, 0.20)),
)


# The poorest brackets hold many short and small incomes: people are taken from above this rank (above it pensions lift
# the old), so that the poor are as many as in NHANES 2017-2020: 22.6 % of children, 14.5 % of adults, 7.6 % over 65.
_LEAST_RANK, _LEAST_OLD = 0.02, 0.06


class Household(NamedTuple):
    """What someone's home is like at the reference date."""

    income: int  # USD a year
    education: str
    size: int  # people


class Marriage(NamedTuple):
    """M, S, D or W with the day of the (first) wedding; None, None for children."""

    status: str | None
    married_on: Clock | None


def household(place: Place, age: int, random: Random) -> Household:
    """Income and schooling as the place has them, correlated; the size by age. Takes a fixed number of draws."""
    first, second = random.gauss(0.0, 1.0), random.gauss(0.0, 1.0)
    income_rank = _rank(first)
    education_rank = _rank(_TOGETHER * first + math.sqrt(1 - _TOGETHER**2) * second)
    income_rank = (
        _LEAST_RANK + (1 - _LEAST_RANK) * income_rank if age < 65 else _LEAST_OLD + (1 - _LEAST_OLD) * income_rank
    )
    table = places()
    size_rank = random.random()
    return Household(
        table.income(place.index, income_rank), table.education(place.index, education_rank), _size(age, size_rank)
    )


def _rank(z: float) -> float:
    return min(0.5 * math.erfc(-z / math.sqrt(2)), 1 - 1e-12)


def _size(age: int, draw: float) -> int:
    shares = next(shares for below, shares in _SIZES if age < below)
    for size, share in enumerate(shares, 1):
        draw -= share
        if draw < 0:
            return size
    return len(shares)


def marital_shares(sex: str, age: int) -> tuple[float, float, float]:
    """Shares of (married, divorced, widowed) at an age."""
    table = _MARITAL[sex]
    _, married, divorced, widowed = table[bisect(table, (age, 100)) - 1]
    return married / 100, divorced / 100, widowed / 100


def marriage(sex: str, birth: Clock, age: int, as_of: Clock, random: Random) -> Marriage:
    """Marital status at the reference date; takes a fixed number of draws."""
    draw, z, day = random.random(), random.gauss(0.0, 1.0), random.random()
    if age < 18:
        return Marriage(None, None)
    married, divorced, widowed = marital_shares(sex, age)
    if draw >= married + divorced + widowed:
        return Marriage("S", None)
    mean, sd = _FIRST_MARRIAGE[sex]
    years = mean - (3.0 if age >= 60 else 0.0) + sd * z
    latest = (as_of - birth) / YEAR - 0.1
    if not 18.0 < years < latest:
        years = 18.0 + day * max(latest - 18.0, 0.0)
    on = max(birth + int(years * YEAR), birthday(birth, 18))
    on = min(on, as_of - DAY) // DAY * DAY + 14 * 3600
    return Marriage("M" if draw < married else "D" if draw < married + divorced else "W", on)


def takes_name(status: str | None, sex: str, draw: float) -> bool:
    """Whether a woman who has married goes by her husband's surname."""
    return sex == "female" and status in ("M", "D", "W") and draw >= _KEEPS_NAME


def prefix(sex: str, age: int, status: str | None) -> str | None:
    """Mr., Mrs. or Ms.; None for children."""
    if age < 18:
        return None
    if sex == "male":
        return "Mr."
    return "Mrs." if status in ("M", "W") else "Ms."
