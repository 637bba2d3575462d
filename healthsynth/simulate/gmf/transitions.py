"""How states are left: by draws, conditions and tables."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Final

from healthsynth.simulate.gmf.conditions import Binder
from healthsynth.simulate.gmf.draws import Constant
from healthsynth.simulate.gmf.nodes import Amount, Straight, Test, Value, Way
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import GmfLife
from healthsynth.spec.gmf import transitions as spec
from healthsynth.spec.gmf.model import LookupRow, LookupTable
from healthsynth.units import DAY

_MANY_USE: Final = ("medicaid", "dual eligible", "none")
_TELEMEDICINE_FROM: Final = 18_262 * DAY  # 1 January 2020
_TYPES_OF_CARE: Final = {  # (uses much, from 2020): ambulatory, emergency, telemedicine
    (True, False): [0.65, 0.35, 0.0],
    (False, False): [0.75, 0.25, 0.0],
    (True, True): [0.66, 0.25, 0.09],
    (False, True): [0.56, 0.20, 0.24],
}
_ALWAYS: Final = (-(1 << 61), 1 << 61)


class Ways:
    """Binds the transitions of one module.

    Args:
        states: by name.
        binder: for conditions.
        tables: lookup tables by name.
    """

    def __init__(self, states: Mapping[str, BoundState], binder: Binder, tables: Mapping[str, LookupTable]):
        self.states, self.binder, self.tables = states, binder, tables

    def bind(self, state: BoundState, given: spec.Transition) -> None:
        """Give a state its way out."""
        way = self._way(given)
        state.way = way
        if isinstance(way, Straight):
            state.next = way.to

    def _way(self, given: spec.Transition) -> Way:
        if isinstance(given, spec.Direct):
            return Straight(self.states[given.to])
        if isinstance(given, spec.Distributed):
            return self._draw(given.shares)
        if isinstance(given, (spec.Conditional, spec.Complex)):
            return self._first(given.options)
        if isinstance(given, spec.Lookup):
            return self._table(given)
        return _TypeOfCare([self.states[name] for name in (given.ambulatory, given.emergency, given.telemedicine)])

    def _draw(self, shares: Sequence[spec.Share]) -> Way:
        ways = [self.states[share.to] for share in shares]
        if len(set(ways)) == 1:
            return Straight(ways[0])
        if any(isinstance(share.weight, spec.AttributeWeight) for share in shares):
            return _Weighed([self._weight(share.weight) for share in shares], ways)
        return constant([float(share.weight) for share in shares], ways)  # type: ignore[arg-type]

    def _weight(self, weight: float | spec.AttributeWeight) -> Amount:
        if not isinstance(weight, spec.AttributeWeight):
            return Constant(float(weight))
        return _NumberOr(self.binder.value(weight.attribute), float(weight.default))

    def _first(self, options: Sequence[spec.Option]) -> Way:
        """The first option that holds, else the last."""
        tests: list[Test] = []
        ways: list[Way] = []
        targets = [Straight(self.states[o.to]) if o.to else self._draw(o.shares) for o in options]
        last = targets[-1]
        for option, way in zip(options, targets, strict=True):
            if option.condition is None:
                last = way
                break
            tests.append(self.binder.bind(option.condition).test)
            ways.append(way)
        if ways and _are_one(ways[-1], last):
            ways.pop()  # nothing depends on the condition of the last
            tests.pop()
        if not ways:
            return last
        straight = [way.to for way in (*ways, last) if isinstance(way, Straight)]
        if len(straight) <= len(ways):
            return _FirstWay(tests, ways, last)
        if len(tests) == 1:
            return _Either(tests[0], straight[0], straight[1])
        return _FirstState(tests, straight)

    def _table(self, given: spec.Lookup) -> Way:
        table = self.tables[given.table]
        ways = [self.states[name] for name in table.states]
        rows: dict[tuple[str, ...], list[tuple[LookupRow, Way]]] = {}
        for row in table.rows:
            rows.setdefault(row.texts, []).append((row, constant(row.weights, ways)))
        columns = [self.binder.value(name) for name in table.attributes]
        return _Table({texts: _Rows(many) for texts, many in rows.items()}, columns, self._draw(given.defaults))


def _are_one(way: Way, other: Way) -> bool:
    return way is other or (isinstance(way, Straight) and isinstance(other, Straight) and way.to is other.to)


# --- by conditions --------------------------------------------------------------------------------------------------
class _Either(Way):
    def __init__(self, test: Test, first: BoundState, second: BoundState):
        self.test = test
        self.first = first
        self.second = second

    def out(self, life: GmfLife) -> BoundState:
        return self.first if self.test.holds(life) else self.second


class _FirstState(Way):
    """The state of the first test that holds; the last has no test."""

    def __init__(self, tests: list[Test], states: list[BoundState]):
        self.tests = tests
        self.states = states

    def out(self, life: GmfLife) -> BoundState:
        for place, test in enumerate(self.tests):
            if test.holds(life):
                return self.states[place]
        return self.states[-1]


class _FirstWay(Way):
    def __init__(self, tests: list[Test], ways: list[Way], otherwise: Way):
        self.tests = tests
        self.ways = ways
        self.otherwise = otherwise

    def out(self, life: GmfLife) -> BoundState:
        for place, test in enumerate(self.tests):
            if test.holds(life):
                return self.ways[place].out(life)
        return self.otherwise.out(life)


# --- by draws -------------------------------------------------------------------------------------------------------
class _Coin(Way):
    def __init__(self, limit: float, first: BoundState, second: BoundState):
        self.limit = limit
        self.first = first
        self.second = second

    def out(self, life: GmfLife) -> BoundState:
        return self.first if life.draw() < self.limit else self.second


class _Dice(Way):
    """One draw among running sums of fixed weights; the last state has what they leave."""

    def __init__(self, limits: list[float], states: list[BoundState]):
        self.limits = limits
        self.states = states

    def out(self, life: GmfLife) -> BoundState:
        u = life.draw()
        for place, limit in enumerate(self.limits):
            if u < limit:
                return self.states[place]
        return self.states[-1]


def constant(weights: Sequence[float], ways: Sequence[BoundState]) -> Way:
    """One draw among fixed weights; what they leave goes to the last."""
    if len(ways) == 2:
        return _Coin(weights[0], ways[0], ways[1])
    limits: list[float] = []
    total = 0.0
    for weight, _ in zip(weights[:-1], ways, strict=False):
        total += weight
        limits.append(total)
    return _Dice(limits, [*ways[: len(limits)], ways[-1]])


class _NumberOr(Amount):
    """The number that a value is, else another one."""

    def __init__(self, value: Value, default: float):
        self.value = value
        self.default = default

    def at(self, life: GmfLife) -> float:
        found = self.value.read(life)
        kind = type(found)
        return float(found) if kind is float or kind is int else self.default


class _Weighed(Way):
    """One draw among weights that people have."""

    def __init__(self, weights: list[Amount], states: list[BoundState]):
        self.weights = weights
        self.states = states

    def out(self, life: GmfLife) -> BoundState:
        return _drawn(life, [weight.at(life) for weight in self.weights], self.states)


def _drawn(life: GmfLife, weights: list[float], states: list[BoundState]) -> BoundState:
    u, total = life.draw(), 0.0
    for place, weight in enumerate(weights):
        total += weight
        if u < total:
            return states[place]
    return states[-1]


class _TypeOfCare(Way):
    def __init__(self, states: list[BoundState]):
        self.states = states

    def out(self, life: GmfLife) -> BoundState:
        much = life.attributes.get("insurance_status", "none") in _MANY_USE
        return _drawn(life, _TYPES_OF_CARE[much, life.clock >= _TELEMEDICINE_FROM], self.states)


# --- by tables ------------------------------------------------------------------------------------------------------
class _Table(Way):
    """The row that fits a person's attributes, age and time; else the defaults."""

    def __init__(self, rows: dict[tuple[str, ...], "_Rows"], columns: list[Value], default: Way):
        self.rows = rows
        self.columns = columns
        self.default = default

    def out(self, life: GmfLife) -> BoundState:
        rows = self.rows.get(tuple([text(column.read(life)) for column in self.columns]))
        way = rows.find(life.ages.years(life.clock), life.clock * 1000) if rows is not None else None
        return self.default.out(life) if way is None else way.out(life)


