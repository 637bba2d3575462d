"""What each type of state does, as a function of a life."""

from collections.abc import Callable
from typing import Any

from healthsynth.compile.gmf import draws
from healthsynth.compile.gmf.conditions import Binder
from healthsynth.compile.gmf.times import length
from healthsynth.simulate.gmf import entries, observing, program, visits
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.program import Act, BoundState
from healthsynth.simulate.gmf.state import CHECK_UPS, UNUSED, USED, Entry, GmfLife
from healthsynth.spec.gmf import states as spec
from healthsynth.units import DAY, HOUR, MINUTE, Clock
from healthsynth.vocabulary import Concept

_PROCEDURE_TAKES, _IMAGING_TAKES = 15 * MINUTE, 30 * MINUTE
# Chances of a virtual visit where one is possible, from a time on.
_VIRTUAL = ((18_353 * DAY + 12 * HOUR, 0.15), (16_801 * DAY + 12 * HOUR, 0.004))
_GOAL_DUE = length(30, "days")


class States:
    """Binds the states of one module, but for their ways out.

    Args:
        binder: for conditions.
        asked: codes of observations that conditions ask for.
    """

    def __init__(self, binder: Binder, asked: frozenset[str]):
        self.binder, self.asked = binder, asked

    def bind(self, state: BoundState) -> None:
        """Give a state what it does."""
        _BINDERS[type(state.spec)](self, state)

    # --- flow -----------------------------------------------------------------------------------------------------
    def plain(self, state: BoundState) -> None:
        state.kind = program.PLAIN

    def terminal(self, state: BoundState) -> None:
        state.kind = program.ENDS

    def delay(self, state: BoundState) -> None:
        given: Any = state.spec
        state.kind = program.DELAYS
        state.length = draws.delay(given.exact, given.range, given.distribution, given.unit, self.binder.corrected)

    def guard(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Guard)
        state.kind = program.WAITS
        state.guard = self.binder.bind(state.spec.allow)
        state.act = state.guard.test

    def call(self, state: BoundState) -> None:
        state.kind = program.CALLS

    # --- attributes -----------------------------------------------------------------------------------------------
    def set_attribute(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.SetAttribute)
        name, value = state.spec.attribute, self._value(state.spec)
        self._acts(state, lambda life: life.set(name, value(life)))

    def _value(self, given: spec.SetAttribute) -> Callable[[GmfLife], Any]:
        if given.range is not None:
            return draws.from_range(given.range)
        if given.distribution is not None:
            return draws.sampler(given.distribution, self.binder.corrected)
        literal = given.value
        if given.value_code is not None:
            code = given.value_code
            return lambda life: code
        if given.value_attribute:
            other = given.value_attribute
            if other in self.binder.computed:
                return lambda life: life.computed(other)
            return lambda life: life.attributes.get(other, literal)
        return lambda life: literal

    def counter(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Counter)
        name, step = state.spec.attribute, float(state.spec.amount)
        step = step if state.spec.increment else -step

        def act(life: GmfLife) -> None:
            found = life.attributes.get(name, 0.0)
            life.set(name, (float(found) if isinstance(found, (int, float)) else 0.0) + step)

        self._acts(state, act)

    def symptom(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Symptom)
        given, name = state.spec, state.spec.symptom
        chance = given.probability if 0 <= given.probability <= 1 else 1.0
        value: draws.Sampler = lambda life: 0.0  # noqa: E731
        if given.exact is not None:
            fixed = draws.number(given.exact)
            value = lambda life: fixed  # noqa: E731
        elif given.range is not None:
            value = draws.from_range(given.range)
        elif given.distribution is not None:
            value = draws.sampler(given.distribution, self.binder.corrected)

        def act(life: GmfLife) -> None:
            if chance >= 1.0 or life.draw() < chance:
                life.feel(name, int(value(life)))

        self._acts(state, act)

    def vital_sign(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.VitalSign)
        given, name = state.spec, state.spec.vital_sign
        if given.exact is not None:
            fixed = draws.number(given.exact)
            value: draws.Sampler = lambda life: fixed  # noqa: E731
        elif given.range is not None:
            value = draws.from_range(given.range)
        elif given.distribution is not None:
            value = draws.sampler(given.distribution, self.binder.corrected)
        else:
            return  # an expression: nothing is known about it

        def act(life: GmfLife) -> None:
            life.overrides[name] = life.week, value

        self._acts(state, act)

    # --- encounters -----------------------------------------------------------------------------------------------
    def encounter(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Encounter)
        state.kind = program.WAITS
        state.act = _check_up(state) if state.spec.wellness else _own_encounter(state, state.spec)

    def encounter_end(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.EncounterEnd)
        state.kind = program.WAITS
        given = state.spec.discharge_disposition
        discharge = visits.discharged(given.code) if given is not None else None

        def act(life: GmfLife) -> bool:
            process = life.process
            if life.lock == process.order:
                assert life.visit is not None
                stay = discharge if life.visit.kind in ("inpatient", "emergency") else None
                visits.close_visit(life, life.visit, life.clock, stay)
                life.release()
            elif life.lock == CHECK_UPS or process.token:
                process.token = 0
            elif life.lock is not None:
                life.wake(process.order)  # its token is back at the next grid point
                return False
            return True

        state.act = act

    # --- the record -----------------------------------------------------------------------------------------------
    def onset(self, state: BoundState) -> None:
        given: Any = state.spec
        if isinstance(given, spec.AllergyOnset):
            state.entry_kind = "allergy"
            state.module.concepts[state.name] = concepts.allergy(given.codes, given.allergy_type, given.category)
            for place, reaction in enumerate(given.reactions):
                found = concepts.concept("finding", (reaction.code,))
                state.module.concepts[f"{state.name}\0{place}"] = found
        else:
            state.entry_kind = "condition"
            state.module.concepts[state.name] = concepts.concept("condition", given.codes)
        self._acts(state, lambda life: entries.begin(life, state))

    def ending(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.End)
        given, why = state.spec, _REASONS[type(state.spec)]

        def act(life: GmfLife) -> None:
            if given.by_state:
                entry = entries.named(life, given.by_state)
            elif given.by_attribute:
                entry = entries.referred(life, given.by_attribute)
            else:
                entry = entries.by_codes(life, given.codes)
            entries.end(life, entry, life.clock, why)

        self._acts(state, act)

    def medication(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.MedicationOrder)
        given, concept = state.spec, concepts.concept("medication", state.spec.codes)
        dose = concepts.dose(given.prescription)
        if self.binder.corrected and dose.as_needed and given.prescription and not given.prescription.as_needed:
            dose = dose._replace(as_needed=False, text=dose.text.removesuffix(" as needed"))
        refills = given.prescription.refills if given.prescription is not None else 0
        origin, is_order = state.origin, given.chronic or not given.administration

        def act(life: GmfLife) -> None:
            if given.administration:
                visit = visits.current(life, life.clock)
                if visit.charting:
                    why = entries.reason(life, state)
                    at = visit.time(life.clock)
                    life.chart.administration(visit.number, at, concept, dose, why, origin)
                else:
                    life.chart.skip()
                if given.assign_to_attribute:
                    once = Entry("administration", state.name, given.codes[0].code, concept, life.clock)
                    once.stop = life.clock
                    life.set(given.assign_to_attribute, once)
            if is_order:
                entries.order(life, state, concept, dose, refills)

        self._acts(state, act)

    def care_plan(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.CarePlanStart)
        given, concept, origin = state.spec, concepts.concept("careplan", state.spec.codes), state.origin
        activities = tuple(concepts.concept("activity", (code,)) for code in given.activities)
        goals = tuple(text for text in map(_goal_text, given.goals) if text)
        code = given.codes[0].code

        def act(life: GmfLife) -> None:
            entry = life.present.get(code)
            if entry is None or entry.kind != "careplan":
                entry = Entry("careplan", state.name, code, concept, life.clock)
                visit = visits.current(life, life.clock)
                at, why = visit.time(life.clock), entries.reason(life, state)
                numbers = tuple([life.chart.goal(visit.number, at, text, at + _GOAL_DUE, origin) for text in goals])
                entry.number = life.chart.plan(visit.number, at, concept, activities, numbers, why, origin)
                entries.put(life, entry)
            entry.name = state.name
            if given.assign_to_attribute:
                life.set(given.assign_to_attribute, entry)

        self._acts(state, act)

    def procedure(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Procedure)
        given, concept = state.spec, concepts.concept("procedure", state.spec.codes)
        lasts = draws.duration(given.duration, given.distribution, given.unit, self.binder.corrected)

        def act(life: GmfLife) -> Clock:
            at = life.clock
            deadline = at if lasts is None else at + lasts(life)
            stop = deadline if lasts is not None else at + _PROCEDURE_TAKES
            entry = _done(life, state, concept, stop)
            if given.assign_to_attribute:
                life.set(given.assign_to_attribute, entry)
            return deadline

        state.act = act
        state.kind = program.ACTS if lasts is None else program.TAKES

    def imaging(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.ImagingStudy)
        given = state.spec
        study, _ = concepts.imaging(given.procedure_code, given.series)
        origin = state.origin

        def act(life: GmfLife) -> None:
            visit = visits.current(life, life.clock)
            visit.last = max(visit.last, life.clock + _IMAGING_TAKES)
            if visit.charting:
                life.chart.imaging(visit.number, visit.time(life.clock), study, origin)
            else:
                life.chart.skip()
            entry = Entry("procedure", state.name, given.procedure_code.code, study, life.clock)
            entry.stop = life.clock + _IMAGING_TAKES
            entries.put(life, entry)

        self._acts(state, act)

    def device(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Device)
        given, origin = state.spec, state.origin
        concept = concepts.device(given.code, given.manufacturer, given.model)

        def act(life: GmfLife) -> None:
            visit = visits.current(life, life.clock)
            entry = Entry("device", state.name, given.code.code, concept, life.clock)
            entry.number = life.chart.device(visit.number, visit.time(life.clock), concept, origin)
            entries.put(life, entry)
            if given.assign_to_attribute:
                life.set(given.assign_to_attribute, entry)

        self._acts(state, act)

    def supplies(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.SupplyList)
        given, origin = state.spec, state.origin
        items = [(concepts.concept("supply", (each.code,)), max(round(each.quantity), 1)) for each in given.supplies]

        def act(life: GmfLife) -> None:
            visit = visits.current(life, life.clock)
            if not visit.charting:
                life.chart.skip(len(items))
                return
            for concept, quantity in items:
                life.chart.supply(visit.number, visit.time(life.clock), concept, quantity, origin)

        self._acts(state, act)

    def vaccine(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Vaccine)
        concept, dose, origin = concepts.concept("vaccine", state.spec.codes), state.spec.series, state.origin

        def act(life: GmfLife) -> None:
            visit = visits.current(life, life.clock)
            if visit.charting:
                life.chart.vaccination(visit.number, visit.time(life.clock), concept, dose, origin)
            else:
                life.chart.skip()

        self._acts(state, act)

    def observation(self, state: BoundState) -> None:
        self._acts(state, observing.observation(state, self.asked, self.binder))

    def multi_observation(self, state: BoundState) -> None:
        self._acts(state, observing.composed(state, self.binder))

    def report(self, state: BoundState) -> None:
        self._acts(state, observing.report(state, self.asked, self.binder))

    def death(self, state: BoundState) -> None:
        assert isinstance(state.spec, spec.Death)
        given, after = state.spec, draws.some_time(state.spec.exact, state.spec.range)
        cause = concepts.concept("condition", given.codes) if given.codes else None

        def act(life: GmfLife) -> None:
            at = life.clock if after is None else life.clock + after(life)
            if life.death is not None and life.death <= at:
                return
            life.death = at
            life.death_origin = state.origin
            life.death_cause = cause if cause is not None else _cause(life, state, given)
            life.changed("days_until_death")

        state.act = act
        state.kind = program.DIES

    def _acts(self, state: BoundState, act: Act) -> None:
        state.act = act
        state.kind = program.ACTS


