"""Height, weight and head of one person at any age, without a draw at the time of asking.

Children follow the CDC charts of 2000 in the rank they were born with; adults follow NHANES, where the rank in BMI
drifts from year to year. Children are heavier now than those of the charts: their ranks are moved accordingly. Values are computed
at anchors (months up to two years of age, half years up to twenty, then years) and lie on straight lines between them.
"""

import math
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from random import Random
from statistics import NormalDist

from healthsynth.people.person import Person
from healthsynth.people.tables import arrays, rows
from healthsynth.randomness import stream
from healthsynth.units import MONTH, YEAR, Clock

_TWO_YEARS, _TWENTY = 24, 240  # months
_MONTHS = (*range(25), *range(30, 241, 6), *range(252, 1453, 12))  # ages of the anchors
_NORMAL = NormalDist()
_P95 = 1.6449  # z of the 95th percentile
# Correlation of the rank in BMI with the year before, by age 3..20 (reference data; a year of ages 1-3 as 3), then adults:
# assumed, which gives 0.82 over ten years.
_YEAR_TO_YEAR = (0.773, 0.773, 0.773, 0.773, 0.836, 0.866, 0.889, 0.907, 0.925, 0.936, 0.944, 0.947, 0.946, 0.944, 0.945,
                 0.945, 0.947, 0.946, 0.944, 0.935, 0.945)  # fmt: skip
_YEAR_TO_YEAR_ADULT = 0.98
# Mean and sd of the chart's BMI z today, by age in years: they give the shares of children at or over the 95th percentile
# of NHANES 2017-2020 (12.6 % at 2-5, 20.9 % at 6-11, 22.1 % at 12-19) and its medians; joined by straight lines.
_HEAVIER = ((2, 0.30, 1.10), (4, 0.38, 1.12), (8, 0.60, 1.25), (12, 0.60, 1.28), (20, 0.62, 1.30))
_TAIL = 0.75  # of the distance beyond the 95th percentile is kept: nearer to the 95th percentiles of NHANES
# Young adults of NHANES 2017-2020 against the charts at 20: a little shorter, a little more spread.
_TODAY = {"male": (0.9955, 1.04), "female": (0.9965, 1.05)}
_TODAY_FROM, _TODAY_TO = 96, 192  # months between which the difference grows in
_HEAD_WITH_HEIGHT = 0.4  # correlation of head size and height; assumed
# Above a BMI of 40 this part of the distance is kept: the log-normal tail is heavier than the published percentiles.
_SEVERE, _SEVERE_KEPT = 40.0, 0.7
_BMI_LIMITS = (9.0, 75.0)

Chart = tuple[list[float], list[tuple[float, float, float]]]


@cache
def _chart(measure: str, sex: str) -> Chart:
    table = arrays("growth.npz")[f"{measure}_{sex}"].tolist()
    return [row[0] for row in table], [(row[1], row[2], row[3]) for row in table]


def lms(measure: str, sex: str, months: float) -> tuple[float, float, float]:
    """L, M and S of a CDC chart at an age in months; beyond its ends, those of the end.

    Args:
        measure: length_cm, height_cm, bmi, weight_kg or head_circumference_cm.
    """
    ages, values = _chart(measure, sex)
    after = bisect_right(ages, months)
    if after == 0 or after == len(ages):
        return values[min(after, len(values) - 1)]
    part = (months - ages[after - 1]) / (ages[after] - ages[after - 1])
    low, high = values[after - 1], values[after]
    return (
        low[0] + part * (high[0] - low[0]),
        low[1] + part * (high[1] - low[1]),
        low[2] + part * (high[2] - low[2]),
    )


def at_rank(shape: tuple[float, float, float], z: float) -> float:
    """The value at a z of an LMS distribution: M (1 + L S z) ** (1 / L)."""
    power, median, spread = shape
    if abs(power) < 1e-6:
        return median * math.exp(spread * z)
    return float(median * max(1 + power * spread * z, 0.01) ** (1 / power))


def child_bmi(sex: str, months: float, z: float) -> float:
    """BMI at a z of the CDC charts; over the 95th percentile by the extended charts of 2022 (a half-normal tail)."""
    shape = lms("bmi", sex, months)
    if z <= _P95:
        return at_rank(shape, z)
    spread = _beyond(sex, months / 12)
    percentile = min(_NORMAL.cdf(z) * 100, 99.9999)
    return at_rank(shape, _P95) + spread * max(0.0, _NORMAL.inv_cdf((percentile - 90) / 10))


def rank_of(shape: tuple[float, float, float], value: float) -> float:
    """The z of a value of an LMS distribution: the inverse of `at_rank`."""
    power, median, spread = shape
    if abs(power) < 1e-6:
        return math.log(value / median) / spread
    return float(((value / median) ** power - 1) / (power * spread))


