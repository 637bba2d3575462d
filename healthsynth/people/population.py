"""The people of a run: slot k is the same person whatever the size of the population.

A slot fixes what the census counts (birth, sex, race and ethnicity, place, household). A life tried in the slot may end before
the reference date; the next attempt is someone else of the same slot.
"""

from bisect import bisect
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from healthsynth.errors import UsageError
from healthsynth.people import household, identifiers, language, names
from healthsynth.people.address import home
from healthsynth.people.birth import birth as born
from healthsynth.people.household import Household
from healthsynth.people.payers import coverage, poverty_ratio
from healthsynth.people.person import Address, Parent, Person
from healthsynth.people.places import Place, places
from healthsynth.people.pyramid import OLDEST, SEXES, Selection, age_over_100, band_of, census_pyramid
from healthsynth.randomness import stream
from healthsynth.record.ids import PATIENT, prefix, uuid
from healthsynth.units import DAY, MINUTE, YEAR, Clock, add_months, age_years, civil

__all__ = ["OLDEST", "People", "Selection", "Slot", "at_death", "census_pyramid"]

_MOTHER_YEARS, _MOTHER_SD = 27.5, 5.8  # age of mothers at birth (NCHS 1980-2020: means of 25 to 29)
_DRIVES, _TRAVELS, _WRITES = (
    0.87,
    0.42,
    0.80,
)  # adults with a licence (FHWA), a passport (State Dept.), e-mail (assumed)


@dataclass(frozen=True, slots=True)
class Slot:
    """What is fixed for everyone tried in a slot of the population."""

    number: int
    age: int  # completed years at the reference date
    birth: Clock
    sex: str
    race: str
    ethnicity: str
    language: str
    place: Place
    address: Address
    household: Household