def _cause(life: GmfLife, state: BoundState, given: spec.Death) -> Concept | None:
    if given.condition_onset:
        if given.condition_onset in life.frame.seen:
            entry = entries.named(life, given.condition_onset)
            return entry.concept if entry is not None else None
        return state.module.concepts.get(given.condition_onset)
    found = life.attributes.get(given.referenced_by_attribute)
    if isinstance(found, Entry):
        return found.concept
    return life.engine.coded_reason(found) if found is not None else None


def _done(life: GmfLife, state: BoundState, concept: Concept, stop: Clock) -> Entry:
    """Chart a procedure and make it the present one of its code."""
    at = life.clock
    visit = visits.current(life, at)
    visit.last = max(visit.last, stop)
    entry = Entry("procedure", state.name, concept.codes[0].code, concept, at)
    entry.stop = stop
    if visit.charting:
        start = visit.time(at)
        why = entries.reason(life, state)
        entry.number = life.chart.procedure(visit.number, start, max(stop, start), concept, why, state.origin)
    else:
        life.chart.skip()
    entries.put(life, entry)
    return entry


def _check_up(state: BoundState) -> Act:
    name = state.name

    def act(life: GmfLife) -> bool:
        process = life.process
        if life.lock != CHECK_UPS or process.token != UNUSED:
            life.gates[process.order] = None
            return False
        process.token = USED
        entries.diagnose(life, name)
        visit = life.visit
        if visit is not None and not visit.renewed and life.chronic:
            visit.renewed = True
            entries.renew(life)
        return True

    return act


