"""When people see a doctor without a module's asking: check-ups by age, and symptoms that have become too much."""

from typing import NamedTuple

from healthsynth.units import DAY, Clock

# Age in months from which an interval in days holds.
_INTERVALS = ((600, 365), (480, 730), (240, 1095), (48, 365), (18, 180), (6, 90), (2, 60), (0, 30))
_CHRONIC = 365


class Call(NamedTuple):
    """A visit that a person makes for symptoms: its class and SNOMED code."""

    encounter_class: str
    code: str
    display: str


EMERGENCY = Call("emergency", "50849002", "Emergency room admission (procedure)")
URGENT = Call("urgentcare", "702927004", "Urgent care clinic (environment)")
OUTPATIENT = Call("outpatient", "185349003", "Encounter for check up (procedure)")
CHECK_UP = Call("wellness", "162673000", "General examination of patient (procedure)")
CHILD_CHECK_UP = Call("wellness", "410620009", "Well child visit (procedure)")
_LIMITS = ((500, EMERGENCY), (350, URGENT), (300, OUTPATIENT))


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
