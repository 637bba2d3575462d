"""Who the people of a run are: the same for a number whatever else is asked, and as many of each age as the census has."""

from datetime import date

import numpy as np
import pytest

from healthsynth.errors import UsageError
from healthsynth.people.person import Person
from healthsynth.people.population import People, Selection, at_death, census_pyramid
from healthsynth.people.pyramid import OLDEST, national_pyramid
from healthsynth.units import DAY, YEAR, age_years, civil, clock

AS_OF = clock(date(2025, 6, 30), 12 * 3600)
MANY = 6000


@pytest.fixture(scope="module")
def nation() -> list[Person]:
    people = People(Selection(), 20, AS_OF)
    return [people.person(number, 0) for number in range(1, MANY + 1)]


def test_a_person_depends_on_seed_number_and_attempt_alone() -> None:
    forwards, alone = People(Selection(), 5, AS_OF), People(Selection(), 5, AS_OF)
    people = [forwards.person(number, 0) for number in range(1, 30)]
    assert alone.person(17, 0) == people[16]
    assert People(Selection(), 6, AS_OF).person(17, 0) != people[16]


def test_attempts_share_what_the_census_counts_and_nothing_else() -> None:
    people = People(Selection(), 5, AS_OF)
    first, second = people.person(3, 0), people.person(3, 1)
    for name in ("birth", "sex", "race", "ethnicity", "address", "income", "education", "time_zone", "language"):
        assert getattr(first, name) == getattr(second, name)
    assert first.id != second.id
    assert first.mrn != second.mrn
    assert first.height_z != second.height_z


def test_ids_and_numbers_are_unique_in_a_run(nation: list[Person]) -> None:
    for name in ("id", "mrn"):
        assert len({getattr(person, name) for person in nation}) == MANY
    assert len({person.mother.id for person in nation} | {person.id for person in nation}) == 2 * MANY


def test_ages_and_sexes_follow_the_census_pyramid(nation: list[Person]) -> None:
    """Chi-squared over 5-year bands and sexes (38 cells, 37 degrees of freedom): above 75.5 one run in 5,000; the seed is fixed."""
    counts = np.zeros((101, 2))
    for person in nation:
        counts[min(age_years(person.birth, AS_OF), 100), int(person.sex == "female")] += 1
    expected = census_pyramid(Selection()) * MANY
    edges = range(0, 95, 5)
    seen, due = np.add.reduceat(counts, edges), np.add.reduceat(expected, edges)
    assert ((seen - due) ** 2 / due).sum() < 75.5


def test_the_pyramid_of_the_country_is_the_census() -> None:
    nation = national_pyramid()
    assert census_pyramid(Selection()) == pytest.approx(nation / nation.sum())


@pytest.mark.parametrize("state", ["Utah", "Florida", "Massachusetts"])
def test_a_pyramid_adds_to_one(state: str) -> None:
    assert census_pyramid(Selection(state)).sum() == pytest.approx(1.0)


def test_utah_is_younger_than_florida() -> None:
    ages = np.arange(101)
    mean = {state: float(census_pyramid(Selection(state)).sum(axis=1) @ ages) for state in ("Utah", "Florida")}
    assert mean["Utah"] + 5 < mean["Florida"]


def test_a_selection_is_kept() -> None:
    people = People(Selection("Massachusetts", "Boston", "female", 40, 44), 1, AS_OF)
    for number in range(1, 60):
        person = people.person(number, 0)
        assert (person.sex, person.address.city, person.address.st) == ("female", "Boston", "MA")
        assert 40 <= age_years(person.birth, AS_OF) <= 44


@pytest.mark.parametrize(("low", "high"), [(0, 0), (100, OLDEST), (103, 104)])
def test_the_youngest_and_the_oldest_can_be_asked_for(low: int, high: int) -> None:
    people = People(Selection(age_low=low, age_high=high), 1, AS_OF)
    assert all(low <= age_years(people.slot(number).birth, AS_OF) <= high for number in range(1, 40))


