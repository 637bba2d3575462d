"""A home: an invented street line in a real town and zip."""

from bisect import bisect
from functools import cache
from itertools import accumulate
from random import Random

from healthsynth.people.person import Address
from healthsynth.people.places import Place, places
from healthsynth.people.tables import arrays, words

_SPREAD = 0.012  # degrees around the middle of the zip, about a mile: assumed
_APARTMENTS = 0.2  # of homes; assumed


@cache
def _streets() -> tuple[list[str], list[float]]:
    table = arrays("names.npz")
    return words(table["streets"]), list(accumulate(table["street_weight"].tolist()))


def home(place: Place, random: Random) -> Address:
    """An address in a place; takes a fixed number of draws."""
    streets, cumulative = _streets()
    zip_code, lat, lon = places().zip(place.index, random.random())
    street = streets[min(bisect(cumulative, random.random() * cumulative[-1]), len(streets) - 1)]
    house = 1 + int(random.random() ** 2 * 1200)
    north, east = random.random() - 0.5, random.random() - 0.5
    apartment = random.random()
    line = f"{house} {street}"
    if apartment < _APARTMENTS:
        line += f" Apt {1 + int(apartment / _APARTMENTS * 60)}"
    return Address(
        line,
        place.name,
        place.county,
        place.state,
        place.st,
        zip_code,
        round(lat + 2 * _SPREAD * north, 5),
        round(lon + 2 * _SPREAD * east, 5),
        place.fips,
    )
