"""Numbers of a module -> functions of a patient: hazards, chances, times and amounts."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from healthsynth.simulate.conditions import Bound, Scope, Test, Wake, bind
from healthsynth.simulate.patient import FOREVER, Patient
from healthsynth.spec import ast
from healthsynth.spec.model import MONTHS, SEASONS, Number
from healthsynth.units import DAY, YEAR, Clock, add_months, civil, clock

Amount = Callable[[Patient], float]
When = Callable[[Patient, Clock], Clock]


class NumberScope(Scope, Protocol):
    """A scope that also knows the numbers of its module."""

    module: str
    conditions: Mapping[str, ast.Condition]  # the conditions that stand in keys (`while ...`, `lowered by:`), by text

    def number(self, name: str) -> Number: ...


# --- bands -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Steps:
    """A step function of age for one sex: `edges` in seconds of life (edges[0] == 0), `values` from each edge on."""

    edges: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, lived: int) -> float:
        return self.values[bisect_right(self.edges, lived) - 1]

    def next_edge(self, lived: int) -> int:
        """The next age in seconds at which the value changes, or FOREVER."""
        index = bisect_right(self.edges, lived)
        return self.edges[index] if index < len(self.edges) else FOREVER


def steps(number: Number, value: Callable[[object], float], outside: float) -> dict[str, Steps]:
    """Per sex, the values of a banded number over age; `outside` stands where no band applies."""
    found = {}
    for sex in ("female", "male"):
        edges, values = [0], [outside]
        for of_sex, low, high, item in number.bands:
            if of_sex not in (None, sex):
                continue
            start = math.ceil(low * YEAR)
            if edges[-1] == start:
                values[-1] = value(item)
            else:
                edges.append(start)
                values.append(value(item))
            if high < 199:
                edges.append(math.ceil(high * YEAR))
                values.append(outside)
        found[sex] = Steps(tuple(edges), tuple(values))
    return found


# --- seasons: hazards run in a warped time in which a year is a year ----------------------------------------------
@dataclass(frozen=True, slots=True)
class Season:
    """Cumulative weight of the year by month, scaled to 1 at the year's end."""

    edges: tuple[float, ...]  # 13 values, 0..1
    weights: tuple[float, ...]  # 12 values

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
    return Season(tuple(edges), tuple(shares))


# --- rates -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard per year of life, piecewise constant between the instants that `next_change` gives."""

    rate: Amount
    steps: dict[str, Steps]
    keys: frozenset[str]
    wakes: tuple[Wake, ...]
    season: Season | None

    def next_change(self, p: Patient) -> Clock:
        soonest = self.steps[p.sex].next_edge(p.now - p.birth)
        soonest = soonest + p.birth if soonest < FOREVER else FOREVER
        for wake in self.wakes:
            at = wake(p)
            if at < soonest:
                soonest = at
        return soonest


def hazard(number: Number, scope: NumberScope) -> Hazard:
    """The hazard of a `rate` number with its bands, factors and season."""
    table = steps(number, lambda item: item.per_year, 0.0)  # type: ignore[attr-defined]
    female, male = table["female"], table["male"]
    tests, factors, keys, wakes = _factors(number, scope)

    def base(p: Patient) -> float:
        return (female if p.sex == "female" else male).at(p.now - p.birth)

    if not tests:
        return Hazard(base, table, keys, wakes, season_of(number))

    def rate(p: Patient) -> float:
        value = base(p)
        if value:
            for test, factor in zip(tests, factors, strict=True):
                if test(p):
                    value *= factor(p)
        return value

    return Hazard(rate, table, keys, wakes, season_of(number))


def _factors(
    number: Number, scope: NumberScope
) -> tuple[tuple[Test, ...], tuple[Amount, ...], frozenset[str], tuple[Wake, ...]]:
    bounds = [bind(factor.condition, scope) for factor in number.times]
    values = tuple(_factor(factor.by, scope) for factor in number.times)
    keys: frozenset[str] = frozenset().union(*(bound.keys for bound in bounds))
    wakes: tuple[Wake, ...] = ()
    for bound in bounds:
        wakes += bound.wakes
    return tuple(bound.test for bound in bounds), values, keys, wakes


def _factor(by: float | ast.Ref, scope: NumberScope) -> Amount:
    if isinstance(by, ast.Ref):
        return factor_of(scope.number(by.name))
    return lambda p: by


