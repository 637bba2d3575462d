"""The verbs of care: each step of a module becomes one function of a patient in a visit."""

from collections.abc import Callable
from datetime import date
from typing import Any

from healthsynth.record.events import (
    Administration,
    Allergy,
    DeviceGiven,
    Diagnosis,
    Dose,
    End,
    Goal,
    ImagingDone,
    Plan,
    Prescription,
    ProcedureDone,
    Referral,
    Remark,
    Supplied,
    Vaccination,
)
from healthsynth.simulate.births import deliver
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.encounter import Encounter, Step, Steps, VisitPlan, admit
from healthsynth.simulate.immunising import immunise
from healthsynth.simulate.nodes import Bound, Test
from healthsynth.simulate.numbers import A_DAY, When, chance, when
from healthsynth.simulate.patient import FOREVER, PLAN, Patient
from healthsynth.simulate.scope import ModuleScope
from healthsynth.spec import ast
from healthsynth.spec.model import Choice
from healthsynth.spec.model import Step as SpecStep
from healthsynth.units import DAY, MINUTE, Clock, clock
from healthsynth.vocabulary import Concept

Do = Callable[[Patient, Encounter], "Steps | int | None"]


def bind_steps(steps: tuple[SpecStep, ...], scope: ModuleScope, path: tuple[Any, ...]) -> Steps:
    """The functions of a list of steps; `path` is where the list stands in the module."""
    return tuple(bind_step(step, scope, (*path, i)) for i, step in enumerate(steps))


def bind_step(step: SpecStep, scope: ModuleScope, path: tuple[Any, ...]) -> Step:
    """One step with its `when`, `unless` and `chance`."""
    origin = scope.origin(path)
    do = _VERBS[step.verb](step, scope, origin, path)
    only = bind(step.when, scope.of_care()).node if step.when is not None else None
    unless = bind(step.unless, scope.of_care()).node if step.unless is not None else None
    happens = chance(step.chance, scope) if step.chance is not None else None
    if only is None and unless is None and happens is None:
        return _Plain(do)
    return _Guarded(do, only, unless, happens)


class _Plain(Step):
    def __init__(self, do: Do):
        self.do = do

    def act(self, p: Patient) -> "Steps | int | None":
        encounter = p.encounter
        assert encounter is not None  # steps run in a visit
        return self.do(p, encounter)


class _Guarded(Step):
    def __init__(self, do: Do, only: Test | None, unless: Test | None, happens: Test | None):
        self.do = do
        self.only = only
        self.unless = unless
        self.happens = happens

    def act(self, p: Patient) -> "Steps | int | None":
        if self.only is not None and not self.only.holds(p):
            return None
        if self.unless is not None and self.unless.holds(p):
            return None
        if self.happens is not None and not self.happens.holds(p):
            return None
        encounter = p.encounter
        assert encounter is not None
        return self.do(p, encounter)


# --- endings -----------------------------------------------------------------------------------------------------
def finish(p: Patient, number: int, reason: str, at: Clock | None = None) -> None:
    """Write that an event of this record has ended, in the visit under way if there is one."""
    encounter = p.encounter
    time = at if at is not None else (encounter.clock if encounter else p.now)
    p.ends[number] = End(time, encounter.number if encounter else None, reason)


def watch_until(p: Patient, bound: Bound, still: Callable[[Patient], bool], act: Callable[[Patient], None]) -> None:
    """Do `act` as soon as a condition holds, as long as `still` does."""

    def look(p: Patient) -> None:
        if not still(p):
            forget(p)
        elif bound.test(p):
            forget(p)
            act(p)

    def forget(p: Patient) -> None:
        for key in bound.keys:
            waiting = p.until.get(key)
            if waiting and look in waiting:
                waiting.remove(look)

    for key in bound.keys:
        p.until.setdefault(key, []).append(look)
    wake = bound.next_wake(p) if bound.wakes else FOREVER
    if wake < p.end:
        p.at(wake, PLAN, look)
    if bound.test(p):
        look(p)


