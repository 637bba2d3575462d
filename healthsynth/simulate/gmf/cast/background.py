"""Who a person is and what changes with age alone: the attributes that modules find and never caused.

`fixed` are there from birth. `planned` are changes at grid points, worked out ahead: what the framework tries every week with a
small chance (giving up smoking) or every half year (finding work) is drawn here as the waiting time that those tries make.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from healthsynth.people.person import Person
from healthsynth.people.tables import rows
from healthsynth.simulate.gmf.cast.ages import STEP, on_grid, tries
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, Clock, age_years, birthday, civil

_POVERTY: Final = 17_550  # USD a year
_RICH: Final = 75_000
_EDUCATION: Final = {
    "lt_hs": ("less_than_hs", 0.0, 0.5),
    "hs": ("hs_degree", 0.1, 0.75),
    "some_college": ("some_college", 0.3, 0.85),
    "bs_plus": ("bs_degree", 0.5, 1.0),
}
_HIGH: Final = 0.66
_MIDDLE: Final = 0.25
_RACES: Final = {"pacific": "hawaiian"}
_LANGUAGES: Final = {
    "en": "english", "es": "spanish", "zh": "chinese", "fr": "french", "de": "german", "it": "italian", "ja": "japanese",
    "ko": "korean", "pt": "portuguese", "ru": "russian", "vi": "vietnamese", "hi": "hindi", "el": "greek", "ar": "arabic",
    "pl": "polish", "fa": "farsi", "yue": "chinese",
}  # fmt: skip
_PLANS: Final = {
    "private": "private",
    "medicare": "medicare",
    "medicaid": "medicaid",
    "dual": "dual eligible",
    "none": "none",
}
_NEEDS: Final = ("food_insecurity", "severe_housing_cost_burden", "unemployed", "no_vehicle_access", "uninsured")
_RH_NEGATIVE: Final = 0.15
_ORIENTATION: Final = (("heterosexual", 96.6), ("homosexual", 1.6), ("bisexual", 0.7))
_SMOKES_AT: Final = 16
_DRINKS_AT: Final = 25
_ADULT: Final = 18
_MARRIES_AT: Final = 28
_BEFORE_SURVEYS: Final = 0.424
_SURVEYS_FROM: Final = 1965
_QUITS_SMOKING: Final = 0.01  # a week
_ALCOHOLIC: Final = 0.025
_QUITS_DRINKING: Final = 0.001  # a week
_HALF_YEAR: Final = 180 * DAY
_MARRIED: Final = 0.8
_ENDS: Final = {35: (0.02, 0.18), 45: (0.03, 0.02), 55: (0.06, 0.05)}  # age: widowed, divorced
FALLS: Final = 0.035
FALLS_OSTEOPOROSIS: Final = 0.06
FALLS_FROM: Final = 65


@cache
def _counties() -> dict[str, tuple[float, ...]]:
    """By FIPS, and by state the mean of its counties."""
    found: dict[str, tuple[float, ...]] = {}
    by_state: dict[str, list[tuple[float, ...]]] = {}
    for row in rows("gmf/county_needs.csv.gz"):
        shares = tuple(float(row[name]) for name in _NEEDS)
        found[row["fips"]] = shares
        by_state.setdefault(row["state"], []).append(shares)
    for state, many in by_state.items():
        found[state] = tuple(sum(column) / len(many) for column in zip(*many, strict=True))
    return found


def needs(person: Person) -> dict[str, float]:
    """The share of the person's county in each need; that of the state where the county is unknown."""
    table = _counties()
    shares = table.get(person.address.fips) or table.get(person.address.state) or (0.0,) * len(_NEEDS)
    return dict(zip(_NEEDS, shares, strict=True))


def smokes(year: int) -> float:
    """The chance that somebody who is sixteen in a year begins to smoke."""
    return _BEFORE_SURVEYS if year < _SURVEYS_FROM else (996.41 - 0.4865 * year) / 100


