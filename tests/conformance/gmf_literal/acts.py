"""What each type of state does when it is visited: True when it may be left, with `visit.exit` set."""

from collections.abc import Callable
from typing import Any

from healthsynth.simulate.gmf.cast.vitals import NAMES
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.values import Code
from healthsynth.units import DAY, HOUR, MINUTE, Clock
from healthsynth.vocabulary import Concept
from tests.conformance.gmf_literal.life import SCHEDULER, Entry, Frame, Life, Meeting, Visit
from tests.conformance.gmf_literal.logic import length, sample, seconds, sign, spread, test, whole_seconds

Act = Callable[[Life, Frame, Visit, Clock], bool]
_VIRTUAL = ((1585742400, 0.15), (1451649600, 0.004))  # since, chance
_DISCHARGE = {"1": "home", "01": "home", "20": "exp"}


def _now(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    return True


def _never(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    return False


def _until(life: Life, visit: Visit, t: Clock) -> bool:
    deadline = visit.deadline
    assert deadline is not None
    if t < deadline or not life.alive(deadline):
        return False
    visit.exit = deadline
    return True


def _delay(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if visit.deadline is None:
        if state.exact is None and state.range is None:
            lasts = whole_seconds(int(sample(life, state.distribution)), state.unit)
        else:
            lasts = length(life, state.exact, state.range)
        visit.deadline = t + max(lasts, 0)
    return _until(life, visit, t)


def _guard(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    return test(visit.state.allow)(life, frame, t)  # type: ignore[attr-defined]


def _set(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    value: Any = state.value
    if state.range is not None:
        value = spread(life, state.range)
    elif state.distribution is not None:
        value = sample(life, state.distribution)
    elif state.value_code is not None:
        value = state.value_code
    elif state.value_attribute:
        other = life.get(state.value_attribute)
        value = state.value if other is None else other
    life.set(state.attribute, value)
    return True


def _count(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    before = life.get(state.attribute)
    before = before if isinstance(before, (int, float)) else 0
    amount = state.amount or 1
    life.set(state.attribute, float(before + amount if state.increment else before - amount))
    return True


# --- encounters -----------------------------------------------------------------------------------------------------
def _encounter(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if state.wellness:
        if life.lock != SCHEDULER or life.tokens.get(frame.runtime, True):
            return False
        life.tokens[frame.runtime] = True
        _past(life, frame, state.name, t)
        assert life.meeting is not None
        _renew(life, life.meeting, t)
        return True
    if life.lock is not None and life.lock != frame.runtime:
        return False
    if life.lock is not None and life.meeting is not None:
        life.close(life.meeting, t)
        life.release()
    kind = state.encounter_class
    if state.telemedicine == "always":
        kind = "virtual"
    elif state.telemedicine == "possible":
        chance = next((chance for since, chance in _VIRTUAL if t >= since), 0.0)
        kind = "virtual" if life.random() < chance else kind
    what = concepts.concept("procedure", state.codes) if state.codes else None
    why = _reason(life, frame, state.reason, first=True)
    life.lock = frame.runtime
    life.meeting = life.open(kind, t, what, why, state.name, frame.module.specialty)
    _past(life, frame, state.name, t)
    return True


def _past(life: Life, frame: Frame, name: str, t: Clock) -> None:
    for earlier in reversed(frame.history):
        if isinstance(earlier.state, s.Encounter) and earlier.state.name == name:
            return
        if earlier.undiagnosed and earlier.state.target_encounter == name:  # type: ignore[attr-defined]
            _diagnose(life, earlier, t)


def _renew(life: Life, meeting: Meeting, t: Clock) -> None:
    if meeting.renewed or not life.chronic:
        return
    meeting.renewed = True
    for code, old in list(life.chronic.items()):
        life.stop(old, t, "completed")
        entry = Entry("medication", code, old.codes, t, name=old.name, reason=old.reason, more=old.more)
        _order_of(life, entry, t)
        life.chronic[code] = entry


def _encounter_end(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    if life.lock == frame.runtime:
        meeting = life.meeting
        assert meeting is not None
        life.close(meeting, t)
        code = visit.state.discharge_disposition  # type: ignore[attr-defined]
        if code is not None:
            life.chart.close(meeting.number, max(meeting.least, t), _DISCHARGE.get(code.code))
        life.release()
    elif life.lock == SCHEDULER or frame.runtime in life.tokens:
        life.tokens.pop(frame.runtime, None)
    elif life.lock is not None:
        return False
    return True


# --- entries --------------------------------------------------------------------------------------------------------
def _reason(life: Life, frame: Frame, name: str, first: bool = False) -> Concept | None:
    if not name:
        return None
    value = life.attributes.get(name)
    if isinstance(value, Entry):
        return concepts.concept("condition", value.codes)
    if isinstance(value, Code):
        return concepts.concept("condition", (value,))
    if any(earlier.state.name == name for earlier in (frame.cur, *frame.history)):
        found = life.named(name)
        return concepts.concept("condition", found[0].codes) if found else None
    state = frame.module.states.get(name)
    return concepts.concept("condition", state.codes) if isinstance(state, s.ConditionOnset) else None


def _assign(life: Life, state: Any, entry: Entry) -> None:
    if state.assign_to_attribute:
        life.set(state.assign_to_attribute, entry)


def _onset(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    target = state.target_encounter
    visit.entered = t
    if not target or (life.lock == frame.runtime and life.meeting is not None and life.meeting.state == target):
        _diagnose(life, visit, t)
    else:
        visit.undiagnosed = True
        if state.assign_to_attribute:
            life.set(state.assign_to_attribute, Entry("provisional", state.codes[0].code, state.codes, t))
    return True


def _diagnose(life: Life, visit: Visit, t: Clock) -> None:
    state: Any = visit.state
    visit.undiagnosed = False
    code = state.codes[0].code
    entry = life.present.get(code)
    if entry is None:
        entry = life.present[code] = Entry("condition", code, state.codes, t)
        meeting = life.current(t)
        if isinstance(state, s.AllergyOnset):
            entry.kind = "allergy"
            what = concepts.allergy(state.codes, state.allergy_type, state.category)
            entry.number = life.chart.allergy(meeting.number, t, what, _reactions(life, state), 0)
        else:
            entry.number = life.chart.condition(meeting.number, t, concepts.concept("condition", state.codes), 0)
        life.changed += 1
    entry.name = state.name
    _assign(life, state, entry)


def _reactions(life: Life, state: s.AllergyOnset) -> tuple[tuple[Concept, str], ...]:
    found = []
    for reaction in state.reactions:
        left = life.random() * (sum(weight for _, weight in reaction.severities) or 1.0)
        for level, weight in reaction.severities:
            left -= weight
            if left < 0:
                if level != "none":
                    found.append((concepts.concept("finding", (reaction.code,)), level))
                break
    return tuple(found)


def _end(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if state.by_state:
        found = life.named(state.by_state)[:1]
    elif state.by_attribute:
        value = life.attributes.get(state.by_attribute)
        entry = life.present.get(value.code) if isinstance(value, Entry) else None
        found = [] if entry is None else [entry]
    else:
        found = [life.present[code.code] for code in state.codes if code.code in life.present]
    for entry in found:
        life.stop(entry, t, "resolved" if isinstance(state, (s.ConditionEnd, s.AllergyEnd)) else "completed")
        if isinstance(state, s.MedicationEnd):
            life.chronic.pop(entry.code, None)
    return True


def _order_of(life: Life, entry: Entry, t: Clock) -> None:
    prescription = entry.more
    refills = prescription.refills if prescription is not None else 0
    entry.number = life.chart.medication(
        life.current(t).number, t, concepts.concept("medication", entry.codes), concepts.dose(prescription), entry.reason,
        refills, 0,
    )  # fmt: skip
    life.present[entry.code] = entry
    life.changed += 1


def _order(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    code = state.codes[0].code
    why = _reason(life, frame, state.reason)
    if state.administration:
        entry = Entry("administration", code, state.codes, t, name=state.name, stop=t, reason=why)
        entry.number = life.chart.administration(
            life.current(t).number,
            t,
            concepts.concept("medication", state.codes),
            concepts.dose(state.prescription),
            why,
            0,
        )
        _assign(life, state, entry)
    if state.chronic or not state.administration:
        known = life.present.get(code)
        entry = known if known is not None else Entry("medication", code, state.codes, t)
        entry.name, entry.reason, entry.more = state.name, why, state.prescription
        if known is None:
            _order_of(life, entry, t)
        _assign(life, state, entry)
        if state.chronic:
            life.chronic[code] = entry
    return True


def _plan(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    code = state.codes[0].code
    entry = life.present.get(code)
    if entry is None:
        entry = life.present[code] = Entry("careplan", code, state.codes, t)
        meeting = life.current(t)
        goals = tuple(
            life.chart.goal(meeting.number, t, goal.text, t + 30 * DAY, 0) for goal in state.goals if goal.text
        )
        activities = tuple(concepts.concept("activity", (code,)) for code in state.activities)
        entry.number = life.chart.plan(
            meeting.number, t, concepts.concept("careplan", state.codes), activities, goals,
            _reason(life, frame, state.reason), 0,
        )  # fmt: skip
        life.changed += 1
    entry.name = state.name
    _assign(life, state, entry)
    return True


def _procedure(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if visit.entry is None:
        lasts = 0
        if state.duration is not None:
            lasts = length(life, None, state.duration)
        elif state.distribution is not None:
            lasts = seconds(sample(life, state.distribution), state.unit)
        timed = state.duration is not None or state.distribution is not None
        stop = t + (max(lasts, 0) if timed else 15 * MINUTE)
        entry = visit.entry = Entry("procedure", state.codes[0].code, state.codes, t, name=state.name)
        meeting = life.current(t)
        entry.number = life.chart.procedure(
            meeting.number, t, stop, concepts.concept("procedure", state.codes), _reason(life, frame, state.reason), 0
        )
        meeting.least = max(meeting.least, stop)
        life.present[entry.code] = entry
        life.changed += 1
        _assign(life, state, entry)
        visit.deadline = stop if timed else None
        if not timed:
            visit.deadline = t
    return _until(life, visit, t)


def _value(life: Life, body: s.Observed, t: Clock) -> Any:
    if body.range is not None:
        return spread(life, body.range)
    if body.exact is not None:
        return body.exact.quantity
    if body.distribution is not None:
        return sample(life, body.distribution)
    if body.attribute:
        value = life.get(body.attribute)
        return value.codes[0] if isinstance(value, Entry) else value
    if body.vital_sign:
        return sign(life, body.vital_sign, t)
    return body.value_code


def _observe(life: Life, body: s.Observed, t: Clock) -> int:
    value = _value(life, body, t)
    meeting = life.current(t)
    meeting.results.append((body.codes[0].code, value))
    return life.chart.result(meeting.number, t, concepts.observed(body), concepts.value(value), 0)


def _observation(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    _observe(life, visit.state.observed, t)  # type: ignore[attr-defined]
    return True


def _several(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    meeting = life.current(t)
    parts = tuple(
        (concepts.observed(body, state.category), concepts.value(_value(life, body, t)), None, "")
        for body in state.observations
    )
    meeting.results.append((state.codes[0].code, None))
    life.chart.result(meeting.number, t, concepts.composed(state.codes, state.category), None, 0, parts[::-1])
    return True


def _report(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    numbers = tuple(_observe(life, body, t) for body in state.observations)
    life.chart.report(life.current(t).number, t, concepts.concept("panel", state.codes), numbers, 0)
    return True


def _vital_sign(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if state.exact is not None:
        value = state.exact.quantity
        read: Callable[[], Any] = lambda: value  # noqa: E731
    elif state.range is not None:
        read = lambda: spread(life, state.range)  # noqa: E731
    else:
        read = lambda: sample(life, state.distribution)  # noqa: E731
    life.signs[state.vital_sign] = (life.T if state.vital_sign in NAMES else None, read)
    return True


def _symptom(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    if life.random() < state.probability:
        value = 0.0
        if state.exact is not None:
            value = float(state.exact.quantity)
        elif state.range is not None:
            value = spread(life, state.range)
        elif state.distribution is not None:
            value = sample(life, state.distribution)
        life.symptoms[state.symptom, frame.runtime] = [int(value), False]
        life.symptoms_changed = True
    return True


def _device(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    entry = life.present[state.code.code] = Entry("device", state.code.code, (state.code,), t, name=state.name)
    what = concepts.device(state.code, state.manufacturer, state.model)
    entry.number = life.chart.device(life.current(t).number, t, what, 0)
    life.changed += 1
    _assign(life, state, entry)
    return True


def _imaging(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    what, _ = concepts.imaging(state.procedure_code, state.series)
    meeting = life.current(t)
    number = life.chart.imaging(meeting.number, t, what, 0)
    code = state.procedure_code
    life.present[code.code] = Entry("procedure", code.code, (code,), t, number, state.name)
    meeting.least = max(meeting.least, t + HOUR // 2)
    return True


def _supplies(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    for supply in visit.state.supplies:  # type: ignore[attr-defined]
        what = concepts.concept("supply", (supply.code,))
        life.chart.supply(life.current(t).number, t, what, max(int(supply.quantity), 1), 0)
    return True


def _vaccine(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    what = concepts.concept("vaccine", state.codes)
    life.chart.vaccination(life.current(t).number, t, what, max(state.series, 1), 0)
    return True


def _death(life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
    state: Any = visit.state
    at = t + length(life, state.exact, state.range) if state.exact is not None or state.range is not None else t
    cause: Concept | None = None
    if state.codes:
        cause = concepts.concept("condition", state.codes)
    elif state.condition_onset:
        found = life.named(state.condition_onset)
        onset: Any = frame.module.states.get(state.condition_onset)
        codes = found[0].codes if found else onset.codes if onset is not None else ()
        cause = concepts.concept("condition", codes) if codes else None
    elif state.referenced_by_attribute:
        value = life.attributes.get(state.referenced_by_attribute)
        cause = concepts.concept("condition", value.codes) if isinstance(value, Entry) else None
    life.die(at, cause)
    return True


ACTS: dict[type, Act] = {
    s.Initial: _now, s.Simple: _now, s.Physiology: _now, s.Terminal: _never, s.Delay: _delay, s.Guard: _guard,
    s.SetAttribute: _set, s.Counter: _count, s.Encounter: _encounter, s.EncounterEnd: _encounter_end,
    s.ConditionOnset: _onset, s.AllergyOnset: _onset, s.ConditionEnd: _end, s.AllergyEnd: _end, s.MedicationEnd: _end,
    s.CarePlanEnd: _end, s.DeviceEnd: _end, s.MedicationOrder: _order, s.CarePlanStart: _plan, s.Procedure: _procedure,
    s.Observation: _observation, s.MultiObservation: _several, s.DiagnosticReport: _report, s.VitalSign: _vital_sign,
    s.Symptom: _symptom, s.Device: _device, s.ImagingStudy: _imaging, s.SupplyList: _supplies, s.Vaccine: _vaccine,
    s.Death: _death,
}  # fmt: skip
