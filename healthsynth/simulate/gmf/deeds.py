"""What states write to attributes and to the record."""

from typing import Any, Final

from healthsynth.record.events import Dose
from healthsynth.simulate.gmf import entries, visits
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.entries import Order, Reason
from healthsynth.simulate.gmf.nodes import Amount, Deed, Length, Value
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import Entry, GmfLife
from healthsynth.simulate.gmf.times import length
from healthsynth.spec.gmf import states as spec
from healthsynth.units import MINUTE, Clock
from healthsynth.vocabulary import Concept

_PROCEDURE_TAKES: Final = 15 * MINUTE
_IMAGING_TAKES: Final = 30 * MINUTE
_GOAL_DUE: Final = length(30, "days")


# --- attributes, symptoms, vital signs ------------------------------------------------------------------------------
class SetAttribute(Deed):
    """Writes an attribute; None removes it."""

    def __init__(self, name: str, value: Value):
        self.name = name
        self.value = value

    def do(self, life: GmfLife) -> None:
        life.set(self.name, self.value.read(life))


class Count(Deed):
    """Adds to an attribute; what is no number counts as 0."""

    def __init__(self, name: str, step: float):
        self.name = name
        self.step = step

    def do(self, life: GmfLife) -> None:
        found = life.attributes.get(self.name, 0.0)
        life.set(self.name, (float(found) if isinstance(found, (int, float)) else 0.0) + self.step)


class Feel(Deed):
    """Gives a symptom a value, by chance."""

    def __init__(self, name: str, chance: float, value: Amount):
        self.name = name
        self.chance = chance
        self.value = value

    def do(self, life: GmfLife) -> None:
        if self.chance >= 1.0 or life.draw() < self.chance:
            life.feel(self.name, int(self.value.at(life)))


class SetVitalSign(Deed):
    """Gives a vital sign another source; it is read when somebody looks."""

    def __init__(self, name: str, value: Amount):
        self.name = name
        self.value = value

    def do(self, life: GmfLife) -> None:
        life.overrides[self.name] = life.week, self.value


# --- endings --------------------------------------------------------------------------------------------------------
class _End(Deed):
    def __init__(self, name: str, why: str):
        self.name = name
        self.why = why


class EndByState(_End):
    """Ends what a state of this name wrote."""

    def do(self, life: GmfLife) -> None:
        entries.end(life, entries.named(life, self.name), life.clock, self.why)


class EndByAttribute(_End):
    """Ends what an attribute refers to."""

    def do(self, life: GmfLife) -> None:
        entries.end(life, entries.referred(life, self.name), life.clock, self.why)


class EndByCodes(Deed):
    """Ends the present entry of the first code that has one."""

    def __init__(self, codes: tuple[str, ...], why: str):
        self.codes = codes
        self.why = why

    def do(self, life: GmfLife) -> None:
        entries.end(life, entries.by_codes(life, self.codes), life.clock, self.why)


# --- what is done and given -----------------------------------------------------------------------------------------
class Medicate(Deed):
    """Orders a drug, gives it, or both; while an order is active nothing new is charted."""

    def __init__(self, state: BoundState, given: spec.MedicationOrder, what: Concept, dose: Dose, refills: int):
        self.name = state.name
        self.code: str = given.codes[0].code
        self.concept = what
        self.reason = Reason(given.reason, state.module)
        self.order = Order(dose, refills, state.origin)
        self.attribute = given.assign_to_attribute
        self.is_given = given.administration
        self.is_chronic = given.chronic
        self.is_ordered = given.chronic or not given.administration

    def do(self, life: GmfLife) -> None:
        if self.is_given:
            self._give(life)
        if self.is_ordered:
            self._order(life)

    def _give(self, life: GmfLife) -> None:
        visit, now, order = visits.current(life, life.clock), life.clock, self.order
        if visit.charting:
            why = self.reason.of(life)
            life.chart.administration(visit.number, visit.time(now), self.concept, order.dose, why, order.origin)
        else:
            life.chart.skip()
        if self.attribute:
            once = Entry("administration", self.name, self.code, self.concept, now)
            once.stop = now
            life.set(self.attribute, once)

    def _order(self, life: GmfLife) -> None:
        entry = life.present.get(self.code)
        if entry is None or entry.kind != "medication":
            entry = Entry("medication", self.name, self.code, self.concept, life.clock)
            entry.reason = self.reason.of(life)
            entries.chart_order(life, entry, self.order)
        entry.name = self.name
        entry.order = self.order
        if self.attribute:
            life.set(self.attribute, entry)
        if self.is_chronic:
            life.chronic[self.code] = entry
            if len(life.chronic) == 1:
                life.wants_plan()


class StartPlan(Deed):
    """Starts a care plan, unless its code is present as one."""

    def __init__(self, state: BoundState, given: spec.CarePlanStart, goals: tuple[str, ...]):
        self.name = state.name
        self.origin = state.origin
        self.code: str = given.codes[0].code
        self.concept = concepts.concept("careplan", given.codes)
        self.activities = tuple([concepts.concept("activity", (code,)) for code in given.activities])
        self.goals = goals
        self.reason = Reason(given.reason, state.module)
        self.attribute = given.assign_to_attribute

    def do(self, life: GmfLife) -> None:
        entry = life.present.get(self.code)
        if entry is None or entry.kind != "careplan":
            entry = Entry("careplan", self.name, self.code, self.concept, life.clock)
            self._chart(life, entry)
            entries.put(life, entry)
        entry.name = self.name
        if self.attribute:
            life.set(self.attribute, entry)

    def _chart(self, life: GmfLife, entry: Entry) -> None:
        chart, visit = life.chart, visits.current(life, life.clock)
        at, number, why = visit.time(life.clock), visit.number, self.reason.of(life)
        goals = tuple([chart.goal(number, at, text, at + _GOAL_DUE, self.origin) for text in self.goals])
        entry.number = chart.plan(number, at, self.concept, self.activities, goals, why, self.origin)


