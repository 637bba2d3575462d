"""Build the tables of laboratory measures and vital signs in clinical_modules/tables from the reference data folder.

    python scripts/build_lab_tables.py [../shared/data]

Each table gives, by sex and age band, the mean, the standard deviation and the skew of the *true* value, such that
readings (true value plus the noise of the measure) have the published quantiles. The engine maps a standard normal z to
mean + sd * (z + (z * z - 1) * skew / 6); so the median is mean - sd * skew / 6, and the distance of the 90th and the 10th
percentile is 2 * 1.2816 * sd. The output depends on the input alone.
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).parents[1] / "clinical_modules" / "tables"
Z90 = 1.2816
MOST_SKEW = 2.0  # beyond this the mapping from z folds back inside the lowest 7 %


class Quantiles(NamedTuple):
    """Published quantiles of one sex and age band (completed years, the upper one not included)."""

    sex: str
    age_low: int
    age_high: int
    p10: float
    p50: float
    p90: float
    mean: float = 0.0


class Row(NamedTuple):
    """One line of a table."""

    sex: str
    age_low: float
    age_high: float
    mean: float
    sd: float
    skew: float


# --- sources -----------------------------------------------------------------------------------------------------
def percentiles(folder: Path, metric: str) -> list[Quantiles]:
    """NHANES 2017 to March 2020, survey-weighted, adults by decade."""
    found = []
    with (folder / "labs" / "nhanes_2017_2020_percentiles.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["metric"] == metric:
                low, high = _band(line["age_band"])
                values = (float(line[key]) for key in ("p10", "p50", "p90", "mean"))
                found.append(Quantiles(line["sex"], low, high, *values))
    return found


def healthy(folder: Path, loinc: str, men: str = "") -> list[Quantiles]:
    """`men`: the name of what was measured in men alone, whose rows have no LOINC code. NHANES 1999 to 2023, adults without diagnosed diabetes, heart, kidney or liver disease; five-year bands joined
    to decades, weighted by the people in them."""
    groups: dict[tuple[str, int], list[tuple[int, float, float, float]]] = {}
    with gzip.open(folder / "labs" / "nhanes_1999_2023_biomarkers.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if men:
                if line["biomarker_id"] != men or line["sex"] != "all":
                    continue
            elif line["loinc"] != loinc or line["sex"] == "all":
                continue
            decade = min(int(line["age_bin"].split("-")[0].rstrip("+")) // 10 * 10, 80)
            factor = float(line["factor_to_ucum"] or 1)
            values = tuple(float(line[key]) * factor for key in ("p10", "median", "p90"))
            groups.setdefault((line["sex"], decade), []).append((int(line["n"]), *values))  # type: ignore[arg-type]
    found = []
    for (sex, decade), parts in groups.items():
        people = sum(part[0] for part in parts)
        joined = [sum(part[0] * part[i] for part in parts) / people for i in (1, 2, 3)]
        found.append(Quantiles(sex, decade, decade + 10 if decade < 80 else 100, *joined))
    return sorted(found)


def body(folder: Path, measure: str) -> list[Quantiles]:
    """NHANES 2009 to 2012, from 6 years of age."""
    found = []
    with (folder / "growth" / "nhanes_2009_2012_body_bp.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["measure"] == measure and line["race"] == "all":
                low, high = _band(line["age_band"])
                values = (float(line[key]) for key in ("p10", "p50", "p90"))
                found.append(Quantiles(line["sex"], low, high, *values))
    return found


def _band(text: str) -> tuple[int, int]:
    """'20-29' -> (20, 30), '80+' -> (80, 100)."""
    if text.endswith("+"):
        return int(text[:-1]), 100
    low, high = text.split("-")
    return int(low), int(high) + 1


# --- tables ------------------------------------------------------------------------------------------------------
def fitted(
    rows: list[Quantiles], noise_share: float = 0.0, noise: float = 0.0, published_mean: bool = False
) -> list[Row]:
    """Mean, sd and skew of the true value behind readings with a noise of `noise` plus `noise_share` of the median.

    With `published_mean` the mean is the published one, not the one that the quantiles imply: for measures whose far
    tail is light enough that both describe the same people.
    """
    found = []
    for q in rows:
        spread = (q.p90 - q.p10) / (2 * Z90)
        reading = noise + noise_share * q.p50
        sd = max(spread * spread - reading * reading, (0.5 * spread) ** 2) ** 0.5
        skew = 3 * (q.p90 + q.p10 - 2 * q.p50) / ((Z90 * Z90) * spread)
        skew = max(-MOST_SKEW, min(MOST_SKEW, skew))
        mean = q.mean if published_mean else q.p50 + sd * skew / 6
        found.append(Row(q.sex, q.age_low, q.age_high, mean, sd, skew))
    return found


def sharpened(rows: list[Row]) -> list[Row]:
    """Means moved so that the straight lines between the middles of the bands average to the published mean of each band.

    Without this a peak in middle age would be flattened. The outermost bands keep their mean.
    """
    found: list[Row] = []
    for sex in ("female", "male"):
        mine = sorted(row for row in rows if row.sex == sex)
        middles = [(row.age_low + row.age_high) / 2 for row in mine]
        knots = [row.mean for row in mine]
        for _ in range(20):
            for i in range(1, len(mine) - 1):
                inside = [mine[i].age_low + (k + 0.5) * (mine[i].age_high - mine[i].age_low) / 20 for k in range(20)]
                average = sum(_between(middles, knots, age) for age in inside) / 20
                knots[i] += 0.5 * (mine[i].mean - average)
        found += [row._replace(mean=knot) for row, knot in zip(mine, knots, strict=True)]
    return found


def _between(ages: list[float], values: list[float], age: float) -> float:
    """Linear interpolation, constant outside."""
    if age <= ages[0]:
        return values[0]
    for low, high, before, after in zip(ages, ages[1:], values, values[1:], strict=False):
        if age <= high:
            return before + (age - low) / (high - low) * (after - before)
    return values[-1]


def both(age_low: float, age_high: float, mean: float, sd: float, skew: float = 0.0) -> list[Row]:
    """The same row for both sexes."""
    return [Row(sex, age_low, age_high, mean, sd, skew) for sex in ("female", "male")]


def tables(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Every table by name. Rows below 20 years are from the sources named in clinical_modules/tables/README.md."""
    young = [row for row in fitted(body(folder, "pulse_per_min"), noise=4) if row.age_high <= 20]
    pulse = young + fitted(percentiles(folder, "rhr"), noise=4)
    small = both(0, 1, 130, 14) + both(1, 3, 112, 11) + both(3, 6, 98, 10)
    yield "heart_rate_by_age", small + pulse
    yield "hdl_by_age", _children("hdl", folder) + fitted(percentiles(folder, "hdl_c"), 0.06, published_mean=True)
    ldl = both(2, 20, 90, 22, 0.6) + fitted(percentiles(folder, "ldl_c"), 0.07, published_mean=True)
    yield "ldl_by_age", sharpened(ldl)
    yield "triglycerides_by_age", both(2, 20, 78, 32, 1.6) + fitted(percentiles(folder, "triglycerides"), 0.15)
    infants = both(0, 1, 12.0, 0.9)
    child = [
        Row("female", 1, 6, 12.48, 0.75, 0), Row("male", 1, 6, 12.44, 0.82, 0), Row("female", 6, 12, 13.07, 0.83, 0),
        Row("male", 6, 12, 13.16, 0.80, 0), Row("female", 12, 20, 13.21, 1.09, -0.4), Row("male", 12, 20, 14.85, 1.17, 0),
    ]  # fmt: skip
    yield "hemoglobin_by_age", infants + child + fitted(percentiles(folder, "hemoglobin"), 0.02, published_mean=True)
    yield "wbc_by_age", both(0, 2, 10.0, 2.5, 0.6) + both(2, 6, 8.5, 2.1, 0.6) + fitted(healthy(folder, "6690-2"), 0.08)
    yield "platelets_by_age", both(0, 12, 310, 65, 0.5) + fitted(healthy(folder, "777-3"), 0.05)
    yield "rdw_by_age", fitted(healthy(folder, "788-0"), noise=0.2)
    yield "mpv_by_age", fitted(healthy(folder, "32623-1"), noise=0.2)
    for name, loinc, noise, small in (
        ("lymphocytes_percent", "736-9", 2.0, both(0, 2, 55, 9) + both(2, 6, 45, 9) + both(6, 12, 38, 8)),
        ("monocytes_percent", "5905-5", 0.7, []),
        ("eosinophils_percent", "713-8", 0.3, []),
        ("basophils_percent", "706-2", 0.1, []),
    ):
        yield f"{name}_by_age", small + fitted(healthy(folder, loinc), noise=noise)
    yield "thyrotropin_by_age", fitted(percentiles(folder, "tsh"), 0.08)
    yield (
        "prostate_specific_antigen_by_age",
        [
            row._replace(sex=sex)
            for sex in ("female", "male")
            for row in fitted(healthy(folder, "", "total prostate specific antigen"), 0.08)
        ],
    )
    yield "mchc_by_age", fitted(healthy(folder, "786-4"), 0.005)
    yield "bun_by_age", both(1, 18, 12, 3, 0.4) + fitted(healthy(folder, "3094-0"), 0.08)
    for name, loinc, share in (
        ("sodium", "2951-2", 0.006), ("potassium", "2823-3", 0.035), ("chloride", "2075-0", 0.009),
        ("bicarbonate", "2028-9", 0.04), ("calcium", "17861-6", 0.018), ("albumin", "1751-7", 0.025),
        ("total_protein", "2885-2", 0.022), ("bilirubin", "1975-2", 0.12),
    ):  # fmt: skip
        yield f"{name}_by_age", fitted(healthy(folder, loinc), share)
    yield "alt_by_age", fitted(percentiles(folder, "alt"), 0.12)
    yield "ast_by_age", fitted(healthy(folder, "1920-8"), 0.08)
    grown = fitted(healthy(folder, "6768-6"), 0.05)
    young = both(0, 2, 230, 60) + both(2, 10, 250, 55)
    young += [Row("female", 10, 14, 230, 60, 0), Row("male", 10, 16, 270, 70, 0)]
    young += [Row("female", 14, 18, 95, 25, 0), Row("male", 16, 20, 120, 35, 0)]
    yield "alkaline_phosphatase_by_age", young + grown


def _children(name: str, folder: Path) -> list[Row]:
    return [row for row in fitted(body(folder, f"{name}_mg_dl"), 0.06) if row.age_high <= 20]


def write(name: str, rows: list[Row]) -> None:
    """One CSV file, sorted by sex and age."""
    lines = ["sex,age_low,age_high,mean,sd,skew"]
    lines += [
        f"{row.sex},{row.age_low:g},{row.age_high:g},{row.mean:.4g},{row.sd:.3g},{row.skew:.2f}" for row in sorted(rows)
    ]
    (OUT / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write every table."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    for name, rows in tables(folder):
        write(name, rows)


if __name__ == "__main__":
    main()
