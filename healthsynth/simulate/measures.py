"""Measures: one true value per person, read at any instant, with effects and limits."""

from collections.abc import Callable

from healthsynth.compile.program import Program
from healthsynth.simulate.answers import Answer, answers_of
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.effects import BoundEffect, effects_now
from healthsynth.simulate.expressions import expression
from healthsynth.simulate.nodes import Amount, Fixed, Test, first_to_hold
from healthsynth.simulate.numbers import NumberScope
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.ranks import OwnRank
from healthsynth.simulate.values import Since, TableValue, Wander, since_of, valued
from healthsynth.spec import ast
from healthsynth.spec.model import Measure

BUILT_IN = ("height", "weight", "bmi", "head_circumference")


class BoundMeasure:
    """A measure ready to be read. `calculated` and `answers` say what is charted instead of a reading of `value`."""

    def __init__(
        self,
        name: str,
        node: Amount,
        noise: ast.Noise | None = None,
        limits: tuple[float, float] | None = None,
        calculated: Amount | None = None,
        needs: tuple[str, ...] = (),
        answer: Answer | None = None,
        keys: frozenset[str] = frozenset(),
    ):
        self.name = name
        self.node = node
        self.noise = noise
        self.limits = limits
        self.calculated = calculated
        self.needs = needs
        self.answer = answer
        self.keys = keys

    def value(self, p: Patient) -> float:
        """The true value now."""
        return self.node.at(p)


class _Measured(Amount):
    """The value without treatment, as it wanders, with effects, inside its limits."""

    def __init__(
        self, name: str, base: Amount, wander: Amount | None, effects: dict[int, BoundEffect], low: float, high: float
    ):
        self.name = name
        self.base = base
        self.wander = wander
        self.effects = effects
        self.low = low
        self.high = high

    def at(self, p: Patient) -> float:
        found = 0.0
        if p.overrides and self.name in p.overrides:
            found = p.overrides[self.name]
        else:
            found = self.base.at(p)
            if self.wander is not None:
                found += self.wander.at(p)
        if self.name in p.effects:
            found += effects_now(p, self.name, self.effects, found)
        return self.low if found < self.low else self.high if found > self.high else found


class BodySize(Amount):
    """Height, weight, BMI and head come from the growth charts; modules may have effects on all but the BMI."""

    def __init__(self, name: str, effects: dict[int, BoundEffect]):
        self.name = name
        self.effects = effects

    def at(self, p: Patient) -> float:
        found = self._grown(p)
        return found + effects_now(p, self.name, self.effects, found) if self.name in p.effects else found

    def _grown(self, p: Patient) -> float:
        name = self.name
        if name == "height":
            return p.growth.height_cm(p.now)
        if name == "weight":
            return p.growth.weight_kg(p.now)
        return p.growth.bmi(p.now) if name == "bmi" else p.growth.head_circumference_cm(p.now)


def bind_measure(
    program: Program,
    name: str,
    measure: Measure,
    scope: NumberScope,
    effects: list[BoundEffect],
    ranks: Callable[[str], OwnRank],
) -> BoundMeasure:
    """Make a measure readable.

    Args:
        effects: of all modules on this measure.
        ranks: the standard normal of a measure by its name (for `follows`).
    """
    if measure.answers is not None:
        return BoundMeasure(name, Fixed(0.0), answer=answers_of(measure, scope))
    keys: set[str] = set()
    for effect in effects:
        keys |= effect.condition.keys
    concept = program.concepts.get(name)
    limits = concept.limits if concept else None
    base = _base(program, name, measure, scope, keys, ranks)
    low, high = (measure.stays.a, measure.stays.b) if measure.stays else (limits or (-1e18, 1e18))
    wander = Wander(name, measure.varies) if measure.varies else None
    by_index = {effect.index: effect for effect in effects}
    node = _Measured(name, base, wander, by_index, float(low), float(high))
    calculated: Amount | None = None
    needs: tuple[str, ...] = ()
    if measure.calculated is not None:
        calculated, needs = calculation(measure.calculated, scope)
    return BoundMeasure(name, node, measure.measured_with, limits, calculated, needs, None, frozenset(keys))


class _FirstThatHolds(Amount):
    def __init__(self, ways: list[tuple[Test, Amount]], last: Amount):
        self.tests = [test for test, _ in ways]
        self.amounts = [*[amount for _, amount in ways], last]

    def at(self, p: Patient) -> float:
        return self.amounts[first_to_hold(self.tests, p)].at(p)


def _base(
    program: Program,
    name: str,
    measure: Measure,
    scope: NumberScope,
    keys: set[str],
    ranks: Callable[[str], OwnRank],
) -> Amount:
    if measure.table is not None:
        return TableValue(program.tables[measure.table], ranks(name))
    expr = measure.is_ if measure.is_ is not None else measure.calculated
    if expr is not None:
        amount, more, _ = expression(expr, scope)
        keys |= more
        return amount
    ways: list[tuple[Test, Amount]] = []
    for text, item in measure.whiles.items():
        condition = scope.conditions[text]
        bound = bind(condition, scope)
        keys |= bound.keys
        ways.append((bound.node, valued(item, name, since_of(condition, scope), scope)))
    typical = valued(measure.typical, name, Since(), scope) if measure.typical is not None else None
    if not ways:
        assert typical is not None  # lint HS305
        return typical
    return _FirstThatHolds(ways, typical if typical is not None else ways[-1][1])


def calculation(node: ast.Expression, scope: NumberScope) -> tuple[Amount, tuple[str, ...]]:
    """The function of the charted results that a calculated measure is made from, and their names."""
    names: list[str] = []

    def of_results(item: ast.Expression) -> ast.Expression:
        if isinstance(item, ast.Name) and item.name != "age":
            names.append(item.name)
            return ast.Result(item.name)
        if isinstance(item, ast.Binary):
            return ast.Binary(item.op, of_results(item.left), of_results(item.right))
        if isinstance(item, ast.Call):
            return ast.Call(item.function, tuple(of_results(argument) for argument in item.arguments))
        return item

    amount, _, _ = expression(of_results(node), scope)
    return amount, tuple(dict.fromkeys(names))
