"""Ages as modules of the framework count them, and the weekly grid of a person."""

from math import log
from typing import Final

from healthsynth import units
from healthsynth.units import DAY, WEEK, Clock

STEP: Final = WEEK


def age_months(birth: Clock, at: Clock) -> int:
    """Completed calendar months of life, never negative."""
    return max(units.age_months(birth, at), 0)


def on_grid(birth: Clock, at: Clock) -> Clock:
    """The first grid point of a person at or after a moment; grid points lie whole weeks after birth."""
    return birth + -(-max(at - birth, 0) // STEP) * STEP


def days(count: float) -> int:
    """Seconds of a number of days."""
    return int(count * DAY)


def tries(draw: float, chance: float) -> int:
    """How many weekly tries fail before the first that succeeds, by inverting the geometric law at one draw."""
    if chance >= 1.0:
        return 0
    return int(log(1.0 - draw) / log(1.0 - chance))
