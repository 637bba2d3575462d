"""Percentiles of children: the charts' own values, and the inverse of what the charts give."""

import math

import pytest

from healthsynth.people.growth import at_rank, bmi_percentile, child_bmi, head_percentile, lms


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("months", [24, 60.5, 130, 239])
@pytest.mark.parametrize(("z", "percentile"), [(-1.6449, 5), (0.0, 50), (1.0364, 85), (1.6449, 95), (2.3263, 99)])
def test_a_bmi_of_the_chart_has_the_percentile_of_the_chart(sex: str, months: float, z: float, percentile: float):
    assert bmi_percentile(sex, months, child_bmi(sex, months, z)) == pytest.approx(percentile, abs=0.01)


def test_a_published_value():
    # CDC 2000: the 50th percentile of boys at 60.5 months is 15.4 kg/m2, the 95th 17.9.
    assert bmi_percentile("male", 60.5, 15.4) == pytest.approx(50, abs=2)
    assert bmi_percentile("male", 60.5, 17.94) == pytest.approx(95, abs=0.5)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_head_of_the_chart_has_the_percentile_of_the_chart(sex: str):
    middle = at_rank(lms("head_circumference_cm", sex, 12), 0)
    assert head_percentile(sex, 12, middle) == pytest.approx(50)
    assert head_percentile(sex, 12, middle + 2) > 85


@pytest.mark.parametrize(
    "found",
    [bmi_percentile("male", 23, 16), bmi_percentile("male", 240, 22), head_percentile("female", 37, 49), bmi_percentile("male", 60, math.nan)],
)  # fmt: skip
def test_outside_the_charts_there_is_none(found: float):
    assert math.isnan(found)
