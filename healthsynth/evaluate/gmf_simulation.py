"""`module simulate` for modules in Synthea's format: who goes through which states, what that charts, or one life step by step."""

from collections import Counter as Count
from collections.abc import Iterator
from functools import partial

from healthsynth.compile.program import Program
from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.people.population import People, Selection
from healthsynth.record.events import Diagnosis, Prescription, ProcedureDone
from healthsynth.simulate.gmf.engine import GmfEngine, Living
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.setup import make_engine
from healthsynth.units import DAY, YEAR, Clock, age_years, civil

BANDS = ((0, 18), (18, 40), (40, 65), (65, 120))
_ATTEMPTS = 200
_LABEL, _CELL = 44, 8  # columns
_KINDS = {Diagnosis: "diagnosed", Prescription: "prescribed", ProcedureDone: "done"}
_EVER = -400 * YEAR


def states(program: Program, key: str, people: int, seed: int, as_of: Clock) -> str:
    """How many of those living at the reference date ever were in each state, and have ever had what the module charts.

    Args:
        program: with the module and what it calls; what reads or is read by others lacks them if they are not in it.
    """
    engine = _engine(program, key)
    ever: Count[tuple[str, str]] = Count()
    visits: Count[tuple[str, str]] = Count()
    charted: Count[tuple[str, str, int, str]] = Count()
    sizes: Count[tuple[int, str]] = Count()
    years = 0.0
    for number in range(1, people + 1):
        living, path = _lived(engine, key, number, seed, as_of)
        person = living.life.person
        age = age_years(person.birth, as_of)
        band = next(i for i, (low, high) in enumerate(BANDS) if low <= age < high)
        sizes[band, person.sex[0].upper()] += 1
        years += (as_of - person.birth) / YEAR
        been = [(state.module.key, state.name) for state, _ in path]
        visits.update(been)
        ever.update(set(been))
        charted.update({(*what, band, person.sex[0].upper()) for what in _charted(engine, living, key, as_of)})
    lines = [
        f"{engine.modules[key].name}: {people:,} people living at the reference date, {years:,.0f} years of life",
        "",
    ]
    lines.append(f"{'state':{_LABEL}}{'% ever':>{_CELL}}{'a year':>{_CELL + 2}}")
    for module, name in _in_order(engine, key, ever):
        label = name if module == key else f"{module}: {name}"
        share = 100 * ever[module, name] / people
        lines.append(
            f"  {label[: _LABEL - 3]:{_LABEL - 2}}{share:>{_CELL}.1f}{visits[module, name] / years:>{_CELL + 2}.4f}"
        )
    lines += ["", *_table(charted, sizes)]
    return "\n".join(lines)


def _engine(program: Program, key: str) -> GmfEngine:
    engine = make_engine(program).gmf
    assert engine is not None
    if key not in engine.orders:
        raise UsageError(f"'{key}' is a submodule: it runs only when another module calls it")
    return engine


def _lived(
    engine: GmfEngine, key: str, number: int, seed: int, as_of: Clock
) -> tuple[Living, list[tuple[BoundState, Clock]]]:
    """The life of a slot that reaches the reference date, and its way through the module."""
    everybody = People(Selection(), seed, as_of)
    order = engine.orders[key]
    for attempt in range(_ATTEMPTS):
        living = engine.life(everybody.person(number, attempt), as_of, _EVER)
        path: list[tuple[BoundState, Clock]] = []
        living.life.follow = partial(_follow, living, order, path)
        living.run()
        death = living.life.death
        if death is None or death >= as_of:
            living.finish()
            return living, path
    raise HealthsynthError(f"nobody of patient {number}'s census slot lives to the reference date in {_ATTEMPTS} lives")


def _follow(living: Living, order: int, path: list[tuple[BoundState, Clock]], state: BoundState, at: Clock) -> None:
    if living.life.process.order == order:
        path.append((state, at))


def _in_order(engine: GmfEngine, key: str, ever: Count[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Visited states in the order of their files, the module itself first."""
    for module in (key, *(each for each in engine.modules if each != key)):
        for name in engine.modules[module].states:
            if ever[module, name]:
                yield module, name


def _charted(engine: GmfEngine, living: Living, key: str, as_of: Clock) -> Iterator[tuple[str, str]]:
    """(kind, text) of what the module or one that it calls has charted."""
    origins = engine.origins_of(key)
    for event in living.life.chart.record(as_of).events:
        kind = _KINDS.get(type(event))
        if kind is not None and event.origin in origins:
            yield kind, event.concept.text  # type: ignore[union-attr]


def _table(charted: Count[tuple[str, str, int, str]], sizes: Count[tuple[int, str]]) -> Iterator[str]:
    bands = [(band, sex) for sex in "FM" for band in range(len(BANDS))]
    names = [f"{sex}{low}-{high - 1}" if high < 100 else f"{sex}{low}+" for sex in "FM" for low, high in BANDS]
    yield f"{'% who ever had':{_LABEL}}" + "".join(f"{name:>{_CELL}}" for name in names)
    for kind, text in sorted({(kind, text) for kind, text, _, _ in charted}):
        cells = [
            f"{100 * charted[kind, text, *place] / sizes[place]:>{_CELL}.1f}" if sizes[place] else f"{'-':>{_CELL}}"
            for place in bands
        ]
        yield f"  {f'{kind}: {text}'[: _LABEL - 3]:{_LABEL - 2}}" + "".join(cells)


def life(program: Program, key: str, number: int, seed: int, as_of: Clock) -> str:
    """One life: every state that the module went through, and when. Rounds of a loop that led back to it are left out."""
    engine = _engine(program, key)
    living, path = _lived(engine, key, number, seed, as_of)
    person = living.life.person
    lines = [f"patient {number} of seed {seed}: {person.sex}, born {civil(person.birth)}", ""]
    for state, at in path:
        where = "" if state.module.key == key else f"  ({state.module.key})"
        age = (at - person.birth) / YEAR
        lines.append(f"{civil(at)}  {at % DAY // 3600:02d}:{at % 3600 // 60:02d}  {age:5.1f}  {state.name}{where}")
    frame = living.life.processes[engine.orders[key]]
    assert frame is not None
    lines.append(f"now in {frame.frame.state.name}")
    return "\n".join(lines)
