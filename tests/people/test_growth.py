"""Bodies at every age: on the charts as children, as surveyed as adults, without jumps."""

import time
from datetime import date

import numpy as np
import pytest

from healthsynth.people.growth import Growth, at_rank, child_bmi, lms
from healthsynth.people.person import Person
from healthsynth.people.population import People, Selection
from healthsynth.units import MONTH, YEAR, clock

AS_OF = clock(date(2020, 1, 1))
MANY = 2500


def bodies(sex: str, low: int, high: int, count: int = MANY) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heights, BMIs and ages of people of a sex and of ages low to high as they are at the reference date."""
    people = People(Selection(sex=sex, age_low=low, age_high=high), 2, AS_OF)
    persons = [people.person(number, 0) for number in range(1, count + 1)]
    grown = [Growth(person) for person in persons]
    heights, indices = [g.height_cm(AS_OF) for g in grown], [g.bmi(AS_OF) for g in grown]
    return np.array(heights), np.array(indices), np.array([(AS_OF - p.birth) / YEAR for p in persons])


# NHANES 2017 to March 2020: obesity, severe obesity (percent), mean and sd of BMI, mean of height (cm).
ADULTS = [
    ("male", 20, 39, 39.9, 7.0, 29.2, 175.8), ("male", 40, 59, 45.9, 8.1, 30.3, 175.6), ("male", 60, 105, 38.4, 3.5, 29.1, 173.4),
    ("female", 20, 39, 39.6, 12.4, 29.4, 162.7), ("female", 40, 59, 42.8, 13.2, 30.5, 161.8),
    ("female", 60, 105, 44.2, 8.3, 30.0, 158.7),
]  # fmt: skip


@pytest.mark.parametrize(("sex", "low", "high", "obese", "severe", "bmi", "height"), ADULTS)
def test_adults_are_as_surveyed(
    sex: str, low: int, high: int, obese: float, severe: float, bmi: float, height: float
) -> None:
    """2,500 people: 3 points of obesity are 3 sd, 1.8 of severe obesity 3, 0.7 of mean BMI 4 (and 0.2 for the shape of the fit), 0.7 cm of height 5."""
    heights, indices, _ = bodies(sex, low, high)
    assert 100 * np.mean(indices >= 30) == pytest.approx(obese, abs=3)
    assert 100 * np.mean(indices >= 40) == pytest.approx(severe, abs=1.9)
    assert indices.mean() == pytest.approx(bmi, abs=0.9)
    assert heights.mean() == pytest.approx(height, abs=0.7)
    assert 6.0 < heights.std() < 8.0


@pytest.mark.parametrize(
    ("sex", "low", "high", "obese"),
    [("male", 2, 5, 13.6), ("female", 2, 5, 11.6), ("male", 6, 11, 23.0), ("female", 6, 11, 18.7),
     ("male", 12, 19, 22.5), ("female", 12, 19, 21.8)],
)  # fmt: skip
def test_children_are_as_heavy_as_surveyed(sex: str, low: int, high: int, obese: float) -> None:
    """2,500 children: 4 points are 5 sd; the model takes both sexes as one."""
    _, indices, ages = bodies(sex, low, high)
    limit = np.array([at_rank(lms("bmi", sex, age * 12), 1.6449) for age in ages])
    assert 100 * np.mean(indices >= limit) == pytest.approx(obese, abs=4)


@pytest.mark.parametrize(
    ("sex", "months", "measure", "median"), [("male", 24, "bmi", 16.575), ("female", 240, "height_cm", 163.338)]
)
def test_a_rank_of_zero_is_the_median_of_the_chart(sex: str, months: float, measure: str, median: float) -> None:
    assert at_rank(lms(measure, sex, months), 0.0) == pytest.approx(median, abs=0.02)


def test_the_extended_chart_joins_the_chart() -> None:
    assert child_bmi("male", 120, 1.6449) == pytest.approx(child_bmi("male", 120, 1.64491), abs=1e-3)
    assert child_bmi("female", 180, 3.5) < 75


@pytest.fixture(scope="module")
def some() -> list[Person]:
    people = People(Selection(), 8, AS_OF)
    return [people.person(number, 0) for number in range(1, 151)]


def test_weight_is_bmi_times_height_squared(some: list[Person]) -> None:
    for person in some:
        growth = Growth(person)
        for years in (2.3, 9.9, 17.1, 21.6, 66.6):
            at = person.birth + int(years * YEAR)
            height = growth.height_cm(at) / 100
            assert growth.weight_kg(at) == pytest.approx(growth.bmi(at) * height * height)


def test_a_newborn_has_the_measures_of_the_birth(some: list[Person]) -> None:
    for person in some:
        growth = Growth(person)
        assert growth.weight_kg(person.birth) == pytest.approx(person.birth_weight_g / 1000)
        assert growth.height_cm(person.birth) == pytest.approx(person.birth_length_cm)


def test_children_never_shrink_and_nobody_jumps(some: list[Person]) -> None:
    for person in some:
        growth = Growth(person)
        months = [growth.height_cm(person.birth + month * MONTH) for month in range(12 * 17)]
        steps = np.diff(months)
        assert steps.min() > -0.02
        assert steps.max() < 9.0
        weights = np.array([growth.weight_kg(person.birth + month * MONTH) for month in range(24, 12 * 90)])
        assert np.abs(np.diff(np.log(weights))).max() < 0.12


def test_adults_lose_a_little_height_and_keep_their_rank(some: list[Person]) -> None:
    for person in some:
        growth = Growth(person)
        young, old = (growth.height_cm(person.birth + years * YEAR) for years in (30, 80))
        assert 2.0 < young - old < 9.0


def test_the_rank_in_bmi_drifts_slowly() -> None:
    """500 adults: the correlation over ten years is 0.98 ** 10 = 0.82 in ranks; below 0.7 or above 0.92 never by chance."""
    people = People(Selection(age_low=40, age_high=60), 3, AS_OF)
    grown = [(Growth(p), p) for p in (people.person(number, 0) for number in range(1, 501))]
    then = [growth.bmi(p.birth + 28 * YEAR) for growth, p in grown]
    now = [growth.bmi(p.birth + 38 * YEAR) for growth, p in grown]
    assert 0.7 < np.corrcoef(then, now)[0, 1] < 0.92


def test_the_head_grows_on_its_chart() -> None:
    people = People(Selection(sex="male", age_low=4, age_high=10), 3, AS_OF)
    heads = [Growth(p).head_circumference_cm(p.birth + YEAR) for p in (people.person(n, 0) for n in range(1, 301))]
    assert np.mean(heads) == pytest.approx(lms("head_circumference_cm", "male", 12)[1], abs=0.5)


def test_asking_is_the_same_in_any_order_and_for_every_copy(some: list[Person]) -> None:
    person = some[0]
    one, other = Growth(person), Growth(person)
    late, early = person.birth + 70 * YEAR, person.birth + 7 * YEAR
    assert (one.bmi(late), one.bmi(early)) == (other.bmi(early), other.bmi(late))[::-1]


def test_asking_again_is_cheap(some: list[Person]) -> None:
    growth, at = Growth(some[0]), some[0].birth + 30 * YEAR
    growth.weight_kg(at)
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(1000):
            growth.weight_kg(at)
        best = min(best, time.perf_counter() - begun)
    assert best / 1000 < 20e-6  # 1.5 microseconds on an idle machine
