"""The life table as hazards: published life expectancies come out again, and inverting is exact."""

from datetime import date

import numpy as np
import pytest

from healthsynth.people.mortality import AGES, NEVER, Background, life_table
from healthsynth.people.population import People, Selection
from healthsynth.units import DAY, YEAR, birthday, clock

BIRTH = clock(date(1950, 7, 14), 9 * 3600)
SOMEBODY = People(Selection(sex="female", age_low=70, age_high=70), 1, clock(date(2025, 1, 1))).person(1, 0)


# Published for 2019: reference figures E0853-E0857 and E0874-E0878 (life table of the United States).
@pytest.mark.parametrize(
    ("sex", "age", "years"),
    [
        ("male", 0, 76.3),
        ("male", 20, 57.2),
        ("male", 45, 34.4),
        ("male", 65, 18.2),
        ("male", 85, 6.0),
        ("female", 0, 81.4),
        ("female", 20, 62.0),
        ("female", 45, 38.2),
        ("female", 65, 20.8),
        ("female", 85, 7.1),
    ],
)
def test_life_expectancy_is_the_published_one(sex: str, age: int, years: float) -> None:
    """Years left are the survivors' hours summed up; death_time gives the age that each share of them reaches."""
    table = life_table()
    start = birthday(BIRTH, age)
    before = next(b for b in _budgets_until(start, sex))
    levels = (np.arange(4000) + 0.5) / 4000
    ages = [table.death_time(BIRTH, sex, before - float(np.log(level)), period=2019) for level in levels]
    mean = (sum(ages) / len(ages) - start) / YEAR
    assert mean == pytest.approx(table.expectancy(2019, sex, age), abs=0.1)
    assert mean == pytest.approx(years, abs=0.25)  # the other publisher rounds and closes the table differently


def _budgets_until(start: int, sex: str) -> list[float]:
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if life_table().death_time(BIRTH, sex, middle, period=2019) <= start else (low, middle)
        )
    return [low]


@pytest.mark.parametrize(("year", "same_as"), [(1900, 1933), (2024, 2019), (2060, 2019)])
def test_years_outside_the_table_use_another(year: int, same_as: int) -> None:
    assert life_table().hazard(year, "male", 70) == life_table().hazard(same_as, "male", 70)


def test_the_pandemic_is_in_the_table() -> None:
    assert life_table().hazard(2021, "male", 50) > 1.2 * life_table().hazard(2019, "male", 50)


def test_hazards_change_on_new_year_and_on_the_birthday() -> None:
    background = Background(life_table(), SOMEBODY)
    table, birth = life_table(), SOMEBODY.birth
    turning = birthday(birth, 50)
    year = 1970 + int(turning / YEAR)
    for at, calendar, age in ((turning - DAY, year, 49), (turning + DAY, year, 50)):
        assert background.integrated(at, at + 3600) == pytest.approx(
            table.hazard(calendar, "female", age) * 3600 / YEAR
        )
    new_year = clock(date(year + 1, 1, 1))
    assert background.integrated(new_year, new_year + 60) == pytest.approx(
        table.hazard(year + 1, "female", 50) * 60 / YEAR
    )


def test_inverting_undoes_integrating() -> None:
    background = Background(life_table(), SOMEBODY)
    for years in (0.01, 0.3, 1.5, 33.3, 64.99, 101.0):
        start = SOMEBODY.birth + int(years * YEAR)
        for budget in (1e-7, 0.001, 0.2, 3.0):
            end = background.invert(start, budget)
            assert end > start
            assert background.integrated(start, end - 1) <= budget <= background.integrated(start, end) + 1e-12


def test_a_budget_in_two_parts_ends_at_the_same_second() -> None:
    background = Background(life_table(), SOMEBODY)
    start = SOMEBODY.birth
    middle = start + 30 * YEAR
    used = background.integrated(start, middle)
    assert abs(background.invert(middle, 1.0 - used) - background.invert(start, 1.0)) <= 1


def test_the_background_is_the_life_table_of_a_birth() -> None:
    background = Background(life_table(), SOMEBODY)
    assert background.invert(SOMEBODY.birth, 0.7) == life_table().death_time(SOMEBODY.birth, "female", 0.7)


def test_multipliers_by_age_scale_the_hazard() -> None:
    half = tuple(0.5 if age >= 50 else 1.0 for age in range(AGES))
    whole, halved = Background(life_table(), SOMEBODY), Background(life_table(), SOMEBODY, (half, half))
    fifty, sixty = birthday(SOMEBODY.birth, 50), birthday(SOMEBODY.birth, 60)
    assert halved.integrated(fifty, sixty) == pytest.approx(0.5 * whole.integrated(fifty, sixty))
    assert halved.integrated(SOMEBODY.birth, fifty) == pytest.approx(whole.integrated(SOMEBODY.birth, fifty))


def test_without_hazard_nobody_dies() -> None:
    none = (0.0,) * AGES
    background = Background(life_table(), SOMEBODY, (none, none))
    assert background.invert(SOMEBODY.birth, 0.1) == NEVER
    assert background.integrated(SOMEBODY.birth, SOMEBODY.birth + 90 * YEAR) == 0.0


@pytest.mark.parametrize("born", [date(2000, 2, 29), date(2000, 12, 20), date(1999, 1, 1), date(2001, 12, 31)])
def test_two_thirds_of_infant_deaths_are_in_the_first_four_weeks(born: date) -> None:
    table = life_table()
    person = People(Selection(), 1, clock(date(2025, 1, 1))).person(1, 0)
    background = Background(table, _born(person, born), period=2019)
    birth = clock(born)
    weeks, year = background.integrated(birth, birth + 28 * DAY), background.integrated(birth, birthday(birth, 1))
    assert weeks / year == pytest.approx(0.66, abs=0.002)
    assert year == pytest.approx(table.hazard(2019, person.sex, 0), rel=0.002)


def _born(person, day):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(person, birth=clock(day))
