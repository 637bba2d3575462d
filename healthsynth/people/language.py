"""Which language someone speaks at home, and where those born abroad come from."""

from functools import cache

from healthsynth.people.tables import rows

_BORN_ABROAD = (
    0.70  # of those who speak another language at home; assumed (Census Bureau: about half to three quarters)
)
_CHILD_BORN_ABROAD = 0.12  # assumed (3 % of all children)
_STATE_OF_BIRTH = 0.58  # of those born in the country live in the state of their birth (Census Bureau, 2010)


@cache
def _languages() -> dict[tuple[str, str], list[tuple[str, float]]]:
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in rows("languages.csv"):
        found.setdefault((row["ethnicity"], row["race"]), []).append((row["language"], float(row["share"])))
    return found


@cache
def _abroad() -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows("birthplaces_abroad.csv"):
        found.setdefault(row["language"], []).append((row["city"], row["region"], row["country"]))
    return found


def language(race: str, ethnicity: str, draw: float) -> str:
    """A BCP 47 code at a uniform draw."""
    shares = _languages()[(ethnicity, "any" if ethnicity == "hispanic" else race)]
    total = draw * sum(share for _, share in shares)
    for code, share in shares:
        total -= share
        if total < 0:
            return code
    return shares[0][0]


def born_abroad(code: str, age: int, draw: float) -> tuple[str, str, str] | None:
    """(city, region, country) for a speaker of a language at a uniform draw; None for those born in the country."""
    cities, share = _abroad().get(code), _BORN_ABROAD if age >= 18 else _CHILD_BORN_ABROAD
    if cities is None or draw >= share:
        return None
    return cities[int(draw / share * len(cities))]


def born_where_living(draw: float) -> bool:
    """Whether someone born in the country lives in the state of their birth."""
    return draw < _STATE_OF_BIRTH
