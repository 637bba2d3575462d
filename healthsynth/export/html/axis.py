"""Axes: where a moment or a value lies, and which round numbers stand beside it."""

import math
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from healthsynth.units import DAY, YEAR, Clock, civil, clock

_STEPS = (1, 2, 5, 10, 20, 50)  # years between labels
_MONTH_STEPS = (1, 2, 3, 6)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Tick(NamedTuple):
    """A label at a part (0..1) of an axis; near an end its text begins or ends there, so that it stays within."""

    part: float
    text: str

    @property
    def anchor(self) -> str:
        """start, middle or end, as in SVG."""
        return "start" if self.part < 0.03 else "end" if self.part > 0.96 else "middle"


class Times(NamedTuple):
    """A stretch of time, `start` < `end`."""

    start: Clock
    end: Clock

    def part(self, at: Clock) -> float:
        """0 at the start, 1 at the end, and never outside."""
        return min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)

    def ticks(self, most: int = 6) -> list[Tick]:
        """First days of years, or of months if it is shorter than two years, a round number apart."""
        if self.end - self.start < 2 * YEAR:
            return self._months(most)
        first, last = civil(self.start).year, civil(self.end).year
        step = next(step for step in _STEPS if (last - first) / step <= most or step == _STEPS[-1])
        years = range(-(-first // step) * step, last + 1, step)
        found = [(clock(date(year, 1, 1)), str(year)) for year in years]
        return [Tick(self.part(at), text) for at, text in found if self.start <= at <= self.end]

    def _months(self, most: int) -> list[Tick]:
        first, last = civil(self.start), civil(self.end)
        low, high = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
        step = next(step for step in _MONTH_STEPS if (high - low) / step <= most or step == _MONTH_STEPS[-1])
        found = []
        for month in range(-(-low // step) * step, high + 1, step):
            at = clock(date(month // 12, month % 12 + 1, 1))
            if self.start <= at <= self.end:
                found.append(Tick(self.part(at), f"{_NAMES[month % 12]} {month // 12}"))
        return found


def window(start: Clock, end: Clock) -> Times:
    """The times from `start` to `end`; a day at least, so that everything has a place."""
    return Times(min(start, end - DAY), end)


def round_values(low: float, high: float, most: int = 4) -> list[float]:
    """Round numbers within [low, high], at most so many steps."""
    return list(_round_values(low, high, most))


def _round_values(low: float, high: float, most: int) -> Iterator[float]:
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    factors = (1, 2, 2.5, 5, 10) if size >= 10 else (1, 2, 5, 10)  # 25, and never 2.5
    step = next(size * factor for factor in factors if size * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    while first * step <= high + step * 1e-9:
        yield first * step
        first += 1