def bmi_percentile(sex: str, months: float, bmi: float) -> float:
    """The CDC percentile of a BMI, 2 to 20 years (NaN at other ages): the inverse of `child_bmi`, as percent."""
    if not _TWO_YEARS <= months < _TWENTY or not bmi > 0:
        return math.nan
    shape = lms("bmi", sex, months)
    most = at_rank(shape, _P95)
    if bmi <= most:
        return 100 * _NORMAL.cdf(rank_of(shape, bmi))
    return 90 + 10 * _NORMAL.cdf((bmi - most) / _beyond(sex, months / 12))


def head_percentile(sex: str, months: float, circumference: float) -> float:
    """The CDC percentile of a head circumference in cm, up to 3 years (NaN after that), as percent."""
    if months > 36 or not circumference > 0:
        return math.nan
    return 100 * _NORMAL.cdf(rank_of(lms("head_circumference_cm", sex, months), circumference))


def _beyond(sex: str, years: float) -> float:
    """The sd of the half-normal tail over the 95th percentile in the extended charts of 2022."""
    if sex == "male":
        return 0.3728 + 0.5196 * years - 0.0091 * years * years
    return 0.8334 + 0.3712 * years - 0.0011 * years * years


@cache
def _adults(sex: str) -> tuple[list[float], list[tuple[float, float, float, float]]]:
    found = [row for row in rows("adult_body.csv") if row["sex"] == sex]
    names = ("height_mean_cm", "bmi_shift", "bmi_median", "bmi_sigma")
    knots = [tuple(float(row[name]) for name in names) for row in found]
    return [float(row["age"]) for row in found], knots  # type: ignore[return-value]


def _between(sex: str, years: float) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    ages, knots = _adults(sex)
    after = min(max(bisect_right(ages, years), 1), len(ages) - 1)
    part = min(max((years - ages[after - 1]) / (ages[after] - ages[after - 1]), 0.0), 1.0)
    return knots[after - 1], knots[after], part


def adult_bmi(sex: str, years: float, z: float) -> float:
    """BMI of an adult at a standard normal rank (a shifted log-normal)."""
    low, high, part = _between(sex, years)
    first = low[1] + low[2] * math.exp(low[3] * z)
    value = first + part * (high[1] + high[2] * math.exp(high[3] * z) - first)
    return value if value <= _SEVERE else _SEVERE + _SEVERE_KEPT * (value - _SEVERE)


def _mean_height(sex: str, years: float) -> float:
    low, high, part = _between(sex, years)
    return low[0] + part * (high[0] - low[0])


def _heavier(years: float) -> tuple[float, float]:
    for (age, mean, sd), (later, next_mean, next_sd) in pairwise(_HEAVIER):
        if years <= later:
            part = max(years - age, 0.0) / (later - age)
            return mean + part * (next_mean - mean), sd + part * (next_sd - sd)
    return _HEAVIER[-1][1:]


