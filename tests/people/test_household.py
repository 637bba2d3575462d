"""Income, schooling, marriage and insurance against published figures (NHANES 2017 to March 2020 unless said otherwise)."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest

from healthsynth.people.household import marital_shares
from healthsynth.people.payers import payers, poverty_ratio
from healthsynth.people.person import Person
from healthsynth.people.population import People, Selection
from healthsynth.units import YEAR, clock

AS_OF = clock(date(2020, 1, 1))
MANY = 6000


@pytest.fixture(scope="module")
def nation() -> list[Person]:
    people = People(Selection(), 11, AS_OF)
    return [people.person(number, 0) for number in range(1, MANY + 1)]


def share(people: list[Person], low: int, high: int, test: Callable[[Person], bool]) -> float:
    chosen = [person for person in people if low <= (AS_OF - person.birth) / YEAR < high]
    return 100 * sum(map(test, chosen)) / len(chosen)


@pytest.mark.parametrize(("low", "high", "insured"), [(0, 18, 94.8), (18, 65, 83.8), (65, 120, 98.1)])
def test_the_insured_are_as_many_as_surveyed(nation: list[Person], low: int, high: int, insured: float) -> None:
    """At least 900 people a band: 3 points are 3 sd or more."""
    assert share(nation, low, high, lambda p: p.coverage[-1].payer.kind != "none") == pytest.approx(insured, abs=3)


@pytest.mark.parametrize(("low", "high", "poor"), [(0, 18, 22.6), (18, 65, 14.5), (65, 120, 7.6)])
def test_the_poor_are_as_many_as_surveyed(low: int, high: int, poor: float) -> None:
    """1,500 people a band: 4 points are about 4 sd, the model's own error included."""
    people = People(Selection(age_low=low, age_high=high - 1 if high < 105 else 105), 3, AS_OF)
    homes = [people.slot(number).household for number in range(1, 1501)]
    assert 100 * sum(poverty_ratio(home.income, home.size) < 1 for home in homes) / 1500 == pytest.approx(poor, abs=4)


def test_schooling_is_as_surveyed(nation: list[Person]) -> None:
    """4,100 people of 25 and over: 3 points are 4 sd."""
    assert share(nation, 25, 120, lambda p: p.education == "bs_plus") == pytest.approx(32.6, abs=3)
    assert share(nation, 25, 120, lambda p: p.education == "lt_hs") == pytest.approx(11.5, abs=2)


# Married or living with a partner; the difference are couples who are not married.
@pytest.mark.parametrize(
    ("sex", "low", "high", "partner"),
    [("male", 20, 40, 49.0), ("female", 20, 40, 56.6), ("male", 40, 60, 74.3), ("female", 40, 60, 68.1),
     ("male", 60, 85, 74.2), ("female", 60, 85, 50.6)],
)  # fmt: skip
def test_the_married_are_at_most_as_many_as_have_a_partner(sex: str, low: int, high: int, partner: float) -> None:
    married = [100 * marital_shares(sex, age)[0] for age in range(low, high)]
    assert partner - 13 < sum(married) / len(married) < partner + 3


def test_periods_of_insurance_follow_each_other_without_gaps(nation: list[Person]) -> None:
    for person in nation[:2000]:
        assert person.coverage[0].start == person.birth
        assert person.coverage[-1].end is None
        for before, after in pairwise(person.coverage):
            assert before.start < before.end == after.start < AS_OF  # type: ignore[operator]
            assert before.payer is not after.payer
        for period in person.coverage:
            assert (period.member_id == "") == (period.payer.kind == "none")


def test_medicare_begins_on_the_65th_birthday(nation: list[Person]) -> None:
    starts = [(c.start - p.birth) / YEAR for p in nation for c in p.coverage if c.payer.kind in ("medicare", "dual")]
    assert len(starts) > 500
    assert all(years > 64.99 for years in starts)


def test_member_numbers_are_unique(nation: list[Person]) -> None:
    members = [period.member_id for person in nation for period in person.coverage if period.member_id]
    assert len(members) == len(set(members))


def test_payers_have_ids_of_their_own() -> None:
    assert len({payer.id for payer in payers().values()}) == len(payers())
    assert {payer.kind for payer in payers().values()} == {"private", "medicare", "medicaid", "dual", "none"}
