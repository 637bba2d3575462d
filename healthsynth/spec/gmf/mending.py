"""A library as the corrected mode runs it: wrong codes and impossible values repaired, with a list of what was done and what not.

Nothing here reads a file, and the library that comes in stays as it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from healthsynth.spec.gmf import limits as values
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.codings import Coding, codings
from healthsynth.spec.gmf.limits import Limits
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.places import JsonPath, spelled
from healthsynth.spec.gmf.repairs import Judged
from healthsynth.spec.gmf.values import Code, Exact, Range

_ONE_VALUE = "it is one fixed value, and no other is known"
_NOTHING_LEFT = "no part of it lies within the limits"
_IN_A_TABLE = "a lookup table asks for what stands here"


@dataclass(frozen=True, slots=True)
class Repair:
    """One wrong thing of a module: `before` and `after` are the fields of its JSON; `after` is empty where it stays, for `why`."""

    module: str
    places: tuple[str, ...]  # JSON paths
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    why: str = ""


def mend(
    library: GmfLibrary, verdicts: Mapping[Coding, Judged], limits: Mapping[str, Limits], running: Collection[str]
) -> tuple[GmfLibrary, tuple[Repair, ...]]:
    """The library repaired, and the list by module.

    Args:
        verdicts: on its codes, see `repairs.judged`.
        limits: what observations can be, by LOINC code.
        running: keys of the modules to repair; others stay as they are and out of the list.
    """
    mended, found, fixed = dict(library.modules), list[Repair](), _read_by_tables(library)
    for module in library.modules.values():
        if module.key in running:
            states, repairs = _module(module, verdicts, limits, fixed)
            mended[module.key] = replace(module, states={**module.states, **states})
            found += repairs
    return replace(library, modules=mended), tuple(found)


def _read_by_tables(library: GmfLibrary) -> frozenset[str]:
    """Attributes that lookup tables read: of a code in one, they read the display."""
    return frozenset(name for table in library.tables.values() for name in table.attributes)


def _module(
    module: GmfModule, verdicts: Mapping[Coding, Judged], limits: Mapping[str, Limits], fixed: frozenset[str]
) -> tuple[dict[str, s.State], list[Repair]]:
    """The states that change, and the repairs of a module."""
    places = _places(module, verdicts, fixed)
    wrong = {coding: verdict.after for (coding, verdict) in places if verdict.after is not None}
    touched = {str(path[1]) for (_, verdict), paths in places.items() if verdict.after for path in paths}
    states = {title: _recoded(module.states[title], wrong) for title in module.states if title in touched}
    repairs = [_of_code(module, coding, verdict, paths) for (coding, verdict), paths in places.items()]
    for title, state in module.states.items():
        repairs += _of_values(module, state, limits)
        states[title] = _cut(states.get(title, state), limits)
    return {title: state for title, state in states.items() if state is not module.states[title]}, repairs


def _places(
    module: GmfModule, verdicts: Mapping[Coding, Judged], fixed: frozenset[str]
) -> dict[tuple[Coding, Judged], list[JsonPath]]:
    """Where wrong codes stand in states, by what becomes of them there."""
    found: dict[tuple[Coding, Judged], list[JsonPath]] = defaultdict(list)
    for path, coding in codings(module):
        state = module.states.get(str(path[1])) if path[:1] == ("states",) and len(path) > 1 else None
        if state is not None and coding in verdicts:
            stays = isinstance(state, s.SetAttribute) and state.attribute in fixed
            found[coding, Judged(None, _IN_A_TABLE) if stays else verdicts[coding]].append(path)
    return found


def _of_code(module: GmfModule, coding: Coding, verdict: Judged, paths: Iterable[JsonPath]) -> Repair:
    after = verdict.after._asdict() if verdict.after else {}
    return Repair(module.key, tuple(map(spelled, paths)), coding._asdict(), after, verdict.why)


def _of_values(module: GmfModule, state: s.State, limits: Mapping[str, Limits]) -> Iterator[Repair]:
    for path, observed in values.observations(state):
        value = values.impossible(observed, limits)
        if value is None:
            continue
        mended = values.cut(observed, limits)
        after = _fields(mended.range) if mended is not observed and mended.range else {}
        why = "" if after else _NOTHING_LEFT if isinstance(value, Range) else _ONE_VALUE
        place = spelled((*path, "range" if isinstance(value, Range) else "exact"))
        yield Repair(module.key, (place,), _fields(value), after, why)


def _fields(value: Range | Exact) -> dict[str, Any]:
    return {"low": value.low, "high": value.high} if isinstance(value, Range) else {"quantity": value.quantity}


def _cut(state: s.State, limits: Mapping[str, Limits]) -> s.State:
    """The state with its observations cut off at the limits; itself where there is nothing to cut."""
    if not any(values.impossible(observed, limits) for _, observed in values.observations(state)):
        return state
    if isinstance(state, s.Observation):
        return replace(state, observed=values.cut(state.observed, limits))
    assert isinstance(state, (s.MultiObservation, s.DiagnosticReport))
    return replace(state, observations=tuple(values.cut(each, limits) for each in state.observations))


def _recoded(value: Any, wrong: Mapping[Coding, Coding]) -> Any:
    """A value of the model with the codes in it exchanged, however deep; itself where there is none to exchange."""
    if isinstance(value, Code):
        after = wrong.get(Coding(value.system, value.code, value.display))
        return value if after is None else replace(value, **after._asdict())
    if isinstance(value, tuple):
        made = tuple(_recoded(each, wrong) for each in value)
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made
    if not is_dataclass(value) or isinstance(value, type):
        return value
    old = {field.name: getattr(value, field.name) for field in fields(value)}
    new = {name: made for name, each in old.items() if (made := _recoded(each, wrong)) is not each}
    return replace(value, **new) if new else value
