"""Values of the language for one person at one time: spreads, trends, tables, walks."""

from bisect import bisect_left
from typing import Any, Final

from healthsynth.compile.program import MeasureTable
from healthsynth.simulate.nodes import Amount, Fixed
from healthsynth.simulate.numbers import Factors, NumberScope, Quantile, quantile
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.ranks import OwnRank, rank
from healthsynth.spec import ast
from healthsynth.units import YEAR, Clock


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


def valued(item: Any, own: str, since: Since, scope: NumberScope) -> Amount:
    """A VALUE of the language: a spread at the person's rank, a trend, or an `amount` by name."""
    if isinstance(item, ast.Ref):
        return amount_at_rank(scope, item.name, own)
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
        for low, high, spread in self.by_sex[p.sex]:
            if low <= age and age < high:
                return self.factors.multiplied(p, spread.at(rank(p, self.own)))
        return 0.0


def amount_at_rank(scope: NumberScope, name: str, own: str) -> Amount:
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


def since_of(condition: ast.Condition | None, scope: NumberScope) -> Since:
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
        self.female = _Bands(table.female)
        self.male = _Bands(table.male)
        self.own = own

    def at(self, p: Patient) -> float:
        bands = self.female if p.sex == "female" else self.male
        mean, sd, skew = bands.at((p.now - p.birth) // _MONTH)
        z = self.own.of(p)
        return mean + sd * (z + (z * z - 1) * skew / 6 if skew else z)


# Between two months nothing is to be seen, and a month's place among the bands can be looked up instead of searched.
_MONTH: Final = YEAR // 12
_MONTHS: Final = 12 * 125
_Row = tuple[float, float, float, float]  # age in years at the middle of a band, mean, sd, skew


class _Bands:
    """Mean, sd and skew by age in whole months, linear between the middles of the bands and flat beyond them."""

    def __init__(self, rows: tuple[_Row, ...]):
        self.rows: list[_Row] = list(rows)
        self.passed = b""  # bands behind one, by month; made when the first of a sex is measured

    def at(self, month: int) -> tuple[float, float, float]:
        if not self.passed:
            ages = [row[0] for row in self.rows]
            self.passed = bytes([bisect_left(ages, month / 12) for month in range(_MONTHS)])
        i = self.passed[month]
        if i == 0 or i == len(self.rows):
            _, mean, sd, skew = self.rows[0 if i == 0 else -1]
            return mean, sd, skew
        start, mean, sd, skew = self.rows[i - 1]
        end, next_mean, next_sd, next_skew = self.rows[i]
        w = (month / 12 - start) / (end - start)
        return mean + w * (next_mean - mean), sd + w * (next_sd - sd), skew + w * (next_skew - skew)


class Wander(Amount):
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
