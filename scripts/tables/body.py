"""growth.npz (CDC charts), adult_body.csv (height and BMI of adults) and birth_weights.csv.gz."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tables.common import rows, write_arrays, write_csv

CHARTS = ("length_cm", "height_cm", "bmi", "weight_kg", "head_circumference_cm")
BANDS = ((20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79), (80, 89))
# Obesity (BMI 30 and over) and severe obesity (40 and over), percent, by wide band: NHANES 2017 to March 2020,
# weighted (E0098-E0117 of the reference figures).
OBESE = {
    "male": {(20, 39): (39.9, 7.0), (40, 59): (45.9, 8.1), (60, 89): (38.4, 3.5)},
    "female": {(20, 39): (39.6, 12.4), (40, 59): (42.8, 13.2), (60, 89): (44.2, 8.3)},
}
# (under 40, 40 and over); they keep the lower tail near the published 5th percentiles.
SHIFT = {"male": (11.5, 11.0), "female": (14.0, 12.0)}
Knot = tuple[float, float, float, float]  # age, shift, median, sigma
VIABLE_WEEKS = range(23, 45)


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _shifted_lognormal(shift: float, p50: float, p95: float) -> tuple[float, float, float]:
    """(shift, median above it, sigma) so that BMI = shift + median * exp(sigma z) has these percentiles."""
    return shift, p50 - shift, math.log((p95 - shift) / (p50 - shift)) / 1.6449


def _share_above(limit: float, ages: list[tuple[int, int]], knots: list[Knot]) -> float:
    """Percent above a BMI among people of these (age, people), where ranks move on lines between knots of age."""
    total = above = 0.0
    for age, people in ages:
        after = min(max(sum(knot[0] <= age + 0.5 for knot in knots), 1), len(knots) - 1)
        low, high = knots[after - 1], knots[after]
        part = min(max((age + 0.5 - low[0]) / (high[0] - low[0]), 0.0), 1.0)

        def bmi(z: float, low: Knot = low, high: Knot = high, part: float = part) -> float:
            first, second = (knot[1] + knot[2] * math.exp(knot[3] * z) for knot in (low, high))
            return first + part * (second - first)

        total += people
        above += people * _normal(-_bisect(-6.0, 6.0, limit, bmi))
    return 100 * above / total


def _bisect(low: float, high: float, goal: float, rising: Callable[[float], float]) -> float:
    for _ in range(24):
        middle = (low + high) / 2
        if rising(middle) < goal:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _scaled(knots: list[Knot], band: tuple[int, int], f: float, g: float) -> list[Knot]:
    """Knots of a wide band with BMI times f and sigma times g; the knot at 20 goes with the first band."""
    return [(k[0], k[1] * f, k[2] * f, k[3] * g) if band[0] <= k[0] <= band[1] else k for k in knots]


def _fitted(knots: list[Knot], people: dict[int, int], goals: dict[tuple[int, int], tuple[float, float]]) -> list[Knot]:
    """Scale each wide band in turn, a few times over, until the shares of obesity and severe obesity are the goals."""
    for _ in range(3):
        for band, (obese, severe) in goals.items():
            ages = [(age, people[age]) for age in range(band[0], band[1] + 1)]

            def factor(g: float, knots: list[Knot], band: tuple[int, int] = band, ages=ages, obese=obese) -> float:
                return _bisect(0.8, 1.25, obese, lambda f: _share_above(30, ages, _scaled(knots, band, f, g)))

            def heavy(g: float, knots: list[Knot], band: tuple[int, int] = band, ages=ages) -> float:
                return _share_above(40, ages, _scaled(knots, band, factor(g, knots), g))

            now = knots
            g = _bisect(0.75, 1.3, severe, lambda g, now=now: heavy(g, now))
            knots = _scaled(now, band, factor(g, now), g)
    return knots


def _adults(source: Path) -> list[tuple[object, ...]]:
    """A row for a knot of age: mean height; shift, median and sigma of BMI, fitted to the shares of 2017-2020."""
    found = rows(source / "growth" / "nhanes_2009_2012_body_bp.csv")
    table = {(row["measure"], row["sex"], row["age_band"]): row for row in found if row["race"] == "all"}
    census = rows(source / "demographics" / "us_population_age_sex_2000_2020.csv.gz")
    result: list[tuple[object, ...]] = []
    for sex in ("male", "female"):
        people = {int(r["age"]): int(r["population"]) for r in census if r["year"] == "2020" and r["sex"] == sex}
        knots: list[Knot] = []
        heights = []
        for low, high in BANDS:
            label = "80+" if low == 80 else f"{low}-{high}"
            row = table["bmi", sex, label]
            shift = SHIFT[sex][0 if low < 40 else 1]
            knots.append((low + 5.0, *_shifted_lognormal(shift, float(row["p50"]), float(row["p95"]))))
            heights.append(float(table["height_cm", sex, label]["mean"]))
        first = tuple(1.5 * a - 0.5 * b for a, b in zip(knots[0], knots[1], strict=True))
        heights[0] = heights[1] = max(heights[0], heights[1])  # nobody shrinks before 40
        fitted = _fitted([(first[0], first[1], first[2], first[3]), *knots], people, OBESE[sex])
        for height, (age, *shape) in zip([heights[0], *heights], fitted, strict=True):
            result.append((sex, int(age), round(height, 2), *(round(value, 4) for value in shape)))
    return result


def _charts(source: Path) -> dict[str, np.ndarray]:
    found: dict[str, list[list[float]]] = {}
    for row in rows(source / "growth" / "cdc_lms.csv.gz"):
        if row["measure"] in CHARTS and row["x_name"] == "age_months":
            name = f"{row['measure']}_{row['sex']}"
            found.setdefault(name, []).append([float(row[column]) for column in "xLMS"])
    return {name: np.array(sorted(values), dtype=np.float64) for name, values in sorted(found.items())}


def build(source: Path, out: Path) -> list[Path]:
    """Write the tables that healthsynth/people/growth.py and birth.py read."""
    births = [
        (
            "hispanic" if row["hispanic_mother"] == "True" else "non_hispanic",
            row["baby_sex"],
            row["lmp_gestational_age"],
            row["weight_bin_g"],
            row["births"],
        )
        for row in rows(source / "growth" / "birthweight_by_gestation.csv.gz")
        if int(row["lmp_gestational_age"]) in VIABLE_WEEKS and int(row["births"]) > 0
    ]
    header = ("sex", "age", "height_mean_cm", "bmi_shift", "bmi_median", "bmi_sigma")
    return [
        write_arrays(out / "growth.npz", _charts(source)),
        write_csv(out / "adult_body.csv", header, _adults(source)),
        write_csv(out / "birth_weights.csv.gz", ("ethnicity", "sex", "weeks", "weight_g", "births"), births),
    ]
