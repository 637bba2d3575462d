"""What quantities can be in a human being, by LOINC code, from `data/plausible_limits.csv`."""

import csv
from functools import cache
from typing import NamedTuple

from healthsynth.resources import data


class Limits(NamedTuple):
    """What a quantity can be in a human being."""

    name: str
    unit: str
    low: float
    high: float


@cache
def limits() -> dict[str, Limits]:
    """By LOINC code."""
    with open(data() / "plausible_limits.csv", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["loinc"]: Limits(row["name"], row["unit"], float(row["low"]), float(row["high"])) for row in rows}