def factor_of(number: Number) -> Amount:
    """The function of a `factor` number (1 outside its bands)."""
    table = steps(number, float, 1.0)  # type: ignore[arg-type]
    return lambda p: table[p.sex].at(p.now - p.birth)


# --- chances -----------------------------------------------------------------------------------------------------
def chance(name: str, scope: NumberScope) -> Test:
    """A draw: does it happen, this time? Stories can make it happen or not through `Patient.forced`."""
    share = chance_share(scope.number(name), scope)
    module = scope.module

    def happens(p: Patient) -> bool:
        if p.forced and name in p.forced:
            return p.forced[name]
        return p.stream(module).random() < share(p)

    return happens


def chance_share(number: Number, scope: NumberScope) -> Amount:
    """The share of a `chance` number now, with bands and factors (odds where the author said odds)."""
    table = steps(number, lambda item: item.share, 0.0)  # type: ignore[attr-defined]
    tests, factors, _, _ = _factors(number, scope)
    odds = tuple(factor.odds for factor in number.times)
    if not tests:
        return lambda p: table[p.sex].at(p.now - p.birth)

    def share(p: Patient) -> float:
        value = table[p.sex].at(p.now - p.birth)
        for test, factor, by_odds in zip(tests, factors, odds, strict=True):
            if test(p):
                ratio = factor(p)
                value = value * ratio / (1 - value + value * ratio) if by_odds else value * ratio
        return min(value, 1.0)

    return share


def pick(name: str, scope: NumberScope) -> Callable[[Patient], str]:
    """A draw of one name from a `shares` number."""
    shares: tuple[tuple[str, float], ...] = scope.number(name).bands[0][3]
    names = tuple(key for key, _ in shares)
    edges, total = [], 0.0
    for _, share in shares:
        total += share
        edges.append(total)
    module = scope.module

    def draw(p: Patient) -> str:
        return names[min(bisect_right(edges, p.stream(module).random()), len(names) - 1)]

    return draw


# --- times -------------------------------------------------------------------------------------------------------
def when(by: ast.Span | ast.Ref, scope: NumberScope) -> When:
    """A function (patient, from) -> the instant a drawn time later; fixed months are calendar months."""
    if isinstance(by, ast.Ref):
        number = scope.number(by.name)
        if not number.banded:
            return _span(number.bands[0][3], scope.module)
        spans = {(sex, low): _span(item, scope.module) for sex, low, _, item in number.bands}
        table = {
            sex: tuple((low, high, spans[of, low]) for of, low, high, _ in number.bands if of in (None, sex))
            for sex in ("female", "male")
        }

        def banded(p: Patient, start: Clock) -> Clock:
            age = (p.now - p.birth) / YEAR
            for low, high, span in table[p.sex]:
                if low <= age < high:
                    return span(p, start)
            return FOREVER

        return banded
    return _span(by, scope.module)


def _span(span: ast.Span, module: str) -> When:
    if span.shape == "fixed":
        months, seconds = span.a.months, span.a.seconds
        if months:
            return lambda p, start: add_months(start, months) + seconds
        return lambda p, start: start + seconds
    a = span.a.total
    b = span.b.total if span.b else 0.0
    if span.shape == "uniform":
        return lambda p, start: start + int(a + (b - a) * p.stream(module).random())
    if span.shape == "normal":
        return lambda p, start: start + max(0, int(p.stream(module).gauss(a, b)))
    c = span.c.total if span.c else b
    sigma = (math.log(c) - math.log(max(b, 1.0))) / (2 * 1.959964)  # the bracket holds 95 %
    mu = math.log(a)
    return lambda p, start: start + int(math.exp(p.stream(module).gauss(mu, sigma)))


def normal_share(z: float) -> float:
    """The share of a standard normal below z."""
    return 0.5 * (1 + math.erf(z / 1.4142135623730951))


def quantile(quantity: ast.Quantity) -> Callable[[float], float]:
    """The value of a quantity at a person's rank z (standard normal)."""
    a, b = quantity.a, quantity.b
    if quantity.shape == "fixed":
        return lambda z: a
    if quantity.shape == "uniform":
        return lambda z: a + (b - a) * normal_share(z)
    return lambda z: a + b * z


__all__ = ["DAY", "Bound", "Hazard", "Season", "chance", "hazard", "pick", "quantile", "season_of", "when"]
