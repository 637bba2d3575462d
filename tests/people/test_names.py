"""Names fit decade, sex and group; identifying numbers cannot be anybody's."""

import re
from collections import Counter

import pytest

from healthsynth.people import identifiers
from healthsynth.people.names import family_name, given_name, group

DRAWS = [(step + 0.5) / 2000 for step in range(2000)]


@pytest.mark.parametrize(
    ("race", "ethnicity", "people"),
    [
        ("white", "non_hispanic", "white"),
        ("black", "hispanic", "hispanic"),
        ("pacific", "non_hispanic", "asian"),
        ("other", "non_hispanic", "all"),
    ],
)
def test_names_are_drawn_from_a_group(race: str, ethnicity: str, people: str) -> None:
    assert group(race, ethnicity) == people


@pytest.mark.parametrize(
    ("year", "sex", "name"), [(1925, "female", "Mary"), (1955, "male", "James"), (2004, "female", "Emily")]
)
def test_the_commonest_names_are_those_of_the_decade(year: int, sex: str, name: str) -> None:
    found = Counter(given_name(sex, year, "white", draw) for draw in DRAWS)
    assert name in dict(found.most_common(4))


@pytest.mark.parametrize(
    ("people", "name"), [("hispanic", "García"), ("asian", "Nguyen"), ("white", "Smith"), ("black", "Williams")]
)
def test_the_commonest_surnames_are_those_of_the_group(people: str, name: str) -> None:
    found = Counter(family_name(people, draw) for draw in DRAWS)
    assert name in dict(found.most_common(4))


def test_accents_are_for_those_who_use_them() -> None:
    assert {family_name("white", draw) for draw in DRAWS}.isdisjoint({"García", "Hernández"})


def test_surnames_are_spelt_as_people_do() -> None:
    found = {family_name("white", draw / 10) for draw in range(10)} | {family_name("white", draw) for draw in DRAWS}
    assert not any(name.isupper() or (name.startswith("Mc") and name[2].islower()) for name in found)


@pytest.mark.parametrize("draw", [0.0, 0.123456, 0.5, 0.999999999])
def test_identifying_numbers_have_their_shape_and_cannot_be_real(draw: float) -> None:
    assert re.fullmatch(r"999-(1\d|[2-9]\d)-(?!0000)\d{4}", identifiers.ssn(draw))
    assert re.fullmatch(r"555-[2-9]\d\d-\d{4}", identifiers.phone(draw))
    assert re.fullmatch(r"S999\d{5}", identifiers.drivers(draw))
    assert re.fullmatch(r"X\d{8}X", identifiers.passport(draw))


def test_mail_goes_to_a_reserved_domain() -> None:
    assert identifiers.email("José", "De La Cruz", 1234) == "jose.delacruz234@example.com"
