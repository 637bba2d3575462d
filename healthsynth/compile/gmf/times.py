"""Lengths of time as the format counts them, and calendar limits as clocks."""

from datetime import date
from functools import cache
from math import floor

from healthsynth.units import DAY, HOUR, MINUTE, Clock, clock

# A decimal quantity is cut to whole numbers of a smaller unit: 0.5 years are 182 days.
_CUT = {
    "years": (365.25, DAY),
    "months": (30, DAY),
    "weeks": (7, DAY),
    "days": (24, HOUR),
    "hours": (60, MINUTE),
    "minutes": (60, 1),
    "seconds": (1, 1),
}
_WHOLE = {
    "years": 365 * DAY,
    "months": 30 * DAY,
    "weeks": 7 * DAY,
    "days": DAY,
    "hours": HOUR,
    "minutes": 60,
    "seconds": 1,
}


def length(quantity: float, unit: str) -> Clock:
    """Seconds of a decimal quantity, cut towards zero as the format does."""
    factor, smaller = _CUT[unit]
    return int(quantity * factor) * smaller


def whole_length(quantity: float, unit: str) -> Clock:
    """Seconds of a sampled delay: the sample is cut to a whole number of its unit first."""
    return int(quantity) * _WHOLE[unit]


def half_up(value: float, places: int = 0) -> float:
    """Rounded half up, as in every place where the format rounds."""
    scale = 10**places
    return float(floor(value * scale + 0.5) / scale)


@cache
def year_begins(year: int) -> Clock:
    """The first moment of a calendar year."""
    return clock(date(min(max(year, 1), 9998), 1, 1))
