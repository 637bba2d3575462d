"""Numbers of a module, ready for a patient: hazards, chances, times and amounts."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from healthsynth.simulate.conditions import bind
from healthsynth.simulate.nodes import Amount, Fixed, Scope, Test, together
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.spec.model import MONTHS, SEASONS, Number
from healthsynth.units import DAY, YEAR, Clock, add_months, civil, clock


class When:
    """A drawn or fixed time after an instant."""

    def after(self, p: Patient, start: Clock) -> Clock:
        raise NotImplementedError


class Pick:
    """A draw of one name."""

    def draw(self, p: Patient) -> str:
        raise NotImplementedError


class NumberScope(Scope, Protocol):
    """A scope that also knows the numbers of its module."""

    module: str
    conditions: Mapping[str, ast.Condition]  # the conditions that stand in keys (`while ...`, `lowered by:`), by text

    def number(self, name: str) -> Number: ...


# --- bands -------------------------------------------------------------------------------------------------------
class Steps:
    """A step function of age for one sex: `edges` in seconds of life (edges[0] == 0), `values` from each edge on."""

    def __init__(self, edges: list[int], values: list[float]):
        self.edges = edges
        self.values = values

    def at(self, lived: int) -> float:
        return self.values[_place(self.edges, lived)]

    def next_edge(self, lived: int) -> int:
        """The next age in seconds at which the value changes, or FOREVER."""
        index = _place(self.edges, lived) + 1
        return self.edges[index] if index < len(self.edges) else FOREVER


def _place(edges: list[int], lived: int) -> int:
    """The last edge that is not later: bands are few, so they are walked from the end."""
    index = len(edges) - 1
    while index > 0 and edges[index] > lived:
        index -= 1
    return index


class BySex:
    """A step function of age for each sex."""

    def __init__(self, table: dict[str, Steps]):
        self.female = table["female"]
        self.male = table["male"]

    def of(self, p: Patient) -> Steps:
        return self.female if p.sex == "female" else self.male

    def at(self, p: Patient) -> float:
        return self.of(p).at(p.now - p.birth)


def steps(number: Number, value: Callable[[object], float], outside: float) -> dict[str, Steps]:
    """Per sex, the values of a banded number over age; `outside` stands where no band applies."""
    found: dict[str, Steps] = {}
    for sex in ("female", "male"):
        edges, values = [0], [float(outside)]
        for of_sex, low, high, item in number.bands:
            if of_sex not in (None, sex):
                continue
            start = math.ceil(low * YEAR)
            if edges[-1] == start:
                values[-1] = float(value(item))
            else:
                edges.append(start)
                values.append(float(value(item)))
            if high < 199:
                edges.append(math.ceil(high * YEAR))
                values.append(outside)
        found[sex] = Steps(edges, values)
    return found


# --- seasons: hazards run in a warped time in which a year is a year ----------------------------------------------
class Season:
    """Cumulative weight of the year by month, scaled to 1 at the year's end."""

    def __init__(self, edges: list[float], weights: list[float]):
        self.edges = edges  # 13 values, 0..1
        self.weights = weights  # 12 values

    def warp(self, at: Clock) -> float:
        """Seasonal years since 1970 (one per calendar year, spread by the weights)."""
        year, month, into = _month_of(at)
        return year - 1970 + self.edges[month] + into * self.weights[month]

    def unwarp(self, warped: float) -> Clock:
        """The clock at which `warp` reaches a value."""
        whole = math.floor(warped)
        share = warped - whole
        month = min(bisect_right(self.edges, share) - 1, 11)
        weight = self.weights[month]
        into = (share - self.edges[month]) / weight if weight else 0.0
        start, end = _month_span(1970 + whole, month)
        return start + math.ceil(into * (end - start))


@lru_cache(maxsize=4096)
def _month_span(year: int, month: int) -> tuple[Clock, Clock]:
    import datetime

    start = clock(datetime.date(year, month + 1, 1))
    return start, add_months(start, 1)


def _month_of(at: Clock) -> tuple[int, int, float]:
    """Year, month (0..11) and how far into it (0..1)."""
    day = civil(at)
    start, end = _month_span(day.year, day.month - 1)
    return day.year, day.month - 1, (at - start) / (end - start)


