"""What raises or lowers a measure while a condition holds."""

from healthsynth.simulate.conditions import bind
from healthsynth.simulate.nodes import Amount, Bound
from healthsynth.simulate.numbers import NumberScope
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.values import Since, amount_at_rank, valued
from healthsynth.spec import ast
from healthsynth.spec.model import Measure


class BoundEffect:
    """What raises or lowers a measure while a condition holds: a straight ramp up, and down again afterwards.

    Args:
        ramp: seconds.
    """

    def __init__(
        self, index: int, measure: str, condition: Bound, amount: Amount, ramp: float, sign: float, percent: bool
    ):
        self.index = index
        self.measure = measure
        self.condition = condition
        self.amount = amount
        self.ramp = ramp
        self.sign = sign
        self.percent = percent

    def change(self, p: Patient) -> None:
        """The condition may have turned. Only effects that are on, or still fading, are kept with the patient."""
        on = self.condition.test(p)
        mine = p.effects.get(self.measure)
        state = mine.get(self.index) if mine is not None else None
        if state is None:
            if on:
                # True before anything began: a trait, which has worked in full ever since.
                level = 0.0 if p.begun else 1.0
                p.effects.setdefault(self.measure, {})[self.index] = (p.now, level, True)
        elif state[2] != on and mine is not None:
            mine[self.index] = (p.now, self.level(p, state), on)

    def level(self, p: Patient, state: tuple[int, float, bool]) -> float:
        """How much of the effect works now, 0 to 1."""
        since, level, on = state
        moved = (p.now - since) / self.ramp if self.ramp else 1.0
        return min(1.0, level + moved) if on else max(0.0, level - moved)


def effects_now(p: Patient, measure: str, effects: dict[int, BoundEffect], base: float) -> float:
    """What the effects under way add to a measure now; those that have faded are forgotten."""
    total = 0.0
    mine = p.effects[measure]
    for index, state in tuple(mine.items()):
        effect = effects[index]
        level = effect.level(p, state)
        if level:
            amount = effect.amount.at(p)
            total += effect.sign * level * (base * amount / 100 if effect.percent else amount)
        elif not state[2]:
            del mine[index]
    return total


def bind_effects(first: int, name: str, measure: Measure, scope: NumberScope) -> list[BoundEffect]:
    """The effects that one module's entry has on a measure, numbered from `first`."""
    found: list[BoundEffect] = []
    for sign, entries in ((-1.0, measure.lowered_by), (1.0, measure.raised_by)):
        for text, effect in entries.items():
            condition = bind(scope.conditions[text], scope)
            index = first + len(found)
            own = f"effect:{scope.module}:{text}"
            if isinstance(effect.by, ast.Ref):
                amount = amount_at_rank(scope, effect.by.name, own)
            else:
                amount = valued(effect.by, own, Since(), scope)
            ramp = effect.within.total if effect.within else 0.0
            found.append(BoundEffect(index, name, condition, amount, ramp, sign, effect.percent))
    return found
