"""Height, weight and weight management of the cast."""

from datetime import date
from itertools import pairwise
from statistics import NormalDist, fmean

import pytest

from healthsynth.simulate.gmf.cast import charts
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, WEEK, YEAR, birthday, clock

BIRTH = clock(date(1950, 3, 5), 3600)
MANY = 300


def grid(years: float) -> int:
    return BIRTH + round(years * YEAR) // WEEK * WEEK


def bodies(sex: str, seed: int = 3) -> list[Body]:
    return [Body(sex, BIRTH, Draws(seed, number, 0)) for number in range(MANY)]


@pytest.mark.parametrize("months", [24, 60, 120, 228])
@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("rank", [0.05, 0.5, 0.94, 0.97, 0.99])
def test_a_rank_and_its_bmi_lead_to_each_other(sex: str, months: int, rank: float) -> None:
    assert charts.bmi_rank(sex, months, charts.bmi_at(sex, months, rank)) == pytest.approx(rank, abs=1e-6)


def test_ranks_are_cut_off_at_both_ends_of_a_chart() -> None:
    normal = NormalDist()
    assert charts.z_of(0.0) == normal.inv_cdf(0.001)
    assert charts.z_of(0.999) == normal.inv_cdf(0.995)


def test_height_keeps_its_rank_and_ends_at_twenty() -> None:
    for body in bodies("female")[:20]:
        heights = [body.height_cm(grid(age)) for age in (1, 3, 8, 14, 19.9)]
        assert heights == sorted(heights)
        assert body.height_cm(grid(21)) == body.height_cm(grid(80))


@pytest.mark.parametrize("sex", ["female", "male"])
def test_children_are_a_little_heavier_than_the_chart(sex: str) -> None:
    """The recursion of ranks has a mean of 0.45 at 8 years, a percentile near 64; the mean of 300 has a standard error of 1.7."""
    ranks = [body.bmi_percentile(grid(8.0)) for body in bodies(sex)]
    assert all(rank is not None for rank in ranks)
    assert fmean(rank or 0.0 for rank in ranks) == pytest.approx(63, abs=6)


def test_nobody_jumps_from_week_to_week_after_childhood() -> None:
    for body in bodies("male")[:15]:
        weights = [body.weight_kg(grid(20.2) + week * WEEK) for week in range(52 * 45)]
        assert max(abs(a - b) for a, b in pairwise(weights)) < 2.6


@pytest.mark.parametrize("sex", ["female", "male"])
def test_below_the_quick_limit_no_rank_is_that_of_obesity(sex: str) -> None:
    for months in range(24, 241):
        limit = charts.surely_not_obese(sex, months)
        assert 0.94 < charts.bmi_rank(sex, months, limit) < 0.95


def test_adults_gain_until_obesity_puts_them_under_management() -> None:
    """At 45 most have been over a BMI of 30 and are held there; without that the mean would pass 33."""
    found = [body.bmi(grid(45)) for body in bodies("female")]
    assert 27.5 < fmean(found) < 30.5
    assert sum(bmi > 31.5 for bmi in found) < 0.12 * MANY


def test_management_begins_within_weeks_and_lasts_five_years() -> None:
    begun = 0
    for body in bodies("male"):
        changes = body.changes(grid(60))
        on = [change.time for change in changes if change.name == "active_weight_management" and change.value]
        off = [change.time for change in changes if change.name == "active_weight_management" and not change.value]
        begun += bool(on)
        assert len(off) in (len(on), len(on) - 1)
        for start, end in zip(on, off, strict=False):
            assert 5 * 365 * DAY <= end - start < 5 * 365 * DAY + WEEK
            assert (start - BIRTH) % WEEK == (end - BIRTH) % WEEK == 0
    assert begun > 0.8 * MANY


def test_asking_late_first_changes_no_answer() -> None:
    early, late = Body("female", BIRTH, Draws(1, 5, 0)), Body("female", BIRTH, Draws(1, 5, 0))
    ages = (0.5, 2.5, 6, 13, 19, 25, 40, 70)
    forward = [early.weight_kg(grid(age)) for age in ages]
    backward = [late.weight_kg(grid(age)) for age in reversed(ages)]
    assert forward == backward[::-1]


def test_the_first_weights_are_those_of_the_chart_until_the_first_survey_point() -> None:
    """300 newborns around the median of 3.5 kg with a spread of 15 %: a standard error of 0.03 kg."""
    newborn = [body.weight_kg(BIRTH) for body in bodies("male")]
    assert fmean(newborn) == pytest.approx(3.65, abs=0.3)
    assert all(1.0 < weight < 5.2 for weight in newborn)  # ranks are cut off at 0.995, hardly below


def test_the_head_is_measured_to_three_years() -> None:
    body = bodies("female")[0]
    assert 30 < (body.head_cm(BIRTH) or 0) < 40
    assert body.head_cm(birthday(BIRTH, 4)) is None
    assert body.weight_for_length(birthday(BIRTH, 4)) is None
