"""Names of places as users type them, and the tables of towns."""

import pytest

from healthsynth.errors import UsageError
from healthsynth.people.places import county_population, places, resolve_city, resolve_place, resolve_state, states


def test_there_are_51_states() -> None:
    assert len(states()) == 51
    assert states() == sorted(states())


@pytest.mark.parametrize("text", ["Massachusetts", "massachusetts", "MA", "ma", " MA "])
def test_a_state_is_known_by_name_and_code(text: str) -> None:
    assert resolve_state(text) == "Massachusetts"


def test_a_misspelt_state_gets_near_names() -> None:
    with pytest.raises(UsageError, match="did you mean 'Massachusetts'"):
        resolve_state("Massachusets")


def test_a_city_is_known_in_any_case() -> None:
    assert resolve_city("Massachusetts", "boston") == "Boston"


def test_a_misspelt_city_gets_near_names() -> None:
    with pytest.raises(UsageError, match="did you mean 'Worcester'"):
        resolve_city("Massachusetts", "Worchester")


def test_a_city_of_one_state_needs_no_state() -> None:
    assert resolve_place(None, "amherst center") == ("Massachusetts", "Amherst Center")
    assert resolve_place("tx", None) == ("Texas", None)
    assert resolve_place(None, None) == (None, None)


def test_a_city_of_many_states_needs_one() -> None:
    with pytest.raises(UsageError, match="say which state"):
        resolve_place(None, "Springfield")


def test_places_stand_for_all_people_of_their_counties() -> None:
    assert places().weight.sum() == pytest.approx(sum(county_population().values()), rel=1e-4)
    assert county_population()["25025"] == 778_121  # Suffolk County, Massachusetts


@pytest.mark.parametrize(
    ("state", "name", "zone"),
    [
        ("Massachusetts", "Boston", "America/New_York"),
        ("Florida", "Pensacola", "America/Chicago"),
        ("Florida", "Miami", "America/New_York"),
        ("Texas", "El Paso", "America/Denver"),
        ("Tennessee", "Knoxville", "America/New_York"),
        ("Tennessee", "Memphis", "America/Chicago"),
        ("Kentucky", "Bowling Green", "America/Chicago"),
        ("Kentucky", "Frankfort", "America/New_York"),
        ("Indiana", "Gary", "America/Chicago"),
        ("Indiana", "Indianapolis", "America/Indiana/Indianapolis"),
        ("Idaho", "Coeur d'Alene", "America/Los_Angeles"),
        ("South Dakota", "Rapid City", "America/Denver"),
        ("Nebraska", "Scottsbluff", "America/Denver"),
        ("Arizona", "Phoenix", "America/Phoenix"),
        ("Hawaii", "Hilo", "Pacific/Honolulu"),
    ],
)
def test_split_states_have_the_zone_of_the_place(state: str, name: str, zone: str) -> None:
    table = places()
    found = table.chosen(state, name).tolist()
    assert found
    assert {table.place(index).zone for index in found} == {zone}


def test_draws_at_the_ends_stay_in_the_tables() -> None:
    table = places()
    for index in range(0, len(table.names), 397):
        for draw in (0.0, 0.999999999):
            assert table.race(index, draw)[1] in ("hispanic", "non_hispanic")
            assert 0 <= table.income(index, draw) < 1_000_000
            assert table.education(index, draw) in ("lt_hs", "hs", "some_college", "bs_plus")
            code, lat, lon = table.zip(index, draw)
            assert len(code) == 5
            assert 18 < lat < 72
            assert -180 < lon < -66


def test_income_rises_with_the_draw() -> None:
    incomes = [places().income(100, draw / 100) for draw in range(100)]
    assert incomes == sorted(incomes)
