"""From the modules of a program to bound ones: states, ways out, and what of the past somebody asks about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from healthsynth.simulate.gmf import program
from healthsynth.simulate.gmf.conditions import Binder
from healthsynth.simulate.gmf.draws import number
from healthsynth.simulate.gmf.polls import Polls
from healthsynth.simulate.gmf.program import BoundModule, BoundState
from healthsynth.simulate.gmf.states import States
from healthsynth.simulate.gmf.times import length, whole_length
from healthsynth.simulate.gmf.transitions import Ways
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.transitions import conditions as conditions_of
from healthsynth.spec.gmf.values import Code
from healthsynth.units import Clock


def bind(library: GmfLibrary, binder: Binder, origins: Mapping[tuple[str, str], int]) -> dict[str, BoundModule]:
    """All modules by key.

    Args:
        origins: (module, state) -> index into the program's origins.
    """
    bound = {key: _module(module, origins) for key, module in library.modules.items()}
    asked = frozenset(code for module in library.modules.values() for code in _asked_codes(module))
    names = frozenset(name for module in library.modules.values() for name in _asked_states(module))
    for module in bound.values():
        states, ways = States(binder, asked), Ways(module.states, binder, library.tables)
        polls = Polls(module.states, binder, library.tables)
        for state in module.states.values():
            states.bind(state)
            state.tracked = state.name in names
            if state.kind == program.CALLS:
                state.callee = bound[state.spec.submodule]  # type: ignore[attr-defined]
            if state.spec.transition is not None:
                ways.bind(state, state.spec.transition)
                round_ = _fixed_length(state)
                if round_:
                    state.poll = polls.bind(state, state.spec.transition, round_)
    return bound


def _fixed_length(state: BoundState) -> Clock | None:
    """Of a delay that is always as long."""
    given = state.spec
    if not isinstance(given, s.Delay):
        return None
    if given.exact is not None:
        return length(number(given.exact), given.exact.unit)
    if given.range is None and given.distribution is not None and given.distribution.kind == "EXACT":
        return whole_length(given.distribution.value, given.unit)
    return None


def _module(given: GmfModule, origins: Mapping[tuple[str, str], int]) -> BoundModule:
    made = BoundModule(given.key, given.name, given.runtime_name, given.specialty, not given.is_submodule)
    for name, state in given.states.items():
        made.states[name] = BoundState(made, state, origins[given.key, name])
    made.initial = made.states["Initial"]
    return made


def _conditions(module: GmfModule) -> Iterator[c.Condition]:
    for state in module.states.values():
        for outer in conditions_of(state.transition):
            yield from c.leaves(outer)
        if isinstance(state, s.Guard):
            yield from c.leaves(state.allow)


def _asked_codes(module: GmfModule) -> Iterator[str]:
    for leaf in _conditions(module):
        if isinstance(leaf, c.ObservationIs):
            yield from (code.code for code in leaf.codes)


def _asked_states(module: GmfModule) -> Iterator[str]:
    """Names of states whose visits matter: in conditions, as reasons and causes, as encounters that onsets wait for."""
    for leaf in _conditions(module):
        if isinstance(leaf, c.PriorState):
            yield leaf.name
            yield leaf.since
    for state in module.states.values():
        given: Any = state
        for field in ("reason", "condition_onset", "target_encounter"):
            name = getattr(given, field, "")
            if name:
                yield name


def written(modules: Iterable[BoundModule]) -> dict[str, str]:
    """Name of a state -> the primary code of the entry that states of this name write; "" if they write several."""
    found: dict[str, str] = {}
    for module in modules:
        for state in module.states.values():
            code = _writes(state.spec)
            if code is not None:
                found[state.name] = code.code if found.get(state.name, code.code) == code.code else ""
    return found


def _writes(given: s.State) -> Code | None:
    """The primary code of the entry that a state writes."""
    if isinstance(given, s.Device):
        return given.code
    if isinstance(given, s.ImagingStudy):
        return given.procedure_code
    if isinstance(given, (s.ConditionOnset, s.AllergyOnset, s.MedicationOrder, s.CarePlanStart, s.Procedure)):
        return given.codes[0]
    return None


def readers(modules: Mapping[str, BoundModule], orders: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Attribute, or '#' and code -> the turns of those top-level modules that may wait for it."""
    found: dict[str, set[int]] = {}
    for key, order in orders.items():
        for module in family(modules, key):
            for state in module.states.values():
                for waiting in (state.guard, state.poll):
                    for name in waiting.names if waiting is not None else ():
                        found.setdefault(name, set()).add(order)
    return {name: tuple(sorted(who)) for name, who in found.items()}


def family(modules: Mapping[str, BoundModule], key: str) -> list[BoundModule]:
    """A module and all that it calls, directly or not."""
    family = {key: modules[key]}
    todo = [modules[key]]
    while todo:
        for state in todo.pop().states.values():
            if state.callee is not None and state.callee.key not in family:
                family[state.callee.key] = state.callee
                todo.append(state.callee)
    return list(family.values())
