"""When people see a doctor without a module's asking: check-ups by age, and symptoms that have become too much."""

from functools import cache
from typing import Final, NamedTuple

from healthsynth.simulate.gmf.cast.ages import age_months, on_grid
from healthsynth.units import DAY, Clock, add_months

# Age in months from which an interval in days holds.
_INTERVALS: Final = ((600, 365), (480, 730), (240, 1095), (48, 365), (18, 180), (6, 90), (2, 60), (0, 30))
_CHRONIC: Final = 365


class Call(NamedTuple):
    """A visit that a person makes for symptoms: its class and SNOMED code."""

    encounter_class: str
    code: str
    display: str


EMERGENCY: Final = Call("emergency", "50849002", "Emergency room admission (procedure)")
URGENT: Final = Call("urgentcare", "702927004", "Urgent care clinic (environment)")
OUTPATIENT: Final = Call("outpatient", "185349003", "Encounter for check up (procedure)")
CHECK_UP: Final = Call("wellness", "162673000", "General examination of patient (procedure)")
CHILD_CHECK_UP: Final = Call("wellness", "410620009", "Well child visit (procedure)")
_LIMITS: Final = ((500, EMERGENCY), (350, URGENT), (300, OUTPATIENT))


def interval(age_months: int, chronic: bool) -> Clock:
    """Seconds between check-ups at an age; at most a year for those with chronic medication."""
    length = next(length for months, length in _INTERVALS if age_months >= months)
    return (min(length, _CHRONIC) if chronic else length) * DAY


def check_up(age_years: int) -> Call:
    """The code of a check-up: children's are others."""
    return CHILD_CHECK_UP if age_years < 18 else CHECK_UP


def call_for(total: float, last_total: float) -> Call | None:
    """Where the sum of all symptoms sends a person; nowhere if it is what it was at the last such visit."""
    if total == last_total:
        return None
    return next((call for limit, call in _LIMITS if total > limit), None)


def next_check_up(birth: Clock, last: Clock | None, now: Clock, chronic: bool) -> Clock:
    """The first grid point from `now` on at which a check-up is due, if nothing that it depends on changes.

    Args:
        last: start of the newest encounter of class wellness; None before the first, which is due at once.
        now: a grid point.
        chronic: whether there is chronic medication.
    """
    if last is None:
        return now
    start, months = now, age_months(birth, now)
    for until, length in _intervals_from(months):
        due = max(start, on_grid(birth, last + (min(length, _CHRONIC) if chronic else length) * DAY))
        end = on_grid(birth, add_months(birth, until)) if until else None
        if end is None or due < end:
            return due
        start = end
    raise AssertionError("the last interval has no end")


@cache
def _intervals_from(age_months: int) -> tuple[tuple[int, int], ...]:
    """(age in months at which it ends, 0 for never; days) of the intervals that hold at an age and after it."""
    rising = _INTERVALS[::-1]
    ends = (*(months for months, _ in rising[1:]), 0)
    return tuple((end, length) for (_, length), end in zip(rising, ends, strict=True) if end > age_months or not end)
