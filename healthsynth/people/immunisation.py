"""Which vaccines are due at a visit: the US schedule as it was in each year, and who took it up.

A schedule is a CSV file, one row for each dose of a series in a period of use, with these columns:

| column | meaning |
|---|---|
| vaccine | short name in clinical_modules/vocabulary/vaccines.yaml |
| series | what doses are counted by: products may change within a series (DTP, later DTaP) |
| dose_number | 1, 2, ...; `each`: any, after the interval; `yearly`: any, once a season |
| age_min_months, age_max_months | from this age on, and up to but not at that age; no maximum if blank |
| from_year, to_year | first and last year, or year-month, in which the row holds; still in use if to_year is blank |
| sex | female, male, or blank for both |
| interval_months_from_previous | least time since the series' last dose |
| season | first and last month of the year in which it is given, e.g. `8-3` for August to March; blank: all year |
| after | a series of which there must have been a dose; blank: none |
| uptake | share of those for whom it is due who accept it, 0 to 1 |
| note, source | for readers |

Uptake is compared with one draw a person and series, so that those who take the fourth dose are among those who took
the third, and a refusal stays one until a row with a higher uptake holds. Yearly vaccines mix habit and occasion: see
`_HABIT`.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from healthsynth.errors import Problem, ProblemsError
from healthsynth.randomness import key
from healthsynth.units import DAY, MONTH, Clock, civil, clock

COLUMNS = (
    "vaccine", "series", "dose_number", "age_min_months", "age_max_months", "from_year", "to_year", "sex",
    "interval_months_from_previous", "season", "after", "uptake", "note", "source",
)  # fmt: skip

_MOST_KEPT = 4_000  # entries of the index; it is emptied then, so that memory stays flat in long runs
_GRACE = 4 * DAY  # doses up to four days early count (ACIP General Best Practice Guidelines)
_EVER = 1 << 60
# The part of a yearly uptake that is the same people every year. With 50 % uptake, 77 % of those vaccinated in one
# season are so in the next. Assumed; surveys find that most vaccinated adults were vaccinated the year before.
_HABIT = 0.7
_AGE_BITS, _ERA_BITS = 24, 26  # rows are looked up by stretches of 194 days of age and 2.1 calendar years


class DueDose(NamedTuple):
    """A dose to be given now."""

    vaccine: str  # short name in the vocabulary
    series: str
    dose_number: int  # counts the series, from 1


@dataclass(frozen=True, slots=True)
class _Row:
    vaccine: str
    series: str
    dose: int  # 0: any
    age_min: int  # seconds
    age_max: int
    first: Clock
    last: Clock  # not included
    sex: str
    interval: int
    season: tuple[int, int] | None  # months
    yearly: bool
    after: str
    uptake: float
    occasion: float  # of yearly ones: the chance for those without the habit


class Acceptance:
    """Whether a person accepts: one uniform draw for each series and key, the same whenever it is asked.

    Args:
        seed: of the run.
        purpose: who, e.g. the person's number and attempt.
    """

    __slots__ = ("_draws", "_purpose", "_seed")

    def __init__(self, seed: int, *purpose: object):
        self._seed, self._purpose = seed, purpose
        self._draws: dict[tuple[str, int], float] = {}

    def __call__(self, series: str, which: int, uptake: float) -> bool:
        draw = self._draws.get((series, which))
        if draw is None:
            bits = key(self._seed, "immunisation", *self._purpose, series, which)
            draw = self._draws[series, which] = (bits >> 75) * 2.0**-53
        return draw < uptake


class Schedule:
    """An immunisation schedule, indexed for asking at every visit."""

    def __init__(self, rows: Sequence[_Row]):
        self._rows = tuple(rows)
        self._index: dict[tuple[int, int, str], tuple[tuple[str, tuple[_Row, ...]], ...]] = {}

    @classmethod
    def from_csv(cls, path: Path) -> "Schedule":
        """Read a schedule.

        Raises:
            ProblemsError: rows that cannot be read, all of them with their lines.
        """
        rows, problems = [], []
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ProblemsError([Problem(str(path), 1, 1, "schedule", f"the columns must be {', '.join(COLUMNS)}")])
            for line, cells in enumerate(reader, start=2):
                try:
                    rows.append(_read(cells))
                except ValueError as error:
                    problems.append(Problem(str(path), line, 1, "schedule", str(error)))
        if problems:
            raise ProblemsError(problems)
        return cls(rows)

    @property
    def vaccines(self) -> tuple[str, ...]:
        """Short names of all vaccines in the schedule, sorted."""
        return tuple(sorted({row.vaccine for row in self._rows}))

    def due(
        self,
        birth: Clock,
        sex: str,
        at: Clock,
        given: Mapping[str, Sequence[Clock]],
        accepts: Callable[[str, int, float], bool],
    ) -> list[DueDose]:
        """The doses that are due at a moment and accepted, at most one of each series, in the order of the file.

        Args:
            sex: female or male.
            given: series -> times of its doses, in order; series without doses may be missing.
            accepts: (series, which, uptake) -> yes or no, e.g. an `Acceptance`. `which` is 0 for the standing attitude
                to the series and the year a season began in for what is decided anew each season.
        """
        age = at - birth
        place = (age >> _AGE_BITS, at >> _ERA_BITS, sex)
        found = self._index.get(place)
        if found is None:
            if len(self._index) >= _MOST_KEPT:
                self._index.clear()
            found = self._index[place] = self._rows_at(*place)
        doses = []
        for series, rows in found:
            before = given.get(series, ())
            number = len(before) + 1
            for row in rows:
                if (
                    (row.dose == number or not row.dose)
                    and row.age_min <= age < row.age_max
                    and row.first <= at < row.last
                    and (not before or at - before[-1] >= row.interval)
                    and (not row.after or given.get(row.after))
                ):
                    if _accepted(row, at, before, accepts):
                        doses.append(DueDose(row.vaccine, series, number))
                    break
        return doses

    def next_dose(
        self,
        birth: Clock,
        sex: str,
        at: Clock,
        given: Mapping[str, Sequence[Clock]],
        accepts: Callable[[str, int, float], bool],
    ) -> Clock | None:
        """The earliest moment after `at` at which a series that was begun goes on, or None: for planning a visit.

        Boosters (`each`), yearly and seasonal doses are left out: they wait for a visit that takes place anyway.
        Arguments as for `due`.
        """
        earliest = _EVER
        for row in self._rows:
            before = given.get(row.series)
            if not before or row.dose != len(before) + 1 or row.season is not None or row.sex not in ("", sex):
                continue
            start = max(before[-1] + row.interval, birth + row.age_min, row.first)
            end = min(birth + row.age_max, row.last)
            if at < start < min(end, earliest) and accepts(row.series, 0, row.uptake):
                earliest = start
        return None if earliest == _EVER else earliest

    def _rows_at(self, age: int, era: int, sex: str) -> tuple[tuple[str, tuple[_Row, ...]], ...]:
        """The rows that can hold somewhere in a stretch of ages and years, by series."""
        low, high = age << _AGE_BITS, age + 1 << _AGE_BITS
        start, end = era << _ERA_BITS, era + 1 << _ERA_BITS
        found: dict[str, list[_Row]] = {}
        for row in self._rows:
            fits = row.age_min < high and low < row.age_max and row.first < end and start < row.last
            if fits and row.sex in ("", sex):
                found.setdefault(row.series, []).append(row)
        return tuple((series, tuple(rows)) for series, rows in found.items())


def _accepted(row: _Row, at: Clock, before: Sequence[Clock], accepts: Callable[[str, int, float], bool]) -> bool:
    if row.season is None:
        return accepts(row.series, 0, row.uptake)
    season = _season(at // DAY, *row.season)
    if season is None:
        return False
    if not row.yearly:
        return accepts(row.series, 0, row.uptake)
    year, begins = season
    if before and before[-1] >= begins:
        return False
    return accepts(row.series, 0, _HABIT * row.uptake) or accepts(row.series, year, row.occasion)


@lru_cache(maxsize=1 << 13)
def _season(day: int, first: int, last: int) -> tuple[int, Clock] | None:
    """The year in which the season that a day lies in began, and its first moment; None out of season."""
    today = civil(day * DAY)
    months_in = (today.month - first) % 12
    if months_in > (last - first) % 12:
        return None
    year = today.year if today.month >= first else today.year - 1
    return year, clock(date(year, first, 1))


def _read(cells: dict[str, str]) -> _Row:
    uptake = float(cells["uptake"])
    if not 0.0 <= uptake <= 1.0:
        raise ValueError(f"uptake is a share from 0 to 1, not {uptake}")
    if cells["sex"] not in ("", "female", "male"):
        raise ValueError(f"sex is female, male or blank, not '{cells['sex']}'")
    if not (cells["vaccine"] and cells["series"] and cells["source"]):
        raise ValueError("vaccine, series and source must not be blank")
    dose = cells["dose_number"]
    row = _Row(
        vaccine=cells["vaccine"],
        series=cells["series"],
        dose=0 if dose in ("each", "yearly") else _positive(dose),
        age_min=max(0, _seconds(cells["age_min_months"]) - _GRACE),
        age_max=_seconds(cells["age_max_months"]) if cells["age_max_months"] else _EVER,
        first=_month(cells["from_year"], 0),
        last=_month(cells["to_year"], 1) if cells["to_year"] else _EVER,
        sex=cells["sex"],
        interval=max(0, _seconds(cells["interval_months_from_previous"] or "0") - _GRACE),
        season=_months(cells["season"]),
        yearly=dose == "yearly",
        after=cells["after"],
        uptake=uptake,
        occasion=_occasion(uptake),
    )
    if row.age_min >= row.age_max or row.first >= row.last:
        raise ValueError("an age or a year ends before it begins")
    if row.yearly and row.season is None:
        raise ValueError("a yearly dose needs a season, e.g. 8-3")
    return row


def _occasion(uptake: float) -> float:
    """What those without the habit must do for the whole to come to `uptake`: 1 - (1 - u) / (1 - habit u)."""
    return 1.0 - (1.0 - uptake) / (1.0 - _HABIT * uptake)


def _positive(text: str) -> int:
    if not text.isdigit() or text == "0":
        raise ValueError(f"dose_number is 1, 2, ..., each or yearly, not '{text}'")
    return int(text)


def _seconds(months: str) -> int:
    return round(float(months) * MONTH)


def _month(text: str, later: int) -> Clock:
    """The beginning of '1995' or '1995-07'; with `later` 1, the beginning of what follows it."""
    year, _, month = text.partition("-")
    count = int(year) * 12 + (int(month) - 1 + later if month else 12 * later)
    return clock(date(count // 12, count % 12 + 1, 1))


def _months(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    first, _, last = text.partition("-")
    months = int(first), int(last)
    if not all(1 <= month <= 12 for month in months):
        raise ValueError(f"a season is written as two months, e.g. 8-3, not '{text}'")
    return months
