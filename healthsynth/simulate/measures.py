"""Measures: one true value per person, read at any instant, with effects, limits and the noise of a reading."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from healthsynth.compile.program import MeasureTable, Program
from healthsynth.randomness import key, mixed
from healthsynth.simulate.conditions import Amount, Bound, bind, expression
from healthsynth.simulate.numbers import NumberScope, normal_share, quantile, steps
from healthsynth.simulate.patient import Patient
from healthsynth.spec import ast
from healthsynth.spec.model import Measure
from healthsynth.units import YEAR

_NORMAL = NormalDist()
BUILT_IN = ("height", "weight", "bmi", "head_circumference")


def rank(p: Patient, name: str) -> float:
    """A person's own standard normal for one purpose, the same for life and whatever else is modelled."""
    z = p.ranks.get(name)
    if z is None:
        person = p.person
        draw = key(person.seed, person.number, person.attempt, "rank", name) >> 75
        z = p.ranks[name] = _NORMAL.inv_cdf((draw + 0.5) / 2**53)
    return z


# --- values ------------------------------------------------------------------------------------------------------
def _valued(item: Any, own: str, since: Callable[[Patient], int], scope: NumberScope) -> Amount:
    """A VALUE of the language: a spread at the person's rank, a trend, or an `amount` by name."""
    if isinstance(item, ast.Ref):
        return _amount_at_rank(scope, item.name, own)
    if isinstance(item, ast.Quantity):
        at = quantile(item)
        if item.shape == "fixed":
            value = item.a
            return lambda p: value
        return lambda p: at(rank(p, own))
    a, slope = item.a, item.slope
    if item.b is None:
        return lambda p: a + slope * (p.now - since(p)) / YEAR
    rise, over = item.b - a, item.over.total
    return lambda p: a + rise * min(1.0, (p.now - since(p)) / over)


def _amount_at_rank(scope: NumberScope, name: str, own: str) -> Amount:
    """An `amount` number (banded or not) at the rank that a person has for `own`."""
    number = scope.number(name)
    if not number.banded and not number.times:
        quantity = number.bands[0][3]
        at = quantile(quantity)
        return (lambda p: quantity.a) if quantity.shape == "fixed" else (lambda p: at(rank(p, own)))
    quantiles = {id(item): quantile(item) for _, _, _, item in number.bands}
    by_sex = {
        sex: tuple((low, high, quantiles[id(item)]) for of, low, high, item in number.bands if of in (None, sex))
        for sex in ("female", "male")
    }
    factors = [(bind(f.condition, scope).test, f.by) for f in number.times]

    def amount(p: Patient) -> float:
        age = (p.now - p.birth) / YEAR
        for low, high, at in by_sex[p.sex]:
            if low <= age < high:
                value = at(rank(p, own))
                for test, by in factors:
                    if test(p):
                        value *= by if isinstance(by, float) else steps(scope.number(by.name), float, 1.0)[p.sex].at(p.now - p.birth)  # type: ignore[arg-type]  # fmt: skip
                return value
        return 0.0

    return amount


def _since(condition: ast.Condition | None, scope: NumberScope) -> Callable[[Patient], int]:
    """When the first course named in a condition entered its state; birth if there is none."""
    for item in _walk(condition):
        if isinstance(item, ast.Is):
            index = scope.course(item.name)
            if index is not None:
                return lambda p: p.entered[index]
    return lambda p: p.birth


def _walk(condition: ast.Condition | None) -> list[Any]:
    if isinstance(condition, (ast.All, ast.Any)):
        return [found for item in condition.items for found in _walk(item)]
    if isinstance(condition, ast.Not):
        return _walk(condition.item)
    return [condition]


