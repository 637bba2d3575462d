"""Where people live: the towns of the census with their people, and the names a user may type for them."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from healthsynth.errors import UsageError, near
from healthsynth.people.tables import arrays, words

RACES = ("white", "black", "asian", "native", "pacific", "other")
ETHNICITIES = ("non_hispanic", "hispanic")
AGE_BANDS = 18  # five years each; the last one is 85 and over
# Lower ends of the ten brackets of household income, USD a year; the last one is open.
INCOME_FROM = (0, 10_000, 15_000, 25_000, 35_000, 50_000, 75_000, 100_000, 150_000, 200_000)
EDUCATION = ("lt_hs", "hs", "some_college", "bs_plus")


@dataclass(frozen=True, slots=True)
class Place:
    """A town, or the part of a town in one county."""

    index: int
    name: str
    county: str
    fips: str
    state: str
    st: str
    zone: str  # IANA


class Places:
    """The table of places, column by column; shares are cumulative so that one draw finds its bracket."""

    def __init__(self) -> None:
        table = arrays("places.npz")
        pairs = [line.split("|") for line in words(table["states"])]
        self.states: list[str] = [name for name, _ in pairs]
        self.postal: list[str] = [st for _, st in pairs]
        self.names: list[str] = words(table["names"])
        self.state: NDArray[Any] = table["state"]
        self.weight: NDArray[Any] = table["weight"].astype(np.float64)
        self.male: NDArray[Any] = table["male"].astype(np.float64) / 10_000
        self._age = table["age"]
        self._race = np.cumsum(table["race"], axis=1, dtype=np.uint16)
        self._income = np.cumsum(table["income"], axis=1, dtype=np.uint16)
        self._education = np.cumsum(table["education"], axis=1, dtype=np.uint16)
        self._counties = words(table["counties"])
        self._zones = words(table["zones"])
        self._table = table

    @cached_property
    def age(self) -> NDArray[Any]:
        """(places, 18) shares of each place's people by band of five years."""
        age = self._age.astype(np.float64)
        return np.asarray(age / age.sum(axis=1, keepdims=True))

    def chosen(self, state: str | None, city: str | None) -> NDArray[Any]:
        """Indices of the places of a selection; names must be resolved ones."""
        found = np.arange(len(self.names))
        if state is not None:
            found = found[self.state == self.states.index(state)]
        if city is not None:
            found = found[[self.names[i] == city for i in found.tolist()]]
        return found

    def place(self, index: int) -> Place:
        """One place as a value."""
        county, state = int(self._table["county"][index]), int(self.state[index])
        return Place(
            index,
            self.names[index],
            self._counties[county],
            f"{int(self._table['county_fips'][county]):05d}",
            self.states[state],
            self.postal[state],
            self._zones[int(self._table["zone"][index])],
        )

    def race(self, index: int, draw: float) -> tuple[str, str]:
        """(race, ethnicity) at a uniform draw."""
        found = _bracket(self._race[index], draw)
        return RACES[found % 6], ETHNICITIES[found // 6]

    def race_shares(self, indices: NDArray[Any]) -> NDArray[Any]:
        """(places, 12) shares of race by ethnicity: RACES of the first of ETHNICITIES, then of the second."""
        return np.asarray(np.diff(self._race[indices].astype(np.float64), axis=1, prepend=0.0) / 10_000)

    def income(self, index: int, draw: float) -> int:
        """Household income in USD a year at a uniform draw, evenly spread within its bracket."""
        shares = self._income[index]
        found = _bracket(shares, draw)
        low = int(shares[found - 1]) if found else 0
        part = (draw * int(shares[-1]) - low) / max(1, int(shares[found]) - low)
        if found == len(INCOME_FROM) - 1:
            return int(200_000 * (1.0 - min(part, 0.95)) ** -0.4)  # Pareto tail: assumed, median 264,000
        return int(INCOME_FROM[found] + part * (INCOME_FROM[found + 1] - INCOME_FROM[found]))

    def education(self, index: int, draw: float) -> str:
        """Schooling of the household's adults at a uniform draw, least first."""
        return EDUCATION[_bracket(self._education[index], draw)]

    def zip(self, index: int, draw: float) -> tuple[str, float, float]:
        """(zip, latitude, longitude) of one of the place's zips at a uniform draw."""
        first = self._table["zip_first"]
        low, high = int(first[index]), int(first[index + 1])
        at = low + int(draw * (high - low))
        table = self._table
        return f"{int(table['zip'][at]):05d}", int(table["lat"][at]) / 10_000, int(table["lon"][at]) / 10_000


def _bracket(cumulative: NDArray[Any], draw: float) -> int:
    target = draw * int(cumulative[-1])
    return min(int(cumulative.searchsorted(target, side="right")), len(cumulative) - 1)


@cache
def places() -> Places:
    """The table, read once per process."""
    return Places()


def states() -> list[str]:
    """Full names of the states and the District of Columbia, in alphabetical order."""
    return list(places().states)


def county_population() -> dict[str, int]:
    """People (2015) by county, five digits of FIPS."""
    table = arrays("places.npz")
    counties = zip(table["county_fips"].tolist(), table["county_population"].tolist(), strict=True)
    return {f"{fips:05d}": people for fips, people in counties}


def resolve_state(text: str) -> str:
    """The full name for a name or a postal code, in any case.

    Raises:
        UsageError: there is no such state; near names are offered.
    """
    table, wanted = places(), text.strip().casefold()
    for name, st in zip(table.states, table.postal, strict=True):
        if wanted in (name.casefold(), st.casefold()):
            return name
    raise UsageError(f"there is no state '{text}'. {near(text, table.states)}".strip())


def resolve_city(state: str, text: str) -> str:
    """The name, as the census writes it, of a place in a state (its full name).

    Raises:
        UsageError: there is no such place in that state; near names are offered.
    """
    table, wanted = places(), text.strip().casefold()
    names: list[str] = sorted({table.names[i] for i in table.chosen(state, None).tolist()})
    for name in names:
        if name.casefold() == wanted:
            return name
    raise UsageError(f"there is no place '{text}' in {state}. {near(text, names)}".strip())


def resolve_place(state: str | None, city: str | None) -> tuple[str | None, str | None]:
    """(state, city) from what a user typed for either; a city alone is enough if only one state has it.

    Raises:
        UsageError: there is no such place, or there are several of that name.
    """
    if state is not None or city is None:
        full = None if state is None else resolve_state(state)
        return full, None if city is None or full is None else resolve_city(full, city)
    table, wanted = places(), city.strip().casefold()
    found = [i for i, name in enumerate(table.names) if name.casefold() == wanted]
    where = sorted({table.states[int(table.state[i])] for i in found})
    if len(where) == 1:
        return where[0], table.names[found[0]]
    if not found:
        raise UsageError(f"there is no place '{city}'. {near(city, set(table.names))}".strip())
    raise UsageError(f"'{city}' is in {', '.join(where)}: say which state you mean")