def _lasting(step: SpecStep, scope: ModuleScope) -> When | None:
    return when(step.lasting, scope) if step.lasting is not None else None


# --- tests -------------------------------------------------------------------------------------------------------
def _test(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    names, engine = step.test or step.ask or (), scope.engine
    charts = [engine.charts[name] for name in names]
    unseen = [engine.charts[name] for name in names if name not in engine.silent]

    def do(p: Patient, encounter: Encounter) -> None:
        for chart in charts if encounter.charting else unseen:
            chart.chart(p, encounter, origin)
        encounter.clock += MINUTE

    return do


# --- diagnoses ---------------------------------------------------------------------------------------------------
def _diagnose(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concepts = [scope.concept(name) for name in step.diagnose or ()]
    until = bind(step.until, scope.of_care()) if step.until is not None else None
    lasting = _lasting(step, scope)

    def do(p: Patient, encounter: Encounter) -> None:
        for concept in concepts:
            if concept.name in p.active:
                continue
            number = _chart_diagnosis(p, encounter, concept, step, origin)
            still = _is_active(concept.name, number)
            if until is not None:
                watch_until(p, until, still, _resolving(concept.name))
            if lasting is not None:
                ends = lasting.after(p, encounter.clock)
                p.at(ends, PLAN, _resolving(concept.name, still))
            p.notify(f"diagnosed:{concept.name}")

    return do


def _resolving(name: str, still: Callable[[Patient], bool] | None = None) -> Callable[[Patient], None]:
    def act(p: Patient) -> None:
        if still is None or still(p):
            resolve(p, name)

    return act


def _is_active(name: str, number: int) -> Callable[[Patient], bool]:
    return lambda p: p.active.get(name) == number


def _chart_diagnosis(p: Patient, encounter: Encounter, concept: Concept, step: SpecStep, origin: int) -> int:
    number = p.number()
    time = encounter.clock
    if concept.kind == "allergy":
        reactions = tuple(
            (p.engine.program.concepts[pair.split(":")[0]], pair.split(":")[1])
            for pair in concept.more.get("reactions", "").split()
        )
        p.events.append(Allergy(number, encounter.number, time, concept, time, reactions, origin))
    else:
        category = step.as_ or ("problem" if concept.more.get("chronic") else "encounter")
        p.events.append(Diagnosis(number, encounter.number, time, concept, time, category, step.severity, origin))
        if encounter.reason is None and encounter.kind != "wellness":
            encounter.reason = concept
    p.active[concept.name] = number
    p.ever.add(concept.name)
    return number


def resolve(p: Patient, name: str) -> None:
    """The end of an active diagnosis, if there is one."""
    number = p.active.pop(name, None)
    if number is not None:
        finish(p, number, "resolved")
        p.notify(f"diagnosed:{name}")


def _resolve(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    names = step.resolve or ()

    def do(p: Patient, encounter: Encounter) -> None:
        for name in names:
            resolve(p, name)

    return do


# --- drugs -------------------------------------------------------------------------------------------------------
def drug_names(concept: Concept) -> tuple[str, ...]:
    """Every name under which someone may be said to be taking this drug."""
    names = [concept.name, concept.more.get("ingredient", ""), *concept.more.get("class", "").split()]
    return tuple(dict.fromkeys(name for name in names if name))


def on_the_market(concept: Concept) -> Clock:
    """The beginning of the year in which a drug came on the market; before it, nobody is given it."""
    since = concept.more.get("since")
    return -FOREVER if since is None else clock(date(int(since), 1, 1))


def dose_of(text: ast.DoseText | None) -> Dose:
    """The dosage of a step."""
    if text is None:
        return Dose(1.0, "dose", 1, 0, False, "once")
    unit = text.unit if text.amount != 1 else text.unit.removesuffix("s")
    return Dose(text.amount, unit, text.times, text.period, text.as_needed, text.text)


def _prescribe(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.prescribe))
    reason = scope.concept(step.for_) if step.for_ else None
    dose, refills, names = dose_of(step.dose), step.refills or 0, drug_names(concept)
    until = bind(step.until, scope.of_care()) if step.until is not None else None
    lasting = _lasting(step, scope)

    marketed = on_the_market(concept)

    def do(p: Patient, encounter: Encounter) -> None:
        if concept.name in p.prescribed or encounter.clock < marketed:
            return
        number, time = p.number(), encounter.clock
        ends = lasting.after(p, time) if lasting is not None else None
        length = ends - time if ends is not None else None
        p.events.append(Prescription(number, encounter.number, time, concept, dose, reason, length, refills, origin))
        p.prescribed[concept.name] = number
        for name in names:
            p.taking[name] = p.taking.get(name, 0) + 1
        for name in names:
            p.notify(f"taking:{name}")

        def still(p: Patient) -> bool:
            return p.prescribed.get(concept.name) == number

        if ends is not None:
            p.at(ends, PLAN, lambda p: stop(p, concept, "completed") if still(p) else None)
        if until is not None:
            watch_until(p, until, still, lambda p: stop(p, concept, "stopped"))

    return do


def stop(p: Patient, concept: Concept, reason: str) -> None:
    """The end of an active prescription."""
    number = p.prescribed.pop(concept.name, None)
    if number is None:
        return
    finish(p, number, reason)
    for name in drug_names(concept):
        p.taking[name] -= 1
    for name in drug_names(concept):
        p.notify(f"taking:{name}")


def _stop(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    wanted = frozenset(step.stop or ())

    def do(p: Patient, encounter: Encounter) -> None:
        concepts = p.engine.program.concepts
        for name in tuple(p.prescribed):
            concept = concepts[name]
            if wanted.intersection(drug_names(concept)):
                stop(p, concept, "stopped")

    return do


def _give(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.give))
    reason = scope.concept(step.for_) if step.for_ else None
    dose = dose_of(step.dose)
    marketed = on_the_market(concept)

    def do(p: Patient, encounter: Encounter) -> None:
        if encounter.clock < marketed:
            return
        if concept.kind == "vaccine":
            give_vaccine(p, encounter, concept, concept.name, origin)
            return
        if encounter.charting:
            p.events.append(
                Administration(p.number(), encounter.number, encounter.clock, concept, dose, reason, origin)
            )
        encounter.clock += MINUTE
        for name in drug_names(concept):
            p.given.add(name)
            p.notify(f"given:{name}")

    return do


def give_vaccine(p: Patient, encounter: Encounter, concept: Concept, series: str, origin: int) -> None:
    """One dose of a vaccine, counted in its series."""
    p.doses[series] = doses = (*p.doses.get(series, ()), encounter.clock)
    if encounter.charting:
        p.events.append(Vaccination(p.number(), encounter.number, encounter.clock, concept, len(doses), origin))
    p.given.add(concept.name)
    p.notify(f"given:{concept.name}")


def _immunise(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    def do(p: Patient, encounter: Encounter) -> None:
        for vaccine, series in immunise(p, encounter.clock):
            give_vaccine(p, encounter, p.engine.program.concepts[vaccine], series, origin)
        encounter.clock += MINUTE

    return do


# --- things done -------------------------------------------------------------------------------------------------
def _perform(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.perform))
    reason = scope.concept(step.for_) if step.for_ else None
    site = scope.concept(step.site) if step.site else None
    takes = int(concept.more.get("takes", 15 * MINUTE))
    lasting = _lasting(step, scope)

    def do(p: Patient, encounter: Encounter) -> None:
        start = encounter.clock
        end = lasting.after(p, start) if lasting is not None else start + takes
        if encounter.charting:
            p.events.append(ProcedureDone(p.number(), encounter.number, start, end, concept, reason, site, origin))
        encounter.clock = max(start, end)
        _done(p, concept.name)

    return do


def _done(p: Patient, name: str) -> None:
    p.done.add(name)
    p.notify(f"performed:{name}")


def _image(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.image))
    reason = scope.concept(step.for_) if step.for_ else None
    finding = step.finding or ""
    takes = int(concept.more.get("takes", 20 * MINUTE))

    def do(p: Patient, encounter: Encounter) -> None:
        if encounter.charting:
            p.events.append(
                ImagingDone(p.number(), encounter.number, encounter.clock, concept, reason, finding, origin)
            )
        encounter.clock += takes
        _done(p, concept.name)

    return do


def _educate(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concepts = [scope.concept(name) for name in step.educate or ()]
    reason = scope.concept(step.for_) if step.for_ else None

    def do(p: Patient, encounter: Encounter) -> None:
        for concept in concepts:
            start = encounter.clock
            encounter.clock = end = start + int(concept.more.get("takes", 5 * MINUTE))
            if encounter.charting:
                p.events.append(ProcedureDone(p.number(), encounter.number, start, end, concept, reason, None, origin))
            _done(p, concept.name)

    return do


def _refer(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.refer))
    reason = scope.concept(step.for_) if step.for_ else None

    def do(p: Patient, encounter: Encounter) -> None:
        if encounter.charting:
            p.events.append(Referral(p.number(), encounter.number, encounter.clock, concept, reason, origin))

    return do


def _device(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.device))

    def do(p: Patient, encounter: Encounter) -> None:
        p.events.append(DeviceGiven(p.number(), encounter.number, encounter.clock, concept, origin))

    return do


