"""Do Synthea's modules run here give Synthea's rates? The same modules in both engines, whole lives, compared.

For every condition, medication, procedure, immunization and encounter class that 30 or more people of the reference have had: the
share of people ever affected, by age band and sex. Ages are made alike first (strata of age and sex, both populations
weighted to their sum). For every kind of event: events per person and year of life.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from tests.conformance import gmf_counting, gmf_peer
from tests.conformance.gmf_counting import KINDS, Counted, Numbers
from tests.conformance.gmf_reasons import REASONS
from tests.conformance.verdict import BUILD, Options, Verdict, alone

# Of 2,000 a side, allergies (few people have many) have a standard error of 9 %: Synthea differs from itself by as much.
PATIENTS = 16000
_REFERENCE = (2000, (7, 8, 9, 10, 11, 12, 13, 14))  # Synthea's side: people of each population, seeds
_AT_ONCE = 2000  # people
ENOUGH = 30  # people of the reference ever affected
WITHIN, SHARE = 3.5, 0.95
FACTOR = 2.0
EVENTS_WITHIN = 0.10
BANDS = ((0, 18), (18, 45), (45, 65), (65, 200))
_STRATA = (0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 200)
_RARE_EVENTS = 0.02  # per person-year: kinds that are rarer are shown, not judged


@dataclass(frozen=True, slots=True)
class Cell:
    """One share in both populations."""

    kind: str
    code: str
    name: str
    band: str
    sex: str
    here: float
    there: float
    z: float
    expected: float  # people of the reference in this cell

    @property
    def is_double(self) -> bool:
        """Off by more than a factor of two, and not by chance alone."""
        low, high = sorted((self.here, self.there))
        return high > FACTOR * low and abs(self.z) > WITHIN


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per person and year of life in both populations; `error` is the standard error of their ratio, as a share of it."""

    kind: str
    here: float
    there: float
    error: float

    @property
    def ratio(self) -> float:
        return self.here / self.there if self.there else float("inf") if self.here else 1.0


def stratum(people: Counted) -> NDArray[np.int64]:
    """The stratum of age and sex of each person."""
    return np.searchsorted(np.array(_STRATA), people.ages, side="right") * 2 + people.female


def weights(here: Counted, there: Counted) -> tuple[Numbers, Numbers]:
    """Weights that give both populations the ages and sexes of their sum; strata absent on one side weigh nothing."""
    a, b = stratum(here), stratum(there)
    size = int(max(a.max(), b.max())) + 1
    n, m = np.bincount(a, minlength=size), np.bincount(b, minlength=size)
    both = np.where((n > 0) & (m > 0), n + m, 0)
    return (both / np.maximum(n, 1))[a], (both / np.maximum(m, 1))[b]


def cells(here: Counted, there: Counted) -> Iterator[Cell]:
    """Every cell of everything that enough people of the reference have had."""
    mine, theirs = weights(here, there)
    for key in sorted(set(here.ever) | set(there.ever)):
        if max(len(there.ever.get(key, [])), len(here.ever.get(key, [])) / FACTOR) < ENOUGH:
            continue
        has, had = _mask(here, key), _mask(there, key)
        for low, high in BANDS:
            for female in (True, False):
                p, n, _ = _share(here, mine, has, low, high, female)
                q, m, expected = _share(there, theirs, had, low, high, female)
                if n == 0 or m == 0 or (p == 0 and q == 0):
                    continue
                pooled = min(max((p * n + q * m) / (n + m), 0.5 / (n + m)), 1 - 0.5 / (n + m))
                z = (p - q) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
                name = there.names.get(key) or here.names[key]
                band = f"{low}-{high - 1}" if high < 200 else f"{low}+"
                yield Cell(*key, name, band, "F" if female else "M", p, q, z, expected)


def _mask(people: Counted, key: tuple[str, str]) -> NDArray[np.bool_]:
    found = np.zeros(len(people.ages), dtype=bool)
    found[people.ever.get(key, [])] = True
    return found


def _share(
    people: Counted, weight: Numbers, has: NDArray[np.bool_], low: int, high: int, female: bool
) -> tuple[float, float, float]:
    """(weighted share, effective people, people affected) of one cell."""
    inside = (people.ages >= low) & (people.ages < high) & (people.female == female)
    own = weight[inside]
    total = own.sum()
    if total == 0:
        return 0.0, 0.0, 0.0
    return float(own[has[inside]].sum() / total), float(total**2 / (own**2).sum()), float(has[inside].sum())


def rates(here: Counted, there: Counted) -> list[Rate]:
    """Events per person and year of life, by kind, at the same ages."""
    mine, theirs = weights(here, there)
    found = []
    for kind in sorted(set(here.events) & set(there.events)):
        a, own = _rate(here.events[kind], here.ages, mine)
        b, other = _rate(there.events[kind], there.ages, theirs)
        if a or b:
            found.append(Rate(kind, a, b, hypot(own, other)))
    return found


def _rate(events: Numbers, years: Numbers, weight: Numbers) -> tuple[float, float]:
    """Events a year, and the standard error as a share of it: of a ratio of sums over people (Cochran 1977, 2.11)."""
    lived = float((years * weight).sum())
    rate = float((events * weight).sum()) / lived
    error = sqrt(float((((events - rate * years) * weight) ** 2).sum())) / lived
    return rate, error / rate if rate else 0.0