def _own_encounter(state: BoundState, given: spec.Encounter) -> Act:
    what = concepts.concept("procedure", given.codes) if given.codes else None
    kind, how, name, specialty = given.encounter_class, given.telemedicine, state.name, state.module.specialty

    def act(life: GmfLife) -> bool:
        order, at = life.process.order, life.clock
        if life.lock is not None and life.lock != order:
            life.lock_waiters[order] = None
            return False
        if life.lock is not None and life.visit is not None:
            visits.close_visit(life, life.visit, at)
        chosen = kind
        if how == "always" or (how == "possible" and life.draw() < _virtual(at)):
            chosen = "virtual"
        visit = visits.open_visit(life, chosen, at, what, None, state.origin, name, specialty)
        visits.take_lock(life, order, visit)
        entries.diagnose(life, name)
        why = entries.reason(life, state)
        if why is not None:
            life.chart.because(visit.number, why)
        return True

    return act


def _virtual(at: Clock) -> float:
    return next((chance for since, chance in _VIRTUAL if at >= since), 0.0)


def _goal_text(goal: Any) -> str:
    if goal.text:
        return str(goal.text)
    if goal.codes:
        return str(goal.codes[0].display)
    if goal.observation is not None:
        codes, sign, value = goal.observation
        return f"{codes[0].display} {sign} {value}" if codes else ""
    return ""