class Growth:
    """The body measures of one person as functions of time; the same person always has the same.

    Between the anchors a call costs about a microsecond.
    """

    __slots__ = ("_anchors", "_birth", "_grown", "_head_z", "_person", "_random", "_ranks", "_two")

    def __init__(self, person: Person):
        self._person = person
        self._birth = person.birth
        self._random: Random | None = None
        self._ranks: list[float] = [person.weight_z]  # at 2, 3, 4, ... years
        self._anchors: dict[int, tuple[float, float, float]] = {}
        self._two: tuple[float, float] | None = None
        self._grown: float | None = None
        self._head_z: float | None = None

    def bmi_rank(self, at: Clock) -> float:
        """The person's standard normal of BMI for age at an instant: it drifts over the years."""
        return self._rank(max((at - self._birth) / YEAR, 2.0))

    def height_cm(self, at: Clock) -> float:
        """Length lying up to two years, stature after that."""
        return self._at(at)[0]

    def bmi(self, at: Clock) -> float:
        """Body mass index, kg/m2."""
        height, weight = self._at(at)
        return weight / (height * height) * 10_000

    def weight_kg(self, at: Clock) -> float:
        """Weight; with the height it gives the BMI exactly."""
        return self._at(at)[1]

    def head_circumference_cm(self, at: Clock) -> float:
        """Head circumference on the chart up to three years; slow growth of about 3 cm to adulthood after that (assumed)."""
        months = max(at - self._birth, 0) / MONTH
        person = self._person
        if self._head_z is None:
            own = stream(person.seed, person.number, person.attempt, "head").gauss(0.0, 1.0)
            self._head_z = _HEAD_WITH_HEIGHT * person.height_z + math.sqrt(1 - _HEAD_WITH_HEIGHT**2) * own
        value = at_rank(lms("head_circumference_cm", person.sex, min(months, 36)), self._head_z)
        small = (person.birth_weight_g / (lms("weight_kg", person.sex, 0)[1] * 1000)) ** (1 / 3) - 1
        value *= 1 + small * max(0.0, 1 - months / _TWO_YEARS) ** 2 if small < 0 else 1
        return min(max(value + 3.0 * min(max(months - 36, 0) / 144, 1.0), 20.0), 66.0)

    def _at(self, at: Clock) -> tuple[float, float]:
        """(height, weight): height and, from two years on, BMI lie on lines between the anchors."""
        months = (at - self._birth) / MONTH
        if months <= _TWO_YEARS:
            first = max(int(months), 0) if months < _TWO_YEARS else _TWO_YEARS - 1
            step = 1
            index = first
        elif months < _TWENTY:
            index = 24 + int((months - 24) / 6)
            first, step = _MONTHS[index], 6
        else:
            index = min(60 + int((months - 240) / 12), len(_MONTHS) - 2)
            first, step = _MONTHS[index], 12
        low = self._anchors.get(index) or self._anchor(index)
        high = self._anchors.get(index + 1) or self._anchor(index + 1)
        part = (months - first) / step
        part = min(max(part, 0.0), 1.0)
        height = low[0] + part * (high[0] - low[0])
        if months <= _TWO_YEARS:
            return height, low[2] + part * (high[2] - low[2])
        return height, (low[1] + part * (high[1] - low[1])) * height * height / 10_000

    def _anchor(self, index: int) -> tuple[float, float, float]:
        """(height, BMI, weight) at an anchor, remembered."""
        months = _MONTHS[index]
        if months < _TWO_YEARS:
            height, weight = self._infant(months)
            bmi = weight / (height * height) * 10_000
        else:
            height, bmi = self._stature(months), self._bmi(months)
            weight = bmi * height * height / 10_000
        self._anchors[index] = height, bmi, weight
        return self._anchors[index]

    def _infant(self, months: int) -> tuple[float, float]:
        """From the measures at birth to the person's own rank at two years, most of the way in the first months."""
        person, sex = self._person, self._person.sex
        if self._two is None:
            height, bmi = self._stature(_TWO_YEARS), self._bmi(_TWO_YEARS)
            self._two = (
                math.log(height / lms("length_cm", sex, _TWO_YEARS)[1]),
                math.log(bmi * height * height / 10_000 / lms("weight_kg", sex, _TWO_YEARS)[1]),
            )
        done = 1 - (1 - months / _TWO_YEARS) ** 2
        length, weight = lms("length_cm", sex, months)[1], lms("weight_kg", sex, months)[1]
        long = math.log(person.birth_length_cm / lms("length_cm", sex, 0)[1])
        heavy = math.log(person.birth_weight_g / 1000 / lms("weight_kg", sex, 0)[1])
        return (
            length * math.exp(long + done * (self._two[0] - long)),
            weight * math.exp(heavy + done * (self._two[1] - heavy)),
        )

    def _stature(self, months: int) -> float:
        """Height from two years on: the chart (length becomes stature), then slow shrinking from 40."""
        sex, z = self._person.sex, self._person.height_z
        if months > _TWENTY:
            if self._grown is None:
                self._grown = self._stature(_TWENTY)
            return self._grown + _mean_height(sex, months / 12) - _mean_height(sex, 20)
        shorter, spread = _TODAY[sex]
        part = min(max((months - _TODAY_FROM) / (_TODAY_TO - _TODAY_FROM), 0.0), 1.0)
        height = at_rank(lms("height_cm", sex, months), z * (1 + part * (spread - 1))) * (1 + part * (shorter - 1))
        if months < 36:  # lying is a little longer than standing: no child may seem to shrink on the second birthday
            lying = at_rank(lms("length_cm", sex, months), z)
            height += (lying - height) * (36 - months) / 12
        return height

    def _bmi(self, months: int) -> float:
        """BMI from two years on: the chart up to 18, the adult distribution from 21, blended between."""
        sex, years = self._person.sex, months / 12
        z = self._rank(years)
        adult = min(max((years - 18) / 3, 0.0), 1.0)
        value = 0.0
        if adult < 1.0:
            mean, sd = _heavier(years)
            chart = mean + sd * z
            if chart > _P95:
                chart = _P95 + _TAIL * (chart - _P95)
            value += (1 - adult) * child_bmi(sex, min(months, _TWENTY), chart)
        if adult > 0.0:
            value += adult * adult_bmi(sex, max(years, 20), z)
        return min(max(value, _BMI_LIMITS[0]), _BMI_LIMITS[1])

    def _rank(self, years: float) -> float:
        """The standard normal rank in BMI, drifting from year to year and standard normal at every age."""
        ranks, whole = self._ranks, int(years) - 2
        while len(ranks) < whole + 2:
            if self._random is None:
                person = self._person
                self._random = stream(person.seed, person.number, person.attempt, "growth")
            age = len(ranks) + 2
            kept = _YEAR_TO_YEAR[age] if age < len(_YEAR_TO_YEAR) else _YEAR_TO_YEAR_ADULT
            ranks.append(kept * ranks[-1] + math.sqrt(1 - kept * kept) * self._random.gauss(0.0, 1.0))
        part = years - 2 - whole
        return ranks[whole] + part * (ranks[whole + 1] - ranks[whole])
