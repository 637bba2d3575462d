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
SHIFT = {"male": 11.0, "female": 12.0}  # keeps the lower tail near the published 5th percentiles
VIABLE_WEEKS = range(23, 45)


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _shifted_lognormal(shift: float, p50: float, p95: float) -> tuple[float, float, float]:
    """(shift, median above it, sigma) so that BMI = shift + median * exp(sigma z) has these percentiles."""
    return shift, p50 - shift, math.log((p95 - shift) / (p50 - shift)) / 1.6449


def _share_above(limit: float, fits: list[tuple[float, float, float, float]], f: float, g: float) -> float:
    """Percent above a BMI in a mix of bands (weight, shift, median, sigma), all scaled by f, sigmas by g."""
    total = sum(fit[0] for fit in fits)
    above = 0.0
    for weight, shift, median, sigma in fits:
        over = limit / f - shift
        above += weight * _normal(-math.log(over / median) / (sigma * g))
    return 100 * above / total


def _bisect(low: float, high: float, rises_to: float, function: Callable[[float], float]) -> float:
    for _ in range(60):
        middle = (low + high) / 2
        if function(middle) < rises_to:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _scales(fits: list[tuple[float, float, float, float]], obese: float, severe: float) -> tuple[float, float]:
    """Factors of BMI and of sigma with which a mix has these percentages of 30 and over and of 40 and over."""

    def factor(g: float) -> float:
        return _bisect(0.7, 1.6, obese, lambda f: _share_above(30, fits, f, g))

    g = _bisect(0.6, 1.6, severe, lambda g: _share_above(40, fits, factor(g), g))
    return factor(g), g


def _adults(source: Path) -> list[tuple[object, ...]]:
    """A row for a knot of age: mean height; shift, median and sigma of BMI, fitted to the shares of 2017-2020."""
    table = {
        (r["measure"], r["sex"], r["age_band"]): r
        for r in rows(source / "growth" / "nhanes_2009_2012_body_bp.csv")
        if r["race"] == "all"
    }
    people: dict[tuple[str, int], int] = {}
    for row in rows(source / "demographics" / "us_population_age_sex_2000_2020.csv.gz"):
        if row["year"] == "2020":
            people[row["sex"], int(row["age"])] = int(row["population"])
    result: list[tuple[object, ...]] = []
    for sex in ("male", "female"):
        knots = []
        for (low, high), (obese, severe) in OBESE[sex].items():
            fits = []
            for band in [b for b in BANDS if low <= b[0] <= high]:
                label = "80+" if band[0] == 80 else f"{band[0]}-{band[1]}"
                row = table["bmi", sex, label]
                weight = sum(people[sex, age] for age in range(band[0], band[1] + 1))
                fits.append((weight, *_shifted_lognormal(SHIFT[sex], float(row["p50"]), float(row["p95"]))))

            f, g = _scales(fits, obese, severe)
            knots += [(shift * f, median * f, sigma * g) for _, shift, median, sigma in fits]
        ages = [band[0] + 5 for band in BANDS]
        first = tuple(1.5 * a - 0.5 * b for a, b in zip(knots[0], knots[1], strict=True))
        heights = [float(table["height_cm", sex, "80+" if a == 85 else f"{a - 5}-{a + 4}"]["mean"]) for a in ages]
        heights[0] = heights[1] = max(heights[0], heights[1])  # nobody shrinks before 40
        for age, height, knot in zip([20, *ages], [heights[0], *heights], [first, *knots], strict=True):
            result.append((sex, age, round(height, 2), *(round(value, 4) for value in knot)))
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
        )
        + (row["weight_bin_g"], row["births"])
        for row in rows(source / "growth" / "birthweight_by_gestation.csv.gz")
        if int(row["lmp_gestational_age"]) in VIABLE_WEEKS and int(row["births"]) > 0
    ]
    header = ("sex", "age", "height_mean_cm", "bmi_shift", "bmi_median", "bmi_sigma")
    return [
        write_arrays(out / "growth.npz", _charts(source)),
        write_csv(out / "adult_body.csv", header, _adults(source)),
        write_csv(out / "birth_weights.csv.gz", ("ethnicity", "sex", "weeks", "weight_g", "births"), births),
    ]
