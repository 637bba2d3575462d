"""Measures: one true value per person, read at any instant, with effects, limits and the noise of a reading."""

from bisect import bisect_left
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, Final

from healthsynth.compile.program import MeasureTable, Program
from healthsynth.randomness import key, mixed
from healthsynth.simulate.conditions import Amount, Bound, Fixed, Test, bind, expression
from healthsynth.simulate.numbers import Factors, NumberScope, Quantile, chance_share, normal_share, quantile
from healthsynth.simulate.patient import Patient, Reading
from healthsynth.spec import ast
from healthsynth.spec.model import Measure
from healthsynth.units import YEAR, Clock

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
class OwnRank:
    """Where a person stands among all, as a standard normal."""

    def of(self, p: Patient) -> float:
        raise NotImplementedError


class NamedRank(OwnRank):
    """The person's own rank for one name."""

    def __init__(self, name: str):
        self.name = name

    def of(self, p: Patient) -> float:
        return rank(p, self.name)


class Since:
    """From when a trend counts: birth."""

    def of(self, p: Patient) -> Clock:
        return p.birth


class _Entered(Since):
    def __init__(self, index: int):
        self.index = index

    def of(self, p: Patient) -> Clock:
        return p.entered[self.index]


class _Spread(Amount):
    """A spread at the person's rank."""

    def __init__(self, quantile: Quantile, own: str):
        self.quantile = quantile
        self.own = own

    def at(self, p: Patient) -> float:
        return self.quantile.at(rank(p, self.own))


class _Slope(Amount):
    def __init__(self, a: float, slope: float, since: Since):
        self.a = a
        self.slope = slope
        self.since = since

    def at(self, p: Patient) -> float:
        return self.a + self.slope * (p.now - self.since.of(p)) / YEAR


class _Ramp(Amount):
    def __init__(self, a: float, rise: float, over: float, since: Since):
        self.a = a
        self.rise = rise
        self.over = over
        self.since = since

    def at(self, p: Patient) -> float:
        return self.a + self.rise * min(1.0, (p.now - self.since.of(p)) / self.over)


def _valued(item: Any, own: str, since: Since, scope: NumberScope) -> Amount:
    """A VALUE of the language: a spread at the person's rank, a trend, or an `amount` by name."""
    if isinstance(item, ast.Ref):
        return _amount_at_rank(scope, item.name, own)
    if isinstance(item, ast.Quantity):
        return Fixed(float(item.a)) if item.shape == "fixed" else _Spread(quantile(item), own)
    if item.b is None:
        return _Slope(float(item.a), float(item.slope), since)
    return _Ramp(float(item.a), float(item.b - item.a), float(item.over.total), since)


class _Banded(Amount):
    """An `amount` by age and sex, at the person's rank, times what applies."""

    def __init__(self, by_sex: dict[str, list[tuple[float, float, Quantile]]], own: str, factors: Factors):
        self.by_sex = by_sex
        self.own = own
        self.factors = factors

    def at(self, p: Patient) -> float:
        age = (p.now - p.birth) / YEAR
        for low, high, quantile in self.by_sex[p.sex]:
            if low <= age and age < high:
                return self.factors.multiplied(p, quantile.at(rank(p, self.own)))
        return 0.0


def _amount_at_rank(scope: NumberScope, name: str, own: str) -> Amount:
    """An `amount` number (banded or not) at the rank that a person has for `own`."""
    number = scope.number(name)
    if not number.banded and not number.times:
        quantity = number.bands[0][3]
        return Fixed(float(quantity.a)) if quantity.shape == "fixed" else _Spread(quantile(quantity), own)
    quantiles = {id(item): quantile(item) for _, _, _, item in number.bands}
    by_sex: dict[str, list[tuple[float, float, Quantile]]] = {}
    for sex in ("female", "male"):
        by_sex[sex] = [
            (float(low), float(high), quantiles[id(item)]) for of, low, high, item in number.bands if of in (None, sex)
        ]
    return _Banded(by_sex, own, Factors(number, scope))


