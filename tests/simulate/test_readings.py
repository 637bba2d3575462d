"""Readings: the noise of a method, and results that are only read when somebody asks."""

from itertools import pairwise

import numpy as np

from healthsynth.randomness import key, mixed
from healthsynth.record.events import Diagnosis, Result
from healthsynth.units import DAY, YEAR
from tests.simulate.worlds import engine, live

PASSING = """\
course: {ill: {starts: no, no: {to yes: when age >= 30}, yes: {}}}
measures:
  sugar: {while ill is yes: 300, typical: 90, measured with: sd 5}
  sugar_long: {typical: 5}
care:
  check:
    every: 1 year
    visit: wellness
    do:
      - test: sugar
      - {diagnose: old_sugar, when: result sugar >= 126}
"""


def test_a_result_that_only_its_own_visit_reads_is_read_there_before_the_history_too():
    p = live(engine(PASSING), age=60, history=10 * YEAR)
    (diagnosis,) = [e for e in p.events if isinstance(e, Diagnosis)]
    assert p.turns(30 * 12) <= diagnosis.time < p.turns(32 * 12)


def test_a_result_that_nobody_asked_for_is_forgotten_with_its_visit():
    p = live(engine(PASSING.replace("when: result sugar >= 126", "when: age >= 99")), age=40, history=YEAR)
    assert not p.pending


def test_a_shorter_history_reads_the_same_values():
    whole, short = (live(engine(PASSING), age=60, history=years * YEAR) for years in (60, 10))
    shown = {e.time: e.value for e in short.events if isinstance(e, Result)}
    assert len(shown) >= 9
    assert shown == {e.time: e.value for e in whole.events if isinstance(e, Result) and e.time in shown}


def noises(names: int, visits: int) -> np.ndarray:
    """Uniform noises, a row a visit (a day apart), a column a measure."""
    own = [key(0, "noise of", f"measure {n}") >> 64 for n in range(names)]
    base = key(7, "a patient") >> 64
    rows = [[mixed(mixed(mixed(base, day * DAY), day * DAY), each) / 2**64 for each in own] for day in range(visits)]
    return np.array(rows)


def test_noise_is_uniform():
    # 64 bins of 100,000 draws: chi-squared with 63 degrees of freedom, beyond 121 in one of 100,000 cases
    counts, _ = np.histogram(noises(50, 2_000), bins=64, range=(0, 1))
    expected = counts.sum() / 64
    assert ((counts - expected) ** 2 / expected).sum() < 121


def test_noise_of_one_visit_tells_nothing_of_another_measure_or_visit():
    # correlations of 20,000 pairs have a standard error of 0.0071; one of 20 + 19 is beyond 5 of them in 4e-5 of cases
    drawn = noises(20, 20_000)
    between_measures = [np.corrcoef(drawn[:, a], drawn[:, b])[0, 1] for a, b in pairwise(range(20))]
    between_visits = [np.corrcoef(drawn[:-1, n], drawn[1:, n])[0, 1] for n in range(20)]
    assert np.abs([*between_measures, *between_visits]).max() < 5 * 0.0071
