"""From the states of a module to what they do: which deed, gate or length each type has."""

from collections.abc import Callable
from typing import Any, Final

from healthsynth.simulate.gmf import deeds, draws, observing, program
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.conditions import Binder
from healthsynth.simulate.gmf.encounters import CheckUp, LeaveEncounter, OwnEncounter
from healthsynth.simulate.gmf.nodes import Amount, Deed, Gate, Literal, Sampled, Test, Value
from healthsynth.simulate.gmf.onsets import AllergyOnset, ConditionOnset, Onset
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import GmfLife
from healthsynth.spec.gmf import states as spec
from healthsynth.spec.gmf.values import Distribution, Exact, Goal, Range


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
        _BINDERS[type(state.spec)](self, state, state.spec)

    # --- flow -----------------------------------------------------------------------------------------------------
    def plain(self, state: BoundState, given: spec.State) -> None:
        state.kind = program.PLAIN

    def terminal(self, state: BoundState, given: spec.Terminal) -> None:
        state.kind = program.ENDS

    def delay(self, state: BoundState, given: spec.Delay) -> None:
        state.kind = program.DELAYS
        state.length = draws.delay(given.exact, given.range, given.distribution, given.unit, self.binder.corrected)

    def guard(self, state: BoundState, given: spec.Guard) -> None:
        state.guard = self.binder.bind(given.allow)
        _waits(state, _Holds(state.guard.test))

    def call(self, state: BoundState, given: spec.CallSubmodule) -> None:
        state.kind = program.CALLS

    # --- attributes -----------------------------------------------------------------------------------------------
    def set_attribute(self, state: BoundState, given: spec.SetAttribute) -> None:
        _acts(state, deeds.SetAttribute(given.attribute, self._value(given)))

    def _value(self, given: spec.SetAttribute) -> Value:
        if given.range is not None:
            return Sampled(draws.from_range(given.range))
        if given.distribution is not None:
            return Sampled(draws.sampler(given.distribution, self.binder.corrected))
        if given.value_code is not None:
            return Literal(given.value_code)
        if given.value_attribute:
            return self.binder.value(given.value_attribute, given.value)
        return Literal(given.value)

    def counter(self, state: BoundState, given: spec.Counter) -> None:
        step = float(given.amount)
        _acts(state, deeds.Count(given.attribute, step if given.increment else -step))

    def symptom(self, state: BoundState, given: spec.Symptom) -> None:
        chance = float(given.probability) if 0 <= given.probability <= 1 else 1.0
        value = self._amount(given.exact, given.range, given.distribution)
        _acts(state, deeds.Feel(given.symptom, chance, value if value is not None else draws.Constant(0.0)))

    def vital_sign(self, state: BoundState, given: spec.VitalSign) -> None:
        value = self._amount(given.exact, given.range, given.distribution)
        if value is not None:  # else it is an expression: nothing is known about it
            _acts(state, deeds.SetVitalSign(given.vital_sign, value))

    def _amount(self, exact: Exact | None, span: Range | None, given: Distribution | None) -> Amount | None:
        if exact is not None:
            return draws.Constant(draws.number(exact))
        if span is not None:
            return draws.from_range(span)
        return draws.sampler(given, self.binder.corrected) if given is not None else None

    # --- encounters -----------------------------------------------------------------------------------------------
    def encounter(self, state: BoundState, given: spec.Encounter) -> None:
        _waits(state, CheckUp(state.name) if given.wellness else OwnEncounter(state, given))

    def encounter_end(self, state: BoundState, given: spec.EncounterEnd) -> None:
        _waits(state, LeaveEncounter(given))

    # --- the record -----------------------------------------------------------------------------------------------
    def condition(self, state: BoundState, given: spec.ConditionOnset) -> None:
        _onset(state, ConditionOnset(state, given))

    def allergy(self, state: BoundState, given: spec.AllergyOnset) -> None:
        _onset(state, AllergyOnset(state, given))

    def ending(self, state: BoundState, given: spec.End) -> None:
        why = _REASONS[type(given)]
        if given.by_state:
            _acts(state, deeds.EndByState(given.by_state, why))
        elif given.by_attribute:
            _acts(state, deeds.EndByAttribute(given.by_attribute, why))
        else:
            _acts(state, deeds.EndByCodes(tuple([code.code for code in given.codes]), why))

    def medication(self, state: BoundState, given: spec.MedicationOrder) -> None:
        prescription = given.prescription
        dose = concepts.dose(prescription)
        if self.binder.corrected and dose.as_needed and prescription is not None and not prescription.as_needed:
            dose = dose._replace(as_needed=False, text=dose.text.removesuffix(" as needed"))
        refills = prescription.refills if prescription is not None else 0
        _acts(state, deeds.Medicate(state, given, concepts.concept("medication", given.codes), dose, refills))

    def care_plan(self, state: BoundState, given: spec.CarePlanStart) -> None:
        goals = [_goal_text(goal) for goal in given.goals]
        _acts(state, deeds.StartPlan(state, given, tuple([text for text in goals if text])))

    def procedure(self, state: BoundState, given: spec.Procedure) -> None:
        lasts = draws.duration(given.duration, given.distribution, given.unit, self.binder.corrected)
        if lasts is None:
            _acts(state, deeds.Perform(state, given))
        else:
            state.kind = program.DELAYS
            state.length = deeds.Performing(state, given, lasts)

    def imaging(self, state: BoundState, given: spec.ImagingStudy) -> None:
        _acts(state, deeds.TakeImages(state, given))

    def device(self, state: BoundState, given: spec.Device) -> None:
        _acts(state, deeds.GiveDevice(state, given))

    def supplies(self, state: BoundState, given: spec.SupplyList) -> None:
        items = [(concepts.concept("supply", (each.code,)), max(round(each.quantity), 1)) for each in given.supplies]
        _acts(state, deeds.Supply(state, items))

    def vaccine(self, state: BoundState, given: spec.Vaccine) -> None:
        _acts(state, deeds.Vaccinate(state, given))

    def observation(self, state: BoundState, given: spec.Observation) -> None:
        _acts(state, observing.Observe(state, given, self.asked, self.binder))

    def multi_observation(self, state: BoundState, given: spec.MultiObservation) -> None:
        _acts(state, observing.ObserveParts(state, given, self.binder))

    def report(self, state: BoundState, given: spec.DiagnosticReport) -> None:
        _acts(state, observing.Report(state, given, self.asked, self.binder))

    def death(self, state: BoundState, given: spec.Death) -> None:
        state.deed = deeds.Die(state, given, draws.some_time(given.exact, given.range))
        state.kind = program.DIES


