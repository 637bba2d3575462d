"""How many people of which age and sex live somewhere: the census pyramid that generated populations follow."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from healthsynth.errors import UsageError
from healthsynth.people.mortality import life_table
from healthsynth.people.places import AGE_BANDS, places
from healthsynth.people.tables import rows

SEXES = ("male", "female")
OLDEST = 105  # years; the census counts those of 100 and over together
_OPEN = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is asked for; names are resolved ones (`places.resolve_place`), None means all."""

    state: str | None = None
    city: str | None = None
    sex: str | None = None  # male, female
    age_low: int = 0
    age_high: int = OLDEST


@cache
def national_pyramid() -> NDArray[Any]:
    """(101, 2) people by age (100: and over) and sex (male, female), United States 2020."""
    found = rows("population_age_sex.csv")
    return np.array([[float(row["male"]), float(row["female"])] for row in found])


def _bands(chosen: NDArray[Any]) -> tuple[NDArray[Any], float]:
    table = places()
    weight = table.weight[chosen]
    return weight @ table.age[chosen] / weight.sum(), float(weight @ table.male[chosen] / weight.sum())


@lru_cache(maxsize=32)
def _local(state: str | None, city: str | None) -> NDArray[Any]:
    """The national pyramid bent to what sets the ages and sexes of a place apart from the country."""
    nation = national_pyramid()
    if state is None and city is None:
        return nation
    table = places()
    everywhere, men = _bands(np.arange(len(table.names)))
    here, men_here = _bands(table.chosen(state, city))
    by_band = np.repeat(here / everywhere, 5)
    by_age = np.concatenate([by_band, np.full(len(nation) - len(by_band), by_band[-1])])
    by_sex = np.array([men_here / men, (1 - men_here) / (1 - men)])
    return np.asarray(nation * by_age[:, None] * by_sex[None, :])


def census_pyramid(selection: Selection) -> NDArray[Any]:
    """Shares of age and sex among the living of a selection.

    Returns:
        (101, 2): age in completed years (100 stands for 100 and over) by sex (male, female); they add to one.
    Raises:
        UsageError: nobody of that age and sex.
    """
    shares = _local(selection.state, selection.city).copy()
    ages = np.arange(len(shares))
    shares[(ages < min(selection.age_low, _OPEN)) | (ages > selection.age_high)] = 0.0
    if selection.sex is not None:
        shares[:, 1 - SEXES.index(selection.sex)] = 0.0
    total = shares.sum()
    if total <= 0 or selection.age_low > OLDEST:
        raise UsageError(f"there are no people of age {selection.age_low} to {selection.age_high}")
    return np.asarray(shares / total)


def age_over_100(sex: str, selection: Selection, draw: float) -> int:
    """The age of someone of 100 and over, by the survivors of the life table of 2019, within the selection."""
    table, low, high = life_table(), max(selection.age_low, _OPEN), min(selection.age_high, OLDEST)
    alive, weights = 1.0, []
    for age in range(_OPEN, high + 1):
        weights.append(alive if age >= low else 0.0)
        alive *= float(np.exp(-table.hazard(2019, sex, age)))
    draw *= sum(weights)
    for age, weight in enumerate(weights, _OPEN):
        draw -= weight
        if draw < 0:
            return age
    return high


def band_of(age: int) -> int:
    """The census band of five years that an age is in."""
    return min(age // 5, AGE_BANDS - 1)
