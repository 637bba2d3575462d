"""Readings and answers -> Results and Reports: what is written when a measure is tested."""

from collections.abc import Callable

from healthsynth.record.events import Report, Result
from healthsynth.simulate.encounter import Encounter
from healthsynth.simulate.measures import BoundMeasure, bind_reading
from healthsynth.simulate.patient import Patient
from healthsynth.units import MINUTE, YEAR
from healthsynth.vocabulary import Concept, Range

Chart = Callable[[Patient, Encounter, int], int | None]  # -> the number of the Result, None if nothing was written
Heard = Callable[[str], list[Callable[[Patient], None]]]  # -> those who re-test at a write of this name; may still grow


def reference_range(concept: Concept, sex: str, age_years: float) -> Range | None:
    """The range of a concept for a sex and age in years."""
    for found in concept.ranges:
        if found.sex in (None, sex) and found.age_low <= age_years < found.age_high:
            return found
    return None


def ranges_by_age(concept: Concept) -> Callable[[str, int], Range | None] | None:
    """`reference_range` for whole years, looked up; None for a concept without ranges."""
    if not concept.ranges:
        return None
    if len(concept.ranges) == 1 and concept.ranges[0].sex is None and concept.ranges[0].age_low <= 0:
        only = concept.ranges[0]
        if only.age_high >= 199:
            return lambda sex, age: only
    table = {(sex, age): reference_range(concept, sex, age) for sex in ("female", "male") for age in range(-1, 130)}
    return lambda sex, age: table[sex, age]


def flag(concept: Concept, found: Range | None, value: float) -> str:
    """The interpretation of a value: N, L, H, LL, HH, or "" without a range."""
    if found is None:
        return ""
    low, high = concept.critical
    if low is not None and value < low:
        return "LL"
    if high is not None and value > high:
        return "HH"
    if found.low is not None and value < found.low:
        return "L"
    if found.high is not None and value > found.high:
        return "H"
    return "N"


def chart_measure(
    concept: Concept,
    measure: BoundMeasure,
    needed: bool,
    answers: dict[str, Concept],
    heard: Heard,
    timed: bool = False,
    passing: bool = False,
) -> Chart:
    """How one measure is charted. Readings that no condition needs are not taken before the history begins.

    Args:
        needed: some condition reads the value.
        timed: some condition asks only when it was tested.
        passing: whoever reads the value does so in the visit that measures it.
    """
    name, decimals = concept.name, concept.decimals
    flagged = concept.kind == "lab"
    watch = f"result:{name}"
    listeners = heard(watch)

    reading = bind_reading(measure, decimals)
    plain = measure.answer is None and measure.calculated is None
    put_off = passing and plain
    range_of = ranges_by_age(concept)

    def value_of(p: Patient) -> float | str:
        if measure.answer is not None:
            return measure.answer(p)
        assert measure.calculated is not None
        return round(measure.calculated(p), decimals)

    def chart(p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not (needed or encounter.charting):
            if timed:
                p.answers[name] = encounter.clock
                p.notify(watch)
            return None
        if name in encounter.tested:
            return encounter.tested[name]
        if put_off and not encounter.charting:
            p.results.put_off(name, reading)
            p.answers[name] = encounter.clock
            encounter.tested[name] = None
            return None
        for need in measure.needs:
            if need not in encounter.tested:
                p.engine.charts[need](p, encounter, origin)
        if plain:
            value: float | str = reading(p)
        else:
            value = value_of(p)
        if value != value:
            return None
        p.results[name] = value
        p.answers[name] = encounter.clock
        number = None
        if encounter.charting:
            number = p.number()
            found = range_of(p.sex, (encounter.clock - p.birth) // YEAR) if range_of is not None else None
            mark = flag(concept, found, value) if flagged and not isinstance(value, str) else ""
            written = answers[value] if isinstance(value, str) else value
            p.events.append(
                Result(number, encounter.number, encounter.clock, concept, written, found, mark, (), origin)
            )
        encounter.tested[name] = number
        if listeners or watch in p.until:  # most results are read in the visit, and nobody waits for them
            p.notify(watch)
        return number

    return chart


def chart_components(concept: Concept, parts: list[tuple[Concept, BoundMeasure]], needed: bool, heard: Heard) -> Chart:
    """One observation of several values (blood pressure)."""
    name = concept.name
    watches = [(f"result:{part.name}", heard(f"result:{part.name}")) for part, _ in parts]
    readings = [(part, bind_reading(measure, part.decimals)) for part, measure in parts]

    def chart(p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not (needed or encounter.charting):
            return None
        if name in encounter.tested:
            return encounter.tested[name]
        values = [(part, reading(p)) for part, reading in readings]
        if name == "blood_pressure":
            values = _sane_pressure(values)
        for part, value in values:
            p.results[part.name] = value
            p.answers[part.name] = encounter.clock
        p.answers[name] = encounter.clock
        number = None
        if encounter.charting:
            number = p.number()
            written = tuple((part, value, None, "") for part, value in values)
            p.events.append(Result(number, encounter.number, encounter.clock, concept, None, None, "", written, origin))
        encounter.tested[name] = number
        for part, _ in values:
            encounter.tested[part.name] = number
        for watch, listeners in watches:
            if listeners or watch in p.until:
                p.notify(watch)
        return number

    return chart


def _sane_pressure(values: list[tuple[Concept, float]]) -> list[tuple[Concept, float]]:
    """A cuff cannot read a pulse pressure below 15 mmHg: the noises of the two readings are not independent."""
    by_name = {part.name: value for part, value in values}
    top = by_name.get("systolic", 1e9) - 15
    return [(part, min(value, top) if part.name == "diastolic" else value) for part, value in values]


def chart_group(members: tuple[str, ...]) -> Chart:
    """Tested together, without a report."""

    parts: list[Chart] = []  # known once everything is bound
    unseen: list[Chart] = []

    def chart(p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not parts:
            engine = p.engine
            parts.extend(engine.charts[name] for name in members)
            unseen.extend(engine.charts[name] for name in members if name not in engine.silent)
        for part in parts if encounter.charting else unseen:
            part(p, encounter, origin)
        encounter.clock += MINUTE
        return None

    return chart


def chart_panel(concept: Concept, members: tuple[str, ...], needed: bool) -> Chart:
    """All members, and one report of them."""

    def chart(p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not (needed or encounter.charting):
            return None
        engine, charting = p.engine, encounter.charting
        charts = engine.charts
        numbers = [charts[name](p, encounter, origin) for name in members if charting or name not in engine.silent]
        p.answers[concept.name] = encounter.clock
        if encounter.charting:
            found = tuple(number for number in numbers if number is not None)
            if found:
                reason = encounter.reason
                p.events.append(Report(p.number(), encounter.number, encounter.clock, concept, found, reason, origin))
        encounter.tested[concept.name] = None
        return None

    return chart
