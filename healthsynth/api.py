"""The Python interface: populations that are made patient by patient, when someone looks at them.

population = generate(1000, seed=42, state="Massachusetts")
population.table("conditions")
population[0].bundle()
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from healthsynth.errors import HealthsynthError
from healthsynth.export.base import Used
from healthsynth.pipeline import Pipeline, resolve
from healthsynth.record.record import Record
from healthsynth.settings import Settings, read

if TYPE_CHECKING:
    import pandas
    from fhir.resources.R4B.bundle import Bundle

    from healthsynth.export.csv import CsvExporter
    from healthsynth.export.fhir import FhirExporter
    from healthsynth.people.person import Person

_SEEDS = 2**31
_KEPT = 8  # patients that a population remembers


def generate(
    population: int = 10, *, seed: int | None = None, as_of: str | date | None = None, **more: Any
) -> Population:
    """A population; nothing is simulated until it is looked at.

    Args:
        population: how many patients, living at the reference date.
        seed: decides everything; random if absent (`population.settings.seed` says which).
        as_of: the reference date; today if absent.
        more: other settings of `healthsynth.settings.Settings` by name, e.g. state="MA", age="40-60", history="all".
    Raises:
        UsageError: there is no such setting, value or place; near names are offered.
        ProblemsError: mistakes in modules.
    """
    settings = read({"population": population, "seed": seed, "as_of": as_of, **more})
    if settings.seed is None:
        settings = replace(settings, seed=secrets.randbelow(_SEEDS))
    if settings.as_of is None:
        settings = replace(settings, as_of=date.today().isoformat())
    return Population(resolve(settings))


class Patient:
    """One generated patient."""

    def __init__(self, record: Record, population: Population):
        self.record = record
        self._population = population

    @property
    def person(self) -> Person:
        """Who it is: name, birth, address, insurance, ..."""
        return self.record.person

    def json(self) -> bytes:
        """The FHIR transaction bundle as it would be in a file."""
        return self._population._fhir.bundle(self.record)

    def bundle(self) -> Bundle:
        """The FHIR transaction bundle as a `fhir.resources` model, of its R4B module, checked by it."""
        from fhir.resources.R4B.bundle import Bundle

        return Bundle.model_validate_json(self.json())

    def __repr__(self) -> str:
        person = self.person
        return f"<Patient {person.number}: {person.given} {person.family}, {person.sex}, {person.address.city} {person.address.st}>"


class Population(Sequence[Patient]):
    """Patients in order of their numbers. Each is made when it is asked for; the last few are kept.

    `len` counts the living ones, that is the settings' `population`; with `deceased`, iterating gives those who died as well.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self._pipeline = Pipeline(settings)
        self._patients: dict[int, Patient] = {}

    @cached_property
    def _fhir(self) -> FhirExporter:
        from healthsynth.export.fhir import FhirExporter
        from healthsynth.export.notes import Notes

        program, settings = self._pipeline.program, self.settings
        return FhirExporter(settings.us_core, settings.validate, program.origins, Notes().for_record, program.concepts)

    def _csv(self) -> CsvExporter:
        from healthsynth.export.csv import CsvExporter

        return CsvExporter(self._pipeline.program.concepts)

    def __len__(self) -> int:
        return self.settings.population

    @overload
    def __getitem__(self, index: int) -> Patient: ...
    @overload
    def __getitem__(self, index: slice) -> list[Patient]: ...
    def __getitem__(self, index: int | slice) -> Patient | list[Patient]:
        """The living patient at a place, 0 for the first; or several."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = self.settings.numbers[index]
        found = self._patients.get(number)
        if found is None:
            found = self._patients[number] = self._living(number)
            if len(self._patients) > _KEPT:
                self._patients.pop(next(iter(self._patients)))
        return found

    def _living(self, number: int) -> Patient:
        for record in self._pipeline.patients(number):
            if record.death is None:
                return Patient(record, self)
        raise HealthsynthError("this population has deceased patients only: iterate over it")

    def __iter__(self) -> Iterator[Patient]:
        for record in self.records():
            yield Patient(record, self)

    def records(self) -> Iterator[Record]:
        """The charts, in order, as `healthsynth.record` values."""
        for number in self.settings.numbers:
            yield from self._pipeline.patients(number)

    def table(self, name: str) -> pandas.DataFrame:
        """A table of the CSV format, e.g. "conditions", as a typed frame.

        Raises:
            UsageError: there is no such table; near names are offered.
        """
        from healthsynth.export.tables import frame

        csv, used, rows = self._csv(), Used(), []
        frame((), name)  # an unknown name should not cost a simulation
        for record in self.records():
            used.add(record)
            lines = csv.rows(record)
            rows.append({name: lines[name]} if name in lines else {})
        shared = csv.shared(used.facilities.values(), used.clinicians.values(), used.payers.values(), csv.take_totals())
        if name in shared:
            rows = [shared]
        return frame(rows, name)

    def __repr__(self) -> str:
        where = self.settings.city or self.settings.state or "the United States"
        return f"<Population of {len(self):,} in {where}, seed {self.settings.seed}, {self.settings.as_of}>"
