"""Observations: where their values come from, and how they are charted."""

from typing import Any, Final

from healthsynth.compile.plausible import limits
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.conditions import Binder
from healthsynth.simulate.gmf.draws import from_range, sampler
from healthsynth.simulate.gmf.nodes import Deed, Literal, OfVitalSign, Sampled, Value
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import Entry, GmfLife, Seen
from healthsynth.simulate.gmf.times import half_up_to
from healthsynth.simulate.gmf.visits import current
from healthsynth.spec.gmf import states as spec
from healthsynth.units import Clock

_ASKED: Final = ("survey", "social")  # kinds of what people answer: without an answer there is nothing to chart


class Part:
    """One observation ready to be made: what of, its value, whether a condition asks for it, and whether reading draws."""

    def __init__(self, given: spec.Observed, category: str, asked: frozenset[str], binder: Binder):
        self.concept = concepts.observed(given, category)
        self.code: str = given.codes[0].code
        self.asked = self.code in asked
        self.scale = 10.0**self.concept.decimals
        self.is_question = self.concept.kind in _ASKED
        self.value = _source(given, binder)
        self.draws = isinstance(self.value, Sampled)
        self.fixed: Any = None  # as it is charted, where it is the same for everybody
        if isinstance(self.value, Literal):
            self.fixed = self.charted(self.value.value)

    def charted(self, value: Any) -> Any:
        """As the record has it: a number, a concept or None."""
        if type(value) is float:
            return half_up_to(value, self.scale)
        if self.fixed is not None:
            return self.fixed
        return concepts.value(value.concept.text if isinstance(value, Entry) else value)

    def observe(self, life: GmfLife, visit: Seen, at: Clock, origin: int) -> int:
        """Make and chart it; its number, 0 if it was before the history or has no value and is asked of a person."""
        charting = visit.charting
        value = self.value.read(life) if charting or self.asked or self.draws else None
        if self.asked:
            self.remember(life, visit, value)
        if not charting or (value is None and self.is_question):
            life.chart.skip()
            return 0
        return life.chart.result(visit.number, visit.time(at), self.concept, self.charted(value), origin)

    def hear(self, life: GmfLife, visit: Seen) -> None:
        """What counts whether or not it is charted: a draw, and what conditions ask for."""
        value = self.value.read(life)
        if self.asked:
            self.remember(life, visit, value)

    def remember(self, life: GmfLife, visit: Seen, value: Any) -> None:
        """The latest is of the newest visit, but the first one made in it."""
        found = life.latest.get(self.code)
        if found is None or found[0] < visit.number:
            life.latest[self.code] = visit.number, value


def _source(given: spec.Observed, binder: Binder) -> Value:
    """How a value is come by; what takes a number from the stream of the module is Sampled."""
    if given.range is not None:
        return Sampled(from_range(given.range))
    if given.exact is not None:
        quantity = given.exact.quantity
        return Literal(quantity if isinstance(quantity, str) else float(quantity))
    if given.distribution is not None:
        return Sampled(sampler(given.distribution, binder.corrected))
    if given.attribute:
        return binder.value(given.attribute)
    if given.vital_sign:
        return _possible(OfVitalSign(given.vital_sign), given) if binder.corrected else OfVitalSign(given.vital_sign)
    return Literal(given.value_code)


def _possible(value: Value, given: spec.Observed) -> Value:
    """A reading within what a human being has, as the corrected mode charts it.

    Synthea's creatinine has no upper end when the kidneys hardly work.
    """
    found = limits().get(given.codes[0].code)
    return value if found is None or found.unit != given.unit else _Within(value, found.low, found.high)


class _Within(Value):
    """A number cut off at limits."""

    def __init__(self, value: Value, low: float, high: float):
        self.value = value
        self.low = low
        self.high = high

    def read(self, life: GmfLife) -> Any:
        found: Any = self.value.read(life)
        return found if found is None else min(max(found, self.low), self.high)


class Observe(Deed):
    """One observation."""

    def __init__(self, state: BoundState, given: spec.Observation, asked: frozenset[str], binder: Binder):
        self.part = Part(given.observed, "", asked, binder)
        self.origin = state.origin
        self.is_silent = not self.part.asked and not self.part.draws

    def do(self, life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if self.is_silent and not visit.charting:
            life.chart.skip()
        else:
            self.part.observe(life, visit, at, self.origin)


class Report(Deed):
    """Several, and a report of them; a questionnaire, if all are answers of people."""

    def __init__(self, state: BoundState, given: spec.DiagnosticReport, asked: frozenset[str], binder: Binder):
        self.parts = [Part(each, "", asked, binder) for each in given.observations]
        self.heard = [part for part in self.parts if part.asked or part.draws]
        self.is_survey = all(part.is_question for part in self.parts)
        self.concept = concepts.concept("survey" if self.is_survey else "panel", given.codes)
        self.origin = state.origin

    def do(self, life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if not visit.charting:
            for part in self.heard:
                part.hear(life, visit)
            life.chart.skip(len(self.parts) + 1)
            return
        numbers: list[int] = []
        for part in self.parts:
            number = part.observe(life, visit, at, self.origin)
            if number:
                numbers.append(number)
        self._chart(life, visit, visit.time(at), tuple(numbers))

    def _chart(self, life: GmfLife, visit: Seen, at: Clock, numbers: tuple[int, ...]) -> None:
        if not self.is_survey:
            life.chart.report(visit.number, at, self.concept, numbers, self.origin)
        elif numbers:
            life.chart.survey(visit.number, at, self.concept, numbers, self.origin)
        else:
            life.chart.skip()


class ObserveParts(Deed):
    """Several as components of one: no condition can see them."""

    def __init__(self, state: BoundState, given: spec.MultiObservation, binder: Binder):
        self.parts = [Part(each, given.category, frozenset(), binder) for each in given.observations]
        self.drawn = [part for part in self.parts if part.draws]
        self.concept = concepts.composed(given.codes, given.category)
        self.origin = state.origin

    def do(self, life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if not visit.charting:
            for part in self.drawn:
                part.value.read(life)
            life.chart.skip()
            return
        found = [(part.concept, part.charted(part.value.read(life)), None, "") for part in reversed(self.parts)]
        life.chart.result(visit.number, visit.time(at), self.concept, None, self.origin, tuple(found))