class People:
    """Makes the people of one run.

    Args:
        selection: who is asked for.
        seed: the run's seed.
        as_of: the reference date.
    Raises:
        UsageError: the selection is empty.
    """

    def __init__(self, selection: Selection, seed: int, as_of: Clock):
        self.selection, self.seed, self.as_of = selection, seed, as_of
        shares = census_pyramid(selection)
        self._cells = list(accumulate(shares.ravel().tolist()))
        self._chosen = places().chosen(selection.state, selection.city)
        if not len(self._chosen):
            raise UsageError(f"there is no place '{selection.city}' in {selection.state}")
        self._where: dict[tuple[int, int], np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
        self._birthplaces: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        self._last: Slot | None = None

    def slot(self, number: int) -> Slot:
        """Slot `number` (1, 2, ...): it depends on the seed, the number and the selection alone."""
        if self._last is not None and self._last.number == number:
            return self._last
        random = stream(self.seed, "slot", number)
        age, sex = self._age_and_sex(random.random(), random.random())
        place = places().place(self._place(age, sex, random.random()))
        race, ethnicity = places().race(place.index, random.random())
        birth = self._birth(age, random.random(), random.random())
        tongue = language.language(race, ethnicity, random.random())
        living = household.household(place, age, random)
        slot = Slot(number, age, birth, SEXES[sex], race, ethnicity, tongue, place, home(place, random), living)
        self._last = slot
        return slot

    def _age_and_sex(self, draw: float, older: float) -> tuple[int, int]:
        cell = min(bisect(self._cells, draw * self._cells[-1]), len(self._cells) - 1)
        age, sex = divmod(cell, 2)
        return (age, sex) if age < 100 else (age_over_100(SEXES[sex], self.selection, older), sex)

    def _place(self, age: int, sex: int, draw: float) -> int:
        """The index of a place, by how many people of that age band and sex live there."""
        band = band_of(age)
        cumulative = self._where.get((band, sex))
        if cumulative is None:
            table, chosen = places(), self._chosen
            men = table.male[chosen]
            weight = table.weight[chosen] * table.age[chosen, band] * (men if sex == 0 else 1 - men)
            if weight.sum() <= 0:
                weight = table.weight[chosen]
            cumulative = self._where[band, sex] = np.cumsum(weight)
        at = int(cumulative.searchsorted(draw * cumulative[-1], side="right"))
        return int(self._chosen[min(at, len(cumulative) - 1)])

    def _birth(self, age: int, day_draw: float, time_draw: float) -> Clock:
        """Any day of the year that gives this age at the reference date, at any minute."""
        today = self.as_of // DAY * DAY
        first = add_months(today, -12 * (age + 1)) // DAY + 1
        last = add_months(today, -12 * age) // DAY
        birth = (first + int(day_draw * (last - first + 1))) * DAY + int(time_draw * DAY) // MINUTE * MINUTE
        return birth if birth < self.as_of else birth - DAY

    def person(self, number: int, attempt: int) -> Person:
        """The person tried in a slot at an attempt (0, 1, ...)."""
        slot = self.slot(number)
        random = stream(self.seed, "person", number, attempt)
        mine = prefix(self.seed, number, attempt)
        people, year = names.group(slot.race, slot.ethnicity), civil(slot.birth).year
        own = names.family_name(people, random.random())
        spouse = names.family_name(people, random.random())
        given = names.given_name(slot.sex, year, people, random.random())
        middle = names.given_name(slot.sex, year, people, random.random())
        marriage = household.marriage(slot.sex, slot.birth, slot.age, self.as_of, random)
        changed = household.takes_name(marriage.status, slot.sex, random.random()) and spouse != own
        family = spouse if changed else own
        birth = born(slot.ethnicity, slot.sex, random)
        numbers = [random.random() for _ in range(7)]
        adult, living = slot.age >= 18, slot.household
        return Person(
            number=number,
            attempt=attempt,
            seed=self.seed,
            id=uuid(mine, PATIENT, 0),
            birth=slot.birth,
            sex=slot.sex,
            race=slot.race,
            ethnicity=slot.ethnicity,
            language=slot.language,
            given=given,
            middle=middle,
            family=family,
            maiden=own if changed else None,
            prefix=household.prefix(slot.sex, slot.age, marriage.status),
            marital=marriage.status,
            married_on=marriage.married_on,
            address=slot.address,
            birthplace=self._birthplace(slot, random),
            time_zone=slot.place.zone,
            phone=identifiers.phone(numbers[0]),
            email=identifiers.email(given, family, number) if adult and numbers[1] < _WRITES else None,
            ssn=identifiers.ssn(numbers[2]),
            mrn=identifiers.mrn(number, attempt),
            drivers=identifiers.drivers(numbers[3] / _DRIVES) if adult and numbers[3] < _DRIVES else None,
            passport=identifiers.passport(numbers[4] / _TRAVELS) if adult and numbers[4] < _TRAVELS else None,
            income=living.income,
            education=living.education,
            mother=_mother(uuid(mine, PATIENT, 1), own, people, slot.birth, random),
            gestation_weeks=birth.gestation_weeks,
            birth_weight_g=birth.weight_g,
            birth_length_cm=birth.length_cm,
            multiple_birth=birth.order,
            height_z=_limited(random.gauss(0.0, 1.0)),
            weight_z=_limited(random.gauss(0.0, 1.0)),
            coverage=coverage(
                f"HS{number:08d}{attempt:03d}", slot.birth, self.as_of, slot.place.state,
                poverty_ratio(living.income, living.size), random,
            ),
        )  # fmt: skip

    def _birthplace(self, slot: Slot, random: Random) -> tuple[str, str, str]:
        """(city, state or region, country)."""
        abroad, stayed, where = random.random(), random.random(), random.random()
        foreign = language.born_abroad(slot.language, slot.age, abroad)
        if foreign is not None:
            return foreign
        table = places()
        state = slot.place.state if language.born_where_living(stayed) else None
        indices, cumulative = self._towns(state or "")
        at = int(indices[min(int(cumulative.searchsorted(where * cumulative[-1], side="right")), len(indices) - 1)])
        return table.names[at], table.states[int(table.state[at])], "US"

    def _towns(self, state: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Places of a state ("": of the country) with cumulative populations."""
        found = self._birthplaces.get(state)
        if found is None:
            chosen = places().chosen(state or None, None)
            found = self._birthplaces[state] = chosen, np.cumsum(places().weight[chosen])
        return found


def at_death(person: Person, time: Clock) -> Person:
    """Who someone was when they died: what came later in the plan of the life (a wedding, an insurer) is left out."""
    age = age_years(person.birth, time)
    kept = tuple(period for period in person.coverage if period.start < time)
    wed = person.married_on is not None and person.married_on < time
    if wed and age >= 18:
        return replace(person, coverage=kept)
    return replace(
        person,
        coverage=kept,
        family=person.maiden or person.family,
        maiden=None,
        prefix=household.prefix(person.sex, age, None),
        marital="S" if age >= 18 else None,
        married_on=None,
        email=person.email if age >= 18 else None,
        drivers=person.drivers if age >= 18 else None,
        passport=person.passport if age >= 18 else None,
    )


def _limited(z: float) -> float:
    return min(max(z, -3.5), 3.5)


def _mother(identity: str, family: str, people: str, birth: Clock, random: Random) -> Parent:
    years = min(max(random.gauss(_MOTHER_YEARS, _MOTHER_SD), 15.0), 47.0)
    hers = (birth - int(years * YEAR)) // MINUTE * MINUTE
    return Parent(identity, names.given_name("female", civil(hers).year, people, random.random()), family, hers)