def _since(condition: ast.Condition | None, scope: NumberScope) -> Since:
    """When the first course named in a condition entered its state; birth if there is none."""
    for item in _walk(condition):
        if isinstance(item, ast.Is):
            index = scope.course(item.name)
            if index is not None:
                return _Entered(index)
    return Since()


def _walk(condition: ast.Condition | None) -> list[Any]:
    if isinstance(condition, (ast.All, ast.Any)):
        return [found for item in condition.items for found in _walk(item)]
    if isinstance(condition, ast.Not):
        return _walk(condition.item)
    return [condition]


class TableValue(Amount):
    """A value from mean, sd and skew by age and sex, smooth between the middles of the bands.

    The skew enters through the first Cornish-Fisher term: z + (z*z - 1) * skew / 6.
    """

    def __init__(self, table: MeasureTable, own: OwnRank):
        self.female = _grid(table.female)
        self.male = _grid(table.male)
        self.own = own

    def at(self, p: Patient) -> float:
        grid = self.female if p.sex == "female" else self.male
        mean, sd, skew = grid[(p.now - p.birth) // _GRID_STEP]
        z = self.own.of(p)
        return mean + sd * (z + (z * z - 1) * skew / 6 if skew else z)


_GRID_STEP: Final = YEAR // 12  # looked up by month of age instead of searched: between two months nothing is to be seen
_GRID_MONTHS: Final = 12 * 125


def _grid(rows: tuple[tuple[float, float, float, float], ...]) -> list[tuple[float, float, float]]:
    """Mean, sd and skew for every month of age, linear between the middles of the bands and flat beyond them."""
    ages = [row[0] for row in rows]
    found: list[tuple[float, float, float]] = []
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


class _Wander(Amount):
    """A mean-reverting walk with one step per `over`, linear between steps; sd in the measure's unit."""

    def __init__(self, name: str, varies: ast.Varies):
        self.name = name
        self.stream = f"wander:{name}"
        self.sd = float(varies.sd)
        self.over = float(varies.over.total)
        self.keep = 0.6  # from one step to the next; the innovations keep the spread at sd
        self.fresh: float = (1 - self.keep * self.keep) ** 0.5

    def at(self, p: Patient) -> float:
        path = p.wanders.get(self.name)
        if path is None:
            path = p.wanders[self.name] = [float(p.stream(self.stream).gauss(0.0, 1.0))]
        position = (p.now - p.birth) / self.over
        k = int(position)
        while len(path) < k + 2:
            path.append(self.keep * path[-1] + self.fresh * float(p.stream(self.stream).gauss(0.0, 1.0)))
        low = path[k]
        return self.sd * (low + (position - k) * (path[k + 1] - low))


# --- effects -----------------------------------------------------------------------------------------------------
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
                amount = _amount_at_rank(scope, effect.by.name, own)
            else:
                amount = _valued(effect.by, own, Since(), scope)
            ramp = effect.within.total if effect.within else 0.0
            found.append(BoundEffect(index, name, condition, amount, ramp, sign, effect.percent))
    return found


# --- the measure -------------------------------------------------------------------------------------------------
class Answer:
    """What somebody says when asked."""

    def given(self, p: Patient) -> str:
        raise NotImplementedError


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
        return BoundMeasure(name, Fixed(0.0), answer=_answers(measure, scope))
    keys: set[str] = set()
    for effect in effects:
        keys |= effect.condition.keys
    concept = program.concepts.get(name)
    limits = concept.limits if concept else None
    base = _base(program, name, measure, scope, keys, ranks)
    low, high = (measure.stays.a, measure.stays.b) if measure.stays else (limits or (-1e18, 1e18))
    wander = _Wander(name, measure.varies) if measure.varies else None
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
        self.amounts = [amount for _, amount in ways]
        self.last = last

    def at(self, p: Patient) -> float:
        for i, test in enumerate(self.tests):
            if test.holds(p):
                return self.amounts[i].at(p)
        return self.last.at(p)


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
        ways.append((bound.node, _valued(item, name, _since(condition, scope), scope)))
    typical = _valued(measure.typical, name, Since(), scope) if measure.typical is not None else None
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


class _Drawn(Answer):
    """A draw among answers: each with its chance; the last one, or the rest, takes what is left."""

    def __init__(self, answers: list[str], shares: list[Amount], rest: str, module: str):
        self.answers = answers
        self.shares = shares
        self.rest = rest
        self.module = module

    def given(self, p: Patient) -> str:
        u = p.draw(self.module)
        for i, share in enumerate(self.shares):
            u -= share.at(p)
            if u < 0:
                return self.answers[i]
        return self.rest or self.answers[-1]


class _FirstAnswer(Answer):
    def __init__(self, tests: list[Test], answers: list[Answer], last: Answer):
        self.tests = tests
        self.answers = answers
        self.last = last

    def given(self, p: Patient) -> str:
        for i, test in enumerate(self.tests):
            if test.holds(p):
                return self.answers[i].given(p)
        return self.last.given(p)


def _answers(measure: Measure, scope: NumberScope) -> Answer:
    tests = [bind(scope.conditions[text], scope).node for text in measure.answers_while]
    answers: list[Answer] = [_drawn(table, scope) for table in measure.answers_while.values()]
    last = _drawn(measure.answers or {}, scope)
    return _FirstAnswer(tests, answers, last) if tests else last


def _drawn(table: dict[str, str], scope: NumberScope) -> Answer:
    """Answers with a chance each (name or percentage); `otherwise: ANSWER` takes the rest."""
    answers: list[str] = []
    shares: list[Amount] = []
    rest = ""
    for answer, text in table.items():
        if answer == "otherwise":
            rest = text
            continue
        answers.append(answer)
        by_name = not text[0].isdigit()
        shares.append(chance_share(scope.number(text), scope) if by_name else Fixed(float(text.rstrip("% ")) / 100))
    return _Drawn(answers, shares, rest, scope.module)


# A standard normal by table: 14 random bits choose one of 16,384 equally likely quantiles (|z| < 4.01). What is read
# is rounded afterwards, so the steps cannot be seen; `Random.gauss` costs four times as much.
_BITS: Final = 14
_NORMALS: Final = list(_NORMAL.inv_cdf((i + 0.5) / 2**_BITS) for i in range(2**_BITS))


class _Exact(Reading):
    def __init__(self, value: Amount, low: float, high: float, decimals: int):
        self.value = value
        self.low = low
        self.high = high
        self.decimals = decimals

    def read(self, p: Patient) -> float:
        return round(min(max(self.value.at(p), self.low), self.high), self.decimals)


class _Noisy(Reading):
    """The noise is a function of the visit (`Patient.noise`) and of the measure: not to read one moves no other."""

    def __init__(self, name: str, value: Amount, noise: ast.Noise, low: float, high: float, decimals: int):
        self.value = value
        self.sd = float(noise.sd)
        self.percent = bool(noise.percent)
        self.low = low
        self.high = high
        self.decimals = decimals
        self.own = key(0, "noise of", name) >> 64

    def read(self, p: Patient) -> float:
        found = self.value.at(p)
        spread = found * self.sd / 100 if self.percent else self.sd
        found += spread * _NORMALS[mixed(p.noise, self.own) >> 64 - _BITS]
        return round(self.low if found < self.low else self.high if found > self.high else found, self.decimals)


def bind_reading(measure: BoundMeasure, decimals: int) -> Reading:
    """One reading of a measure: the true value, the noise of the method, inside the limits, rounded."""
    low, high = measure.limits if measure.limits is not None else (-1e18, 1e18)
    if measure.noise is None:
        return _Exact(measure.node, float(low), float(high), decimals)
    return _Noisy(measure.name, measure.node, measure.noise, float(low), float(high), decimals)


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
