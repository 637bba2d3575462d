"""Growth charts as the framework reads them: whole months, ranks cut off at both ends.

Source: CDC growth charts 2000, extended BMI charts 2022 (a half-normal tail above the 95th percentile).
"""

from bisect import bisect_left
from functools import cache
from math import log
from statistics import NormalDist
from typing import Final

from healthsynth.people.growth import at_rank, lms
from healthsynth.people.tables import rows

_NORMAL: Final = NormalDist()
_LOWEST: Final = 0.001
_HIGHEST: Final = 0.995
_P95 = _NORMAL.inv_cdf(0.95)
LAST_MONTH: Final = 240
FIRST_BMI_MONTH: Final = 24
BEYOND_THE_CHART: Final = 99.0


def z_of(rank: float) -> float:
    """The standard normal of a rank in 0..1: above 0.995 counts as 0.995, 0 and below as 0.001."""
    return _NORMAL.inv_cdf(_LOWEST if rank <= 0 else min(rank, _HIGHEST))


def z_in(shape: tuple[float, float, float], value: float) -> float:
    """The z of a value in an LMS distribution."""
    power, median, spread = shape
    if abs(power) < 1e-6:
        return log(value / median) / spread
    return float(((value / median) ** power - 1) / (power * spread))


def height_cm(sex: str, months: int, z: float) -> float:
    """Length under two years, stature after that; from twenty years on that of twenty years."""
    months = min(months, LAST_MONTH)
    return at_rank(lms("length_cm" if months < FIRST_BMI_MONTH else "height_cm", sex, months), z)


def weight_kg(sex: str, months: int, z: float) -> float:
    """Weight for age."""
    return at_rank(lms("weight_kg", sex, min(months, LAST_MONTH)), z)


def head_cm(sex: str, months: int, z: float) -> float:
    """Head circumference for age, to three years."""
    return at_rank(lms("head_circumference_cm", sex, min(months, 36)), z)


def weight_rank(sex: str, months: int, kg: float) -> float:
    """The rank in 0..1 of a weight for age."""
    return _NORMAL.cdf(z_in(lms("weight_kg", sex, min(months, LAST_MONTH)), kg))


def _tail(sex: str, months: int) -> tuple[float, float]:
    """The 95th percentile of BMI and the spread above it."""
    years = months / 12
    if sex == "male":
        spread = 0.3728 + 0.5196 * years - 0.0091 * years * years
    else:
        spread = 0.8334 + 0.3712 * years - 0.0011 * years * years
    return at_rank(lms("bmi", sex, months), _P95), spread


def _bmi_month(months: int) -> int:
    return min(max(months, FIRST_BMI_MONTH), LAST_MONTH)


def bmi_rank(sex: str, months: int, bmi: float) -> float:
    """The rank in 0..1 of a BMI for age, by the extended chart above the 95th percentile."""
    months = _bmi_month(months)
    rank = _NORMAL.cdf(z_in(lms("bmi", sex, months), bmi))
    if rank <= 0.95:
        return rank
    p95, spread = _tail(sex, months)
    return 0.90 + 0.10 * _NORMAL.cdf((bmi - p95) / spread)


@cache
def surely_not_obese(sex: str, months: int) -> float:
    """A BMI just below the 95th percentile: under it nobody's rank need be worked out to know that it is below."""
    return 0.999 * at_rank(lms("bmi", sex, _bmi_month(months)), _P95)


def bmi_at(sex: str, months: int, rank: float) -> float:
    """The BMI at a rank in 0..1, the inverse of `bmi_rank`."""
    months = _bmi_month(months)
    if rank <= 0.95:
        return at_rank(lms("bmi", sex, months), z_of(rank))
    p95, spread = _tail(sex, months)
    return p95 + spread * _NORMAL.inv_cdf(min(max(10 * (rank - 0.9), 0.5), 0.99999))


def chart_rank(sex: str, months: int, bmi: float) -> float:
    """The rank in 0..1 of a BMI by the chart of 2000 alone, which weight management looks at."""
    return _NORMAL.cdf(z_in(lms("bmi", sex, _bmi_month(months)), bmi))


def chart_bmi(sex: str, months: int, rank: float) -> float:
    """The BMI at a rank in 0..1 of the chart of 2000, cut off as `z_of` does."""
    return at_rank(lms("bmi", sex, _bmi_month(months)), z_of(rank))


@cache
def _lengths(sex: str) -> tuple[list[float], list[tuple[float, float, float]]]:
    found = [row for row in rows("gmf/weight_for_length.csv") if row["sex"] == sex]
    return [float(row["length_cm"]) for row in found], [
        (float(row["L"]), float(row["M"]), float(row["S"])) for row in found
    ]


def weight_for_length(sex: str, length_cm: float, kg: float) -> float:
    """The percentile (0..100) of an infant's weight for its length; 99 where the chart has ended."""
    lengths, shapes = _lengths(sex)
    if length_cm > lengths[-1]:
        return BEYOND_THE_CHART
    nearest = min(bisect_left(lengths, length_cm - 0.5), len(shapes) - 1)
    return 100 * _NORMAL.cdf(z_in(shapes[nearest], kg))


@cache
def two_year_olds(sex: str) -> tuple[float, ...]:
    """Quantiles of the rank of BMI at two years, as standard normals in order (NHANES, weighted)."""
    return tuple(float(row["z"]) for row in rows("gmf/bmi_at_two.csv") if row["sex"] == sex)


@cache
def drift() -> dict[int, tuple[float, float]]:
    """By age in years reached: the correlation with the rank a year before, and the shift."""
    return {
        int(row["age_years"]): (float(row["correlation"]), float(row["shift"]))
        for row in rows("gmf/bmi_year_to_year.csv")
    }
