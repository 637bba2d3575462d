"""Readings and answers -> Results and Reports: what is written when a measure is tested."""

from collections.abc import Callable

from healthsynth.record.events import Report, Result
from healthsynth.simulate.encounter import Encounter
from healthsynth.simulate.measures import BoundMeasure
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.readings import bind_reading
from healthsynth.units import MINUTE, YEAR
from healthsynth.vocabulary import Concept, Range

Heard = Callable[[str], list[Callable[[Patient], None]]]  # -> those who re-test at a write of this name; may still grow


def reference_range(concept: Concept, sex: str, age_years: float) -> Range | None:
    """The range of a concept for a sex and age in years."""
    for found in concept.ranges:
        if found.sex in (None, sex) and found.age_low <= age_years < found.age_high:
            return found
    return None


class RangeByAge:
    """`reference_range` for whole years, looked up."""

    def __init__(self, concept: Concept):
        ages = range(-1, 130)
        self.female = [reference_range(concept, "female", age) for age in ages]
        self.male = [reference_range(concept, "male", age) for age in ages]

    def of(self, sex: str, age: int) -> Range | None:
        return (self.female if sex == "female" else self.male)[age + 1]


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


class Chart:
    """How something that can be tested is written."""

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        """Returns the number of the Result, None if nothing was written."""
        raise NotImplementedError


class MeasureChart(Chart):
    """One measure. Readings that no condition needs are not taken before the history begins.

    Args:
        needed: some condition reads the value.
        timed: some condition asks only when it was tested.
        passing: whoever reads the value does so in the visit that measures it.
    """

    def __init__(
        self,
        concept: Concept,
        measure: BoundMeasure,
        needed: bool,
        answers: dict[str, Concept],
        heard: Heard,
        timed: bool = False,
        passing: bool = False,
    ):
        self.concept = concept
        self.name = concept.name
        self.decimals = concept.decimals
        self.flagged = concept.kind == "lab"
        self.watch = f"result:{concept.name}"
        self.listeners = heard(self.watch)
        self.reading = bind_reading(measure, concept.decimals)
        self.answer = measure.answer
        self.calculated = measure.calculated
        self.needs = measure.needs
        self.put_off = passing and measure.answer is None and measure.calculated is None
        self.ranges = RangeByAge(concept) if concept.ranges else None
        self.answers = answers
        self.needed = needed
        self.timed = timed

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        name, charting = self.name, encounter.charting
        if not (self.needed or charting):
            if self.timed:
                p.answers[name] = encounter.clock
                p.notify(self.watch)
            return None
        if name in encounter.tested:
            return encounter.tested[name]
        if self.put_off and not charting:
            p.put_off(name, self.reading)
            p.answers[name] = encounter.clock
            encounter.tested[name] = None
            return None
        for need in self.needs:
            if need not in encounter.tested:
                p.engine.charts[need].chart(p, encounter, origin)
        if self.answer is not None:
            return self._answered(p, encounter, origin, self.answer.given(p))
        value = self.reading.read(p) if self.calculated is None else round(self.calculated.at(p), self.decimals)
        if value != value:
            return None
        number: int | None = None
        if charting:
            number = p.number()
            found: Range | None = None
            if self.ranges is not None:
                found = self.ranges.of(p.sex, (encounter.clock - p.birth) // YEAR)
            mark = flag(self.concept, found, value) if self.flagged else ""
            p.events.append(
                Result(number, encounter.number, encounter.clock, self.concept, value, found, mark, (), origin)
            )
        self._known(p, encounter, value, number)
        return number

    def _answered(self, p: Patient, encounter: Encounter, origin: int, answer: str) -> int | None:
        number: int | None = None
        if encounter.charting:
            number = p.number()
            written = self.answers[answer]
            p.events.append(
                Result(number, encounter.number, encounter.clock, self.concept, written, None, "", (), origin)
            )
        self._known(p, encounter, answer, number)
        return number

    def _known(self, p: Patient, encounter: Encounter, value: float | str, number: int | None) -> None:
        p.results[self.name] = value
        p.answers[self.name] = encounter.clock
        encounter.tested[self.name] = number
        if self.listeners or self.watch in p.until:  # most results are read in the visit, and nobody waits for them
            p.notify(self.watch)


class _Part:
    """One value of an observation with several."""

    def __init__(self, concept: Concept, measure: BoundMeasure, heard: Heard):
        self.concept = concept
        self.name = concept.name
        self.watch = f"result:{concept.name}"
        self.listeners = heard(self.watch)
        self.reading = bind_reading(measure, concept.decimals)


class ComponentsChart(Chart):
    """One observation of several values (blood pressure)."""

    def __init__(self, concept: Concept, parts: list[tuple[Concept, BoundMeasure]], needed: bool, heard: Heard):
        self.concept = concept
        self.name = concept.name
        self.needed = needed
        self.parts = [_Part(part, measure, heard) for part, measure in parts]

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not (self.needed or encounter.charting):
            return None
        if self.name in encounter.tested:
            return encounter.tested[self.name]
        values = [part.reading.read(p) for part in self.parts]
        if self.name == "blood_pressure":
            values = self._sane_pressure(values)
        for i, part in enumerate(self.parts):
            p.results[part.name] = values[i]
            p.answers[part.name] = encounter.clock
        p.answers[self.name] = encounter.clock
        number: int | None = None
        if encounter.charting:
            number = p.number()
            written = tuple([(part.concept, values[i], None, "") for i, part in enumerate(self.parts)])
            p.events.append(
                Result(number, encounter.number, encounter.clock, self.concept, None, None, "", written, origin)
            )
        encounter.tested[self.name] = number
        for part in self.parts:
            encounter.tested[part.name] = number
        for part in self.parts:
            if part.listeners or part.watch in p.until:
                p.notify(part.watch)
        return number

    def _sane_pressure(self, values: list[float]) -> list[float]:
        """A cuff cannot read a pulse pressure below 15 mmHg: the noises of the two readings are not independent."""
        top = 1e9
        for i, part in enumerate(self.parts):
            if part.name == "systolic":
                top = values[i] - 15
        return [min(value, top) if self.parts[i].name == "diastolic" else value for i, value in enumerate(values)]


class GroupChart(Chart):
    """Tested together, without a report."""

    def __init__(self, members: tuple[str, ...]):
        self.members = members
        self.parts: list[Chart] = []  # known once everything is bound
        self.unseen: list[Chart] = []

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        if not self.parts:
            engine = p.engine
            self.parts.extend([engine.charts[name] for name in self.members])
            self.unseen.extend([engine.charts[name] for name in self.members if name not in engine.silent])
        for part in self.parts if encounter.charting else self.unseen:
            part.chart(p, encounter, origin)
        encounter.clock += MINUTE
        return None


class PanelChart(Chart):
    """All members, and one report of them."""

    def __init__(self, concept: Concept, members: tuple[str, ...], needed: bool):
        self.concept = concept
        self.name = concept.name
        self.members = members
        self.needed = needed

    def chart(self, p: Patient, encounter: Encounter, origin: int) -> int | None:
        charting = encounter.charting
        if not (self.needed or charting):
            return None
        engine = p.engine
        found: list[int] = []
        for name in self.members:
            if charting or name not in engine.silent:
                number = engine.charts[name].chart(p, encounter, origin)
                if number is not None:
                    found.append(number)
        p.answers[self.name] = encounter.clock
        if charting and found:
            reason = encounter.reason
            p.events.append(
                Report(p.number(), encounter.number, encounter.clock, self.concept, tuple(found), reason, origin)
            )
        encounter.tested[self.name] = None
        return None
