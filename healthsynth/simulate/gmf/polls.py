"""Delays that lead back to themselves, without going round each time.

Much of what happens in modules of this format is a loop: wait a month, draw, wait again. As long as nothing changes that the draw
depends on, the number of rounds until it leads elsewhere is geometric. It is drawn at once, and the module sleeps until then, or
until something changes that its conditions read: then the rounds to come are drawn anew, which is the same thing because a
geometric law has no memory. Everything that is drawn at a round is drawn with the world of the grid point at which that round ends.

Where a weight is a risk that changes every week, rounds at which it could matter are drawn with the greatest risk there is,
and at those the risk itself decides (thinning; Lewis and Shedler 1979).
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import NamedTuple

from healthsynth.compile.gmf.conditions import Binder, Bound, next_change
from healthsynth.compile.gmf.limits import FOREVER
from healthsynth.simulate.gmf.cast.risks import AGES, GREATEST
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import MONTH_OF_WEEKS, WEEKLY_RISKS, Frame, GmfLife
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import transitions as spec
from healthsynth.spec.gmf.model import LookupRow, LookupTable
from healthsynth.units import WEEK, Clock

Leave = Callable[[GmfLife], BoundState]


class Outcome(NamedTuple):
    """The chance that a round leads elsewhere, and where it leads then (maybe, after thinning, back)."""

    chance: float
    leave: Leave


class Poll:
    """A loop of one delay.

    `names`: what changes the draw. `of` gives the outcome of rounds at and after a grid point, and the moment from which it may be
    another by time alone.
    """

    __slots__ = ("length", "names", "of")

    def __init__(self, length: Clock, names: frozenset[str], of: Callable[[GmfLife], tuple[Outcome, Clock]]):
        self.length, self.names, self.of = length, names, of


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
            if outcome is None or ages is not None:
                return None if outcome is None else Poll(length, frozenset(), _at_ages(outcome, *ages))  # type: ignore[misc]
            return Poll(length, frozenset(), lambda life: (outcome, FOREVER))
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

        def decide(life: GmfLife) -> BoundState:
            return way if life.draw() * most < life.computed(name) else state

        return Outcome(most, decide)

    def _chosen(self, state: BoundState, options: Sequence[spec.Option], length: Clock) -> Poll | None:
        choices: list[tuple[Bound | None, Outcome]] = []
        for option in options:
            outcome = self._outcome(state, option)
            if outcome is None or _asks_for(option.condition, state.name):
                return None
            bound = self.binder.bind(option.condition) if option.condition is not None else None
            if bound is not None and bound.weekly:
                return None
            choices.append((bound, outcome))
        bounds = [bound for bound, _ in choices if bound is not None]
        names: frozenset[str] = frozenset().union(*(bound.names for bound in bounds))

        def of(life: GmfLife) -> tuple[Outcome, Clock]:
            until = FOREVER
            for bound, outcome in choices:
                if bound is None:
                    return outcome, until
                if bound.times:
                    until = min(until, next_change(bound, life))
                if bound.test(life):
                    return outcome, until
            return choices[-1][1], until

        return Poll(length, names, of)

    def _outcome(self, state: BoundState, option: spec.Option) -> Outcome | None:
        if option.to:
            way = self.states[option.to]
            return Outcome(0.0 if way is state else 1.0, lambda life: way)
        return self._drawn(state, option.shares)

    def _looked_up(self, state: BoundState, given: spec.Lookup, length: Clock) -> Poll | None:
        table = self.tables[given.table]
        if table.attributes:
            return None
        ways = [self.states[name] for name in table.states]
        default = self._drawn(state, given.defaults)
        if default is None:
            return None
        rows = tuple((row, fixed(state, row.weights, ways)) for row in table.rows)
        return Poll(length, frozenset(), _Table(state, rows, default).of)


def _at_ages(outcome: Outcome, first: int, last: int) -> Callable[[GmfLife], tuple[Outcome, Clock]]:
    """An outcome at some ages; at others a round leads back."""

    def of(life: GmfLife) -> tuple[Outcome, Clock]:
        begins, ends = life.ages.at(12 * first), life.ages.at(12 * (last + 1))
        if life.clock < begins:
            return _BACK, begins
        return (outcome, ends) if life.clock < ends else (_BACK, FOREVER)

    return of


_BACK = Outcome(0.0, lambda life: life.frame.state)  # is never left
_BLOCK = 100  # rows of a table, one after the other in time, that are slept through together


class _Table:
    """A loop whose weights stand in a table by age and time: blocks of rows are drawn with their greatest chance, and thinned."""

    def __init__(self, state: BoundState, rows: Sequence[tuple[LookupRow, Outcome]], default: Outcome):
        self._state, self._rows, self._default = state, rows, default
        self._has_ages = any(row.age is not None for row, _ in rows)
        self._by_age: dict[int, tuple[list[Clock], list[tuple[Clock, Outcome]]]] = {}
        self._blocks: dict[tuple[int, int], tuple[Outcome, Clock]] = {}

    def _at(self, age: int) -> tuple[list[Clock], list[tuple[Clock, Outcome]]]:
        """(starts, (last second, outcome)) of the rows for an age, by time."""
        found = self._by_age.get(age)
        if found is None:
            fitting = [
                (*(tuple(ms // 1000 for ms in row.time) if row.time else (-FOREVER, FOREVER)), n)
                for n, (row, _) in enumerate(self._rows)
                if row.age is None or row.age[0] <= age <= row.age[1]
            ]
            fitting.sort()
            found = [start for start, _, _ in fitting], [(last, self._rows[n][1]) for _, last, n in fitting]
            self._by_age[age] = found
        return found

    def _now(self, life: GmfLife) -> Outcome:
        starts, rows = self._at(life.ages.years(life.clock) if self._has_ages else 0)
        place = bisect_right(starts, life.clock) - 1
        return rows[place][1] if place >= 0 and life.clock <= rows[place][0] else self._default

    def of(self, life: GmfLife) -> tuple[Outcome, Clock]:
        """The outcome of the rows to come, and how long that holds."""
        now = life.clock
        age = life.ages.years(now) if self._has_ages else 0
        starts, rows = self._at(age)
        place = bisect_right(starts, now)
        if place == 0 or now > rows[-1][0]:
            outcome, until = self._default, starts[0] if starts and place == 0 else FOREVER
        else:
            block = (place - 1) // _BLOCK
            found = self._blocks.get((age, block))
            if found is None:
                found = self._blocks[age, block] = self._of_block(age, block)
            outcome, until = found
        return outcome, min(until, life.ages.at(12 * (age + 1))) if self._has_ages else until

    def _of_block(self, age: int, block: int) -> tuple[Outcome, Clock]:
        starts, rows = self._at(age)
        after = (block + 1) * _BLOCK
        until = starts[after] if after < len(starts) else rows[-1][0] + 1
        # Between rows the defaults hold.
        most = max(self._default.chance, *(outcome.chance for _, outcome in rows[block * _BLOCK : after]))
        state, at = self._state, self._now

        def decide(life: GmfLife) -> BoundState:
            outcome = at(life)
            return outcome.leave(life) if life.draw() * most < outcome.chance else state

        return Outcome(most, decide), until


def fixed(state: BoundState, weights: Sequence[float], ways: Sequence[BoundState]) -> Outcome:
    """Of weights that do not change: as they are drawn, running sums against one number, the last taking the rest."""
    left, shares = 1.0, []
    for weight in weights[:-1]:
        share = min(max(weight, 0.0), left)
        shares.append(share)
        left -= share
    shares.append(left)
    elsewhere = [(share, way) for share, way in zip(shares, ways, strict=True) if way is not state and share > 0]
    chance = sum(share for share, _ in elsewhere)

    def leave(life: GmfLife) -> BoundState:
        u = life.draw() * chance
        for share, way in elsewhere:
            u -= share
            if u < 0:
                return way
        return elsewhere[-1][1]

    return Outcome(min(chance, 1.0), leave)


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
    frame.leave = outcome.leave
    return since + rounds * length


def _rounds(chance: float, life: GmfLife) -> int:
    """How many rounds it takes; the last one leads elsewhere."""
    if chance >= 1.0:
        return 1
    if chance <= 0.0:
        return 1 << 40
    return min(int(log(1.0 - life.draw()) / log(1.0 - chance)) + 1, 1 << 40)


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
