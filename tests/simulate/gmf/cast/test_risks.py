"""Cardiovascular risks against published examples."""

import pytest

from healthsynth.simulate.gmf.cast import risks


@pytest.mark.parametrize(
    ("sex", "black", "percent"),
    # The worked examples of the guideline (Goff et al. 2014, table 4): 55 years, TC 213, HDL 50, untreated SBP 120;
    # the published coefficients are rounded, which moves the third by a tenth.
    [("female", False, 2.1), ("female", True, 3.0), ("male", False, 5.3), ("male", True, 6.1)],
)
def test_the_pooled_cohort_equations_give_the_examples_of_their_guideline(
    sex: str, black: bool, percent: float
) -> None:
    found = risks.ascvd(sex, black, 55, 120, 213, 50, treated=False, smoker=False, diabetes=False)
    assert 100 * found == pytest.approx(percent, abs=0.1)


@pytest.mark.parametrize("age", [39, 80])
def test_the_equations_hold_from_40_to_79(age: int) -> None:
    found = risks.ascvd("male", False, age, 120, 213, 50, treated=False, smoker=True, diabetes=False)
    assert found == risks.NOT_APPLICABLE
    assert -0.01 < risks.heart_attack(found) < 0


def test_a_risk_of_ten_years_comes_back_from_its_weeks() -> None:
    week = risks.over(0.2, 7)
    assert 1 - (1 - week) ** (3650 / 7) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("age", "bmi", "systolic", "treated", "ten_years"),
    [
        (44, 25, 120, False, -1.0),
        (45, 25, 120, False, 0.02),  # 1 point
        (67, 31, 165, False, 0.12),  # 5 for the age, 1 for the BMI, 1 for the pressure
        (67, 31, 165, True, 0.16),
        (90, 31, 165, True, 0.30),  # 11 points count as 10
    ],
)
def test_fibrillation_follows_the_points_of_framingham(
    age: int, bmi: float, systolic: float, treated: bool, ten_years: float
) -> None:
    found = risks.fibrillation("male", age, bmi, systolic, treated=treated)
    assert found == pytest.approx(risks.over(ten_years, 7))


@pytest.mark.parametrize(
    ("sex", "age", "systolic", "percent"),
    [
        ("male", 19, 150, -100),  # not applicable
        ("male", 30, 150, 0.2),
        ("female", 50, 150, 2.2),
        ("male", 55, 100, 0.0),  # 0 + 0 points
        ("male", 57, 106, 0.0),  # a value on a bound belongs to the lower interval
        ("male", 58, 107, 3.0),  # 1 + 1 points
        ("female", 86, 210, 37.0),  # 10 + 10 points
    ],
)
def test_stroke_follows_the_points_of_framingham(sex: str, age: int, systolic: float, percent: float) -> None:
    found = risks.stroke(sex, age, systolic, treated=False, smoker=False, diabetes=False)
    assert found == pytest.approx(risks.over(percent / 100, 7))


def test_smoking_diabetes_and_fibrillation_add_points() -> None:
    plain = risks.stroke("male", 70, 130, treated=False, smoker=False, diabetes=False)
    smoker = risks.stroke("male", 70, 130, treated=False, smoker=True, diabetes=False)
    all_of_it = risks.stroke("male", 70, 130, treated=True, smoker=True, diabetes=True, fibrillating=True)
    assert plain < smoker < all_of_it
