"""Which vaccines the framework gives at a check-up or a visit for symptoms: by age in months and first year of use.

A dose that was never given is made up for within four years of its age, and no dose comes before its vaccine existed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from healthsynth.people.tables import rows

_TOO_LATE: Final = 48  # months


class Vaccine(NamedTuple):
    """A vaccine and the ages at which its doses are due."""

    cvx: str
    display: str
    first_year: int
    at_months: tuple[int, ...]


class Due(NamedTuple):
    """A dose to give now."""

    vaccine: Vaccine
    dose_number: int


@cache
def schedule() -> tuple[Vaccine, ...]:
    """All vaccines, in the order of the table."""
    return tuple(
        Vaccine(row["cvx"], row["display"], int(row["first_year"]), tuple(map(int, row["at_months"].split())))
        for row in rows("gmf/immunisations.csv")
    )


def is_due(vaccine: Vaccine, age_months: int, year: int, given: Sequence[int]) -> bool:
    """Whether the next dose is due.

    Args:
        given: ages in months at the doses so far, in order.
    """
    if year < vaccine.first_year or len(given) >= len(vaccine.at_months):
        return False
    months = vaccine.at_months
    left = list(months[bisect_right(months, age_months - _TOO_LATE) : bisect_right(months, age_months)])
    for age in given[bisect_left(given, left[0]) :] if left else ():
        met = next((month for month in left if 0 <= age - month < _TOO_LATE), None)
        if met is not None:
            left.remove(met)
    return bool(left)


def due(age_months: int, year: int, given: Mapping[str, Sequence[int]]) -> list[Due]:
    """Doses due at a visit.

    Args:
        given: CVX code -> ages in months at its doses; vaccines without doses may be missing.
    """
    return [
        Due(vaccine, len(given.get(vaccine.cvx, ())) + 1)
        for vaccine in _possible(age_months)
        if is_due(vaccine, age_months, year, given.get(vaccine.cvx, ()))
    ]


@cache
def _possible(age_months: int) -> tuple[Vaccine, ...]:
    """Those with a dose that is neither in the future nor too late at an age."""
    return tuple(
        vaccine for vaccine in schedule() if any(0 <= age_months - months < _TOO_LATE for months in vaccine.at_months)
    )