class _Procedure:
    """What both kinds of procedures chart."""

    def __init__(self, state: BoundState, given: spec.Procedure):
        self.name = state.name
        self.origin = state.origin
        self.concept = concepts.concept("procedure", given.codes)
        self.code: str = given.codes[0].code
        self.reason = Reason(given.reason, state.module)
        self.attribute = given.assign_to_attribute

    def chart(self, life: GmfLife, stop: Clock) -> None:
        """Chart it and make it the present one of its code."""
        at = life.clock
        visit = visits.current(life, at)
        if stop > visit.last:
            visit.last = stop
        entry = Entry("procedure", self.name, self.code, self.concept, at)
        entry.stop = stop
        if visit.charting:
            start, why = visit.time(at), self.reason.of(life)
            entry.number = life.chart.procedure(
                visit.number, start, max(stop, start), self.concept, why, self.origin
            )  # fmt: skip
        else:
            life.chart.skip()
        entries.put(life, entry)
        if self.attribute:
            life.set(self.attribute, entry)


class Perform(Deed):
    """A procedure that takes no time of the module."""

    def __init__(self, state: BoundState, given: spec.Procedure):
        self.procedure = _Procedure(state, given)

    def do(self, life: GmfLife) -> None:
        self.procedure.chart(life, life.clock + _PROCEDURE_TAKES)


class Performing(Length):
    """A procedure that the module waits for."""

    def __init__(self, state: BoundState, given: spec.Procedure, lasts: Length):
        self.procedure = _Procedure(state, given)
        self.lasts = lasts

    def of(self, life: GmfLife) -> Clock:
        seconds = self.lasts.of(life)
        self.procedure.chart(life, life.clock + seconds)
        return seconds


class TakeImages(Deed):
    """An imaging study, which is a procedure too."""

    def __init__(self, state: BoundState, given: spec.ImagingStudy):
        self.name = state.name
        self.origin = state.origin
        self.code: str = given.procedure_code.code
        self.study: Concept = concepts.imaging(given.procedure_code, given.series)[0]

    def do(self, life: GmfLife) -> None:
        now = life.clock
        visit = visits.current(life, now)
        visit.last = max(visit.last, now + _IMAGING_TAKES)
        if visit.charting:
            life.chart.imaging(visit.number, visit.time(now), self.study, self.origin)
        else:
            life.chart.skip()
        entry = Entry("procedure", self.name, self.code, self.study, now)
        entry.stop = now + _IMAGING_TAKES
        entries.put(life, entry)


class GiveDevice(Deed):
    """A device, from now on."""

    def __init__(self, state: BoundState, given: spec.Device):
        self.name = state.name
        self.origin = state.origin
        self.code: str = given.code.code
        self.concept = concepts.device(given.code, given.manufacturer, given.model)
        self.attribute = given.assign_to_attribute

    def do(self, life: GmfLife) -> None:
        visit = visits.current(life, life.clock)
        entry = Entry("device", self.name, self.code, self.concept, life.clock)
        entry.number = life.chart.device(visit.number, visit.time(life.clock), self.concept, self.origin)
        entries.put(life, entry)
        if self.attribute:
            life.set(self.attribute, entry)


class Supply(Deed):
    """Things handed over."""

    def __init__(self, state: BoundState, items: list[tuple[Concept, int]]):
        self.items = items
        self.origin = state.origin

    def do(self, life: GmfLife) -> None:
        visit = visits.current(life, life.clock)
        if not visit.charting:
            life.chart.skip(len(self.items))
            return
        for concept, quantity in self.items:
            life.chart.supply(visit.number, visit.time(life.clock), concept, quantity, self.origin)


class Vaccinate(Deed):
    """A dose of a vaccine."""

    def __init__(self, state: BoundState, given: spec.Vaccine):
        self.concept = concepts.concept("vaccine", given.codes)
        self.dose = given.series
        self.origin = state.origin

    def do(self, life: GmfLife) -> None:
        visit = visits.current(life, life.clock)
        if visit.charting:
            life.chart.vaccination(visit.number, visit.time(life.clock), self.concept, self.dose, self.origin)
        else:
            life.chart.skip()


# --- death ----------------------------------------------------------------------------------------------------------
class Die(Deed):
    """A death, now or to come, unless there is an earlier one."""

    def __init__(self, state: BoundState, given: spec.Death, after: Length | None):
        self.origin = state.origin
        self.after = after
        self.cause: Concept | None = concepts.concept("condition", given.codes) if given.codes else None
        self.onset = given.condition_onset
        self.attribute = given.referenced_by_attribute
        self.concepts = state.module.concepts

    def do(self, life: GmfLife) -> None:
        at = life.clock if self.after is None else life.clock + self.after.of(life)
        if life.death is not None and life.death <= at:
            return
        life.dies(at, self.origin, self.cause if self.cause is not None else self._cause(life))

    def _cause(self, life: GmfLife) -> Concept | None:
        if self.onset:
            if self.onset in life.frame.seen:
                entry = entries.named(life, self.onset)
                return entry.concept if entry is not None else None
            return self.concepts.get(self.onset)
        found: Any = life.attributes.get(self.attribute)
        if isinstance(found, Entry):
            return found.concept
        return life.engine.coded_reason(found) if found is not None else None
