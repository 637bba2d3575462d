"""Federal holidays of the United States as they were kept in each year: the days on which offices were closed.

Source: 5 U.S.C. 6103 and the laws before it (Uniform Monday Holiday Act of 1968, in force from 1971; Veterans Day back
to 11 November from 1978; Martin Luther King Jr. Day from 1986; Juneteenth from 2021). A holiday on a Sunday is kept on
Monday, one on a Saturday on the Friday before (the latter since Executive Order 10358 of 1952).
"""

from datetime import date, timedelta
from functools import lru_cache

_MONDAY, _THURSDAY = 0, 3


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month; the last for nth = -1."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def holidays(year: int) -> tuple[date, ...]:
    """The holidays themselves, in order, before any is moved off a weekend."""
    modern = year >= 1971
    days = [date(year, 1, 1)]
    if year >= 1986:
        days.append(_nth(year, 1, _MONDAY, 3))
    days.append(_nth(year, 2, _MONDAY, 3) if modern else date(year, 2, 22))
    days.append(_nth(year, 5, _MONDAY, -1) if modern else date(year, 5, 30))
    if year >= 2021:
        days.append(date(year, 6, 19))
    days += [date(year, 7, 4), _nth(year, 9, _MONDAY, 1)]
    if year >= 1971:
        days.append(_nth(year, 10, _MONDAY, 2))
    if year >= 1938:
        days.append(_nth(year, 10, _MONDAY, 4) if 1971 <= year <= 1977 else date(year, 11, 11))
    # Since 1942 the fourth Thursday; before that the last one (1939-41 varied).
    days.append(_nth(year, 11, _THURSDAY, 4 if year >= 1942 else -1))
    days.append(date(year, 12, 25))
    return tuple(sorted(days))


def _kept(day: date) -> date:
    if day.weekday() == 6:
        return day + timedelta(days=1)
    if day.weekday() == 5 and day.year >= 1953:
        return day - timedelta(days=1)
    return day


@lru_cache(maxsize=512)
def closed_days(year: int) -> frozenset[date]:
    """The days of a year on which offices are closed for a holiday (also 31 December, when 1 January is a Saturday)."""
    kept = {_kept(day) for day in (*holidays(year), date(year + 1, 1, 1))}
    return frozenset(day for day in kept if day.year == year)
