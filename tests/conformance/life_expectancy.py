"""Do simulated lives last as long as the period life table says? A cohort of newborns, mortality frozen at one calendar year.

Lives are independent, so the standard error of the mean age at death is the standard deviation over the root of their number:
about 0.25 years for 4,000 lives. All modules act, with their causes of death; the rest is the background of the table.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from statistics import fmean, stdev

from healthsynth.compile import library
from healthsynth.people.mortality import life_table
from healthsynth.people.population import People, Selection
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.setup import make_engine
from healthsynth.units import YEAR, clock
from tests.conformance.verdict import Options, Verdict, alone

PERIOD = 2019  # the last year of the table before COVID-19, which later years follow too
TOLERANCE = 0.7  # years
LONGEST = 115 * YEAR
_BORN_BEFORE = clock(date(PERIOD, 7, 1))
_CHUNK = 50
_ENGINE: list[Engine] = []

Death = tuple[float, str]  # age in years, cause


def deaths(sex: str, lives: int, seed: int) -> list[Death]:
    """Ages at death and causes of newborns 1..lives of one sex."""
    chunks = [(sex, seed, first, min(first + _CHUNK, lives + 1)) for first in range(1, lives + 1, _CHUNK)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        return [death for part in pool.map(_chunk, chunks) for death in part]


def _chunk(job: tuple[str, int, int, int]) -> list[Death]:
    sex, seed, first, last = job
    if not _ENGINE:
        _ENGINE.append(make_engine(library.program(()), period=PERIOD))
    people = People(Selection(sex=sex, age_low=0, age_high=0), seed, _BORN_BEFORE)
    return [_death(_ENGINE[0], people, number) for number in range(first, last)]


def _death(engine: Engine, people: People, number: int) -> Death:
    """One life to its end; nothing is charted, care goes on."""
    person = people.person(number, 0)
    end = person.birth + LONGEST
    p = engine.life(person, end, end)
    died = end if p.dead is None else p.dead.time
    return (died - person.birth) / YEAR, "none" if p.dead is None else p.dead.cause.text


def check(options: Options) -> Iterator[Verdict]:
    """Both sexes against the table."""
    for sex in ("female", "male"):
        found = deaths(sex, options.lives, options.seed)
        ages = [age for age, _ in found]
        mean, error = fmean(ages), stdev(ages) / len(ages) ** 0.5
        published = life_table().expectancy(PERIOD, sex, 0)
        young = sum(age < 1 for age in ages) / len(ages)
        causes = Counter(cause for _, cause in found).most_common(5)
        yield Verdict(
            f"life expectancy at birth, {sex}, table of {PERIOD}", abs(mean - published) <= TOLERANCE,
            f"{mean:.2f} against {published:.2f} years, {mean - published:+.2f} (standard error {error:.2f}, {len(ages):,} lives)",
            f"target within {TOLERANCE} years",
            (f"{1000 * young:.1f} of 1000 die in the first year; commonest causes: {causes}",),
        )  # fmt: skip


if __name__ == "__main__":
    alone(check, __doc__)
