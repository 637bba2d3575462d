"""Observations: where their values come from, and how they are charted."""

from collections.abc import Callable, Sequence
from typing import Any

from healthsynth.compile.gmf.conditions import Binder
from healthsynth.compile.gmf.draws import from_range, sampler
from healthsynth.compile.gmf.times import half_up
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.program import Act, BoundState
from healthsynth.simulate.gmf.state import Entry, GmfLife, Seen
from healthsynth.simulate.gmf.visits import current
from healthsynth.spec.gmf import states as spec
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept

Read = Callable[[GmfLife], Any]
_ASKED = ("survey", "social")  # kinds of what people answer: without an answer there is nothing to chart


class Bound:
    """One observation ready to be made: what of, its value, whether a condition asks for it, and whether reading draws."""

    __slots__ = ("asked", "code", "concept", "decimals", "draws", "is_question", "read")

    def __init__(self, given: spec.Observed, category: str, asked: frozenset[str], binder: Binder):
        self.concept = concepts.observed(given, category)
        self.code = given.codes[0].code
        self.asked = self.code in asked
        self.decimals = self.concept.decimals
        self.is_question = self.concept.kind in _ASKED
        self.read, self.draws = _source(given, binder)

    def value(self, life: GmfLife) -> Any:
        """As conditions see it."""
        return self.read(life)

    def charted(self, value: Any) -> float | Concept | None:
        """As the record has it."""
        if value.__class__ is float:
            return half_up(value, self.decimals)
        return concepts.value(value.concept.text if isinstance(value, Entry) else value)


def _source(given: spec.Observed, binder: Binder) -> tuple[Read, bool]:
    """How a value is come by, and whether that takes a number from the stream of the module."""
    if given.range is not None:
        return from_range(given.range), True
    if given.exact is not None:
        quantity = given.exact.quantity
        value = quantity if isinstance(quantity, str) else float(quantity)
        return lambda life: value, False
    if given.distribution is not None:
        return sampler(given.distribution, binder.corrected), True
    if given.attribute:
        name = given.attribute
        if name in binder.computed:
            return lambda life: life.computed(name), False
        return lambda life: life.attributes.get(name), False
    if given.vital_sign:
        sign = given.vital_sign
        return lambda life: life.vital(sign), False
    if given.value_code is not None:
        code = given.value_code
        return lambda life: code, False
    return lambda life: None, False


def observation(state: BoundState, asked: frozenset[str], binder: Binder) -> Act:
    """One."""
    assert isinstance(state.spec, spec.Observation)
    bound, origin = Bound(state.spec.observed, "", asked, binder), state.origin
    is_silent = not bound.asked and not bound.draws

    def act(life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if is_silent and not visit.charting:
            life.chart.skip()
        else:
            _observe(life, visit, at, bound, origin)

    return act


def _observe(life: GmfLife, visit: Seen, at: Clock, bound: Bound, origin: int) -> int:
    """Make and chart one; its number, 0 if it was before the history or has no value and is asked of a person."""
    value = bound.read(life) if visit.charting or bound.asked or bound.draws else None
    if bound.asked:
        _remember(life, visit, bound.code, value)
    if not visit.charting or (value is None and bound.is_question):
        life.chart.skip()
        return 0
    return life.chart.result(visit.number, visit.time(at), bound.concept, bound.charted(value), origin)


def _remember(life: GmfLife, visit: Seen, code: str, value: Any) -> None:
    """The latest is of the newest visit, but the first one made in it."""
    found = life.latest.get(code)
    if found is None or found[0] < visit.number:
        life.latest[code] = visit.number, value


def report(state: BoundState, asked: frozenset[str], binder: Binder) -> Act:
    """Several, and a report of them; a questionnaire, if all are answers of people."""
    given = state.spec
    assert isinstance(given, spec.DiagnosticReport)
    parts, origin = tuple(Bound(each, "", asked, binder) for each in given.observations), state.origin
    is_survey = all(part.is_question for part in parts)
    concept = concepts.concept("survey" if is_survey else "panel", given.codes)
    heard = tuple(part for part in parts if part.asked or part.draws)  # what counts whether or not it is charted
    count = len(parts) + 1

    def act(life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if not visit.charting:
            for part in heard:
                value = part.read(life)
                if part.asked:
                    _remember(life, visit, part.code, value)
            life.chart.skip(count)
            return
        numbers = tuple([number for part in parts if (number := _observe(life, visit, at, part, origin))])
        if is_survey and numbers:
            life.chart.survey(visit.number, visit.time(at), concept, numbers, origin)
        elif is_survey:
            life.chart.skip()
        else:
            life.chart.report(visit.number, visit.time(at), concept, numbers, origin)

    return act


def composed(state: BoundState, binder: Binder) -> Act:
    """Several as components of one: no condition can see them."""
    given = state.spec
    assert isinstance(given, spec.MultiObservation)
    parts: Sequence[Bound] = [Bound(each, given.category, frozenset(), binder) for each in given.observations]
    concept, origin = concepts.composed(given.codes, given.category), state.origin
    drawn = tuple(part for part in parts if part.draws)

    def act(life: GmfLife) -> None:
        at = life.clock
        visit = current(life, at)
        if not visit.charting:
            for part in drawn:
                part.read(life)
            life.chart.skip()
            return
        components = [(part.concept, part.charted(part.read(life)), None, "") for part in reversed(parts)]
        life.chart.result(visit.number, visit.time(at), concept, None, origin, tuple(components))

    return act
