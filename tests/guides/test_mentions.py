"""Codes that no rule names are one to the rules; those that a rule names are themselves."""

from typing import Any

import pytest

from healthsynth.guides.mentions import alike, mentioned

LOINC = "http://loinc.org"


def observation(code: str, display: str, **more: Any) -> dict[str, Any]:
    coding = {"system": LOINC, "code": code, "display": display}
    return {"resourceType": "Observation", "code": {"coding": [coding], "text": display}, **more}


def test_two_tests_that_no_rule_names_are_alike() -> None:
    first = observation("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood")
    assert alike(first, "6.1.0") == alike(observation("718-7", "Hemoglobin [Mass/volume] in Blood"), "6.1.0")


@pytest.mark.parametrize("code", ["8867-4", "85354-9", "72166-2", "39156-5", "8310-5"])
def test_a_code_that_a_profile_or_a_rule_names_is_unlike_all_others(code: str) -> None:
    assert code in mentioned("6.1.0")
    assert alike(observation(code, "a"), "6.1.0") != alike(observation("4548-4", "a"), "6.1.0")


@pytest.mark.parametrize(
    "broken",
    [
        observation("4548-4", ""),
        observation("4548-4", " padded"),
        observation("not a code", "a"),
        observation("4548-4", "a", status="4548-4"),
        {**observation("4548-4", "a"), "code": {"text": "a"}},
    ],
    ids=["no display", "blanks", "blanks in the code", "another element", "no coding"],
)
def test_what_may_be_wrong_is_kept(broken: dict[str, Any]) -> None:
    assert alike(broken, "6.1.0") != alike(observation("718-7", "b"), "6.1.0")


def test_a_code_of_a_small_system_is_kept() -> None:
    status = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "nonsense"}
    assert alike(status, "6.1.0") == status
