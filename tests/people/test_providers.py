"""Facilities near a home, and the clinicians who work there."""

import gzip
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from healthsynth.errors import UsageError
from healthsynth.people import providers as providers_module
from healthsynth.people.facility import FACILITY_KINDS, Facility
from healthsynth.people.npi import is_valid
from healthsynth.people.person import Address
from healthsynth.people.providers import Providers
from healthsynth.people.specialties import (
    ROLES,
    SPECIALTIES,
    TABLE,
    facility_kind,
    specialty,
    specialty_of_code,
    usual_specialty,
)

ROOT = Path(__file__).parents[2]
BOSTON = Address("1 A St", "Boston", "Suffolk", "Massachusetts", "MA", "02118", 42.338, -71.071, "25025")
CHEYENNE = Address("1 A St", "Cheyenne", "Laramie", "Wyoming", "WY", "82001", 41.14, -104.80, "56021")
HONOLULU = Address("1 A St", "Honolulu", "Honolulu", "Hawaii", "HI", "96813", 21.31, -157.86, "15003")


@pytest.fixture(scope="module")
def providers() -> Providers:
    return Providers()


def miles(facility: Facility, home: Address) -> float:
    east = (facility.lon - home.lon) * math.cos(math.radians(home.lat))
    return 69.0 * math.hypot(facility.lat - home.lat, east)


def all_facilities(providers: Providers) -> list[Facility]:
    return [providers._facility(row) for row in range(len(providers._kind))]


@pytest.mark.parametrize("kind", FACILITY_KINDS)
@pytest.mark.parametrize("home", [BOSTON, CHEYENNE, HONOLULU], ids=lambda home: home.city)
def test_every_kind_of_facility_is_found_in_the_state_of_the_home(providers: Providers, kind: str, home: Address):
    facility = providers.nearest(home, kind)
    assert facility.kind == kind
    assert (facility.st, facility.state) == (home.st, home.state)
    assert facility.name
    assert facility.line
    assert facility.city
    assert facility.county
    assert len(facility.zip) == 5
    assert is_valid(facility.npi)


@pytest.mark.parametrize(("kind", "most"), [("hospital", 5), ("primary_care", 5), ("dialysis", 8)])
def test_in_a_city_care_is_a_few_miles_away(providers: Providers, kind: str, most: float):
    assert miles(providers.nearest(BOSTON, kind), BOSTON) < most


def test_the_same_home_has_the_same_doctor_whatever_was_asked_before():
    first, second = Providers(), Providers()
    for lat in (42.1, 42.2, 42.3):
        second.nearest(replace(BOSTON, lat=lat), "primary_care")
    assert first.nearest(BOSTON, "primary_care") == second.nearest(BOSTON, "primary_care")
    assert first.clinician(first.nearest(BOSTON, "hospital"), "cardiology", 7) == second.clinician(
        second.nearest(BOSTON, "hospital"), "Cardiology", 7
    )


def test_neighbours_in_a_zip_share_their_facilities(providers: Providers):
    neighbour = replace(BOSTON, lat=BOSTON.lat + 0.004, lon=BOSTON.lon + 0.004)
    assert providers.nearest(neighbour, "hospital") is providers.nearest(BOSTON, "hospital")


def test_not_everybody_goes_to_the_closest_practice(providers: Providers):
    homes = [replace(BOSTON, zip=f"{zip_code:05d}") for zip_code in range(2100, 2200)]
    visited = Counter(providers.nearest(home, "primary_care").id for home in homes)
    # The nearest has weight 1/2: fewer than 30 or more than 70 of 100 has a chance below 1 in 10,000.
    assert len(visited) == 5
    assert 30 <= max(visited.values()) <= 70


def test_a_cache_that_was_emptied_changes_nothing(providers: Providers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers_module, "_MOST_KEPT", 2)
    small = Providers()
    homes = [replace(BOSTON, zip=f"{zip_code:05d}") for zip_code in range(2100, 2110)]
    for home in homes + homes:
        facility = small.nearest(home, "hospital")
        assert facility == providers.nearest(home, "hospital")
        assert small.clinician(facility, "nephrology", 3) == providers.clinician(facility, "nephrology", 3)


def test_names_are_unique_in_a_town_and_ids_npis_and_phones_everywhere(providers: Providers):
    facilities = all_facilities(providers)
    assert len(facilities) > 60_000
    assert max(Counter((f.name, f.city, f.st) for f in facilities).values()) == 1
    for part in ("id", "npi", "phone"):
        assert len({getattr(f, part) for f in facilities}) == len(facilities)


def test_no_invented_name_is_a_real_one(providers: Providers):
    text = gzip.decompress((ROOT / "healthsynth/data/facilities_real.txt.gz").read_bytes()).decode()
    real = {line.split("\t")[0].casefold() for line in text.splitlines()}
    assert not real & {f.name.casefold() for f in all_facilities(providers)}


