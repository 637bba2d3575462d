"""When care happens: opening hours by kind of visit, and how long visits last. All in local civil time.

| kind | open | starts |
|---|---|---|
| wellness, outpatient | Monday to Friday, not on federal holidays | every 20 minutes 08:00-11:40 and 13:00-16:40 |
| home | Monday to Saturday, not on federal holidays | every 30 minutes 09:00-11:30 and 13:00-16:30 |
| virtual | Monday to Saturday | every 20 minutes 07:00-20:40 |
| urgent | every day 08:00-20:00 | any minute |
| emergency, inpatient | always | any minute |
"""

from bisect import bisect_left
from functools import lru_cache
from math import exp
from statistics import NormalDist

from healthsynth.people.holidays import closed_days
from healthsynth.people.zones import offset_text, utc_offset
from healthsynth.units import DAY, HOUR, MINUTE, Clock, civil

__all__ = ["next_slot", "offset_text", "typical_length", "utc_offset"]

_LUNCH = range(12 * HOUR, 13 * HOUR)


def _starts(first: int, last: int, step: int, lunch: bool) -> tuple[int, ...]:
    """Starts of a day in seconds after midnight."""
    return tuple(s for s in range(first, last + 1, step) if not (lunch and s in _LUNCH))


_OFFICE = _starts(8 * HOUR, 16 * HOUR + 40 * MINUTE, 20 * MINUTE, lunch=True)
_SLOTS = {
    "wellness": _OFFICE,
    "outpatient": _OFFICE,
    "home": _starts(9 * HOUR, 16 * HOUR + 30 * MINUTE, 30 * MINUTE, lunch=True),
    "virtual": _starts(7 * HOUR, 20 * HOUR + 40 * MINUTE, 20 * MINUTE, lunch=False),
}
_DAYS = {"wellness": 5, "outpatient": 5, "home": 6, "virtual": 6}  # from Monday
_KEEPS_HOLIDAYS = {"wellness": True, "outpatient": True, "home": True, "virtual": False}
_URGENT_OPENS, _URGENT_CLOSES = 8 * HOUR, 20 * HOUR
_URGENT_RUSH = 3 * HOUR  # those who waited for the doors to open come within this time

# Minutes: median, and sigma of the logarithm. Office visits: NAMCS 2018-2019 has a mean of about 23 minutes with the
# physician; time in the building is longer. Emergency: NHAMCS 2021, median about 2.7 hours. Stays: HCUP NIS, mean 4.6
# days. The rest are rounded guesses of the same shape.
_LENGTHS = {
    "wellness": (35, 0.30, 20, 90),
    "outpatient": (28, 0.40, 10, 120),
    "urgent": (45, 0.45, 15, 180),
    "emergency": (165, 0.60, 30, 24 * 60),
    "inpatient": (3.3 * 1440, 0.75, 12 * 60, 60 * 1440),
    "home": (45, 0.30, 20, 120),
    "virtual": (18, 0.35, 8, 60),
}
_STEPS = 1024


def next_slot(kind: str, at: Clock, draw: float) -> Clock:
    """The start of a visit: never before `at`, on the first day that still has room.

    Args:
        kind: one of record.events.VISIT_KINDS.
        draw: uniform in [0, 1): which of the day's remaining starts. Emergencies and stays ignore it.
    """
    slots = _SLOTS.get(kind)
    if slots is None:
        minute = -(-at // MINUTE) * MINUTE
        return _urgent(minute, draw) if kind == "urgent" else minute
    today = at // DAY
    day = _open_day(kind, today)
    first = 0
    if day == today:
        first = bisect_left(slots, at - today * DAY)
        if first == len(slots):
            day, first = _open_day(kind, today + 1), 0
    return day * DAY + slots[first + int(draw * (len(slots) - first))]


def _urgent(minute: Clock, draw: float) -> Clock:
    """At once while the doors are open; else in the first hours of the next opening."""
    second = minute % DAY
    if _URGENT_OPENS <= second < _URGENT_CLOSES:
        return minute
    day = minute // DAY + (second >= _URGENT_CLOSES)
    return day * DAY + _URGENT_OPENS + int(draw * _URGENT_RUSH) // MINUTE * MINUTE


@lru_cache(maxsize=1 << 12)
def _open_day(kind: str, day: int) -> int:
    """The first open day at or after a day (days since 1970-01-01, a Thursday)."""
    while (day + 3) % 7 >= _DAYS[kind] or (_KEEPS_HOLIDAYS[kind] and _is_holiday(day)):
        day += 1
    return day


def _is_holiday(day: int) -> bool:
    today = civil(day * DAY)
    return today in closed_days(today.year)


def typical_length(kind: str, draw: float) -> int:
    """Seconds that a visit lasts, in whole minutes: log-normal within limits.

    Args:
        kind: one of record.events.VISIT_KINDS.
        draw: uniform in [0, 1); the greater, the longer.
    """
    return _lengths(kind)[int(draw * _STEPS)]


@lru_cache(maxsize=16)
def _lengths(kind: str) -> tuple[int, ...]:
    median, sigma, least, most = _LENGTHS[kind]
    normal = NormalDist()
    minutes = (median * exp(sigma * normal.inv_cdf((n + 0.5) / _STEPS)) for n in range(_STEPS))
    return tuple(round(min(max(m, least), most)) * MINUTE for m in minutes)
