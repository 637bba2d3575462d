"""How each figure is measured in records: (value, standard error, people), or why it cannot be.

| measure | of whom | what is counted |
|---|---|---|
| diagnosed_ever, _active, _year | the living of the group | a condition with one of the codes: in the chart at all; going on; going on or begun within a year |
| latest | those with a result of the last two years | mean, spread or percentile of the newest |
| latest_at_least 30, _below 18.5, _between 25 to 30, _is WORDS | the same | the share whose newest result is so |
| visits_per_person | the living, by the part of the last year that they lived | visits of these classes in the last 12 months |
| visits_at_least 4, visits_none | the living of one year and over, and infants | those with so many visits in the last 12 months |
| stay_days | visits of these classes in the last 12 months | days that they lasted |
| within_years 2 | the living of the group | a procedure or a result with one of the codes in so many years |
| doses 4 by 24 months, 1 in 12 months, 2 ever | the living of the group; "by": of all who were so young within the records | those with so many doses |

Ages are completed years: on the reference date, or on the day of a result.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from healthsynth.evaluate.report.limits import limit_of
from healthsynth.evaluate.report.population import YEAR, Patient, Population
from healthsynth.evaluate.report.reference import OLDEST, SCALES, Figure

RECENT = 2 * YEAR  # days: older results say little of today
_MONTH = YEAR / 12
_RACES: dict[str, Callable[[Patient], bool]] = {
    "all": lambda p: True,
    "white": lambda p: p.race == "white",
    "black": lambda p: p.race == "black",
    "nh_white": lambda p: p.race == "white" and p.ethnicity != "hispanic",
    "nh_black": lambda p: p.race == "black" and p.ethnicity != "hispanic",
    "nh_asian": lambda p: p.race == "asian" and p.ethnicity != "hispanic",
    "hispanic": lambda p: p.ethnicity == "hispanic",
}


class Measured(NamedTuple):
    """A figure as it came out, in the unit of the published one."""

    value: float
    error: float  # standard error
    n: int  # people, or stays


class NotMeasuredError(Exception):
    """Why a figure cannot be measured in these records."""


class Group:
    """Whom a figure is of, and since when records reach."""

    def __init__(self, figure: Figure, population: Population, living: Sequence[Patient]):
        if figure.race not in _RACES:
            raise NotMeasuredError(f"records do not say who is '{figure.race}'")
        self.figure = figure
        self.as_of, self.since = population.as_of, population.since
        of_race = _RACES[figure.race]
        self.everybody = living
        self.fits = [p for p in living if figure.sex in ("both", p.sex) and of_race(p)]
        high = 10**6 if figure.age_high >= OLDEST else figure.age_high
        self._ages = range(figure.age_low, high + 1)

    def in_age(self, p: Patient, day: int) -> bool:
        """Whether a patient is of the figure's age on a day."""
        return p.age(day) in self._ages

    @property
    def now(self) -> list[Patient]:
        """Those who are of that age on the reference date."""
        return [p for p in self.fits if self.in_age(p, self.as_of)]


def measure(figure: Figure, population: Population, living: Sequence[Patient]) -> Measured:
    """Measure one figure.

    Raises:
        NotMeasuredError: it cannot be, with the reason.
    """
    if not figure.measure:
        raise NotMeasuredError(figure.note)
    return _MEASURES[figure.measure](Group(figure, population, living))


# --- standard errors, limits ------------------------------------------------------------------------------------------
def _numeric(figure: Figure) -> tuple[float, ...]:
    return tuple(float(part) for part in limit_of(figure.measure, figure.limit))


def share(figure: Figure, hits: int, n: int, nobody: str) -> Measured:
    """A share with its binomial standard error; of none or all, that of one more on either side (Agresti and Coull)."""
    if not n:
        raise NotMeasuredError(nobody)
    scale = SCALES[figure.statistic][0]
    near = (hits + 2) / (n + 4)
    here = math.sqrt(near * (1 - near) / (n + 4))
    there = min(max(figure.value / scale, 0.0), 1.0)  # what the error would be if the published figure were right
    return Measured(hits / n * scale, max(here, math.sqrt(there * (1 - there) / n)) * scale, n)


