"""The Python interface: lazy populations, frames, bundles."""

from pathlib import Path

import pytest

import healthsynth as hs
from healthsynth.pipeline import Pipeline

MODULES = {"builtin": False, "modules": [str(Path(__file__).parent / "modules")], "as_of": "2025-01-01"}


@pytest.fixture(scope="module")
def population() -> hs.Population:
    return hs.generate(40, seed=42, state="MA", **MODULES)


def test_what_is_public_is_there_and_sorted():
    assert hs.__all__ == sorted(hs.__all__)
    for name in hs.__all__:
        assert getattr(hs, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'genrate'"):
        _ = hs.genrate


def test_nothing_is_simulated_before_someone_looks(monkeypatch):
    def fail(self, number):
        raise AssertionError("simulated")

    monkeypatch.setattr(Pipeline, "patients", fail)
    population = hs.generate(10**6, seed=1, **MODULES)
    assert len(population) == 10**6
    assert repr(population) == "<Population of 1,000,000 in the United States, seed 1, 2025-01-01>"
    with pytest.raises(AssertionError, match="simulated"):
        _ = population[0]


def test_names_of_places_are_found(population):
    assert population.settings.state == "Massachusetts"
    with pytest.raises(hs.UsageError, match="did you mean 'Ohio'"):
        hs.generate(1, state="Ohoi", **MODULES)
    with pytest.raises(hs.UsageError, match="there is no setting 'sate'"):
        hs.generate(1, sate="Ohio")


def test_a_seed_is_chosen_if_none_is_given():
    first, second = hs.generate(1, **MODULES), hs.generate(1, **MODULES)
    assert first.settings.seed is not None
    assert first.settings.seed != second.settings.seed  # false alarm: 1 in 2**31


def test_patients_come_by_place_and_in_order(population):
    assert population[0].person.number == 1
    assert population[-1].person.number == 40
    assert population[3] is population[3]
    assert [patient.person.number for patient in population[5:8]] == [6, 7, 8]
    with pytest.raises(IndexError):
        _ = population[40]
    numbers = [patient.person.number for patient in population]
    assert numbers == list(range(1, 41))


def test_a_patient_is_the_same_in_a_large_population(population):
    other = hs.generate(4000, seed=42, state="Massachusetts", **MODULES)
    assert other[6].json() == population[6].json()


def test_a_bundle_is_a_model_of_fhir_resources(population):
    patient = population[0]
    bundle = patient.bundle()
    assert bundle.type == "transaction"
    assert bundle.entry[0].resource.id == patient.person.id


def test_a_table_has_types_and_all_patients(population):
    patients = population.table("patients")
    assert len(patients) == 40
    assert str(patients["BIRTHDATE"].dtype) == "datetime64[s]"
    assert set(population.table("encounters")["PATIENT"]) <= set(patients["Id"])
    assert set(population.table("encounters")["ORGANIZATION"]) == set(population.table("organizations")["Id"])
    with pytest.raises(hs.UsageError, match="did you mean 'conditions'"):
        population.table("condition")


@pytest.mark.parametrize(("deceased", "kinds"), [("none", {False}), ("all", {False, True}), ("only", {True})])
def test_the_deceased_come_when_they_are_wanted(deceased, kinds):
    """Ages 85 and over: of 40 slots, the chance that nobody died on the way is below 0.5 ** 40."""
    population = hs.generate(40, seed=42, age="85-100", deceased=deceased, **MODULES)
    records = list(population.records())
    assert {record.death is not None for record in records} == kinds
    assert sum(record.death is None for record in records) == (0 if deceased == "only" else 40)
    for record in records:
        last = record.visits[-1].start if record.visits else record.person.birth
        assert record.death is None or last <= record.death.time


def test_a_shorter_window_shows_a_part_of_the_same_chart(population):
    whole = hs.generate(10, seed=42, state="MA", history="all", **MODULES)
    for patient in whole:
        shown = {visit.start for visit in population[patient.person.number - 1].record.visits}
        assert shown <= {visit.start for visit in patient.record.visits}
