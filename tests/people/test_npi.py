"""Invented NPIs pass every check that software makes and can be nobody's."""

import pytest

from healthsynth.people.npi import CLINICIAN_BASE, FACILITY_BASE, check_digit, invented, is_valid


def us_core_17(npi: str) -> bool:
    """The FHIR invariant, step by step: digits 1, 3, 5, 7, 9 doubled (less 9 from 5 up), the rest, and 24."""
    digits = [int(d) for d in npi]
    doubled = [d * 2 if d < 5 else d * 2 - 9 for d in digits[0:9:2]]
    return (sum(doubled) + sum(digits[1:10:2]) + 24) % 10 == 0


def test_the_example_of_the_rule_has_the_check_digit_three():
    assert check_digit("123456789") == "3"


@pytest.mark.parametrize("npi", ["1234567893", "9000029758"])
def test_valid_numbers_are_valid(npi: str):
    assert is_valid(npi)


@pytest.mark.parametrize("npi", ["1234567890", "123456789", "12345678933", "12345X7893", "", "\uff11234567893"])
def test_other_numbers_are_not(npi: str):
    assert not is_valid(npi)


@pytest.mark.parametrize("base", [FACILITY_BASE, CLINICIAN_BASE])
@pytest.mark.parametrize("number", [0, 1, 77, 123_456, 9_999_999])
def test_an_invented_number_has_ten_digits_begins_with_nine_and_passes_us_core(base: int, number: int):
    npi = invented(base, number)
    assert len(npi) == 10
    assert npi[0] == "9"
    assert is_valid(npi)
    assert us_core_17(npi)


def test_facilities_and_clinicians_never_share_a_number():
    assert invented(FACILITY_BASE, 9_999_999) < invented(CLINICIAN_BASE, 0)


@pytest.mark.parametrize(
    ("base", "number"), [(FACILITY_BASE, 10_000_000), (CLINICIAN_BASE, 90_000_000), (FACILITY_BASE, -1)]
)
def test_a_number_outside_its_range_is_refused(base: int, number: int):
    with pytest.raises(ValueError, match="no invented NPI"):
        invented(base, number)
