"""Time: whole seconds of the wall clock at the patient's place, counted from 1970-01-01T00:00.

A `Clock` is an int and may be negative (births before 1970). It is local civil time: time zones enter only when a
FHIR instant or a UTC column is written. Month arithmetic is calendar-true.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

Clock = int

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
WEEK: Final = 7 * DAY
YEAR: Final = 31_557_600  # the Julian year of 365.25 days: rates are per this year
MONTH: Final = YEAR // 12

_EPOCH: Final = date(1970, 1, 1)


def clock(day: date, seconds: int = 0) -> Clock:
    """The clock at a civil day plus seconds after midnight."""
    return (day - _EPOCH).days * DAY + seconds


@lru_cache(maxsize=4096)
def _civil(days: int) -> date:
    return _EPOCH + timedelta(days=days)


def civil(at: Clock) -> date:
    """The civil day of a clock."""
    return _civil(at // DAY)


# The first day of every month from 1700 to 2499, in days since 1970: month arithmetic is a search and an addition.
_FIRST_DAYS: Final = [(date(year, month, 1) - _EPOCH).days for year in range(1700, 2500) for month in range(1, 13)]


_DAYS_A_MONTH: Final = 30.436875  # 400 years have 146,097 days


def _month(days: int) -> int:
    """The place of a day's month among the first days: months are so alike that a division is at most one month off."""
    month = int((days - _FIRST_DAYS[0]) / _DAYS_A_MONTH)
    if _FIRST_DAYS[month] > days:
        return month - 1
    return month + 1 if _FIRST_DAYS[month + 1] <= days else month


def add_months(at: Clock, months: int) -> Clock:
    """The same time of day, `months` calendar months later (31 January + 1 month is the last of February)."""
    days, seconds = divmod(at, DAY)
    month = _month(days)
    into = days - _FIRST_DAYS[month]
    first = _FIRST_DAYS[month + months]
    last = _FIRST_DAYS[month + months + 1] - 1
    return min(first + into, last) * DAY + seconds


def birthday(birth: Clock, age: int) -> Clock:
    """The clock at which someone born at `birth` turns `age` years."""
    return add_months(birth, 12 * age)


def age_years(birth: Clock, at: Clock) -> int:
    """Completed years of life, by the calendar."""
    return age_months(birth, at) // 12


def age_months(birth: Clock, at: Clock) -> int:
    """Completed months of life, by the calendar; negative before birth."""
    born, now = birth // DAY, at // DAY
    first, last = _month(born), _month(now)
    return last - first - (1 if now - _FIRST_DAYS[last] < born - _FIRST_DAYS[first] else 0)