def fixed(person: Person, draws: Draws) -> dict[str, Any]:
    """Attributes from birth. Those that are unset have no key."""
    address = person.address
    word, low, high = _EDUCATION[person.education]
    level = draws.between(low, high, "education level")
    income_level = min(max((person.income - _POVERTY) / (_RICH - _POVERTY), 0.0), 1.0)
    occupation = draws.uniform("occupation level")
    score = 0.2 * income_level + 0.7 * level + 0.1 * occupation
    city, state, country = person.birthplace
    found: dict[str, Any] = {
        "gender": "M" if person.sex == "male" else "F",
        "race": _RACES.get(person.race, person.race),
        "ethnicity": "hispanic" if person.ethnicity == "hispanic" else "nonhispanic",
        "first_language": _LANGUAGES.get(person.language.partition("-")[0], "other"),
        "first_name": person.given,
        "last_name": person.family,
        "name": f"{person.given} {person.family}",
        "address": address.line,
        "city": address.city,
        "state": address.state,
        "county": address.county,
        "zip": address.zip,
        "birth_city": city,
        "birth_state": state,
        "birth_country": country,
        "income": person.income,
        "income_level": income_level,
        "poverty_ratio": person.income / _POVERTY,
        "education": word,
        "education_level": level,
        "occupation_level": occupation,
        "socioeconomic_score": score,
        "socioeconomic_category": "High" if score >= _HIGH else "Middle" if score >= _MIDDLE else "Low",
        "RH_NEG": draws.uniform("rhesus") < _RH_NEGATIVE,
        "sexual_orientation": _orientation(draws.uniform("orientation")),
        "active_weight_management": False,
    }
    for name, share in needs(person).items():
        found[name] = draws.uniform(name) < share
    return found


def _orientation(draw: float) -> str:
    left = draw * sum(weight for _, weight in _ORIENTATION)
    for word, weight in _ORIENTATION:
        left -= weight
        if left < 0:
            return word
    return _ORIENTATION[0][0]


def planned(person: Person, draws: Draws, body: Body, until: Clock) -> list[tuple[Clock, str, Any]]:
    """(grid point, attribute, value) up to a moment, in order of time; None removes."""
    found: list[tuple[Clock, str, Any]] = []
    for part in (_habits(person.birth, draws), _marriage(person.birth, draws), _insurance(person)):
        found += part
    found += _work(person, draws, until)
    found += body.changes(until)
    return sorted((change for change in found if change[0] <= until), key=lambda change: change[0])


def _habits(birth: Clock, draws: Draws) -> Iterator[tuple[Clock, str, Any]]:
    """Smoking from 16, alcoholism from 25; each week may be the last, and there is no relapse."""
    at = on_grid(birth, birthday(birth, _SMOKES_AT))
    smoker = draws.uniform("smoker") < smokes(civil(at).year)
    yield at, "smoker", smoker
    if smoker:
        yield from _quits(birth, at, draws.uniform("quits smoking"), _QUITS_SMOKING, "smoker", "quit smoking age")
    at = on_grid(birth, birthday(birth, _DRINKS_AT))
    alcoholic = draws.uniform("alcoholic") < _ALCOHOLIC
    yield at, "alcoholic", alcoholic
    if alcoholic:
        yield from _quits(
            birth, at, draws.uniform("quits drinking"), _QUITS_DRINKING, "alcoholic", "quit alcoholism age"
        )


def _quits(
    birth: Clock, since: Clock, draw: float, chance: float, habit: str, age: str
) -> Iterator[tuple[Clock, str, Any]]:
    at = since + STEP * tries(draw, chance)
    yield at, habit, False
    yield at, age, age_years(birth, at)


def _marriage(birth: Clock, draws: Draws) -> Iterator[tuple[Clock, str, Any]]:
    married = draws.uniform("marries") < _MARRIED
    yield on_grid(birth, birthday(birth, _MARRIES_AT)), "marital_status", "M" if married else "S"
    for age, (widowed, divorced) in _ENDS.items():
        draw = draws.uniform("marriage ends", age)
        if not married or draw >= widowed + divorced * (1 - widowed):
            continue
        yield on_grid(birth, birthday(birth, age)), "marital_status", "W" if draw < widowed else "D"
        return


def _insurance(person: Person) -> Iterator[tuple[Clock, str, Any]]:
    """The insurance of the chart, so that both say one thing; in gaps there is none."""
    yield person.birth, "insurance_status", "none"
    for period in person.coverage:
        yield on_grid(person.birth, period.start), "insurance_status", _PLANS[period.payer.kind]
        if period.end is not None:
            after = [other for other in person.coverage if other.start == period.end]
            if not after:
                yield on_grid(person.birth, period.end), "insurance_status", "none"


def _work(person: Person, draws: Draws, until: Clock) -> Iterator[tuple[Clock, str, Any]]:
    """From 18, looked at every half year: the unemployed find work, and anybody may lose it as often as in the county."""
    share = needs(person)["unemployed"]
    at = on_grid(person.birth, birthday(person.birth, _ADULT))
    without, n = False, 0
    known: bool | None = None
    while at <= until:
        without = not without and draws.uniform("work", n) < share
        if without is not known:
            yield at, "unemployed", without
            known = without
        n += 1
        at = on_grid(person.birth, at + _HALF_YEAR)
