"""Conditions and allergies begin: recorded at once, or when the encounter comes that they wait for."""

from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.entries import put
from healthsynth.simulate.gmf.nodes import Deed
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import Entry, GmfLife, Seen
from healthsynth.simulate.gmf.visits import current
from healthsynth.spec.gmf import states as spec
from healthsynth.spec.gmf.values import Reaction
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept


class Onset(Deed):
    """Recorded now if its encounter is under way or none is asked for, else when that encounter comes.

    Args:
        kind: condition or allergy.
    """

    def __init__(self, state: BoundState, given: spec.ConditionOnset | spec.AllergyOnset, kind: str, what: Concept):
        self.kind = kind
        self.name = state.name
        self.origin = state.origin
        self.code: str = given.codes[0].code
        self.concept = what
        self.target: str = given.target_encounter  # name of the encounter, "" for none
        self.attribute: str = given.assign_to_attribute

    def do(self, life: GmfLife) -> None:
        target = self.target
        if target and not (
            life.lock == life.process.order and life.visit is not None and life.visit.name == target
        ):  # fmt: skip
            if self.attribute:
                life.set(self.attribute, Entry("condition", self.name, self.code, self.concept, life.clock))
            life.frame.pending.append(self)
        else:
            self.record(life)

    def record(self, life: GmfLife) -> None:
        """Record it at this time, unless its code is present."""
        entry = life.present.get(self.code)
        if entry is None or (entry.kind != self.kind and life.engine.corrected):
            at = life.clock
            entry = Entry(self.kind, self.name, self.code, self.concept, at)
            visit = current(life, at)
            entry.number = self.chart(life, visit, visit.time(at))
            put(life, entry)
        else:
            entry.name = self.name
        if self.attribute:
            life.set(self.attribute, entry)

    def chart(self, life: GmfLife, visit: Seen, at: Clock) -> int:
        """Its number in the chart."""
        raise NotImplementedError


class ConditionOnset(Onset):
    """A condition."""

    def __init__(self, state: BoundState, given: spec.ConditionOnset):
        super().__init__(state, given, "condition", concepts.concept("condition", given.codes))

    def chart(self, life: GmfLife, visit: Seen, at: Clock) -> int:
        return life.chart.condition(visit.number, at, self.concept, self.origin)


class AllergyOnset(Onset):
    """An allergy and its reactions."""

    def __init__(self, state: BoundState, given: spec.AllergyOnset):
        super().__init__(state, given, "allergy", concepts.allergy(given.codes, given.allergy_type, given.category))
        self.reactions = [_Reaction(each) for each in given.reactions]

    def chart(self, life: GmfLife, visit: Seen, at: Clock) -> int:
        found: list[tuple[Concept, str]] = []
        for reaction in self.reactions:
            level = reaction.level(life)
            if level != "none":
                found.append((reaction.concept, level))
        return life.chart.allergy(visit.number, at, self.concept, tuple(found), self.origin)


class _Reaction:
    def __init__(self, given: Reaction):
        self.concept = concepts.concept("finding", (given.code,))
        self.severities = [(level, float(weight)) for level, weight in given.severities]
        self.total = float(sum([weight for _, weight in given.severities]))

    def level(self, life: GmfLife) -> str:
        """How severe it is, drawn by the weights."""
        left = life.draw() * self.total
        for level, weight in self.severities:
            left -= weight
            if left < 0:
                return level
        return "none"


def diagnose(life: GmfLife, name: str) -> None:
    """An encounter of this name is passed: what waited for it is recorded, the newest first."""
    pending = life.frame.pending
    if not pending:
        return
    due = [each for each in pending if each.target == name]
    if due:
        life.frame.pending = [each for each in pending if each.target != name]
        for each in reversed(due):
            each.record(life)