def _of_values(figure: Figure, values: list[float], nothing: str) -> Measured:
    n = len(values)
    if n < 2:
        raise NotMeasuredError(nothing if not n else "one person has such a result")
    values.sort()
    mean = math.fsum(values) / n
    variance = math.fsum((v - mean) ** 2 for v in values) / (n - 1)
    if figure.statistic == "mean":
        return Measured(mean, math.sqrt(variance / n), n)
    if figure.statistic == "sd":
        fourth = math.fsum((v - mean) ** 4 for v in values) / n
        wide = max(fourth - variance * variance, 0.0) / (4 * variance * n) if variance else 0.0
        return Measured(math.sqrt(variance), math.sqrt(wide), n)
    return _percentile(int(figure.statistic[1:]) / 100, values)


def _percentile(p: float, values: list[float]) -> Measured:
    """A quantile; its error is half of what lies between the ranks one binomial standard error below and above."""
    n = len(values)
    near = math.sqrt(n * p * (1 - p))
    low, high = max(int(n * p - near), 0), min(int(n * p + near), n - 1)
    return Measured(values[min(int(n * p), n - 1)], (values[high] - values[low]) / 2, n)


# --- conditions -----------------------------------------------------------------------------------------------------------
def _has(wanted: Sequence[str]) -> Callable[[frozenset[str]], bool]:
    """Whether codes hold one that is wanted. Codes of ICD-10-CM count with what is below them."""
    exact = frozenset(wanted)
    stems = tuple(code for code in wanted if code.startswith("ICD10"))
    return lambda codes: not exact.isdisjoint(codes) or any(code.startswith(stems) for code in codes if stems)


_NOBODY_HAS = "no chart has it: nothing that made these records diagnoses it, or there are too few people"


def _diagnosed(counts: Callable[[int, int | None, int], bool]) -> Callable[[Group], Measured]:
    def measured(group: Group) -> Measured:
        has, as_of = _has(group.figure.codes), group.as_of
        people = group.now
        hits = sum(any(has(c.codes) and counts(c.start, c.stop, as_of) for c in p.problems) for p in people)
        if not hits and not any(has(c.codes) for p in group.everybody for c in p.problems):
            raise NotMeasuredError(_NOBODY_HAS)
        return share(group.figure, hits, len(people), "nobody of this group")

    return measured


def _within_year(start: int, stop: int | None, as_of: int) -> bool:
    return start <= as_of and (stop is None or stop > as_of - YEAR)


# --- results ----------------------------------------------------------------------------------------------------------------
def _recent(group: Group) -> list[float | str]:
    """The newest result of each, where it is of the last two years and of the right age."""
    found = []
    for p in group.fits:
        known = [p.latest[code] for code in group.figure.codes if code in p.latest]
        if known:
            when, value = max(known, key=lambda pair: pair[0])
            if when > group.as_of - RECENT and group.in_age(p, when):
                found.append(value)
    return found


_NO_RESULT = "nobody of this group has such a result of the last two years"


def _latest(group: Group) -> Measured:
    return _of_values(group.figure, [v for v in _recent(group) if isinstance(v, float)], _NO_RESULT)


def _latest_where(test: Callable[[float, tuple[float, ...]], bool]) -> Callable[[Group], Measured]:
    def measured(group: Group) -> Measured:
        values = [v for v in _recent(group) if isinstance(v, float)]
        limits = _numeric(group.figure)
        return share(group.figure, sum(test(v, limits) for v in values), len(values), _NO_RESULT)

    return measured


def _latest_is(group: Group) -> Measured:
    answers = _recent(group)
    wanted = tuple(str(word).casefold() for word in limit_of("latest_is", group.figure.limit))
    hits = sum(str(answer).casefold().startswith(wanted) for answer in answers)
    return share(group.figure, hits, len(answers), _NO_RESULT)