def season_of(number: Number) -> Season | None:
    """The season of a rate, from four seasons or twelve months; None if it has none."""
    if not number.seasons:
        return None
    if set(number.seasons) <= set(MONTHS):
        weights = [number.seasons.get(month, 0.0) for month in MONTHS]
    else:
        by = [number.seasons.get(season, 0.0) for season in SEASONS]
        weights = [by[0], by[0], by[1], by[1], by[1], by[2], by[2], by[2], by[3], by[3], by[3], by[0]]
    total = sum(weights)
    shares = [weight / total for weight in weights]
    edges = [0.0]
    for share in shares:
        edges.append(edges[-1] + share)
    edges[-1] = 1.0
    return Season(edges, shares)


# --- rates -------------------------------------------------------------------------------------------------------
class Hazard:
    """A hazard per year of life, piecewise constant between the instants that `next_change` gives."""

    def __init__(self, table: BySex, factors: "Factors", season: Season | None):
        self.table = table
        self.factors = factors
        self.keys = factors.keys
        self.wakes = factors.wakes
        self.season = season

    def rate(self, p: Patient) -> float:
        value = self.table.at(p)
        return self.factors.multiplied(p, value) if value else value

    def next_change(self, p: Patient) -> Clock:
        soonest = self.table.of(p).next_edge(p.now - p.birth)
        soonest = soonest + p.birth if soonest < FOREVER else FOREVER
        for wake in self.wakes:
            at = wake.next(p)
            if at < soonest:
                soonest = at
        return soonest


def hazard(number: Number, scope: NumberScope) -> Hazard:
    """The hazard of a `rate` number with its bands, factors and season."""
    table = steps(number, lambda item: item.per_year, 0.0)  # type: ignore[attr-defined]
    return Hazard(BySex(table), Factors(number, scope), season_of(number))


class Factors:
    """What multiplies a number while conditions hold (`times:`), in the author's order."""

    def __init__(self, number: Number, scope: NumberScope):
        bounds = [bind(factor.condition, scope) for factor in number.times]
        self.keys, self.wakes = together([(bound.keys, bound.wakes) for bound in bounds])
        self.tests: list[Test] = [bound.node for bound in bounds]
        self.by: list[Amount] = [_factor(factor.by, scope) for factor in number.times]
        self.odds: list[bool] = [bool(factor.odds) for factor in number.times]

    def multiplied(self, p: Patient, value: float) -> float:
        """A rate times the factors that apply now."""
        for i, test in enumerate(self.tests):
            if test.holds(p):
                value *= self.by[i].at(p)
        return value

    def of_share(self, p: Patient, value: float) -> float:
        """A chance times the factors that apply now; its odds where the author said odds."""
        for i, test in enumerate(self.tests):
            if test.holds(p):
                ratio = self.by[i].at(p)
                value = value * ratio / (1 - value + value * ratio) if self.odds[i] else value * ratio
        return min(value, 1.0)


class _Banded(Amount):
    """A number that stands for an age and sex."""

    def __init__(self, table: BySex):
        self.table = table

    def at(self, p: Patient) -> float:
        return self.table.at(p)


def _factor(by: float | ast.Ref, scope: NumberScope) -> Amount:
    if isinstance(by, ast.Ref):
        return factor_of(scope.number(by.name))
    return Fixed(float(by))


def factor_of(number: Number) -> Amount:
    """A `factor` number (1 outside its bands)."""
    return _Banded(BySex(steps(number, float, 1.0)))  # type: ignore[arg-type]


# --- chances -----------------------------------------------------------------------------------------------------
class Chance(Test):
    """A draw: does it happen, this time? Stories can make it happen or not through `Patient.forced`."""

    def __init__(self, name: str, share: Amount, module: str):
        self.name = name
        self.share = share
        self.module = module

    def holds(self, p: Patient) -> bool:
        if p.forced and self.name in p.forced:
            return p.forced[self.name]
        return p.draw(self.module) < self.share.at(p)


def chance(name: str, scope: NumberScope) -> Test:
    """A `chance` number as a draw."""
    return Chance(name, chance_share(scope.number(name), scope), scope.module)


class _Share(Amount):
    def __init__(self, table: BySex, factors: Factors):
        self.table = table
        self.factors = factors

    def at(self, p: Patient) -> float:
        return self.factors.of_share(p, self.table.at(p))


def chance_share(number: Number, scope: NumberScope) -> Amount:
    """The share of a `chance` number now, with bands and factors."""
    table = BySex(steps(number, lambda item: item.share, 0.0))  # type: ignore[attr-defined]
    factors = Factors(number, scope)
    return _Share(table, factors) if factors.tests else _Banded(table)


class Always(Pick):
    """No draw: one name."""

    def __init__(self, name: str):
        self.name = name

    def draw(self, p: Patient) -> str:
        return self.name


