"""Who lives in a population: age, sex, race and ethnicity against the census, places, duplicates, and how varied it is."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from healthsynth.errors import UsageError
from healthsynth.evaluate.report.population import Patient, Population
from healthsynth.evaluate.report.reference import OLDEST, Figure
from healthsynth.people.places import ETHNICITIES, RACES, places
from healthsynth.people.pyramid import Selection, census_pyramid

BANDS = ((0, 4), (5, 17), (18, 24), (25, 44), (45, 64), (65, 74), (75, 84), (85, OLDEST))
SEXES = ("male", "female")
AGES_FROM = "US Census Bureau, projection for 2020"
RACES_FROM = "US Census Bureau, estimates for 2015 (places weighted to their counties)"
_RACE = "race and ethnicity"
CIRCULAR = "people are drawn from this table: it tests the drawing, not the table"


class Fact(NamedTuple):
    """One line about a population that nothing published stands beside."""

    title: str
    value: str
    remark: str = ""


# --- against the census -----------------------------------------------------------------------------------------------
def census(population: Population) -> list[tuple[Figure, Callable[[Patient, int], bool]]]:
    """Shares of age and sex, race and ethnicity of those whom the run was asked for; and whom each counts.

    The census of a place is known if the manifest says which; without one, that of the country is taken.
    """
    try:
        selection = _selection(population.settings)
        pyramid = census_pyramid(selection)
    except (UsageError, ValueError, KeyError, TypeError):
        return []  # a manifest of something else
    found: list[tuple[Figure, Callable[[Patient, int], bool]]] = []
    for sex, name in enumerate(SEXES):
        for low, high in BANDS:
            expected = float(pyramid[low : min(high, 100) + 1, sex].sum())
            if expected:
                found.append((_figure("age and sex", name, low, high, expected, AGES_FROM), _of_age(name, low, high)))
    race, ethnicity = _races(selection)
    for name, expected in zip(RACES, race, strict=True):
        found.append((_figure(_RACE, "both", 0, OLDEST, expected, RACES_FROM, name), _of_race(name)))
    hispanic = _figure(_RACE, "both", 0, OLDEST, ethnicity[1], RACES_FROM, "hispanic")
    found.append((hispanic, lambda p, age: p.ethnicity == "hispanic"))
    return found


def _selection(settings: dict[str, Any]) -> Selection:
    low, _, high = str(settings.get("age") or f"0-{OLDEST}").partition("-")
    sex = {"F": "female", "M": "male"}.get(str(settings.get("sex")))
    return Selection(settings.get("state"), settings.get("city"), sex, int(low), int(high or low))


def _races(selection: Selection) -> tuple[list[float], list[float]]:
    """Shares of race and of ethnicity among the people of the selected places."""
    table = places()
    chosen = table.chosen(selection.state, selection.city)
    both = table.weight[chosen] @ table.race_shares(chosen)
    both = (both / both.sum()).reshape(len(ETHNICITIES), len(RACES))
    return [float(x) for x in both.sum(axis=0)], [float(x) for x in both.sum(axis=1)]


def _figure(title: str, sex: str, low: int, high: int, expected: float, source: str, race: str = "all") -> Figure:
    return Figure(
        title, "people", title, sex, low, high, race, "share_pct", expected * 100, 0.0, "%", "", source, "", (), "", CIRCULAR,
    )  # fmt: skip


def _of_age(sex: str, low: int, high: int) -> Callable[[Patient, int], bool]:
    return lambda p, age: p.sex == sex and low <= age <= high


def _of_race(race: str) -> Callable[[Patient, int], bool]:
    return lambda p, age: p.race == race


# --- alike and apart ----------------------------------------------------------------------------------------------------
def likeness(population: Population) -> list[Fact]:
    """Duplicates, and how many share what could single somebody out."""
    patients = list(population.patients.values())
    n = len(patients)
    names = [(p.given, p.family, p.birth) for p in patients if p.family]
    charts = [tuple(sorted(first.items())) for p in patients if (first := _conditions(p))]
    facts = [
        Fact("same name and date of birth", _of(_repeated(names), n), "two patients who could be one" if n else ""),
        Fact(
            "same conditions on the same days",
            _of(_repeated(charts), n),
            "whole lists of conditions, of those who have any",
        ),
    ]
    for words, keys in (
        ("sex, date of birth, zip code", [(p.sex, p.birth, p.zip) for p in patients]),
        (
            "sex, year of birth, first three digits of the zip code",
            [(p.sex, _year(p.birth), p.zip[:3]) for p in patients],
        ),
        ("sex and five years of age", [(p.sex, p.age(max(population.as_of, p.birth)) // 5) for p in patients]),
    ):
        sizes = Counter(keys)
        alone = sum(1 for size in sizes.values() if size == 1)
        facts.append(
            Fact(f"alone in {words}", _of(alone, n), f"the smallest group has {min(sizes.values(), default=0)}")
        )
    return facts


LIKENESS_MEANS = (
    "None of these people exists, so being the only one in a group discloses nobody; a population of some thousands of the whole country "
    "has nearly everybody alone. The figures matter where records of real people were used to make or to tune modules: they are no test of that, "
    "and no proof of privacy."
)


def _year(day: int) -> int:
    from datetime import date

    return date.fromordinal(day).year


def _repeated(keys: Iterable[Any]) -> int:
    """How many stand for something that another has as well."""
    return sum(size for size in Counter(keys).values() if size > 1)


def _of(count: int, n: int) -> str:
    return f"{count:,} of {n:,} ({100 * count / n:.1f} %)" if n else "nobody"


def diversity(population: Population) -> list[Fact]:
    """How many different things there are, and how evenly they are spread."""
    patients = list(population.patients.values())
    conditions = [sorted(_conditions(p)) for p in patients]
    without = sum(not names for names in conditions)
    counts = sorted(len(names) for names in conditions)
    facts = [
        _spread("given names", [p.given for p in patients if p.given]),
        _spread("family names", [p.family for p in patients if p.family]),
        _spread("towns", [f"{p.city}, {p.state}" for p in patients if p.city]),
        _spread("conditions, each counted once a patient", [name for names in conditions for name in names]),
        Fact("patients without any condition", _of(without, len(patients))),
    ]
    if counts:
        middle, high = counts[len(counts) // 2], counts[int(len(counts) * 0.95)]
        facts.append(
            Fact("different conditions of a patient", f"{middle} in the middle, {high} at the 95th percentile")
        )
    return facts


def _conditions(p: Patient) -> dict[str, int]:
    """Each condition by one code -> when it began first. What a visit was for (ICD-10-CM chapter Z) is none."""
    found: dict[str, int] = {}
    for problem in p.problems:
        code = min(problem.codes, key=lambda code: (not code.startswith("SNOMED"), code), default="ICD10 Z")
        if not code.startswith("ICD10 Z"):
            found[code] = min(problem.start, found.get(code, problem.start))
    return found


def _spread(title: str, values: Sequence[str]) -> Fact:
    """Different ones, and their effective number: exp of Shannon's entropy, as many as equally frequent ones would be."""
    counts = Counter(values)
    total = sum(counts.values())
    entropy = -sum(k / total * math.log(k / total) for k in counts.values()) if total else 0.0
    return Fact(
        title,
        f"{len(counts):,} different of {total:,}",
        f"as varied as {math.exp(entropy):,.0f} equally frequent ones" if total else "",
    )
