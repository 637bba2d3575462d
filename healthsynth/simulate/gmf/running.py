"""One module at one grid point: on from where it was, as far as it gets.

A delay that ran out between two grid points is noticed at the second, and what follows runs with the clock set back to the
exact moment. What the world is like is always that of the grid point. A state that is blocked at the earlier time is tried again
at the grid point.
"""

from typing import Final

from healthsynth.errors import HealthsynthError
from healthsynth.simulate.gmf import visits
from healthsynth.simulate.gmf.polls import plan, plan_again
from healthsynth.simulate.gmf.program import ACTS, CALLS, DELAYS, DIES, ENDS, PLAIN, BoundState
from healthsynth.simulate.gmf.state import NO_NAMES, UNUSED, Frame, GmfLife, Process, Stay
from healthsynth.units import WEEK, age_years

MOST_STATES: Final = 20_000  # without time passing


def begin(life: GmfLife, process: Process) -> None:
    """Stand at the beginning."""
    process.frame = Frame(process.module, None, life.birth)
    _enter(life, process.frame, process.module.initial)


def _enter(life: GmfLife, frame: Frame, state: BoundState) -> None:
    frame.state = state
    if state.tracked:
        life.seq += 1
        frame.seen[state.name] = Stay(life.seq)


def advance(life: GmfLife, process: Process) -> None:
    """Give a module its turn at the grid point."""
    grid = life.grid
    clock = life.clock = grid
    frame = life.frame = process.frame
    life.process = process
    process.waits_for = NO_NAMES
    if not process.token:
        process.token = UNUSED
    caller = frame.parent
    while caller is not None:
        caller.clock = grid
        caller = caller.parent
    state, count, follow = frame.state, 0, life.follow
    while True:
        count += 1
        kind = state.kind
        past = clock
        if kind == PLAIN:
            pass
        elif kind == ACTS:
            assert state.deed is not None
            state.deed.do(life)
        elif kind == DELAYS:
            deadline = frame.deadline
            poll = state.poll
            if deadline is None:
                if poll is not None:
                    deadline = plan(life, frame, poll, clock)
                else:
                    assert state.length is not None
                    deadline = clock + state.length.of(life)
            elif poll is not None and deadline > grid:
                deadline = plan_again(life, frame, poll)
            if deadline > clock or (life.death is not None and life.death <= deadline):
                frame.deadline = deadline
                if clock < grid and deadline <= grid:
                    clock = life.clock = _back(frame, grid)
                    continue
                frame.state = state
                if poll is not None:
                    process.waits_for = poll.names
                if life.death is None or deadline < life.death:
                    life.wake_at(process.order, deadline)
                return
            frame.deadline = None
            past = deadline
            if poll is not None and frame.leave is not None:
                if state.tracked:
                    frame.seen[state.name].left = past
                state = frame.leave.out(life)
                frame.leave = None
                if state.tracked:
                    life.seq += 1
                    frame.seen[state.name] = Stay(life.seq)
                if follow is not None:
                    follow(state, past)
                if past < clock:
                    clock = life.clock = past
                    count = 0
                    process.token = process.token or UNUSED
                continue
        elif kind == CALLS:
            frame.state, frame.clock = state, clock
            assert state.callee is not None
            frame = life.frame = process.frame = Frame(state.callee, frame, clock)
            state = state.callee.initial
            _enter(life, frame, state)
            continue
        elif kind == ENDS:
            if frame.parent is None:
                frame.state = state
                _finish(life, process)
                return
            frame, state = _return(life, process, frame)
            clock = life.clock = frame.clock
        elif kind == DIES:
            assert state.deed is not None
            state.deed.do(life)
            if life.death is not None and life.death <= clock:
                frame.state = state
                return
        elif state.gate is not None and not state.gate.opens(life):
            if clock < grid:
                clock = life.clock = _back(frame, grid)
                continue
            frame.state = state
            _wait(life, process, state)
            return
        if state.tracked:
            frame.seen[state.name].left = past
        following = state.next
        if following is None:
            assert state.way is not None
            following = state.way.out(life)
        state = following
        if state.tracked:
            life.seq += 1
            frame.seen[state.name] = Stay(life.seq)
        if follow is not None:
            follow(state, past)
        if past < clock:
            clock = life.clock = past
            count = 0
            if not process.token:
                process.token = UNUSED
        elif count > MOST_STATES:
            _complain(life, state)


def _back(frame: Frame, grid: int) -> int:
    """What is blocked at an earlier moment is tried at the grid point, by all that called it."""
    caller = frame.parent
    while caller is not None:
        caller.clock = grid
        caller = caller.parent
    return grid


def _wait(life: GmfLife, process: Process, state: BoundState) -> None:
    """A guard wakes when what it reads changes; encounters have said themselves what they wait for."""
    guard = state.guard
    if guard is None:
        return
    if guard.weekly:
        life.wake_at(process.order, life.grid + WEEK)
        return
    process.waits_for = guard.names
    at = guard.next_change(life)
    if at < life.end:
        life.wake_at(process.order, at)


def _return(life: GmfLife, process: Process, frame: Frame) -> tuple[Frame, BoundState]:
    """A submodule is over: its caller remembers what it saw."""
    caller = frame.parent
    assert caller is not None
    if caller.pending and frame.seen:
        seen = frame.seen
        caller.pending = [each for each in caller.pending if each.target not in seen]
    caller.seen.update(frame.seen)
    caller.pending.extend(frame.pending)
    life.frame = process.frame = caller
    state = caller.state
    if state.tracked:
        life.seq += 1
        caller.seen[state.name] = Stay(life.seq)
    return caller, state


def _finish(life: GmfLife, process: Process) -> None:
    process.finished = True
    if life.lock == process.order:
        assert life.visit is not None
        visits.close_visit(life, life.visit, life.clock)
        life.release()


def _complain(life: GmfLife, state: BoundState) -> None:
    person = life.person
    raise HealthsynthError(
        f"module '{state.module.key}' loops without waiting: patient {person.number} went through {MOST_STATES:,} states at one "
        f"moment, last '{state.name}', at the age of {age_years(person.birth, life.clock)}; put a Delay into the loop"
    )
