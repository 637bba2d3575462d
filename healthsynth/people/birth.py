"""Births: weeks of gestation, weight, length and twins, as registered in the United States."""

from bisect import bisect
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from healthsynth.people.tables import rows

_TWINS = 0.0312  # of births, 2022 (NCHS)
_TWINS_PRETERM = 0.60  # of twins are born before 37 weeks (NCHS, about)
_TWINS_LAG_FROM, _TWINS_WEIGHT = 33, 0.86  # late in pregnancy twins are lighter: assumed; 55 % weigh under 2500 g
_PRETERM = 0.104  # of all births, 2022 (NCHS)
_TERM_WEIGHT_G, _TERM_LENGTH_CM = 3400.0, 50.0


class Birth(NamedTuple):
    """What the birth register says of a child."""

    gestation_weeks: int
    weight_g: int
    length_cm: float
    order: int | None  # 1 or 2 for a twin


@cache
def _table(ethnicity: str, sex: str) -> tuple[list[int], list[int], list[float]]:
    """Weeks, lower end of the weight bin and cumulative births."""
    found = [
        (int(row["weeks"]), int(row["weight_g"]), float(row["births"]))
        for row in rows("birth_weights.csv.gz")
        if row["ethnicity"] == ethnicity and row["sex"] == sex
    ]
    return [row[0] for row in found], [row[1] for row in found], list(accumulate(row[2] for row in found))


def birth(ethnicity: str, sex: str, random: Random) -> Birth:
    """One birth of those of viable age (23 weeks and over); takes a fixed number of draws."""
    weeks, weights, cumulative = _table(ethnicity, sex)
    at = min(bisect(cumulative, random.random() * cumulative[-1]), len(weeks) - 1)
    weight = weights[at] + int(random.random() * 100)
    noise, twin = random.gauss(0.0, 0.9), random.random()
    chance = _TWINS * _TWINS_PRETERM / _PRETERM if weeks[at] < 37 else _TWINS * (1 - _TWINS_PRETERM) / (1 - _PRETERM)
    order = (1 if twin < chance / 2 else 2) if twin < chance else None
    if order is not None and weeks[at] >= _TWINS_LAG_FROM:
        weight = int(weight * _TWINS_WEIGHT)
    length = _TERM_LENGTH_CM * (max(weight, 400) / _TERM_WEIGHT_G) ** (1 / 3) + noise
    return Birth(weeks[at], max(weight, 400), round(min(max(length, 25.0), 58.0), 1), order)


def birth_weight_g(ethnicity: str, sex: str, weeks: int, draw: float) -> int:
    """A birth weight in grams for completed weeks of gestation, at a uniform draw.

    Weeks without births in the table take the nearest week that has some.
    """
    every_week, weights, cumulative = _table(ethnicity, sex)
    nearest = min(set(every_week), key=lambda week: (abs(week - weeks), week))
    shares = [
        (weight, after - before)
        for week, weight, before, after in zip(every_week, weights, [0.0, *cumulative], cumulative, strict=False)
        if week == nearest
    ]
    left = draw * sum(share for _, share in shares)
    for weight, share in shares:
        left -= share
        if left < 0:
            return weight + 50
    return shares[-1][0] + 50
