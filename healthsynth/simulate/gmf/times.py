"""Lengths of time as the format counts them, and calendar limits as clocks."""

from datetime import date
from functools import cache
from math import floor
from typing import Final

from healthsynth.units import DAY, HOUR, MINUTE, Clock, clock

# A decimal quantity is cut to whole numbers of a smaller unit: 0.5 years are 182 days.
_CUT: Final[dict[str, tuple[float, int]]] = {
    "years": (365.25, DAY),
    "months": (30.0, DAY),
    "weeks": (7.0, DAY),
    "days": (24.0, HOUR),
    "hours": (60.0, MINUTE),
    "minutes": (60.0, 1),
    "seconds": (1.0, 1),
}
_WHOLE: Final = {
    "years": 365 * DAY,
    "months": 30 * DAY,
    "weeks": 7 * DAY,
    "days": DAY,
    "hours": HOUR,
    "minutes": 60,
    "seconds": 1,
}


def cut(unit: str) -> tuple[float, int]:
    """How many of a smaller unit a unit has, and the seconds of that: decimal quantities are cut to whole numbers of it."""
    return _CUT[unit]


def length(quantity: float, unit: str) -> Clock:
    """Seconds of a decimal quantity, cut towards zero as the format does."""
    factor, smaller = _CUT[unit]
    return int(quantity * factor) * smaller


def whole(unit: str) -> Clock:
    """Seconds of one of a unit, where samples are cut to whole numbers of it."""
    return _WHOLE[unit]


def whole_length(quantity: float, unit: str) -> Clock:
    """Seconds of a sampled delay: the sample is cut to a whole number of its unit first."""
    return int(quantity) * _WHOLE[unit]


def half_up(value: float, places: int = 0) -> float:
    """Rounded half up, as in every place where the format rounds."""
    return half_up_to(value, 10.0**places)


def half_up_to(value: float, scale: float) -> float:
    """Rounded half up to one part of a whole scale: 100 for two places."""
    return floor(value * scale + 0.5) / scale


@cache
def year_begins(year: int) -> Clock:
    """The first moment of a calendar year."""
    return clock(date(min(max(year, 1), 9998), 1, 1))