def test_an_age_that_nobody_has_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no people of age"):
        People(Selection(age_low=110, age_high=120), 1, AS_OF)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1), date(2025, 12, 31)])
def test_a_birth_gives_the_age_of_the_slot_and_lies_before_the_reference_date(day: date) -> None:
    as_of = clock(day)
    people = People(Selection(age_high=3), 9, as_of)
    for number in range(1, 300):
        slot = people.slot(number)
        assert slot.birth < as_of
        assert age_years(slot.birth, as_of) == slot.age


def test_birthdays_are_spread_over_the_year(nation: list[Person]) -> None:
    """The share of births in the first half of the year is normal(0.496, 0.0065): 4 sd away 6 runs in 100,000."""
    first_half = sum(civil(person.birth).month <= 6 for person in nation) / MANY
    assert first_half == pytest.approx(0.496, abs=4 * 0.0065)


def test_races_follow_the_census(nation: list[Person]) -> None:
    """Census estimates for 2015: 13.3 % Black, 5.6 % Asian, 17.6 % Hispanic; 4 sd of 6,000 draws are 2 points."""
    shares = {race: sum(person.race == race for person in nation) / MANY for race in ("white", "black", "asian")}
    assert shares["white"] == pytest.approx(0.771, abs=0.025)
    assert shares["black"] == pytest.approx(0.133, abs=0.02)
    assert shares["asian"] == pytest.approx(0.056, abs=0.013)
    hispanic = sum(person.ethnicity == "hispanic" for person in nation) / MANY
    assert hispanic == pytest.approx(0.176, abs=0.021)


def test_births_are_as_registered(nation: list[Person]) -> None:
    """United States 2022: 10.4 % preterm, 8.6 % under 2500 g, 3.1 % twins; 4 sd of 6,000 draws are 1.6 and 0.9 points."""
    assert sum(p.gestation_weeks < 37 for p in nation) / MANY == pytest.approx(0.104, abs=0.016)
    assert sum(p.birth_weight_g < 2500 for p in nation) / MANY == pytest.approx(0.086, abs=0.015)
    assert sum(p.multiple_birth is not None for p in nation) / MANY == pytest.approx(0.031, abs=0.009)


def test_adults_have_what_adults_have(nation: list[Person]) -> None:
    for person in nation:
        if age_years(person.birth, AS_OF) < 18:
            assert person.marital is person.married_on is person.prefix is person.drivers is person.email is None
        else:
            assert person.marital in ("M", "S", "D", "W")
            assert person.prefix
        assert (person.married_on is None) == (person.marital in (None, "S"))
        if person.maiden:
            assert person.sex == "female"
            assert person.maiden != person.family
            assert person.marital != "S"


def test_weddings_are_after_the_eighteenth_birthday_and_before_the_reference_date(nation: list[Person]) -> None:
    married = [person for person in nation if person.married_on is not None]
    assert len(married) > 1000
    for person in married:
        assert person.married_on is not None
        assert person.birth + 17.99 * YEAR < person.married_on < AS_OF


def test_mothers_are_of_an_age_to_be_mothers(nation: list[Person]) -> None:
    years = [(person.birth - person.mother.birth) / YEAR for person in nation]
    assert min(years) > 14.9
    assert max(years) < 47.1
    assert all(person.mother.family in (person.family, person.maiden) for person in nation)


def test_one_who_dies_young_was_never_married() -> None:
    people = People(Selection(sex="female", age_low=60, age_high=60), 4, AS_OF)
    wife = next(p for p in (people.person(n, 0) for n in range(1, 99)) if p.maiden and p.drivers)
    child = at_death(wife, wife.birth + 5 * 366 * DAY)
    assert (child.family, child.maiden, child.marital, child.prefix, child.drivers) == (
        wife.maiden,
        None,
        None,
        None,
        None,
    )
    assert all(period.start < child.birth + 5 * 366 * DAY for period in child.coverage)
    assert at_death(wife, AS_OF) == wife