def _supply(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept, quantity = scope.concept(str(step.supply)), step.quantity

    def do(p: Patient, encounter: Encounter) -> None:
        if encounter.charting:
            p.events.append(Supplied(p.number(), encounter.number, encounter.clock, concept, quantity, origin))

    return do


def _note(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    text = str(step.note)

    def do(p: Patient, encounter: Encounter) -> None:
        if encounter.charting:
            p.events.append(Remark(p.number(), encounter.number, encounter.clock, text, origin))

    return do


# --- plans and goals ---------------------------------------------------------------------------------------------
def _goal_event(p: Patient, encounter: Encounter, goal: Concept, reason: Concept | None, origin: int) -> int:
    number, time = p.number(), encounter.clock
    measure = p.engine.program.concepts.get(goal.more.get("measure", ""))
    low, high = _target(goal.more.get("target", ""))
    due = time + int(goal.more["within"]) if "within" in goal.more else None
    p.events.append(Goal(number, encounter.number, time, goal.text, measure, low, high, due, reason, origin))
    return number


def _target(text: str) -> tuple[float | None, float | None]:
    """'below 7.0', 'above 60', 'from 4 to 6' -> (low, high)."""
    words = text.replace("from ", "").split()
    if not words:
        return None, None
    if words[0] == "below":
        return None, float(words[1])
    if words[0] == "above":
        return float(words[1]), None
    return float(words[0]), float(words[2])


def _goal(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    goals = [scope.concept(name) for name in step.goal or ()]
    reason = scope.concept(step.for_) if step.for_ else None

    def do(p: Patient, encounter: Encounter) -> None:
        for goal in goals:
            _goal_event(p, encounter, goal, reason, origin)

    return do


def _plan(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    concept = scope.concept(str(step.plan))
    goals = [scope.concept(name) for name in step.goals]
    activities = tuple(scope.concept(name) for name in concept.members)
    reason = scope.concept(step.for_) if step.for_ else None
    until = bind(step.until, scope.of_care()) if step.until is not None else None
    lasting = _lasting(step, scope)

    def do(p: Patient, encounter: Encounter) -> None:
        if concept.name in p.plans:
            return
        numbers = tuple(_goal_event(p, encounter, goal, reason, origin) for goal in goals)
        number = p.number()
        p.events.append(Plan(number, encounter.number, encounter.clock, concept, activities, numbers, reason, origin))
        p.plans[concept.name] = number

        def still(p: Patient) -> bool:
            return p.plans.get(concept.name) == number

        def end(p: Patient) -> None:
            if still(p):
                end_plan(p, concept.name)

        if lasting is not None:
            p.at(lasting.after(p, encounter.clock), PLAN, end)
        if until is not None:
            watch_until(p, until, still, end)

    return do


def end_plan(p: Patient, name: str) -> None:
    """The end of an active care plan."""
    number = p.plans.pop(name, None)
    if number is not None:
        finish(p, number, "completed")


def _end_plan(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    name = str(step.end_plan)

    def do(p: Patient, encounter: Encounter) -> None:
        end_plan(p, name)

    return do


# --- the course of the visit -------------------------------------------------------------------------------------
def _admit(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    text = step.admit
    assert text is not None
    reason = scope.concept(text.reason) if text.reason else None
    lasting = when(text.lasting, scope) if text.lasting is not None else A_DAY
    steps = bind_steps(step.do, scope, (*path, "do"))

    def do(p: Patient, encounter: Encounter) -> Steps:
        name = encounter.name
        admit(p, VisitPlan("inpatient", name, scope.module, origin, reason or encounter.reason), lasting)
        return steps

    return do


def _wait(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    assert step.wait is not None
    time = when(step.wait, scope)

    def do(p: Patient, encounter: Encounter) -> int | None:
        until = time.after(p, encounter.clock)
        if until - p.now < DAY // 4:
            encounter.clock = until  # within one visit the clock just moves on
            return None
        return until - encounter.clock

    return do


def _choose(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    ways: list[tuple[Test | None, Steps]] = []
    for i, choice in enumerate(step.choose or ()):
        ways.append(_way(choice, scope, (*path, "choose", i)))

    def do(p: Patient, encounter: Encounter) -> Steps | None:
        for happens, steps in ways:
            if happens is None or happens.holds(p):
                return steps
        return None

    return do


def _way(choice: Choice, scope: ModuleScope, path: Any) -> tuple[Test | None, Steps]:
    if choice.otherwise is not None:
        return None, bind_steps(choice.otherwise, scope, (*path, "otherwise"))
    steps = bind_steps(choice.do, scope, (*path, "do"))
    if choice.chance is not None:
        return chance(choice.chance, scope), steps
    return bind(choice.when, scope.of_care()).node, steps


def _follow(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    names = [scope.pathway(name) for name in step.follow or ()]
    if len(names) == 1:
        only = names[0]
        return lambda p, encounter: p.engine.pathways[only].follow(p)

    def do(p: Patient, encounter: Encounter) -> Steps | None:
        steps: Steps = ()
        for name in names:
            steps += p.engine.pathways[name].follow(p) or ()
        return steps or None

    return do


def _leave(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    names = [scope.pathway(name) for name in step.leave or ()]

    def do(p: Patient, encounter: Encounter) -> None:
        for name in names:
            p.engine.pathways[name].leave(p)

    return do


def _newborn(step: SpecStep, scope: ModuleScope, origin: int, path: Any) -> Do:
    return lambda p, encounter: deliver(p, encounter, origin)


_VERBS: dict[str, Callable[[SpecStep, ModuleScope, int, Any], Do]] = {
    "test": _test,
    "ask": _test,
    "diagnose": _diagnose,
    "resolve": _resolve,
    "prescribe": _prescribe,
    "stop": _stop,
    "give": _give,
    "immunise": _immunise,
    "perform": _perform,
    "image": _image,
    "refer": _refer,
    "educate": _educate,
    "plan": _plan,
    "end_plan": _end_plan,
    "goal": _goal,
    "device": _device,
    "supply": _supply,
    "note": _note,
    "admit": _admit,
    "wait": _wait,
    "follow": _follow,
    "leave": _leave,
    "choose": _choose,
    "newborn": _newborn,
}
