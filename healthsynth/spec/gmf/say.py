"""A GMF module read aloud: each state in the order in which one comes to it, what it does, and where it leads."""

from collections.abc import Iterator

from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf import transitions as t
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.words import amount, coded, condition, number, share


def say(module: GmfModule, library: GmfLibrary | None = None) -> str:
    """The sheet of a module; with a library, who calls it is said too."""
    return "\n".join(_sheet(module, library))


def _sheet(module: GmfModule, library: GmfLibrary | None) -> Iterator[str]:
    kind = "a submodule" if module.is_submodule else "a module"
    yield f"{module.name}  ({module.key}; {kind} in the Generic Module Framework, {len(module.states)} states)"
    yield from ("", *module.remarks) if module.remarks else ()
    callers = [m.key for m in (library.modules.values() if library else ()) if _calls(m, module.key)]
    if callers:
        yield f"Called by: {', '.join(callers)}."
    yield ""
    for title in order(module):
        state = module.states[title]
        yield f"{title}: {deed(state)}"
        yield from (f"  ({remark})" for remark in state.remarks)
        yield from (f"  {line}" for line in ways(state.transition))


def _calls(module: GmfModule, key: str) -> bool:
    return any(isinstance(state, s.CallSubmodule) and state.submodule == key for state in module.states.values())


def order(module: GmfModule) -> list[str]:
    """States as one comes to them, then those that no way leads to."""
    found: dict[str, None] = {}
    todo = ["Initial"]
    while todo:
        title = todo.pop()
        if title in found or title not in module.states:
            continue
        found[title] = None
        todo += reversed(list(t.targets(module.states[title].transition)))
    return [*found, *(title for title in module.states if title not in found)]


def ways(way: t.Transition | None) -> Iterator[str]:
    """Where a state leads to, a line for each way."""
    match way:
        case t.Direct(to=to):
            yield f"then {to}"
        case t.Distributed(shares=shares):
            yield f"then {_shares(shares)}"
        case t.Conditional(options=options) | t.Complex(options=options):
            for i, option in enumerate(options):
                lead = (
                    f"if {condition(option.condition)}"
                    if option.condition is not None
                    else "otherwise"
                    if i
                    else "then"
                )
                yield f"{lead}: {option.to or _shares(option.shares)}"
        case t.Lookup(table=table, defaults=shares):
            yield f"by the table {table}, otherwise {_shares(shares)}"
        case t.TypeOfCare(ambulatory=a, emergency=e, telemedicine=v):
            yield f"by the kind of care that people seek: office {a}, emergency {e}, video {v}"
        case None:
            return


def _shares(shares: tuple[t.Share, ...]) -> str:
    return ", ".join(f"{share(one.weight)} {one.to}" for one in shares)


def deed(state: s.State) -> str:
    """What a state does, one sentence."""
    return _flow(state) or _care(state) or "goes on at once."


def _flow(state: s.State) -> str:
    match state:
        case s.Terminal():
            return "the end."
        case s.Delay():
            return f"waits {amount(state.exact, state.range, state.distribution, state.unit)}."
        case s.Guard():
            return f"waits until {condition(state.allow)}."
        case s.SetAttribute():
            return _set(state)
        case s.Counter():
            return f"{'adds' if state.increment else 'takes'} {state.amount} {'to' if state.increment else 'from'} '{state.attribute}'."
        case s.CallSubmodule():
            return f"goes through the submodule {state.submodule}."
        case s.Symptom():
            much = amount(state.exact, state.range, state.distribution) or "0"
            chance = "" if state.probability == 1 else f" with a chance of {state.probability * 100:g}%"
            return f"sets the symptom '{state.symptom}' to {much}{chance}."
        case s.VitalSign():
            much = state.expression or amount(state.exact, state.range, state.distribution, state.unit)
            return f"makes {state.vital_sign} {much}."
        case s.Death():
            return _death(state)
        case s.Physiology():
            return "would run a model of the body, which is left out."
    return ""


