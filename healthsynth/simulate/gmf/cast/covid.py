"""COVID-19 vaccination: who will have it, when the first dose is, and of what."""

from bisect import bisect_left
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from healthsynth.people.tables import rows
from healthsynth.simulate.gmf.cast.ages import on_grid
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, HOUR, WEEK, Clock, age_years, birthday, clock

BEGINS: Final = clock(date(2020, 12, 11), 12 * HOUR)
_CHILDREN_FROM: Final = clock(date(2021, 5, 10))
_REFUSERS_FROM: Final = clock(date(2021, 9, 14))
_ADULTS: Final = 16
_CHILDREN: Final = 12
INFECTED: Final = "840539006"  # SNOMED, condition: vaccination waits
VISIT: Final = ("33879002", "Administration of vaccine to produce active immunity (procedure)")
_GROUPS: Final = ((75, "75+", 0.899), (65, "65-74", 0.952), (50, "50-64", 0.817), (40, "40-49", 0.739), (30, "30-39", 0.681),
           (18, "18-29", 0.606), (16, "16-17", 0.601), (12, "12-15", 0.521))  # fmt: skip
_LATE_CHANCES: Final = ((15, 0.4), (40, 0.2), (200, 0.1))  # by greatest age
_HOPELESS: Final = 0.001


class Product(NamedTuple):
    """A vaccine product and the days to its second dose; 0: one dose is enough."""

    cvx: str
    display: str
    second_after: int


PFIZER: Final = Product("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", 21)
MODERNA: Final = Product("207", "COVID-19, mRNA, LNP-S, PF, 100 mcg/0.5mL dose or 50 mcg/0.25mL dose", 28)
JANSSEN: Final = Product(
    "212",
    "SARS-COV-2 (COVID-19) vaccine, vector non-replicating, recombinant spike protein-Ad26, preservative free, 0.5 mL",
    0,
)
# From a date on: cumulative shares.
_PRODUCTS: Final = (
    (clock(date(2021, 2, 27)), ((0.531, PFIZER), (0.929, MODERNA), (1.0, JANSSEN))),
    (clock(date(2020, 12, 18)), ((0.5, PFIZER), (1.0, MODERNA))),
    (-(1 << 60), ((1.0, PFIZER),)),
)  # fmt: skip


@cache
def _dates() -> tuple[list[Clock], dict[str, list[float]]]:
    """Days and, by age group, the share of first doses given by their ends."""
    table = rows("gmf/covid_doses.csv")
    days = [clock(date.fromisoformat(row["date"])) for row in table]
    return days, {name: [float(row[name]) for row in table] for _, name, _ in _GROUPS}


def _group(age: int) -> tuple[str, float] | None:
    return next(((name, share) for least, name, share in _GROUPS if age >= least), None)


def eligible_from(birth: Clock) -> Clock:
    """The first grid point at which somebody may be vaccinated."""
    adult = max(BEGINS, birthday(birth, _ADULTS))
    child = max(_CHILDREN_FROM, birthday(birth, _CHILDREN))
    return on_grid(birth, min(adult, child))


def first_dose(birth: Clock, draws: Draws, until: Clock) -> Clock | None:
    """The grid point at which somebody means to have the first dose; None: not by then, or never."""
    now = eligible_from(birth)
    if now > until:
        return None
    age = age_years(birth, now)
    found = _group(age)
    assert found is not None
    name, share = found
    if draws.uniform("will be vaccinated") < share:
        days, shares = _dates()
        by = shares[name]
        before = by[min(bisect_left(days, now), len(by) - 1)] if now > days[0] else 0.0
        draw = before + (by[-1] - before) * draws.uniform("day of vaccination")
        return on_grid(birth, max(now, days[min(bisect_left(by, draw), len(days) - 1)]))
    return _late(birth, draws, now)


def _late(birth: Clock, draws: Draws, now: Clock) -> Clock | None:
    """Some who refused come round: every other week with half the chance of the last try."""
    at = on_grid(birth, max(now, _REFUSERS_FROM))
    age = age_years(birth, at)
    chance = next(chance for greatest, chance in _LATE_CHANCES if age <= greatest)
    tries = 0
    while chance >= _HOPELESS:
        if draws.uniform("late vaccination", tries) < chance:
            return at
        chance, at, tries = chance / 2, at + 2 * WEEK, tries + 1
    return None


def product(draws: Draws, at: Clock) -> Product:
    """What somebody is given at a first dose."""
    shares = next(shares for since, shares in _PRODUCTS if at >= since)
    draw = draws.uniform("vaccine product")
    return next((product for share, product in shares if draw < share), shares[-1][1])


def second_dose(birth: Clock, first: Clock, given: Product) -> Clock | None:
    """The grid point of the second dose; None if one is enough."""
    return on_grid(birth, first + given.second_after * DAY) if given.second_after else None
