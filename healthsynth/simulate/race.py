"""Exits that race: hazards as exact budgets, drawn times, and conditions. The first to happen wins.

A hazard's budget is one unit-exponential draw. It is used up at the current rate; when the rate changes (an age band, a
factor, a `while`), what is left is converted anew. Exact for piecewise-constant hazards, with no draw per step.
"""

from collections.abc import Callable
from math import ceil, log

from healthsynth.simulate.nodes import Bound
from healthsynth.simulate.numbers import Hazard, When
from healthsynth.simulate.patient import BODY, FOREVER, Patient
from healthsynth.units import YEAR

Fire = Callable[[Patient, int], None]


class Race:
    """The exits of one state (or of one rule), for the process `slot` of a patient.

    Exits are numbered hazards first, then times, then conditions; `fire` is told which one happened.
    """

    def __init__(
        self,
        slot: int,
        module: str,
        hazards: list[tuple[Hazard, Bound | None]],
        times: list[tuple[When, Bound | None]],
        conditions: list[Bound],
        fire: Fire,
    ):
        self.slot = slot
        self.module = module
        self.hazards = [hazard for hazard, _ in hazards]
        self.guards = [guard for _, guard in hazards]
        self.times = [time for time, _ in times]
        self.time_guards = [guard for _, guard in times]
        self.conditions = conditions
        self.fire = fire

    def keys(self) -> frozenset[str]:
        """The writes that re-test this race."""
        found: set[str] = set()
        for hazard in self.hazards:
            found |= hazard.keys
        for guard in self.guards:
            if guard is not None:
                found |= guard.keys
        for bound in self.conditions:
            found |= bound.keys
        return frozenset(found)

    def start(self, p: Patient) -> None:
        """Draw the budgets and the times, and wait."""
        slot = self.slot
        if self.hazards:
            p.budgets[slot] = [-log(1.0 - p.draw(self.module)) for _ in self.hazards]
            p.rates[slot] = [0.0] * len(self.hazards)
            p.since[slot] = p.now
        if self.times:
            p.due[slot] = [when.after(p, p.now) for when in self.times]
        self.refresh(p)

    def stop(self, p: Patient) -> None:
        """Whatever was waited for no longer matters."""
        p.versions[self.slot] += 1

    def refresh(self, p: Patient) -> None:
        """Convert the budgets to now and wait for the soonest exit or change."""
        slot, now = self.slot, p.now
        if self.hazards and not p.rates[slot]:
            return  # never started: a story leaves out what comes by chance
        p.versions[slot] = version = p.versions[slot] + 1
        soonest, winner = FOREVER, -1
        if self.hazards:
            soonest, winner = self._hazards(p, slot, now)
        k = len(self.hazards)
        if self.times:
            for due in p.due[slot]:
                if now <= due and due < soonest:
                    soonest, winner = due, k
                k += 1
        for bound in self.conditions:
            if bound.test(p):
                if now < soonest:
                    soonest, winner = now, k
                break
            wake = bound.next_wake(p) if bound.wakes else FOREVER
            if wake < soonest:
                soonest, winner = wake, -1
            k += 1
        if soonest < p.end:
            p.at(soonest, BODY, lambda p: self._due(p, version, winner))

    def _hazards(self, p: Patient, slot: int, now: int) -> tuple[int, int]:
        budgets, rates = p.budgets[slot], p.rates[slot]
        since = p.since[slot]
        p.since[slot] = now
        elapsed = (now - since) / YEAR
        guard: Bound | None
        soonest, winner = FOREVER, -1
        for k, hazard in enumerate(self.hazards):
            season, guard = hazard.season, self.guards[k]
            if elapsed and rates[k]:
                used = elapsed if season is None else season.warp(now) - season.warp(since)
                budgets[k] -= rates[k] * used
            rates[k] = rate = hazard.rate(p) if guard is None or guard.test(p) else 0.0
            if rate:
                left = max(budgets[k], 0.0) / rate
                if left < 150.0:
                    due = now + ceil(left * YEAR) if season is None else season.unwarp(season.warp(now) + left)
                    if due < soonest:
                        soonest, winner = max(due, now), k
            change = hazard.next_change(p)
            if guard is not None and guard.wakes:
                change = min(change, guard.next_wake(p))
            if change < soonest:
                soonest, winner = change, -1
        return soonest, winner

    def _due(self, p: Patient, version: int, winner: int) -> None:
        if p.versions[self.slot] != version:
            return
        if winner < 0:
            self.refresh(p)
            return
        k = winner - len(self.hazards)
        if 0 <= k < len(self.times):
            guard = self.time_guards[k]
            if guard is not None and not guard.test(p):
                p.due[self.slot][k] = -1  # its moment came and the condition did not hold
                self.refresh(p)
                return
        self.fire(p, winner)
