"""What people are called: given names of their decade, surnames of their group, and Spanish accents.

The census and the register of births write no accents; people of Hispanic origin get them back where they are usual.
A full name put together here may by chance be a living person's.
"""

from array import array
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from healthsynth.people.tables import arrays, words

GROUPS = ("white", "black", "asian", "native", "hispanic")  # the order of the table's columns
_ALL = "all"


def group(race: str, ethnicity: str) -> str:
    """Whose names someone's are drawn from."""
    if ethnicity == "hispanic":
        return "hispanic"
    if race == "pacific":
        return "asian"  # the sources count Asian and Pacific together
    return race if race in GROUPS else _ALL


@cache
def _given_names() -> list[str]:
    return words(arrays("names.npz")["given"])


@cache
def _surnames() -> list[str]:
    return words(arrays("names.npz")["surnames"])


@cache
def _given(decade: int, sex: str, people: str) -> tuple[Sequence[int], Sequence[float]]:
    table = arrays("names.npz")
    which = table["given_index"][decade, ("male", "female").index(sex)]
    weights = table["given_share"][decade, ("male", "female").index(sex)].astype(float)
    if people != _ALL:
        weights = weights * table["given_race"][which.astype(int), GROUPS.index(people)]
    return array("I", which.tolist()), array("d", accumulate(weights.tolist()))


@cache
def _family(people: str) -> Sequence[float]:
    weights = arrays("names.npz")["surname_weight"].astype(float)
    column = weights.sum(axis=1) if people == _ALL else weights[:, GROUPS.index(people)]
    return array("d", accumulate(column.tolist()))


@cache
def _accents() -> dict[str, str]:
    return dict(line.split("|") for line in words(arrays("names.npz")["accents"]))


def given_name(sex: str, born: int, people: str, draw: float) -> str:
    """A given name at a uniform draw.

    Args:
        sex: male or female.
        born: calendar year of birth; years outside 1880-2029 use the nearest decade.
        people: a group of `group`.
    """
    decades = arrays("names.npz")["given_decades"]
    decade = min(max((born - int(decades[0])) // 10, 0), len(decades) - 1)
    which, cumulative = _given(decade, sex, people)
    name = _given_names()[which[min(bisect(cumulative, draw * cumulative[-1]), len(which) - 1)]]
    return _accents().get(name, name) if people == "hispanic" else name


def family_name(people: str, draw: float) -> str:
    """A surname at a uniform draw."""
    cumulative, names = _family(people), _surnames()
    name = names[min(bisect(cumulative, draw * cumulative[-1]), len(names) - 1)]
    return _accents().get(name, name) if people == "hispanic" else name