class _Rows:
    """The rows of a table for one set of attributes: found by age, then by time."""

    def __init__(self, rows: list[tuple[LookupRow, Way]]):
        self._rows = sorted(rows, key=_starts)  # stable: of equal starts the first row of the table comes first
        self._spans = frozenset([row.age for row, _ in rows if row.age is not None])
        self._by_age: dict[int, _Times] = {}
        self._by_spans: dict[tuple[tuple[int, int], ...], _Times] = {}

    def find(self, age: int, milliseconds: int) -> Way | None:
        """What the row says that fits, if any does. Rows of one age do not overlap in time; the first one counts if they do."""
        found = self._by_age.get(age)
        if found is None:
            found = self._by_age[age] = self._of(age)
        return found.at(milliseconds)

    def _of(self, age: int) -> "_Times":
        """Ages to which the same rows apply share them: a table by day has many thousands."""
        fitting = tuple(sorted([span for span in self._spans if span[0] <= age <= span[1]]))
        found = self._by_spans.get(fitting)
        if found is None:
            rows = [(row.time or _ALWAYS, way) for row, way in self._rows if row.age is None or row.age in fitting]
            found = self._by_spans[fitting] = _Times(rows)
        return found


def _starts(row: tuple[LookupRow, Way]) -> int:
    return (row[0].time or _ALWAYS)[0]


class _Times:
    """Rows in order of their beginnings, milliseconds with both ends included; of equal ones the first counts."""

    def __init__(self, rows: list[tuple[tuple[int, int], Way]]):
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._ways: list[Way] = []
        for (start, end), way in rows:
            if not self._starts or self._starts[-1] != start:
                self._starts.append(start)
                self._ends.append(end)
                self._ways.append(way)

    def at(self, milliseconds: int) -> Way | None:
        """None where there is no row."""
        place = bisect_right(self._starts, milliseconds) - 1
        return None if place < 0 or milliseconds > self._ends[place] else self._ways[place]


def text(value: Any) -> str:
    """A value as tables have it: a counter's 3 is "3.0", and what is unset fits no row."""
    if isinstance(value, str):
        return value
    if value is None:
        return "\0"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return str(getattr(value, "display", value))
