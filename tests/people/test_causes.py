"""What people die of by age: against leading causes of the United States, 2019 (reference figures E0932-E0969)."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from healthsynth.people.causes import COVID, cause_of_death, causes, shares
from healthsynth.people.mortality import life_table
from healthsynth.people.pyramid import national_pyramid

VOCABULARY = Path(__file__).parents[2] / "clinical_modules" / "vocabulary" / "causes.yaml"
HEART = {"coronary_heart_disease", "myocardial_infarction", "heart_failure", "hypertensive_heart_disease", "arrhythmia"}
HEART |= {"cardiac_arrest"}
STROKE = {"ischemic_stroke", "hemorrhagic_stroke"}


def of_all_deaths(names: set[str]) -> float:
    """Percent of the deaths that the hazards of 2019 bring about among the people of the census."""
    found = total = 0.0
    for (age, sex), people in np.ndenumerate(national_pyramid()):
        name = ("male", "female")[sex]
        dying = people * life_table().hazard(2019, name, age)
        found += dying * sum(share for cause, share in shares(name, age).items() if cause[11:] in names)
        total += dying
    return float(100 * found / total)


def test_every_cause_has_a_concept_with_an_icd_code() -> None:
    vocabulary = yaml.safe_load(VOCABULARY.read_text())
    assert set(vocabulary) == set(causes())
    for entry in vocabulary.values():
        assert entry["kind"] == "cause"
        assert entry["snomed"]
        assert entry["icd10cm"]
        assert entry["icd10cm display"]


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize("age", [0, 0.4, 3, 17, 40, 66, 84.9, 109])
@pytest.mark.parametrize("year", [1980, 2019, 2021, 2024])
def test_shares_add_to_one(sex: str, age: float, year: int) -> None:
    assert sum(shares(sex, age, year).values()) == pytest.approx(1.0)


# Shares of 2019, when the table's are of 2018 to 2021; how chapters divide is in part assumed.
@pytest.mark.parametrize(
    ("names", "percent", "within"),
    [(HEART, 23.1, 1.5), (STROKE, 5.3, 0.8), ({"copd", "asthma"}, 5.5, 0.8), ({"alzheimer"}, 4.3, 0.8), ({"diabetes"}, 3.1, 0.6), ({cause[11:] for cause in causes() if "cancer" in cause or cause[11:] in ("leukemia", "lymphoma", "melanoma", "multiple_myeloma")}, 21.0, 1.5), ({"suicide"}, 1.7, 0.5), ({"chronic_kidney_disease", "acute_kidney_failure"}, 1.8, 0.6)],
)  # fmt: skip
def test_leading_causes_lead(names: set[str], percent: float, within: float) -> None:
    assert of_all_deaths(names) == pytest.approx(percent, abs=within)


def test_no_man_dies_of_what_only_women_have() -> None:
    for age in range(110):
        assert not {c[11:] for c in shares("male", age)} & {
            "ovarian_cancer",
            "cervical_cancer",
            "complication_of_pregnancy",
        }
        assert "death_from_prostate_cancer" not in shares("female", age)


def test_covid_kills_in_its_years_only() -> None:
    assert COVID not in shares("male", 70, 2019)
    assert 0.08 < shares("male", 70, 2021)[COVID] < 0.20
    assert 0 < shares("male", 70, 2024)[COVID] < 0.03


def test_draws_give_the_shares() -> None:
    found = Counter(cause_of_death("female", 60, (step + 0.5) / 10_000) for step in range(10_000))
    for cause, share in shares("female", 60).items():
        assert found[cause] / 10_000 == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize("draw", [0.0, 0.9999999999])
def test_the_ends_of_the_draw_have_a_cause(draw: float) -> None:
    assert cause_of_death("male", 0.0, draw) in causes()
