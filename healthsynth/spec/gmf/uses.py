"""Which attributes, symptoms, states and codes the modules of a library make, and which they ask for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.transitions import AttributeWeight, conditions, draws


@dataclass(slots=True)
class Uses:
    """Over all modules of a library."""

    attributes: set[str] = field(default_factory=set)  # set by anybody
    symptoms: set[str] = field(default_factory=set)
    vital_signs: set[str] = field(default_factory=set)
    states: dict[str, set[type[s.State]]] = field(default_factory=dict)  # name -> types, anywhere
    present: set[str] = field(default_factory=set)  # codes that can be in the record, of any kind
    observed: set[str] = field(default_factory=set)  # codes of observations
    called: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)  # display name -> keys


def uses(library: GmfLibrary) -> Uses:
    """Everything that is made."""
    found = Uses()
    for module in library.modules.values():
        found.names.setdefault(module.name, []).append(module.key)
        for title, state in module.states.items():
            found.states.setdefault(title, set()).add(type(state))
            _made(state, found)
    return found


def _made(state: s.State, found: Uses) -> None:
    assigned = getattr(state, "assign_to_attribute", "")
    if assigned:
        found.attributes.add(assigned)
    match state:
        case s.SetAttribute(attribute=name) | s.Counter(attribute=name):
            found.attributes.add(name)
        case s.Symptom(symptom=name):
            found.symptoms.add(name)
        case s.VitalSign(vital_sign=name):
            found.vital_signs.add(name)
        case s.CallSubmodule(submodule=key):
            found.called.add(key)
        case s.Observation(observed=one):
            found.observed.update(code.code for code in one.codes[:1])
        case (
            s.DiagnosticReport(observations=several, codes=codes)
            | s.MultiObservation(observations=several, codes=codes)
        ):
            found.observed.update(code.code for one in several for code in one.codes[:1])
            found.observed.update(code.code for code in codes[:1])
        case s.ImagingStudy(procedure_code=one_code):
            found.present.add(one_code.code)
        case s.Device(code=one_code):
            found.present.add(one_code.code)
        case s.ConditionOnset() | s.AllergyOnset() | s.MedicationOrder() | s.CarePlanStart() | s.Procedure():
            found.present.update(code.code for code in state.codes[:1])
        case _:
            pass


def asked(state: s.State) -> Iterator[c.Condition]:
    """The single conditions that a state asks, in its guard and its transition."""
    if isinstance(state, s.Guard):
        yield from c.leaves(state.allow)
    for condition in conditions(state.transition):
        yield from c.leaves(condition)


def attributes_read(state: s.State) -> Iterator[tuple[str, str]]:
    """(attribute, what it is read for)."""
    for leaf in asked(state):
        if isinstance(leaf, c.AttributeIs) or (isinstance(leaf, (c.Active, c.ObservationIs)) and leaf.attribute):
            yield leaf.attribute, "condition"
    for shares in draws(state.transition):
        for share in shares:
            if isinstance(share.weight, AttributeWeight):
                yield share.weight.attribute, "weight"
    match state:
        case s.SetAttribute(value_attribute=name) if name:
            yield name, "value"
        case s.End(by_attribute=name) if name:
            yield name, "end"
        case s.Death(referenced_by_attribute=name) if name:
            yield name, "cause"
        case s.Observation(observed=one) if one.attribute:
            yield one.attribute, "value"
        case s.DiagnosticReport(observations=several) | s.MultiObservation(observations=several):
            yield from ((one.attribute, "value") for one in several if one.attribute)
        case _:
            return


def objects(data: Any, path: JsonPath = ()) -> Iterator[tuple[JsonPath, dict[str, Any]]]:
    """Every object of a JSON value with its path."""
    if isinstance(data, dict):
        yield path, data
        for key, value in data.items():
            yield from objects(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from objects(value, (*path, i))


def raw(module: GmfModule) -> dict[str, Any]:
    """The JSON of a module."""
    found: dict[str, Any] = json.loads(module.source.text)
    return found


def reachable(module: GmfModule) -> set[str]:
    """The states that can be come to from Initial, by any way that a transition names."""
    from healthsynth.spec.gmf.transitions import targets

    found = {"Initial"} & set(module.states)
    todo = list(found)
    while todo:
        for to in targets(module.states[todo.pop()].transition):
            if to in module.states and to not in found:
                found.add(to)
                todo.append(to)
    return found