_REASONS = {
    spec.ConditionEnd: "resolved",
    spec.AllergyEnd: "resolved",
    spec.MedicationEnd: "stopped",
    spec.CarePlanEnd: "completed",
    spec.DeviceEnd: "completed",
}
_BINDERS: dict[type, Callable[[States, BoundState], None]] = {
    spec.Initial: States.plain,
    spec.Simple: States.plain,
    spec.Physiology: States.plain,
    spec.Terminal: States.terminal,
    spec.Delay: States.delay,
    spec.Guard: States.guard,
    spec.CallSubmodule: States.call,
    spec.SetAttribute: States.set_attribute,
    spec.Counter: States.counter,
    spec.Symptom: States.symptom,
    spec.VitalSign: States.vital_sign,
    spec.Encounter: States.encounter,
    spec.EncounterEnd: States.encounter_end,
    spec.ConditionOnset: States.onset,
    spec.AllergyOnset: States.onset,
    spec.ConditionEnd: States.ending,
    spec.AllergyEnd: States.ending,
    spec.MedicationEnd: States.ending,
    spec.CarePlanEnd: States.ending,
    spec.DeviceEnd: States.ending,
    spec.MedicationOrder: States.medication,
    spec.CarePlanStart: States.care_plan,
    spec.Procedure: States.procedure,
    spec.ImagingStudy: States.imaging,
    spec.Device: States.device,
    spec.SupplyList: States.supplies,
    spec.Vaccine: States.vaccine,
    spec.Observation: States.observation,
    spec.MultiObservation: States.multi_observation,
    spec.DiagnosticReport: States.report,
    spec.Death: States.death,
}
