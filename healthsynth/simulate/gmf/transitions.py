"""How states are left: draws, conditions and tables, as functions of a life."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from healthsynth.compile.gmf.conditions import Binder
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import GmfLife
from healthsynth.spec.gmf import transitions as spec
from healthsynth.spec.gmf.model import LookupRow, LookupTable
from healthsynth.units import DAY, Clock

Leave = Callable[[GmfLife], BoundState]
Weight = float | spec.AttributeWeight
_MANY_USE = ("medicaid", "dual eligible", "none")
_TELEMEDICINE_FROM: Clock = 18_262 * DAY  # 1 January 2020
_TYPES_OF_CARE = {  # (uses much, from 2020): ambulatory, emergency, telemedicine
    (True, False): (0.65, 0.35, 0.0),
    (False, False): (0.75, 0.25, 0.0),
    (True, True): (0.66, 0.25, 0.09),
    (False, True): (0.56, 0.20, 0.24),
}


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
        if isinstance(given, spec.Direct):
            state.next = self.states[given.to]
            return
        leave = self._leave(given)
        if isinstance(leave, BoundState):
            state.next = leave
        else:
            state.leave = leave

    def _leave(self, given: spec.Transition) -> Leave | BoundState:
        if isinstance(given, spec.Distributed):
            return self._draw(given.shares)
        if isinstance(given, spec.Conditional):
            return self._first([(option, self.states[option.to]) for option in given.options])
        if isinstance(given, spec.Complex):
            return self._first([(o, self.states[o.to] if o.to else self._draw(o.shares)) for o in given.options])
        if isinstance(given, spec.Lookup):
            return self._table(given)
        assert isinstance(given, spec.TypeOfCare)
        ways = tuple(self.states[name] for name in (given.ambulatory, given.emergency, given.telemedicine))
        return lambda life: _drawn(life, _care_shares(life), ways)

    def _draw(self, shares: Sequence[spec.Share]) -> Leave | BoundState:
        ways = tuple(self.states[share.to] for share in shares)
        if len(set(ways)) == 1:
            return ways[0]
        if any(isinstance(share.weight, spec.AttributeWeight) for share in shares):
            weights = tuple(self._weight(share.weight) for share in shares)
            return lambda life: _drawn(life, [weight(life) for weight in weights], ways)
        return constant([float(share.weight) for share in shares], ways)  # type: ignore[arg-type]

    def _weight(self, weight: Weight) -> Callable[[GmfLife], float]:
        if not isinstance(weight, spec.AttributeWeight):
            fixed = float(weight)
            return lambda life: fixed
        name, default = weight.attribute, weight.default
        if name in self.binder.computed:
            return lambda life: _number(life.computed(name), default)
        return lambda life: _number(life.attributes.get(name), default)

    def _first(self, options: Sequence[tuple[spec.Option, Leave | BoundState]]) -> Leave | BoundState:
        """The first option that holds, else the last."""
        ways: list[tuple[Callable[[GmfLife], bool], Leave | BoundState]] = []
        last = options[-1][1]
        for option, way in options:
            if option.condition is None:
                last = way
                break
            ways.append((self.binder.bind(option.condition).test, way))
        if ways and ways[-1][1] is last:
            ways.pop()  # nothing depends on the condition of the last
        if not ways:
            return last
        if all(isinstance(way, BoundState) for _, way in ways) and isinstance(last, BoundState):
            return _plain_choice(ways, last)  # type: ignore[arg-type]
        choices = tuple((test, _leaving(way)) for test, way in ways)
        otherwise = _leaving(last)

        def choose(life: GmfLife) -> BoundState:
            for test, way in choices:
                if test(life):
                    return way(life)
            return otherwise(life)

        return choose

    def _table(self, given: spec.Lookup) -> Leave:
        table = self.tables[given.table]
        ways = tuple(self.states[name] for name in table.states)
        default = _leaving(self._draw(given.defaults))
        rows: dict[tuple[str, ...], list[tuple[LookupRow, Leave]]] = {}
        for row in table.rows:
            rows.setdefault(row.texts, []).append((row, constant(row.weights, ways)))
        found = {texts: _Rows(many) for texts, many in rows.items()}
        readers = tuple(_text_of(name, name in self.binder.computed) for name in table.attributes)

        def look(life: GmfLife) -> BoundState:
            rows = found.get(tuple([read(life) for read in readers]))
            leave = rows.find(life.ages.years(life.clock), life.clock * 1000) if rows is not None else None
            return default(life) if leave is None else leave(life)

        return look


class _Rows:
    """The rows of a table for one set of attributes: found by age, then by time."""

    __slots__ = ("_by_age", "_rows")

    def __init__(self, rows: list[tuple[LookupRow, Leave]]):
        self._rows = rows
        self._by_age: dict[int, tuple[list[int], list[tuple[int, Leave]]]] = {}

    def find(self, age: int, milliseconds: int) -> Leave | None:
        """What the row says that fits, if any does. Rows of one age do not overlap in time; the first one counts if they do."""
        found = self._by_age.get(age)
        if found is None:
            found = self._by_age[age] = self._of(age)
        starts, ends = found
        place = bisect_right(starts, milliseconds) - 1
        if place < 0 or milliseconds > ends[place][0]:
            return None
        return ends[place][1]

    def _of(self, age: int) -> tuple[list[int], list[tuple[int, Leave]]]:
        fitting = [
            (row.time or _ALWAYS, leave) for row, leave in self._rows if row.age is None or _within(row.age, age)
        ]
        fitting.sort(key=lambda pair: pair[0][0])  # stable: of equal starts the first row of the table comes first
        kept: list[tuple[tuple[int, int], Leave]] = []
        for time, leave in fitting:
            if not kept or kept[-1][0][0] != time[0]:
                kept.append((time, leave))
        return [time[0] for time, _ in kept], [(time[1], leave) for time, leave in kept]


_ALWAYS = (-(1 << 62), 1 << 62)


def _within(limits: tuple[int, int], age: int) -> bool:
    return limits[0] <= age <= limits[1]


def constant(weights: Sequence[float], ways: Sequence[BoundState]) -> Leave:
    """One draw among fixed weights; what they leave goes to the last."""
    if len(ways) == 2:
        limit, first, second = weights[0], *ways
        return lambda life: first if life.draw() < limit else second
    limits, total = [], 0.0
    for weight, way in zip(weights[:-1], ways, strict=False):
        total += weight
        limits.append((total, way))
    last = ways[-1]

    def draw(life: GmfLife) -> BoundState:
        u = life.draw()
        for limit, way in limits:
            if u < limit:
                return way
        return last

    return draw


def _drawn(life: GmfLife, weights: Sequence[float], ways: Sequence[BoundState]) -> BoundState:
    u, total = life.draw(), 0.0
    for weight, way in zip(weights, ways, strict=True):
        total += weight
        if u < total:
            return way
    return ways[-1]


def _plain_choice(ways: list[tuple[Callable[[GmfLife], bool], BoundState]], last: BoundState) -> Leave:
    if len(ways) == 1:
        test, first = ways[0]
        return lambda life: first if test(life) else last
    choices = tuple(ways)

    def choose(life: GmfLife) -> BoundState:
        for test, way in choices:
            if test(life):
                return way
        return last

    return choose


def _leaving(way: Leave | BoundState) -> Leave:
    return (lambda life: way) if isinstance(way, BoundState) else way


def _number(value: Any, default: float) -> float:
    return float(value) if value.__class__ in (int, float) else default


def _text_of(name: str, computed: bool) -> Callable[[GmfLife], str]:
    if computed:
        return lambda life: text(life.computed(name))
    return lambda life: text(life.attributes.get(name))


def text(value: Any) -> str:
    """A value as tables have it: a counter's 3 is "3.0", and what is unset fits no row."""
    if value.__class__ is str:
        return value
    if value is None:
        return "\0"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return str(getattr(value, "display", value))


def _care_shares(life: GmfLife) -> tuple[float, float, float]:
    much = life.attributes.get("insurance_status", "none") in _MANY_USE
    return _TYPES_OF_CARE[much, life.clock >= _TELEMEDICINE_FROM]
