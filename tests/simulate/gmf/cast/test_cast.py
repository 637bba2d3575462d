"""The cast as the engine asks it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from healthsynth.people.population import People, Selection
from healthsynth.simulate.gmf.cast import covid
from healthsynth.simulate.gmf.cast.ages import on_grid
from healthsynth.simulate.gmf.cast.cast import COMPUTED, NEVER, Cast
from healthsynth.units import DAY, WEEK, YEAR, birthday, clock

AS_OF = clock(date(2026, 1, 1))


@dataclass
class Life:
    attributes: dict[str, Any] = field(default_factory=dict)
    active: frozenset[str] = frozenset()
    death: int | None = None

    def active_medications(self) -> Collection[str]:
        return self.active

    def care_plan_since(self, code: str) -> int | None:
        return None

    def is_active(self, code: str) -> bool:
        return code in self.active

    def dies_at(self) -> int | None:
        return self.death


def cast(number: int = 1, life: Life | None = None, low: int = 60, high: int = 70) -> Cast:
    people = People(Selection(state="Massachusetts", age_low=low, age_high=high), 5, AS_OF)
    return Cast(people.person(number, 0), life or Life(), AS_OF)


def at_age(who: Cast, age: float) -> int:
    return on_grid(who.birth, who.birth + int(age * YEAR))


def test_changes_are_told_once_and_when_they_are_due() -> None:
    who = cast()
    told = []
    while (now := who.next_time()) != NEVER:
        assert (now - who.birth) % WEEK == 0
        told += [(now, *change) for change in who.changes(now)]
        who.covid_dose(now)
    assert who.changes(AS_OF) == []
    names = {name for _, name, _ in told}
    assert {"smoker", "alcoholic", "marital_status", "unemployed", "insurance_status"} <= names


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_computed_attributes_have_values_all_life_long(name: str) -> None:
    who = cast(life=Life(death=AS_OF))
    values = [who.computed(name, at_age(who, age)) for age in (0, 2.5, 7, 15, 30, 42, 58, 59.9)]
    assert all(value is None or isinstance(value, (int, float)) for value in values)
    assert any(value is not None for value in values) or name == "probability_of_fall_injury"


def test_risks_are_slightly_negative_until_they_apply() -> None:
    who = cast()
    for name in ("mi_risk", "ihd_risk", "atrial_fibrillation_risk"):
        assert -0.06 < who.computed(name, at_age(who, 30)) < 0
        assert 0 < who.computed(name, at_age(who, 58)) < 0.03
    assert 0 < who.computed("stroke_risk", at_age(who, 30)) < 0.0001


def test_nobody_with_fibrillation_gets_it_again() -> None:
    who = cast(life=Life(attributes={"atrial_fibrillation": "entry"}))
    assert who.computed("atrial_fibrillation_risk", at_age(who, 58)) < 0


def test_falls_are_a_risk_of_the_old_and_of_thin_bones() -> None:
    life = Life()
    who = cast(life=life, low=80, high=85)
    assert who.computed("probability_of_fall_injury", at_age(who, 64.5)) is None
    assert who.computed("probability_of_fall_injury", at_age(who, 66)) == 0.035
    life.attributes["osteoporosis"] = True
    assert who.computed("probability_of_fall_injury", at_age(who, 66)) == 0.06


def test_the_days_that_are_left_count_down() -> None:
    life = Life()
    who = cast(life=life)
    now = at_age(who, 50)
    assert who.computed("days_until_death", now) is None
    life.death = now + 10 * DAY + 5
    assert who.computed("days_until_death", now) == 10


def test_an_infection_puts_vaccination_off() -> None:
    life = Life()
    who = next(
        each
        for each in (cast(number, life) for number in range(1, 40))
        if covid.first_dose(each.birth, each.draws, AS_OF) is not None
    )
    first = covid.first_dose(who.birth, who.draws, AS_OF)
    assert first is not None
    life.active = frozenset((covid.INFECTED,))
    assert who.covid_dose(first - WEEK) is None
    assert who.covid_dose(first) is None
    life.active = frozenset()
    dose = who.covid_dose(first + WEEK)
    assert dose is not None
    assert dose.dose_number == 1
    if not dose.is_last:
        second = who.covid_dose(first + WEEK + dose.product.second_after * DAY)
        assert second is not None
        assert (second.dose_number, second.is_last) == (2, True)
    assert who.covid_dose(AS_OF) is None


def test_vaccines_are_counted_by_the_cast() -> None:
    who = cast(low=10, high=12)
    first = who.vaccines(who.birth)
    assert [due.vaccine.cvx for due in first] == ["08"]
    assert who.vaccines(who.birth) == []
    assert {due.vaccine.cvx for due in who.vaccines(at_age(who, 0.19))} >= {"08", "20", "10"}


def test_modules_before_the_lifecycle_see_last_weeks_signs() -> None:
    who = cast()
    now = at_age(who, 40)
    assert who.vital("HDL", now, now, early=True) == who.vital("HDL", now - WEEK, now)
    assert who.vital("HDL", now, now) != who.vital("HDL", now - WEEK, now)


def test_the_check_up_of_a_child_is_another() -> None:
    who = cast()
    assert who.check_up(birthday(who.birth, 18) - WEEK).code == "410620009"
    assert who.check_up(birthday(who.birth, 18) + WEEK).code == "162673000"