def _within_years(group: Group) -> Measured:
    (years,) = _numeric(group.figure)
    if group.since is not None and group.as_of - group.since < years * YEAR - 1:
        raise NotMeasuredError(f"records do not reach back {years:g} years")
    since = group.as_of - years * YEAR
    people = group.now
    hits = sum(any(p.latest.get(code, (0,))[0] > since for code in group.figure.codes) for p in people)
    if not hits and not any(code in p.latest for p in group.everybody for code in group.figure.codes):
        raise NotMeasuredError("no record has such a procedure")
    return share(group.figure, hits, len(people), "nobody of this group")


# --- visits -----------------------------------------------------------------------------------------------------------------
def _of_year(group: Group, p: Patient) -> list[float]:
    """How long each visit of the last 12 months lasted, of the figure's classes."""
    classes = group.figure.codes
    since = group.as_of - YEAR
    return [
        days for when, kind, days in p.visits if since < when <= group.as_of and (kind in classes or "any" in classes)
    ]


def _visits_per_person(group: Group) -> Measured:
    people = group.now
    if not people:
        raise NotMeasuredError("nobody of this group")
    lived = math.fsum(max(min(group.as_of - p.birth, YEAR), 1) / YEAR for p in people)
    counts = [len(_of_year(group, p)) for p in people]
    total, n = sum(counts), len(people)
    # People differ, so the variance is between people; at least Poisson's, and that of one visit where there is none.
    spread = statistics.pvariance(counts) * n
    scale = SCALES[group.figure.statistic][0]
    expected = group.figure.value / scale * lived
    return Measured(total / lived * scale, math.sqrt(max(spread, total, expected, 1.0)) / lived * scale, n)


def _visits_where(test: Callable[[int, float], bool]) -> Callable[[Group], Measured]:
    def measured(group: Group) -> Measured:
        (least,) = _numeric(group.figure) or (1.0,)
        people = group.now
        return share(
            group.figure, sum(test(len(_of_year(group, p)), least) for p in people), len(people), "nobody of this group"
        )

    return measured


def _stay_days(group: Group) -> Measured:
    stays = [days for p in group.now for days in _of_year(group, p)]
    return _of_values(group.figure, stays, "no such stay in the last 12 months")


# --- immunisation -------------------------------------------------------------------------------------------------------------
def _doses(group: Group) -> Measured:
    figure = group.figure
    number, *months = _numeric(figure)
    codes = frozenset(figure.codes)
    people, window = _dosed(group, figure.limit.split()[1], months)
    hits = 0
    for p in people:
        low, high = window(p)
        hits += sum(low < when <= high for when, code in p.doses if code in codes) >= number
    return share(figure, hits, len(people), "nobody was of this age within the records")


def _dosed(
    group: Group, word: str, months: Iterable[float]
) -> tuple[list[Patient], Callable[[Patient], tuple[float, float]]]:
    """Whom doses are counted of, and from when to when."""
    if word == "ever":
        return group.now, lambda p: (0.0, group.as_of)
    days = next(iter(months)) * _MONTH
    if word == "in":
        return group.now, lambda p: (group.as_of - days, group.as_of)
    since = group.since or 0
    people = [p for p in group.fits if p.birth >= since and p.birth + days <= group.as_of]
    return people, lambda p: (0.0, p.birth + days)


_MEASURES: dict[str, Callable[[Group], Measured]] = {
    "diagnosed_ever": _diagnosed(lambda start, stop, as_of: start <= as_of),
    "diagnosed_active": _diagnosed(lambda start, stop, as_of: start <= as_of and (stop is None or stop > as_of)),
    "diagnosed_year": _diagnosed(_within_year),
    "latest": _latest,
    "latest_at_least": _latest_where(lambda value, limits: value >= limits[0]),
    "latest_below": _latest_where(lambda value, limits: value < limits[0]),
    "latest_between": _latest_where(lambda value, limits: limits[0] <= value < limits[1]),
    "latest_is": _latest_is,
    "visits_per_person": _visits_per_person,
    "visits_at_least": _visits_where(lambda count, least: count >= least),
    "visits_none": _visits_where(lambda count, least: not count),
    "stay_days": _stay_days,
    "within_years": _within_years,
    "doses": _doses,
}
