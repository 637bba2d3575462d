"""Vital signs of the cast: laws, reasons to move, and reading them twice."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean, stdev
from typing import Any

import pytest

from healthsynth.simulate.gmf.cast import vitals
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import WEEK, YEAR, clock

BIRTH = clock(date(1970, 5, 5), 7 * 3600)
AT = BIRTH + 50 * YEAR // WEEK * WEEK


@dataclass
class Somebody:
    number: int = 1
    sex: str = "male"
    birth: int = BIRTH
    attributes: dict[str, Any] = field(default_factory=dict)
    medications: frozenset[str] = frozenset()
    plan_since: int | None = None

    def __post_init__(self) -> None:
        self.draws = Draws(9, self.number, 0)
        self.body = Body(self.sex, self.birth, self.draws)

    def active_medications(self) -> Collection[str]:
        return self.medications

    def care_plan_since(self, code: str) -> int | None:
        return self.plan_since if code == "443402002" else None


def read(who: Somebody, name: str, at: int = AT) -> float:
    found = vitals.read(who, name, at, at)
    assert found is not None
    return found


def series(who: Somebody, name: str, weeks: int = 600) -> list[float]:
    return [read(who, name, AT + week * WEEK) for week in range(weeks)]


@pytest.mark.parametrize("name", sorted(vitals.NAMES - {"Head Circumference"}))
def test_every_sign_can_be_read_twice_alike(name: str) -> None:
    assert read(Somebody(), name) == read(Somebody(), name)


def test_a_sign_that_nothing_has_set_is_none() -> None:
    assert vitals.read(Somebody(), "Left ventricular Ejection fraction", AT, AT) is None


@pytest.mark.parametrize(
    ("name", "attributes", "low", "high"),
    [
        ("Oxygen Saturation", {}, 90, 98),
        ("Oxygen Saturation", {"chf": True}, 75, 88),
        ("Blood Glucose", {}, 5.0, 5.7),
        ("Blood Glucose", {"prediabetes": True}, 5.8, 6.4),
        ("EGFR", {"ckd": 3}, 15, 29),
        ("EGFR", {"ckd": 5}, 77, 160),
        ("Microalbumin Creatinine Ratio", {"ckd": 4}, 300, 600),
        ("Total Cholesterol", {"diabetes_severity": 1}, 200, 239),
        ("HDL", {"diabetes_severity": 1}, 40, 59),
        ("Triglycerides", {"diabetes_severity": 2}, 199, 499),
        ("Glucose", {"diabetes_severity": 4}, 125, 200),
        ("Sodium", {}, 136, 144),
        ("Heart Rate", {}, 60, 100),
        ("Respiration Rate", {}, 12, 16),
    ],
)
def test_signs_lie_where_conditions_put_them(name: str, attributes: dict[str, Any], low: float, high: float) -> None:
    found = series(Somebody(attributes=attributes), name)
    assert low <= min(found) < low + (high - low) * 0.2
    assert high - (high - low) * 0.2 < max(found) <= high + 0.01


@pytest.mark.parametrize(("drug", "less"), [("860975", 1.5), ("106892", 3.0)])
def test_drugs_lower_the_sugar(drug: str, less: float) -> None:
    without = Somebody(attributes={"diabetes": True})
    treated = Somebody(attributes={"diabetes": True}, medications=frozenset((drug,)))
    assert read(without, "Blood Glucose") - read(treated, "Blood Glucose") == pytest.approx(less, abs=0.011)


def test_the_lipids_of_one_week_add_up() -> None:
    who = Somebody()
    total, hdl, fat, ldl = (read(who, name) for name in ("Total Cholesterol", "HDL", "Triglycerides", "LDL"))
    assert ldl == pytest.approx(total - hdl - 0.2 * fat, abs=0.02)


def test_healthy_lipids_follow_their_normal_laws() -> None:
    """600 weeks of a man without the flags: standard errors of 0.2 and 1.2 mg/dL; 4.5 of each are allowed."""
    who = next(
        somebody
        for somebody in map(Somebody, range(50))
        if somebody.draws.uniform("low HDL") > 0.266 and somebody.draws.uniform("high cholesterol") > 0.114
    )
    assert fmean(series(who, "HDL")) == pytest.approx(55, abs=1.0)
    assert stdev(series(who, "Total Cholesterol")) == pytest.approx(30, abs=4)


@pytest.mark.parametrize(
    ("attributes", "low", "high"),
    [
        ({}, 101, 140),
        ({"hypertension": True}, 141, 161),
        ({"hypertension": True, "hypertension_severe": True}, 161, 201),
    ],
)
def test_pressure_has_a_baseline_for_life(attributes: dict[str, Any], low: float, high: float) -> None:
    """Half a day up, half a day down: the mean of many readings is the baseline, with a standard error of 0.4 mmHg."""
    means = []
    for number in range(40):
        who = Somebody(number, attributes=attributes)
        means.append(fmean(read(who, "Systolic Blood Pressure", AT + half * 43_200) for half in range(400)))
    assert low - 2 <= min(means)
    assert max(means) <= high + 2
    assert max(means) - min(means) > (high - low) * 0.6


def test_drugs_and_a_healthy_life_lower_the_pressure() -> None:
    name, hypertension = "Systolic Blood Pressure", {"hypertension": True}
    for number in range(30):
        plain = read(Somebody(number, attributes=hypertension), name)
        treated = read(Somebody(number, attributes=hypertension, medications=frozenset(("314076", "1"))), name)
        assert 11 <= plain - treated <= 17
    drops = [
        read(Somebody(number, attributes=hypertension), name)
        - read(Somebody(number, attributes=hypertension, plan_since=AT - 2 * YEAR), name)
        for number in range(300)
    ]
    assert sum(drop > 0 for drop in drops) / 300 == pytest.approx(0.15, abs=0.09)  # 4.5 standard errors
    assert max(drops) <= 15
