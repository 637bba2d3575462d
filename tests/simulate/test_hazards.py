"""Hazards are exact: compared with the laws they follow.

Each statistical test compares with a known law at n lives and fails by chance about once in 10,000 fresh seeds
(|z| < 3.9); with the fixed seeds used here it is repeatable.
"""

import math

import pytest

from healthsynth.units import YEAR
from tests.simulate.worlds import engine, live, steps

ONE_WAY = """\
numbers:
  onset: {%s, source: t}
course:
  thing:
    starts: off
    off: {to on: at rate onset%s}
    on: {}
"""


def share_on(text: str, n: int, age: float) -> float:
    world = engine(text)
    return sum(steps(live(world, k, age), "thing")[-1][0] == "on" for k in range(1, n + 1)) / n


def z_of(share: float, expected: float, n: int) -> float:
    return (share - expected) / math.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize(
    ("rate", "guard", "age", "expected"),
    [
        # one rate for life: 1 - exp(-rt)
        ("rate: 20 per 1000 person-years", "", 30, 1 - math.exp(-0.02 * 30)),
        # a yearly percentage is a yearly probability
        ("rate: 2% per year", "", 30, 1 - 0.98**30),
        # bands of ages add up
        ("rate by age: {10 to 19: 5 per 100 person-years, 20 and over: 1 per 100 person-years}", "", 30, 1 - math.exp(-0.6)),
        # ages outside the bands have no risk
        ("rate by age: {40 to 49: 9 per 100 person-years}", "", 30, 0.0),
        # factors multiply, and begin on the birthday
        ("rate: 1 per 100 person-years, times: [3 if age >= 20]", "", 30, 1 - math.exp(-(0.2 + 0.3))),
        # a guard stops the clock of the hazard, it does not reset it
        ("rate: 4 per 100 person-years", " while age from 10 to 14", 30, 1 - math.exp(-0.2)),
        # a season moves when it happens, not how often
        ("rate: 2 per 100 person-years, seasons: {winter: 8, summer: 0}", "", 30, 1 - math.exp(-0.6)),
    ],
)  # fmt: skip
def test_the_share_that_has_it_follows_the_survival_law(rate: str, guard: str, age: float, expected: float):
    n = 1500
    share = share_on(ONE_WAY % (rate, guard), n, age)
    assert share == expected if expected == 0 else abs(z_of(share, expected, n)) < 3.9


def test_a_seasonal_onset_falls_into_its_season():
    world = engine(ONE_WAY % ("rate: 1 per year, seasons: {winter: 1, spring: 0, summer: 0, autumn: 0}", ""))
    onsets = [steps(live(world, k, 40), "thing")[-1] for k in range(1, 200)]
    months = {
        __import__("healthsynth.units", fromlist=["civil"]).civil(time).month for state, time in onsets if state == "on"
    }
    assert months == {12, 1, 2}


def test_a_factor_that_turns_on_uses_what_is_left_of_the_budget():
    """The law of a change at a random time t0: hazard 0.01 before, 0.05 after; integrated over the exponential t0."""
    text = """\
numbers:
  smokes: {rate: 5 per 100 person-years, source: t}
  onset: {rate: 1 per 100 person-years, times: [5 if habit is smoker], source: t}
course:
  habit:
    starts: never
    never: {to smoker: at rate smokes}
    smoker: {}
  thing:
    starts: off
    off: {to on: at rate onset}
    on: {}
"""
    years, a, b, s = 30.0, 0.01, 0.05, 0.05
    # P(no onset) = exp(-(a+s)T) + integral of s exp(-(a+s)t) exp(-b(T-t)) dt
    none = math.exp(-(a + s) * years)
    none += s * math.exp(-b * years) * (1 - math.exp(-(a + s - b) * years)) / (a + s - b)
    n = 2500
    assert abs(z_of(share_on(text, n, years), 1 - none, n)) < 3.9


def test_two_exits_race_and_their_order_in_the_file_does_not_matter():
    first = "to left: at rate slow, to right: at rate fast"
    second = "to right: at rate fast, to left: at rate slow"
    shares = []
    for exits in (first, second):
        text = f"""\
numbers:
  slow: {{rate: 1 per year, source: t}}
  fast: {{rate: 3 per year, source: t}}
course:
  thing:
    starts: middle
    middle: {{{exits}}}
    left: {{}}
    right: {{}}
"""
        world = engine(text)
        n = 1200
        shares.append(sum(steps(live(world, k, 40), "thing")[-1][0] == "right" for k in range(1, n + 1)) / n)
    assert all(abs(z_of(share, 0.75, 1200)) < 3.9 for share in shares)


def test_a_mean_time_to_an_event_is_one_over_its_rate():
    world = engine(ONE_WAY % ("rate: 1 per year", ""))
    n = 800
    times = [steps(p, "thing")[-1][1] - p.birth for p in (live(world, k, 60) for k in range(1, n + 1))]
    assert abs(sum(times) / n / YEAR - 1.0) < 3.9 / math.sqrt(n)