def simulate(patients: int, seed: int) -> Counted:
    """The same modules run here, whole lives, counted a part at a time: the whole would be 80 GB."""
    firsts = range(1, patients + 1, _AT_ONCE)
    counted = reduce(
        gmf_counting.together, [_part(first, min(_AT_ONCE, patients + 1 - first), seed) for first in firsts]
    )
    counted.save(BUILD / "gmf_rates.here.json.gz")
    return counted


def _part(first: int, patients: int, seed: int) -> Counted:
    output = BUILD / "gmf_rates"
    shutil.rmtree(output, ignore_errors=True)
    command = [
        sys.executable, "-m", "healthsynth", "generate", "-p", str(patients), "--first", str(first), "-s", str(seed), "--as-of",
        gmf_peer.AS_OF.isoformat(), "--state", gmf_peer.STATE, "--modules", str(gmf_peer.modules()), "--no-builtin",
        "-f", "csv", "--history", "all", "--deceased", "all", "--validate", "shapes", "-o", str(output), "--quiet",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    counted = gmf_counting.count(output / "csv", gmf_peer.AS_OF)
    shutil.rmtree(output)
    return counted


def report(found: list[Cell], events: list[Rate], here: Counted, there: Counted) -> list[str]:
    """Tables for readers: shares within, the worst cells, events."""
    lines = [f"{len(here.ages)} living here ({here.dead} died), {len(there.ages)} there ({there.dead} died)"]
    lines.append(f"\n{'kind':<14}{'codes':>6}{'cells':>7}{'within 3.5 SE':>15}")
    for kind in KINDS:
        own = [cell for cell in found if cell.kind == kind]
        if own:
            within = sum(abs(cell.z) <= WITHIN for cell in own) / len(own)
            lines.append(f"{kind:<14}{len({cell.code for cell in own}):>6}{len(own):>7}{within:>14.1%}")
    lines.append(f"\n{'worst cells':<60}{'band':>8}{'sex':>4}{'here':>9}{'there':>9}{'z':>8}")
    for cell in sorted(found, key=lambda cell: -abs(cell.z))[:60]:
        words = f"{cell.kind} {cell.code} {cell.name}"[:58]
        lines.append(f"{words:<60}{cell.band:>8}{cell.sex:>4}{cell.here:>9.3%}{cell.there:>9.3%}{cell.z:>8.1f}")
    lines.append(f"\n{'events per person-year':<28}{'here':>9}{'there':>9}{'ratio':>8}")
    lines += [f"{rate.kind:<28}{rate.here:>9.3f}{rate.there:>9.3f}{rate.ratio:>8.2f}" for rate in events]
    return lines


def check(options: Options) -> Iterator[Verdict]:
    """As many living people of Massachusetts on both sides."""
    size, seeds = _REFERENCE
    try:
        there = reduce(gmf_counting.together, [gmf_peer.population(size, seed) for seed in seeds])
    except RuntimeError as missing:
        yield Verdict("rates of modules against Synthea", None, f"not looked at: {missing}", "Java and Maven")
        return
    here = simulate(PATIENTS, options.seed)
    yield from judge(here, there)


def judge(here: Counted, there: Counted) -> Iterator[Verdict]:
    """The verdicts of one comparison; tables go to build/conformance/gmf_rates.txt and .json."""
    found, events = list(cells(here, there)), rates(here, there)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "gmf_rates.txt").write_text("\n".join(report(found, events, here, there)) + "\n")
    plain = {"cells": [asdict(cell) for cell in found], "events": [asdict(rate) for rate in events]}
    (BUILD / "gmf_rates.json").write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    within = sum(abs(cell.z) <= WITHIN for cell in found) / len(found)
    worst = sorted(found, key=lambda cell: -abs(cell.z))
    yield Verdict(
        f"shares ever affected, {len(found)} cells of {len({(c.kind, c.code) for c in found})} codes",
        within >= SHARE, f"{within:.1%} within {WITHIN} standard errors", f"target {SHARE:.0%}",
        tuple(_said(cell) for cell in worst[:15] if abs(cell.z) > WITHIN),
    )  # fmt: skip
    unexplained = [cell for cell in worst if cell.is_double and (cell.kind, cell.code) not in REASONS]
    yield Verdict(
        "cells off by more than a factor of 2 without a written reason", not unexplained, f"{len(unexplained)}",
        "target none", tuple(map(_said, unexplained[:20])),
    )  # fmt: skip
    for rate in events:
        if max(rate.here, rate.there) >= _RARE_EVENTS:
            yield Verdict(
                f"{rate.kind} per person-year", abs(rate.ratio - 1) <= EVENTS_WITHIN,
                f"{rate.here:.3f} here, {rate.there:.3f} in Synthea: {rate.ratio - 1:+.0%} (SE {rate.error:.0%})",
                f"target within {EVENTS_WITHIN:.0%}",
            )  # fmt: skip


def _said(cell: Cell) -> str:
    return (
        f"{cell.kind} {cell.code} {cell.name}, {cell.sex} {cell.band}: {cell.here:.1%} here, {cell.there:.1%} in Synthea, "
        f"z {cell.z:+.1f}"
    )


if __name__ == "__main__":
    alone(check, __doc__)
