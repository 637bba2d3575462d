"""Delays that lead back to themselves, without going round each time.

Much of what happens in modules of this format is a loop: wait a month, draw, wait again. As long as nothing changes that the draw
depends on, the number of rounds until it leads elsewhere is geometric. It is drawn at once, and the module sleeps until then, or
until something changes that its conditions read: then the rounds to come are drawn anew, which is the same thing because a
geometric law has no memory. Everything that is drawn at a round is drawn with the world of the grid point at which that round ends.

Where a weight is a risk that changes every week, rounds at which it could matter are drawn with the greatest risk there is,
and at those the risk itself decides (thinning; Lewis and Shedler 1979).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import log
from typing import Final

from healthsynth.simulate.gmf.cast.risks import AGES, GREATEST
from healthsynth.simulate.gmf.conditions import NO_NAMES, Binder, Bound
from healthsynth.simulate.gmf.nodes import FOREVER, Straight, Way
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import MONTH_OF_WEEKS, WEEKLY_RISKS, Frame, GmfLife
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import transitions as spec
from healthsynth.spec.gmf.model import LookupRow, LookupTable
from healthsynth.units import WEEK, Clock

_BLOCK: Final = 100  # rows of a table, one after the other in time, that are slept through together
_LONG: Final = 1 << 40  # rounds that nobody lives to see


class Outcome:
    """The chance that a round leads elsewhere, and where it leads then (maybe, after thinning, back)."""

    def __init__(self, chance: float, way: Way):
        self.chance = chance
        self.way = way


class Poll:
    """A loop of one delay; `names`: what changes the draw."""

    def __init__(self, length: Clock, names: frozenset[str] = NO_NAMES):
        self.length = length
        self.names = names

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        """The outcome of rounds at and after a grid point, and the moment from which it may be another by time alone."""
        raise NotImplementedError


# --- binding ------------------------------------------------------------------------------------------------------------
class Polls:
    """Finds loops among the states of one module; see `transitions.Ways`."""

    def __init__(self, states: Mapping[str, BoundState], binder: Binder, tables: Mapping[str, LookupTable]):
        self.states, self.binder, self.tables = states, binder, tables

    def bind(self, state: BoundState, given: spec.Transition, length: Clock) -> Poll | None:
        """The loop of a delay of a fixed length above zero; None if it is not one that can be slept through."""
        if state.name not in spec.targets(given):
            return None
        if isinstance(given, spec.Distributed):
            outcome = self._drawn(state, given.shares)
            weight = given.shares[0].weight
            ages = AGES.get(weight.attribute) if isinstance(weight, spec.AttributeWeight) else None
            if outcome is None:
                return None
            return _Same(length, outcome) if ages is None else _AtAges(length, state, outcome, ages)
        if isinstance(given, (spec.Conditional, spec.Complex)):
            return self._chosen(state, given.options, length)
        if isinstance(given, spec.Lookup):
            return self._looked_up(state, given, length)
        return None

    def _drawn(self, state: BoundState, shares: Sequence[spec.Share]) -> Outcome | None:
        if all(not isinstance(share.weight, spec.AttributeWeight) for share in shares):
            weights = [float(share.weight) for share in shares]  # type: ignore[arg-type]
            return fixed(state, weights, [self.states[share.to] for share in shares])
        if len(shares) != 2 or shares[1].to != state.name or not isinstance(shares[0].weight, spec.AttributeWeight):
            return None
        return self._thinned(state, shares[0].weight, self.states[shares[0].to])

    def _thinned(self, state: BoundState, weight: spec.AttributeWeight, way: BoundState) -> Outcome | None:
        name, most = weight.attribute, GREATEST.get(weight.attribute)
        if most is None or name not in self.binder.computed:
            return None
        most = min(most * MONTH_OF_WEEKS, 1.0) if self.binder.corrected and name in WEEKLY_RISKS else most
        return Outcome(most, _IfAtRisk(name, most, way, state))

    def _chosen(self, state: BoundState, options: Sequence[spec.Option], length: Clock) -> Poll | None:
        bounds: list[Bound | None] = []
        outcomes: list[Outcome] = []
        for option in options:
            outcome = self._outcome(state, option)
            if outcome is None or _asks_for(option.condition, state.name):
                return None
            bound = self.binder.bind(option.condition) if option.condition is not None else None
            if bound is not None and bound.weekly:
                return None
            bounds.append(bound)
            outcomes.append(outcome)
        return _Chosen(length, bounds, outcomes)

    def _outcome(self, state: BoundState, option: spec.Option) -> Outcome | None:
        if option.to:
            way = self.states[option.to]
            return Outcome(0.0 if way is state else 1.0, Straight(way))
        return self._drawn(state, option.shares)

    def _looked_up(self, state: BoundState, given: spec.Lookup, length: Clock) -> Poll | None:
        table = self.tables[given.table]
        if table.attributes:
            return None
        ways = [self.states[name] for name in table.states]
        default = self._drawn(state, given.defaults)
        if default is None:
            return None
        return _Table(length, state, [(row, fixed(state, row.weights, ways)) for row in table.rows], default)


class _IfAtRisk(Way):
    """Of the rounds that were drawn with the greatest risk there is, those that the risk itself leaves."""

    def __init__(self, name: str, most: float, way: BoundState, back: BoundState):
        self.name = name
        self.most = most
        self.way = way
        self.back = back

    def out(self, life: GmfLife) -> BoundState:
        u = life.draw() * self.most
        return self.way if u < life.computed(self.name) else self.back


class _Same(Poll):
    """Every round is like the others."""

    def __init__(self, length: Clock, outcome: Outcome):
        super().__init__(length)
        self.outcome = outcome

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        return self.outcome, FOREVER


class _AtAges(Poll):
    """An outcome from one age to another, in whole years; at others a round leads back."""

    def __init__(self, length: Clock, state: BoundState, outcome: Outcome, ages: tuple[int, int]):
        super().__init__(length)
        self.outcome = outcome
        self.back = Outcome(0.0, Straight(state))
        self.first, self.after = 12 * ages[0], 12 * (ages[1] + 1)

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        begins, ends = life.ages.at(self.first), life.ages.at(self.after)
        if life.clock < begins:
            return self.back, begins
        return (self.outcome, ends) if life.clock < ends else (self.back, FOREVER)


class _Chosen(Poll):
    """The outcome of the first condition that holds (None always does), else of the last."""

    def __init__(self, length: Clock, bounds: list[Bound | None], outcomes: list[Outcome]):
        super().__init__(length, NO_NAMES.union(*[bound.names for bound in bounds if bound is not None]))
        self.bounds = bounds
        self.outcomes = outcomes

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        until = FOREVER
        for place, bound in enumerate(self.bounds):
            if bound is None:
                return self.outcomes[place], until
            if bound.times:
                until = min(until, bound.next_change(life))
            if bound.test.holds(life):
                return self.outcomes[place], until
        return self.outcomes[-1], until


# --- tables -------------------------------------------------------------------------------------------------------------
class _Rows:
    """Rows for one age in order of time: when they begin, their last seconds, and what they say."""

    def __init__(self, starts: list[Clock], lasts: list[Clock], outcomes: list[Outcome]):
        self.starts = starts
        self.lasts = lasts
        self.outcomes = outcomes


class _Table(Poll):
    """A loop whose weights stand in a table by age and time: blocks of rows are drawn with their greatest chance, and thinned."""

    def __init__(
        self, length: Clock, state: BoundState, rows: Sequence[tuple[LookupRow, Outcome]], default: Outcome
    ):  # fmt: skip
        super().__init__(length)
        self._state, self._given, self._default = state, rows, default
        self._has_ages = any(row.age is not None for row, _ in rows)
        self._by_age: dict[int, _Rows] = {}
        self._blocks: dict[tuple[int, int], tuple[Outcome, Clock]] = {}

    def _at(self, age: int) -> _Rows:
        """The rows for an age."""
        found = self._by_age.get(age)
        if found is None:
            found = self._by_age[age] = self._fitting(age)
        return found

    def _fitting(self, age: int) -> _Rows:
        fitting = [
            (*_seconds(row), n)
            for n, (row, _) in enumerate(self._given)
            if row.age is None or row.age[0] <= age <= row.age[1]
        ]
        fitting.sort()
        outcomes = [self._given[n][1] for _, _, n in fitting]
        return _Rows([start for start, _, _ in fitting], [last for _, last, _ in fitting], outcomes)

    def now(self, life: GmfLife) -> Outcome:
        """Of the row that holds at the time of the life; between rows the defaults hold."""
        rows = self._at(life.ages.years(life.clock) if self._has_ages else 0)
        place = bisect_right(rows.starts, life.clock) - 1
        return rows.outcomes[place] if place >= 0 and life.clock <= rows.lasts[place] else self._default

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        now = life.clock
        age = life.ages.years(now) if self._has_ages else 0
        rows = self._at(age)
        place = bisect_right(rows.starts, now)
        if place == 0 or now > rows.lasts[-1]:
            outcome, until = self._default, rows.starts[0] if rows.starts and place == 0 else FOREVER
        else:
            outcome, until = self._block(age, (place - 1) // _BLOCK)
        return outcome, min(until, life.ages.at(12 * (age + 1))) if self._has_ages else until

    def _block(self, age: int, block: int) -> tuple[Outcome, Clock]:
        found = self._blocks.get((age, block))
        if found is None:
            found = self._blocks[age, block] = self._of_block(age, block)
        return found

    def _of_block(self, age: int, block: int) -> tuple[Outcome, Clock]:
        rows, after = self._at(age), (block + 1) * _BLOCK
        until = rows.starts[after] if after < len(rows.starts) else rows.lasts[-1] + 1
        most = max([self._default.chance, *[each.chance for each in rows.outcomes[block * _BLOCK : after]]])
        return Outcome(most, _IfInRow(self, most, self._state)), until


class _IfInRow(Way):
    """Of the rounds that were drawn with the greatest chance of a block of rows, those that the row of the time leaves."""

    def __init__(self, table: _Table, most: float, back: BoundState):
        self.table = table
        self.most = most
        self.back = back

    def out(self, life: GmfLife) -> BoundState:
        outcome = self.table.now(life)
        return outcome.way.out(life) if life.draw() * self.most < outcome.chance else self.back


def _seconds(row: LookupRow) -> tuple[Clock, Clock]:
    """The first and the last second of a row."""
    return (row.time[0] // 1000, row.time[1] // 1000) if row.time is not None else (-FOREVER, FOREVER)


class _Elsewhere(Way):
    """One draw among what does not lead back."""

    def __init__(self, chance: float, shares: list[float], states: list[BoundState]):
        self.chance = chance
        self.shares = shares
        self.states = states

    def out(self, life: GmfLife) -> BoundState:
        u = life.draw() * self.chance
        for place, share in enumerate(self.shares):
            u -= share
            if u < 0:
                return self.states[place]
        return self.states[-1]


def fixed(state: BoundState, weights: Sequence[float], ways: Sequence[BoundState]) -> Outcome:
    """Of weights that do not change: as they are drawn, running sums against one number, the last taking the rest."""
    left = 1.0
    shares: list[float] = []
    for weight in weights[:-1]:
        share = min(max(weight, 0.0), left)
        shares.append(share)
        left -= share
    shares.append(left)
    elsewhere = [(share, way) for share, way in zip(shares, ways, strict=True) if way is not state and share > 0]
    chance = sum([share for share, _ in elsewhere])
    way = _Elsewhere(float(chance), [share for share, _ in elsewhere], [way for _, way in elsewhere])
    return Outcome(min(float(chance), 1.0), way)


def _asks_for(condition: c.Condition | None, name: str) -> bool:
    """Whether a condition asks for visits of the looping state itself."""
    if condition is None:
        return False
    return any(isinstance(leaf, c.PriorState) and name in (leaf.name, leaf.since) for leaf in c.leaves(condition))


# --- in a life ----------------------------------------------------------------------------------------------------------
def plan(life: GmfLife, frame: Frame, poll: Poll, since: Clock) -> Clock:
    """When the next round ends at which something may happen; `frame.leave` then says what, None: draw as ever.

    Args:
        since: when the round under way began; the rounds end at this and a multiple of their length.
    """
    clock, life.clock = life.clock, life.grid
    outcome, until = poll.of(life)
    life.clock = clock
    frame.since = since
    length, rounds = poll.length, _rounds(outcome.chance, life)
    if until < FOREVER:
        before = life.birth + (until - 1 - life.birth) // WEEK * WEEK  # the last grid point at which all is as now
        same = max((before - since) // length, 0)
        if rounds > same:
            frame.leave = None
            return since + (same + 1) * length
    frame.leave = outcome.way
    return since + rounds * length


def _rounds(chance: float, life: GmfLife) -> int:
    """How many rounds it takes; the last one leads elsewhere."""
    if chance >= 1.0:
        return 1
    if chance <= 0.0:
        return _LONG
    return min(int(log(1.0 - life.draw()) / log(1.0 - chance)) + 1, _LONG)


def plan_again(life: GmfLife, frame: Frame, poll: Poll) -> Clock:
    """Woken before its time: rounds that ended at earlier grid points led back; the next one is drawn with what is true now."""
    length = poll.length
    assert frame.since is not None
    done = max((life.grid - WEEK - frame.since) // length, 0)
    since = frame.since + done * length
    if since + length <= life.grid:
        frame.since, frame.leave = since, None
        return since + length
    return plan(life, frame, poll, since)