def test_real_facilities_have_their_name_but_not_their_number(providers: Providers):
    real, made = Providers(real=True).nearest(BOSTON, "hospital"), providers.nearest(BOSTON, "hospital")
    assert real.id == made.id
    assert real.name != made.name
    assert real.line != made.line
    assert real.npi == made.npi
    assert real.npi.startswith("9")
    assert real.phone.startswith("555-")


def test_each_state_has_one_telehealth_service(providers: Providers):
    elsewhere = replace(BOSTON, zip="01002", lat=42.37, lon=-72.46)
    assert providers.nearest(BOSTON, "virtual") is providers.nearest(elsewhere, "virtual")
    assert providers.nearest(BOSTON, "virtual").npi != providers.nearest(CHEYENNE, "virtual").npi


@pytest.mark.parametrize(
    ("home", "kind", "word"), [(BOSTON, "spa", "spa"), (replace(BOSTON, st="ZZ"), "hospital", "ZZ")]
)
def test_an_unknown_kind_or_state_is_named(providers: Providers, home: Address, kind: str, word: str):
    with pytest.raises(UsageError, match=word):
        providers.nearest(home, kind)


def test_a_specialty_has_a_handful_of_clinicians_with_numbers_of_their_own(providers: Providers):
    hospital = providers.nearest(BOSTON, "hospital")
    team = {providers.clinician(hospital, row.name, n) for row in TABLE for n in range(40)}
    sizes = Counter(clinician.specialty for clinician in team)
    assert set(sizes) == set(SPECIALTIES)
    assert 2 <= min(sizes.values()) <= max(sizes.values()) <= 6
    assert len({c.npi for c in team}) == len({c.id for c in team}) == len(team)
    assert all(is_valid(c.npi) and c.npi[0] == "9" and c.facility == hospital for c in team)


def test_women_and_men_are_as_common_as_the_table_says(providers: Providers):
    """Binomial, n = 400 teams of two or more: 5 standard errors is a false alarm of 1 in a million."""
    seen = {}
    for row in range(400):
        facility = providers._facility(row)
        for number in range(2):
            clinician = providers.clinician(facility, "Pediatrics", number)
            seen[clinician.id] = clinician.sex == "female"
            assert clinician.prefix == "Dr."
    share = specialty("Pediatrics").women
    assert abs(sum(seen.values()) / len(seen) - share) < 5 * math.sqrt(share * (1 - share) / len(seen))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("family_medicine", "Family Medicine"),
        ("CARDIOLOGY", "Cardiology"),
        ("ENT", "Otolaryngology"),
        ("physical therapy", "Physical Therapy"),
        ("hospitalist", "Hospital Medicine"),
    ],
)
def test_a_specialty_may_be_written_in_several_ways(written: str, name: str):
    assert specialty(written).name == name


@pytest.mark.parametrize(("code", "name"), [("394579002", "Cardiology"), ("17561000", "Cardiology"), ("1", None)])
def test_a_specialty_is_found_by_its_code_or_its_practitioners(code: str, name: str | None):
    found = specialty_of_code(code)
    assert (found and found.name) == name


def test_an_unknown_specialty_gets_a_near_name():
    with pytest.raises(UsageError, match="cardiology"):
        specialty("cardiolgy")


def test_every_specialty_has_codes_and_the_vocabulary_has_the_same():
    entries = yaml.safe_load((ROOT / "clinical_modules/vocabulary/specialties.yaml").read_text())
    assert list(ROLES) == list(SPECIALTIES)
    assert {entry["text"]: (entry["snomed"], entry["display"]) for entry in entries.values()} == {
        name: (code.code, code.display) for name, code in SPECIALTIES.items()
    }
    assert all(specialty(name).name == entry["text"] for name, entry in entries.items())


@pytest.mark.parametrize(
    ("visit", "who", "where"),
    [
        ("wellness", "Family Medicine", "primary_care"),
        ("outpatient", "Pediatrics", "primary_care"),
        ("outpatient", "Cardiology", "hospital"),
        ("urgent", "Family Medicine", "urgent_care"),
        ("emergency", "Emergency Medicine", "hospital"),
        ("inpatient", "Hospital Medicine", "hospital"),
        ("home", "Nursing", "home_health"),
        ("virtual", "Psychiatry", "virtual"),
    ],
)
def test_a_visit_takes_place_where_its_kind_and_specialty_belong(visit: str, who: str, where: str):
    assert facility_kind(visit, who) == where


@pytest.mark.parametrize(("visit", "age", "who"), [("wellness", 3, "Pediatrics"), ("wellness", 40, "Family Medicine")])
def test_children_see_pediatricians(visit: str, age: int, who: str):
    assert usual_specialty(visit, age) == who
