"""What people die of whose death no module explains: a cause by sex, age and calendar year."""

from bisect import bisect, bisect_right
from functools import cache
from itertools import accumulate

from healthsynth.people.tables import rows

COVID = "death_from_covid_19"
# COVID-19 as a multiple of its share in the deaths of 2018-2021, on which the table rests: 350,831 of 3.38 million deaths
# in 2020 and 416,893 of 3.46 million in 2021 (NCHS); 2022 provisional, later years assumed; 0 before 2020.
_COVID_YEARS = {2020: 1.7, 2021: 1.97, 2022: 0.93}
_COVID_LATER = 0.2


@cache
def _table() -> dict[str, tuple[list[int], list[dict[str, float]]]]:
    """By sex: the youngest age of each band, and its causes with their shares."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for row in rows("causes_of_death.csv"):
        found.setdefault(row["sex"], {}).setdefault(int(row["age_low"]), {})[row["cause"]] = float(row["share"])
    return {sex: (sorted(bands), [bands[low] for low in sorted(bands)]) for sex, bands in found.items()}


def causes() -> list[str]:
    """All names that `cause_of_death` gives: entries of clinical_modules/vocabulary/causes.yaml."""
    return sorted({cause for _, bands in _table().values() for band in bands for cause in band})


def shares(sex: str, age: float, year: int = 2019) -> dict[str, float]:
    """The share of each cause among deaths at an age (years) in a calendar year; they add to one."""
    youngest, bands = _table()[sex]
    band = bands[max(bisect_right(youngest, age) - 1, 0)]
    covid = _COVID_YEARS.get(year, 0.0 if year < 2020 else _COVID_LATER)
    weighted = {cause: share * covid if cause == COVID else share for cause, share in band.items()}
    total = sum(weighted.values())
    return {cause: share / total for cause, share in weighted.items() if share > 0}


@cache
def _cumulative(sex: str, band: int, year: int) -> tuple[list[str], list[float]]:
    found = shares(sex, _table()[sex][0][band], year)
    return list(found), list(accumulate(found.values()))


def cause_of_death(sex: str, age: float, draw: float, year: int = 2019) -> str:
    """The name of a cause at a uniform draw.

    Args:
        sex: male or female.
        age: years at death.
        draw: in [0, 1).
        year: of death; only COVID-19 depends on it.
    """
    band = max(bisect_right(_table()[sex][0], age) - 1, 0)
    names, cumulative = _cumulative(sex, band, min(max(year, 2019), 2023))
    return names[min(bisect(cumulative, draw * cumulative[-1]), len(names) - 1)]
