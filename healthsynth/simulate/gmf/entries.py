"""The record while it is written: what is present by its primary code, how it begins, is found again and ends."""

from collections.abc import Iterable
from typing import Any

from healthsynth.record.events import Dose
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import Entry, GmfLife, Pending
from healthsynth.simulate.gmf.visits import current
from healthsynth.spec.gmf.values import Code
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept

_REASONS = ("condition", "finding", "procedure")


def put(life: GmfLife, entry: Entry) -> None:
    """Make an entry the one of its code."""
    life.present[entry.code] = entry
    if entry.kind == "medication":
        life.drugs[entry.code] = entry
    life.touch_code(entry.code)


def end(life: GmfLife, entry: Entry | None, at: Clock, reason: str) -> None:
    """End an entry; its code is free again."""
    if entry is None or (entry.stop is not None and entry.kind != "procedure"):
        return
    entry.stop = max(at, entry.start)
    if life.present.get(entry.code) is entry:
        del life.present[entry.code]
        life.drugs.pop(entry.code, None)
    if life.chronic.pop(entry.code, None) is not None and not life.chronic:
        life.wants_plan()
    if entry.number is not None and entry.kind != "procedure":
        life.chart.end(entry.number, entry.stop, reason)
    life.touch_code(entry.code)


def named(life: GmfLife, name: str) -> Entry | None:
    """The first present entry, of any kind and module, that a state of this name wrote."""
    for entry in life.present.values():
        if entry.name == name:
            return entry
    return None


def referred(life: GmfLife, attribute: str) -> Entry | None:
    """The entry that an attribute refers to."""
    found = life.attributes.get(attribute)
    return found if isinstance(found, Entry) else None


def by_codes(life: GmfLife, codes: Iterable[Code]) -> Entry | None:
    """The present entry of the first code that has one."""
    for code in codes:
        found = life.present.get(code.code)
        if found is not None:
            return found
    return None


# --- onsets -------------------------------------------------------------------------------------------------------------
def begin(life: GmfLife, state: BoundState) -> None:
    """An onset: recorded now if its encounter is under way or none is asked for, else when that encounter comes."""
    spec: Any = state.spec
    target = spec.target_encounter
    if not target or (life.lock == life.process.order and life.visit is not None and life.visit.name == target):
        record_onset(life, state)
        return
    entry = None
    if spec.assign_to_attribute:
        entry = Entry("condition", state.name, spec.codes[0].code, state.module.concepts[state.name], life.clock)
        life.set(spec.assign_to_attribute, entry)
    life.frame.pending.append(Pending(life.seq, state, entry))


def diagnose(life: GmfLife, name: str) -> None:
    """An encounter of this name is passed: what waited for it is recorded, the newest first."""
    pending = life.frame.pending
    if not pending:
        return
    due = [each for each in pending if each.state.spec.target_encounter == name]  # type: ignore[attr-defined]
    if due:
        life.frame.pending = [each for each in pending if each not in due]
        for each in reversed(due):
            record_onset(life, each.state)


def record_onset(life: GmfLife, state: BoundState) -> None:
    """Record a condition or an allergy at this time, unless its code is present."""
    spec: Any = state.spec
    code = spec.codes[0].code
    kind, concept = state.entry_kind, state.module.concepts[state.name]
    entry = life.present.get(code)
    if entry is None or (entry.kind != kind and life.engine.corrected):
        at = life.clock
        entry = Entry(kind, state.name, code, concept, at)
        visit = current(life, at)
        if kind == "condition":
            entry.number = life.chart.condition(visit.number, visit.time(at), concept, state.origin)
        else:
            reactions = tuple(_reactions(life, spec.reactions, state))
            entry.number = life.chart.allergy(visit.number, visit.time(at), concept, reactions, state.origin)
        put(life, entry)
    else:
        entry.name = state.name
    if spec.assign_to_attribute:
        life.set(spec.assign_to_attribute, entry)


def _reactions(life: GmfLife, reactions: Any, state: BoundState) -> Iterable[tuple[Concept, str]]:
    for place, reaction in enumerate(reactions):
        left = life.draw() * sum(weight for _, weight in reaction.severities)
        for level, weight in reaction.severities:
            left -= weight
            if left < 0:
                if level != "none":
                    yield state.module.concepts[f"{state.name}\0{place}"], level
                break


# --- reasons ------------------------------------------------------------------------------------------------------------
def reason(life: GmfLife, state: BoundState) -> Concept | None:
    """Why something is done: by an attribute's entry, by a state that was visited, by an onset of this file."""
    name: str = state.spec.reason  # type: ignore[attr-defined]
    if not name:
        return None
    found = life.attributes.get(name)
    if found is not None:
        if isinstance(found, Entry):
            return _usable(found.concept)
        return life.engine.coded_reason(found) if isinstance(found, Code) else None
    if name in life.frame.seen:
        entry = named(life, name)
        return None if entry is None else _usable(entry.concept)
    return _usable(state.module.concepts.get(name))


def _usable(concept: Concept | None) -> Concept | None:
    return concept if concept is not None and concept.kind in _REASONS else None


# --- medication ---------------------------------------------------------------------------------------------------------
def order(life: GmfLife, state: BoundState, concept: Concept, dose: Dose, refills: int) -> None:
    """A drug is ordered; while it is active nothing new is charted."""
    spec: Any = state.spec
    code = spec.codes[0].code
    entry = life.present.get(code)
    if entry is None or entry.kind != "medication":
        entry = Entry("medication", state.name, code, concept, life.clock)
        entry.reason = reason(life, state)
        _chart_order(life, entry, (dose, refills, state.origin))
    entry.name = state.name
    entry.order = (dose, refills, state.origin)
    if spec.assign_to_attribute:
        life.set(spec.assign_to_attribute, entry)
    if spec.chronic:
        life.chronic[code] = entry
        if len(life.chronic) == 1:
            life.wants_plan()


def _chart_order(life: GmfLife, entry: Entry, how: tuple[Dose, int, int]) -> None:
    dose, refills, origin = how
    visit = current(life, entry.start)
    at = visit.time(entry.start)
    entry.number = life.chart.medication(visit.number, at, entry.concept, dose, entry.reason, refills, origin)
    put(life, entry)


def renew(life: GmfLife) -> None:
    """All chronic medication is ended and ordered again as it was; attributes keep the old entries."""
    for old in list(life.chronic.values()):
        new = Entry("medication", old.name, old.code, old.concept, life.clock)
        new.reason, new.order = old.reason, old.order
        end(life, old, life.clock, "stopped")
        _chart_order(life, new, new.order)
        life.chronic[new.code] = new