def table_value(table: MeasureTable, own: Callable[[Patient], float]) -> Amount:
    """A value from mean, sd and skew by age and sex, smooth between the middles of the bands.

    The skew enters through the first Cornish-Fisher term: z + (z*z - 1) * skew / 6.
    """
    grid = {"female": _grid(table.female), "male": _grid(table.male)}

    def value(p: Patient) -> float:
        mean, sd, skew = grid[p.sex][(p.now - p.birth) // _GRID_STEP]
        z = own(p)
        return mean + sd * (z + (z * z - 1) * skew / 6 if skew else z)

    return value


_GRID_STEP = YEAR // 12  # looked up by month of age instead of searched: between two months nothing is to be seen
_GRID_MONTHS = 12 * 125


def _grid(rows: tuple[tuple[float, float, float, float], ...]) -> list[tuple[float, float, float]]:
    """Mean, sd and skew for every month of age, linear between the middles of the bands and flat beyond them."""
    ages = [row[0] for row in rows]
    found = []
    for month in range(_GRID_MONTHS):
        age = month / 12
        i = bisect_left(ages, age)
        if i == 0 or i == len(ages):
            _, mean, sd, skew = rows[0 if i == 0 else -1]
            found.append((mean, sd, skew))
            continue
        before, after = rows[i - 1], rows[i]
        w = (age - before[0]) / (after[0] - before[0])
        mean, sd, skew = (before[k] + w * (after[k] - before[k]) for k in (1, 2, 3))
        found.append((mean, sd, skew))
    return found


def _wander(name: str, varies: ast.Varies) -> Amount:
    """A mean-reverting walk with one step per `over`, linear between steps; sd in the measure's unit."""
    sd, over = varies.sd, varies.over.total
    keep = 0.6  # from one step to the next; the innovations keep the spread at sd
    fresh = (1 - keep * keep) ** 0.5

    def wander(p: Patient) -> float:
        path = p.wanders.get(name)
        if path is None:
            path = p.wanders[name] = [p.stream(f"wander:{name}").gauss(0.0, 1.0)]
        position = (p.now - p.birth) / over
        k = int(position)
        while len(path) < k + 2:
            path.append(keep * path[-1] + fresh * p.stream(f"wander:{name}").gauss(0.0, 1.0))
        return sd * (path[k] + (position - k) * (path[k + 1] - path[k]))

    return wander


# --- effects -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class BoundEffect:
    """What raises or lowers a measure while a condition holds: a straight ramp up, and down again afterwards."""

    index: int
    measure: str
    condition: Bound
    amount: Amount
    ramp: float  # seconds
    sign: float
    percent: bool

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
            amount = effect.amount(p)
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
                amount = _amount_at_rank(scope, effect.by.name, own)
            else:
                amount = _valued(effect.by, own, lambda p: p.birth, scope)
            ramp = effect.within.total if effect.within else 0.0
            found.append(BoundEffect(index, name, condition, amount, ramp, sign, effect.percent))
    return found


# --- the measure -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class BoundMeasure:
    """A measure ready to be read. `calculated` and `answers` say what is charted instead of a reading of `value`."""

    name: str
    value: Amount
    noise: ast.Noise | None
    limits: tuple[float, float] | None
    calculated: Amount | None
    needs: tuple[str, ...]
    answer: Callable[[Patient], str] | None
    keys: frozenset[str]


def bind_measure(
    program: Program, name: str, measure: Measure, scope: NumberScope, effects: list[BoundEffect], ranks: Any
) -> BoundMeasure:
    """Make a measure readable.

    Args:
        effects: of all modules on this measure.
        ranks: name -> function of a patient giving the standard normal of that measure (for `follows`).
    """
    keys: set[str] = set()
    by_index = {effect.index: effect for effect in effects}
    for effect in effects:
        keys |= effect.condition.keys
    concept = program.concepts.get(name)
    limits = concept.limits if concept else None
    if measure.answers is not None:
        return BoundMeasure(name, lambda p: 0.0, None, None, None, (), _answers(measure, scope), frozenset())
    base = _base(program, name, measure, scope, keys, ranks)
    low, high = (measure.stays.a, measure.stays.b) if measure.stays else (limits or (-1e18, 1e18))
    wander = _wander(name, measure.varies) if measure.varies else None

    def value(p: Patient) -> float:
        if p.overrides and name in p.overrides:
            found = p.overrides[name]
        else:
            found = base(p)
            if wander is not None:
                found += wander(p)
        if name in p.effects:
            found += effects_now(p, name, by_index, found)
        return low if found < low else high if found > high else found

    calculated: Amount | None = None
    needs: tuple[str, ...] = ()
    if measure.calculated is not None:
        calculated, needs = _calculated(measure.calculated, scope)
    noise = measure.measured_with
    return BoundMeasure(name, value, noise, limits, calculated, needs, None, frozenset(keys))


def _base(program: Program, name: str, measure: Measure, scope: NumberScope, keys: set[str], ranks: Any) -> Amount:
    if measure.table is not None:
        return table_value(program.tables[measure.table], ranks(name))
    expr = measure.is_ if measure.is_ is not None else measure.calculated
    if expr is not None:
        amount, more, _ = expression(expr, scope)
        keys |= more
        return amount
    ways: list[tuple[Callable[[Patient], bool], Amount]] = []
    for text, item in measure.whiles.items():
        condition = scope.conditions[text]
        bound = bind(condition, scope)
        keys |= bound.keys
        ways.append((bound.test, _valued(item, name, _since(condition, scope), scope)))
    typical = _valued(measure.typical, name, lambda p: p.birth, scope) if measure.typical is not None else None
    if not ways:
        assert typical is not None  # lint HS305
        return typical
    last = typical if typical is not None else ways[-1][1]

    def value(p: Patient) -> float:
        for test, amount in ways:
            if test(p):
                return amount(p)
        return last(p)

    return value


def _calculated(node: ast.Expression, scope: NumberScope) -> tuple[Amount, tuple[str, ...]]:
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


def _answers(measure: Measure, scope: NumberScope) -> Callable[[Patient], str]:
    ways = [
        (bind(scope.conditions[text], scope).test, _drawn(table, scope))
        for text, table in measure.answers_while.items()
    ]
    last = _drawn(measure.answers or {}, scope)

    def answer(p: Patient) -> str:
        for test, draw in ways:
            if test(p):
                return draw(p)
        return last(p)

    return answer


def _drawn(table: dict[str, str], scope: NumberScope) -> Callable[[Patient], str]:
    """A draw among answers: each with a chance (name or percentage); `otherwise: ANSWER` takes the rest."""
    from healthsynth.simulate.numbers import chance_share

    shares: list[tuple[str, Amount]] = []
    rest = ""
    for answer, text in table.items():
        if answer == "otherwise":
            rest = text
        elif text[0].isdigit():
            share = float(text.rstrip("% ")) / 100
            shares.append((answer, lambda p, share=share: share))  # type: ignore[misc]
        else:
            shares.append((answer, chance_share(scope.number(text), scope)))
    module = scope.module

    def draw(p: Patient) -> str:
        u = p.stream(module).random()
        for answer, share in shares:
            u -= share(p)
            if u < 0:
                return answer
        return rest or shares[-1][0]

    return draw


# A standard normal by table: 14 random bits choose one of 16,384 equally likely quantiles (|z| < 4.01). What is read
# is rounded afterwards, so the steps cannot be seen; `Random.gauss` costs four times as much.
_BITS = 14
_NORMALS = tuple(_NORMAL.inv_cdf((i + 0.5) / 2**_BITS) for i in range(2**_BITS))


def bind_reading(measure: BoundMeasure, decimals: int) -> Amount:
    """One reading of a measure: the true value, the noise of the method, inside the limits, rounded.

    The noise is a function of the visit (`Patient.noise`) and of the measure: not to read one moves no other.
    """
    value, noise, limits = measure.value, measure.noise, measure.limits
    low, high = limits if limits is not None else (-1e18, 1e18)
    if noise is None:
        return lambda p: round(min(max(value(p), low), high), decimals)
    sd, percent = noise.sd, noise.percent
    own = key(0, "noise of", measure.name) >> 64

    def reading(p: Patient) -> float:
        found = value(p)
        spread = found * sd / 100 if percent else sd
        found += spread * _NORMALS[mixed(p.noise, own) >> 64 - _BITS]
        return round(low if found < low else high if found > high else found, decimals)

    return reading


__all__ = [
    "BUILT_IN",
    "BoundEffect",
    "BoundMeasure",
    "bind_effects",
    "bind_measure",
    "bind_reading",
    "effects_now",
    "normal_share",
    "rank",
]
