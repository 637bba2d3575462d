"""Makes healthsynth/data/background_share.csv: the part of the life table that the modelled causes leave.

    python scripts/calibrate_mortality.py [--people 6000] [--rounds 2]

Lives are simulated with the modules as they are. At every birthday and a half the multiplier of each living person and
their hazards of modelled causes are noted, deaths of `when:` entries are counted. The background that is left is

    share(age, sex) = (h - c) / (h * m)

with h the life table's hazard, c the mean modelled hazard and m the mean multiplier of those alive. Means are smoothed
over ages (a triangle of 11 years). A second round starts from the first one's shares, because who survives depends on
them. Run it again whenever modules change how people die; `make conformance` checks the life expectancy.
"""

import argparse
import csv
import multiprocessing
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from healthsynth.compile.library import program
from healthsynth.people.mortality import background_share, life_table
from healthsynth.people.population import People, Selection
from healthsynth.simulate.patient import PLAN, Patient
from healthsynth.simulate.setup import make_engine
from healthsynth.units import YEAR, civil, clock

TARGET = Path(__file__).resolve().parent.parent / "healthsynth" / "data" / "background_share.csv"
AGES, SMOOTH, LEAST, MOST = 111, 5, 0.02, 1.0
AS_OF = clock(date(2025, 1, 1))
Key = tuple[str, int]


class _Notes:
    """Sums by sex and age: people alive, life table hazard, multiplier weighted by it, modelled hazards."""

    def __init__(self) -> None:
        self.alive: dict[Key, float] = defaultdict(float)
        self.table: dict[Key, float] = defaultdict(float)
        self.multiplied: dict[Key, float] = defaultdict(float)
        self.modelled: dict[Key, float] = defaultdict(float)

    def add(self, other: "_Notes") -> None:
        for name in ("alive", "table", "multiplied", "modelled"):
            mine = getattr(self, name)
            for key, value in getattr(other, name).items():
                mine[key] += value


def _chunk(numbers: list[int]) -> _Notes:
    engine, table, seed = _SHARED
    notes = _Notes()
    people = People(Selection(), seed, AS_OF)

    def look(p: Patient) -> None:
        age = (p.now - p.birth) // YEAR
        key = (p.sex, min(age, AGES - 1))
        hazard = table.hazard(civil(p.now).year, p.sex, min(age, AGES - 1))
        notes.alive[key] += 1
        notes.table[key] += hazard
        notes.multiplied[key] += hazard * engine.background.multiplier(p)
        for race in engine.causes:
            for rate, guard in race.hazards:
                if guard is None or guard.test(p):
                    notes.modelled[key] += rate.rate(p)
        p.at(p.turns(12 * (age + 1) + 6), PLAN, look)

    for number in numbers:
        for attempt in range(3):  # the dead of a slot are part of the population at risk
            person = people.person(number, attempt)
            p = engine.life(person, AS_OF, AS_OF, lambda p: p.at(p.turns(6), PLAN, look))
            if p.dead is None:
                break
            origin = engine.program.origins[p.dead.origin]
            if p.dead.origin and origin.state.startswith("death") and _at_once(engine, p.dead.origin):
                notes.modelled[p.sex, min((p.now - p.birth) // YEAR, AGES - 1)] += 1
    return notes


def _at_once(engine: object, origin: int) -> bool:
    """Whether an origin is a `when:` entry, whose deaths are counted rather than their hazard."""
    program = engine.program  # type: ignore[attr-defined]
    for (module, path), index in program.origin_at.items():
        if index == origin and path[0] == "death":
            spec = next(m for m in program.modules if m.module == module)
            return spec.death[path[1]].when is not None
    return False


_SHARED: list = []


def shares(notes: _Notes) -> dict[Key, float]:
    """The smoothed share by sex and age."""
    found = {}
    for sex in ("male", "female"):
        for age in range(AGES):
            h = m = c = 0.0
            width = min(SMOOTH, age)  # the first years of life are not like those after them
            for near in range(age - width, age + width + 1):
                weight = width + 1 - abs(near - age)
                h += weight * notes.table[sex, near]
                m += weight * notes.multiplied[sex, near]
                c += weight * notes.modelled[sex, near]
            found[sex, age] = min(max((h - c) / m, LEAST), MOST) if m > 0 and notes.alive[sex, age] >= 5 else -1.0
        last = 1.0
        for age in range(AGES):  # ages too rare to see keep the share of the last that was seen
            last = found[sex, age] = found[sex, age] if found[sex, age] >= 0 else last
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    table = life_table()
    TARGET.unlink(missing_ok=True)
    for number in range(options.rounds):
        background_share.cache_clear()
        engine = make_engine(program())
        _SHARED[:] = [engine, table, 100 + number]
        numbers = list(range(1, options.people + 1))
        chunks = [numbers[i : i + 200] for i in range(0, len(numbers), 200)]
        notes = _Notes()
        with ProcessPoolExecutor(options.workers, mp_context=multiprocessing.get_context("fork")) as pool:
            for part in pool.map(_chunk, chunks):
                notes.add(part)
        found = shares(notes)
        with TARGET.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["sex", "age", "share"])
            writer.writerows([sex, age, f"{share:.4f}"] for (sex, age), share in sorted(found.items()))
        print(f"round {number + 1}:", {age: round(found["male", age], 3) for age in range(0, 101, 20)})


if __name__ == "__main__":
    main()
