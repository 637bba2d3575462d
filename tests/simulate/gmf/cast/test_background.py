"""Attributes that a person has without any module."""

from datetime import date

import pytest

from healthsynth.people.population import People, Selection
from healthsynth.simulate.gmf.cast import background, quality
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import WEEK, age_years, clock

AS_OF = clock(date(2026, 1, 1))
MANY = 400


@pytest.fixture(scope="module")
def people() -> People:
    return People(Selection(state="Massachusetts", age_low=30, age_high=70), 5, AS_OF)


def plan(people: People, number: int) -> list[tuple[int, str, object]]:
    person, draws = people.person(number, 0), Draws(5, number, 0)
    return background.planned(person, draws, Body(person.sex, person.birth, draws), AS_OF)


def test_everything_that_modules_look_up_is_there(people: People) -> None:
    found = background.fixed(people.person(1, 0), Draws(5, 1, 0))
    assert found["gender"] in "MF"
    assert found["state"] == "Massachusetts"
    assert found["race"] in ("white", "black", "asian", "native", "hawaiian", "other")
    assert found["socioeconomic_category"] in ("High", "Middle", "Low")
    assert isinstance(found["unemployed"], bool)
    assert isinstance(found["income"], int)


def test_changes_come_in_order_and_on_the_grid(people: People) -> None:
    for number in range(1, 30):
        birth = people.person(number, 0).birth
        times = [time for time, _, _ in plan(people, number)]
        assert times == sorted(times)
        assert all((time - birth) % WEEK == 0 for time in times)


def test_smoking_begins_at_sixteen_and_ends_by_a_hundredth_a_week(people: People) -> None:
    """About 36 % of those born 1956-1995 begin; they smoke for 100 weeks in the mean: 400 people, 4.5 standard errors."""
    smokers, weeks = 0, 0
    for number in range(1, MANY + 1):
        changes = [(time, value) for time, name, value in plan(people, number) if name == "smoker"]
        birth = people.person(number, 0).birth
        assert age_years(birth, changes[0][0]) == 16
        if changes[0][1]:
            smokers += 1
            weeks += (changes[1][0] - changes[0][0]) // WEEK
    assert smokers / MANY == pytest.approx(0.30, abs=0.12)
    assert weeks / smokers == pytest.approx(99, abs=4.5 * 99 / smokers**0.5)


@pytest.mark.parametrize(("year", "share"), [(1960, 0.424), (1965, 0.4044), (2000, 0.2341)])
def test_fewer_begin_to_smoke_every_year(year: int, share: float) -> None:
    assert background.smokes(year) == pytest.approx(share, abs=0.0005)


def test_most_marry_at_28_and_some_marriages_end(people: People) -> None:
    """80 % marry; 4.5 standard errors of 400 are 9 points."""
    states = [[value for _, name, value in plan(people, n) if name == "marital_status"] for n in range(1, MANY + 1)]
    known = [values for values in states if values]
    assert sum(values[0] == "M" for values in known) / len(known) == pytest.approx(0.8, abs=0.09)
    assert all(values in (["S"], ["M"], ["M", "W"], ["M", "D"]) for values in known)
    assert 0.03 < sum(len(values) == 2 for values in known) / len(known) < 0.35


def test_insurance_says_what_the_chart_says(people: People) -> None:
    for number in range(1, 40):
        person = people.person(number, 0)
        last = [value for _, name, value in plan(people, number) if name == "insurance_status"][-1]
        kind = {"dual": "dual eligible"}.get(person.coverage[-1].payer.kind, person.coverage[-1].payer.kind)
        assert last == kind


def test_years_lost_to_illness_never_exceed_the_year() -> None:
    assert quality.disability(["a", "b"], {"a": 0.9, "b": 0.9}, 25) == 1.0
    assert quality.disability(["unknown"], {"a": 0.9}, 25) == 0.0
    daly, qaly = quality.adjusted([0.1, 0.2], None, 40)
    assert (daly, qaly) == pytest.approx((0.3, 39.7))
    assert quality.adjusted([], 50, 50)[0] == pytest.approx(quality.years_lost(50))
