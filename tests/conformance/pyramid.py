"""Are the living at the reference date as old, and of the sex, that the census counts? A chi-square test over bands of five years.

People are drawn independently by the census shares, so the statistic follows the chi-square law with one degree of freedom less than
there are cells with at least five people expected (the others are joined). The chance of a false alarm is 1 in 1000.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import NormalDist

from healthsynth.people.pyramid import Selection, census_pyramid
from tests.conformance.populations import AS_OF, population
from tests.conformance.verdict import Options, Verdict, alone

FALSE_ALARM = 0.001
LEAST_EXPECTED = 5.0
BAND = 5  # years


def counted(folder: Path) -> Counter[tuple[int, str]]:
    """People by band of age and sex, from patients.csv."""
    today, found = date.fromisoformat(AS_OF), Counter[tuple[int, str]]()
    with (folder / "csv" / "patients.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            born = date.fromisoformat(row["BIRTHDATE"])
            age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
            found[min(age, 100) // BAND, row["GENDER"]] += 1
    return found


def expected(people: int) -> dict[tuple[int, str], float]:
    """The same by the census."""
    cells: dict[tuple[int, str], float] = {}
    for age, shares in enumerate(census_pyramid(Selection()).tolist()):
        for sex, share in zip("MF", shares, strict=True):
            cells[age // BAND, sex] = cells.get((age // BAND, sex), 0.0) + share * people
    return cells


def chi_square(found: Counter[tuple[int, str]], wanted: dict[tuple[int, str], float]) -> tuple[float, int]:
    """The statistic and its degrees of freedom; small cells are joined to one."""
    cells = [(found[cell], people) for cell, people in wanted.items() if people >= LEAST_EXPECTED]
    few = [(found[cell], people) for cell, people in wanted.items() if people < LEAST_EXPECTED]
    if few:
        cells.append((sum(seen for seen, _ in few), sum(people for _, people in few)))
    return sum((seen - people) ** 2 / people for seen, people in cells if people), len(cells) - 1


def chance(statistic: float, freedom: int) -> float:
    """The chance of a statistic at least as large (Wilson and Hilferty's normal approximation, 1931)."""
    spread = 2 / (9 * freedom)
    return 1 - NormalDist().cdf((math.cbrt(statistic / freedom) - (1 - spread)) / math.sqrt(spread))


def check(options: Options) -> Iterator[Verdict]:
    """The living of a run."""
    found = counted(population(options.patients, options.seed))
    statistic, freedom = chi_square(found, expected(found.total()))
    p = chance(statistic, freedom)
    yield Verdict(
        f"living pyramid of {found.total():,} people against the census", p >= FALSE_ALARM,
        f"chi-square {statistic:.1f}, {freedom} degrees of freedom, p {p:.3f}", f"target p at least {FALSE_ALARM}",
    )  # fmt: skip


if __name__ == "__main__":
    alone(check, __doc__)