def _set(state: s.SetAttribute) -> str:
    if state.expression:
        return f"sets '{state.attribute}' to the value of {state.expression}."
    if state.range or state.distribution:
        return f"sets '{state.attribute}' to {amount(None, state.range, state.distribution)}."
    if state.value_code:
        return f"sets '{state.attribute}' to {coded((state.value_code,))}."
    if state.value_attribute:
        return f"sets '{state.attribute}' to what '{state.value_attribute}' is."
    if state.series_data:
        return f"sets '{state.attribute}' to a series of numbers."
    return f"clears '{state.attribute}'." if state.value is None else f"sets '{state.attribute}' to {state.value!r}."


def _death(state: s.Death) -> str:
    when = amount(state.exact, state.range if state.exact is None else None, None)
    cause = coded(state.codes) if state.codes else state.condition_onset or state.referenced_by_attribute
    return f"dies{' after ' + when if when else ''}{' of ' + cause if cause else ''}."


def _care(state: s.State) -> str:
    match state:
        case s.Encounter(wellness=True):
            return "waits for the next check-up."
        case s.Encounter():
            video = {"none": "", "possible": ", perhaps by video", "always": ", by video"}[state.telemedicine]
            return f"a visit ({state.encounter_class}{video}): {coded(state.codes)}{_for(state.reason)}."
        case s.EncounterEnd():
            left = f", discharged: {coded((state.discharge_disposition,))}" if state.discharge_disposition else ""
            return f"the visit ends{left}."
        case s.ConditionOnset() | s.AllergyOnset():
            found = f", found at the visit '{state.target_encounter}'" if state.target_encounter else ""
            what = "begins" if isinstance(state, s.ConditionOnset) else f"{state.allergy_type} begins"
            return f"{coded(state.codes)} {what}{found}."
        case s.MedicationOrder():
            verb = "gives" if state.administration and not state.chronic else "prescribes"
            return (
                f"{verb} {coded(state.codes)}{', for good' if state.chronic else ''}{_dose(state)}{_for(state.reason)}."
            )
        case s.CarePlanStart():
            does = f": {', '.join(code.display for code in state.activities)}" if state.activities else ""
            return f"starts the plan {coded(state.codes)}{does}{_for(state.reason)}."
        case s.End():
            what = state.by_state or (
                f"what '{state.by_attribute}' names" if state.by_attribute else coded(state.codes)
            )
            return f"{what} ends."
        case s.Procedure():
            takes = amount(None, state.duration, None if state.duration else state.distribution, state.unit)
            return f"performs {coded(state.codes)}{f', which takes {takes}' if takes else ''}{_for(state.reason)}."
        case s.Observation():
            return f"observes {observed(state.observed)}."
        case s.MultiObservation() | s.DiagnosticReport():
            return f"reports {coded(state.codes)}: {'; '.join(observed(one) for one in state.observations)}."
    return _things(state)


def _things(state: s.State) -> str:
    match state:
        case s.Device():
            return f"gives the device {coded((state.code,))}."
        case s.ImagingStudy():
            return f"takes pictures: {coded((state.procedure_code,))}."
        case s.SupplyList():
            return f"hands out {', '.join(f'{number(x.quantity)} {x.code.display}' for x in state.supplies)}."
        case s.Vaccine():
            return f"gives the vaccine {coded(state.codes)}, dose {state.series}."
    return ""


def _for(reason: str) -> str:
    return f", because of '{reason}'" if reason else ""


def _dose(state: s.MedicationOrder) -> str:
    p = state.prescription
    if p is None:
        return ""
    if p.as_needed_present:
        return ", as needed"
    if p.dosage is None:
        return ""
    d = p.dosage
    return f", {number(d.amount)} each time, {number(d.frequency)} times every {number(d.period)} {d.unit}"


def observed(one: s.Observed) -> str:
    """'Glucose (LOINC 2339-0), 70 to 100 mg/dL'."""
    value = amount(None if one.range else one.exact, one.range, one.distribution, one.unit)
    value = value or (f"the value of '{one.attribute}'" if one.attribute else "")
    value = value or (f"the vital sign {one.vital_sign}" if one.vital_sign else "")
    value = value or (coded((one.value_code,)) if one.value_code else "")
    return coded(one.codes) + (f", {value}" if value else "")