class _Shares(Pick):
    def __init__(self, names: list[str], edges: list[float], module: str):
        self.names = names
        self.edges = edges
        self.module = module

    def draw(self, p: Patient) -> str:
        return self.names[min(bisect_right(self.edges, p.draw(self.module)), len(self.names) - 1)]


def pick(name: str, scope: NumberScope) -> Pick:
    """A draw of one name from a `shares` number."""
    shares: tuple[tuple[str, float], ...] = scope.number(name).bands[0][3]
    edges: list[float] = []
    total = 0.0
    for _, share in shares:
        total += share
        edges.append(total)
    return _Shares([key for key, _ in shares], edges, scope.module)


# --- times -------------------------------------------------------------------------------------------------------
class _ByAge(When):
    def __init__(self, table: dict[str, list[tuple[float, float, When]]]):
        self.table = table

    def after(self, p: Patient, start: Clock) -> Clock:
        age = (p.now - p.birth) / YEAR
        for low, high, span in self.table[p.sex]:
            if low <= age and age < high:
                return span.after(p, start)
        return FOREVER


class _Later(When):
    def __init__(self, months: int, seconds: int):
        self.months = months
        self.seconds = seconds

    def after(self, p: Patient, start: Clock) -> Clock:
        return (add_months(start, self.months) if self.months else start) + self.seconds


A_DAY: Final[When] = _Later(0, DAY)


class _Uniform(When):
    def __init__(self, low: float, high: float, module: str):
        self.low = low
        self.high = high
        self.module = module

    def after(self, p: Patient, start: Clock) -> Clock:
        return start + int(self.low + (self.high - self.low) * p.draw(self.module))


class _Normal(When):
    def __init__(self, mean: float, sd: float, module: str):
        self.mean = mean
        self.sd = sd
        self.module = module

    def after(self, p: Patient, start: Clock) -> Clock:
        return start + max(0, int(float(p.stream(self.module).gauss(self.mean, self.sd))))


class _LogNormal(When):
    def __init__(self, mu: float, sigma: float, module: str):
        self.mu = mu
        self.sigma = sigma
        self.module = module

    def after(self, p: Patient, start: Clock) -> Clock:
        return start + int(math.exp(float(p.stream(self.module).gauss(self.mu, self.sigma))))


def when(by: ast.Span | ast.Ref, scope: NumberScope) -> When:
    """The instant a drawn time later; fixed months are calendar months."""
    if not isinstance(by, ast.Ref):
        return _span(by, scope.module)
    number = scope.number(by.name)
    if not number.banded:
        return _span(number.bands[0][3], scope.module)
    spans = {(sex, low): _span(item, scope.module) for sex, low, _, item in number.bands}
    table: dict[str, list[tuple[float, float, When]]] = {}
    for sex in ("female", "male"):
        table[sex] = [
            (float(low), float(high), spans[of, low]) for of, low, high, _ in number.bands if of in (None, sex)
        ]
    return _ByAge(table)


def _span(span: ast.Span, module: str) -> When:
    if span.shape == "fixed":
        return _Later(span.a.months, int(span.a.seconds))
    a = span.a.total
    b = span.b.total if span.b else 0.0
    if span.shape == "uniform":
        return _Uniform(a, b, module)
    if span.shape == "normal":
        return _Normal(a, b, module)
    c = span.c.total if span.c else b
    sigma = (math.log(c) - math.log(max(b, 1.0))) / (2 * 1.959964)  # the bracket holds 95 %
    return _LogNormal(math.log(a), sigma, module)


def normal_share(z: float) -> float:
    """The share of a standard normal below z."""
    return 0.5 * (1 + math.erf(z / 1.4142135623730951))


class Quantile:
    """The value of a quantity at a person's rank z (standard normal): a normal spread."""

    def __init__(self, a: float, b: float):
        self.a = a
        self.b = b

    def at(self, z: float) -> float:
        return self.a + self.b * z


class _Constant(Quantile):
    def at(self, z: float) -> float:
        return self.a


class _Even(Quantile):
    def at(self, z: float) -> float:
        return self.a + (self.b - self.a) * normal_share(z)


def quantile(quantity: ast.Quantity) -> Quantile:
    """How a quantity is spread over people."""
    a, b = float(quantity.a), float(quantity.b or 0.0)
    if quantity.shape == "fixed":
        return _Constant(a, b)
    return _Even(a, b) if quantity.shape == "uniform" else Quantile(a, b)


__all__ = ["DAY", "Hazard", "Season", "chance", "hazard", "pick", "quantile", "season_of", "when"]