class _Holds(Gate):
    """Opens while a condition holds."""

    def __init__(self, test: Test):
        self.test = test

    def opens(self, life: GmfLife) -> bool:
        return self.test.holds(life)


def _acts(state: BoundState, deed: Deed) -> None:
    state.deed = deed
    state.kind = program.ACTS


def _waits(state: BoundState, gate: Gate) -> None:
    state.gate = gate
    state.kind = program.WAITS


def _onset(state: BoundState, onset: Onset) -> None:
    state.module.concepts[state.name] = onset.concept
    _acts(state, onset)


def _goal_text(goal: Goal) -> str:
    if goal.text:
        return str(goal.text)
    if goal.codes:
        return str(goal.codes[0].display)
    if goal.observation is not None:
        codes, sign, value = goal.observation
        return f"{codes[0].display} {sign} {value}" if codes else ""
    return ""


_REASONS: Final[dict[type, str]] = {
    spec.ConditionEnd: "resolved",
    spec.AllergyEnd: "resolved",
    spec.MedicationEnd: "stopped",
    spec.CarePlanEnd: "completed",
    spec.DeviceEnd: "completed",
}
_BINDERS: Final[dict[type, Callable[[States, BoundState, Any], None]]] = {
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
    spec.ConditionOnset: States.condition,
    spec.AllergyOnset: States.allergy,
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
