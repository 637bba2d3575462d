"""Care rules and pathways: what brings people to care, and what goes on from there."""

from typing import Any

from healthsynth.simulate.conditions import Following, bind
from healthsynth.simulate.encounter import Step, Steps, VisitPlan, ask_for, begin
from healthsynth.simulate.nodes import Bound, Test, first_to_hold
from healthsynth.simulate.numbers import When, chance, hazard, when
from healthsynth.simulate.patient import FOREVER, PLAN, Patient
from healthsynth.simulate.race import Race
from healthsynth.simulate.scope import ModuleScope
from healthsynth.simulate.verbs import bind_steps, watch_until
from healthsynth.spec import ast
from healthsynth.spec.model import Every, Pathway, Rule
from healthsynth.units import DAY, YEAR, Clock, add_months
from healthsynth.vocabulary import Concept


def visit_plan(text: ast.VisitText, name: str, scope: ModuleScope, origin: int, **more: Any) -> VisitPlan:
    """The plan of a visit as a module words it."""
    reason: Concept | None = scope.concept(text.reason) if text.reason else None
    specialty = scope.engine.specialty(scope.concept(text.specialty)) if text.specialty else None
    lasting = when(text.lasting, scope) if text.lasting is not None else None
    return VisitPlan(text.kind, name, scope.module, origin, reason, specialty, lasting, **more)


class _ByAge(When):
    def __init__(self, bands: list[tuple[float, float, When]]):
        self.bands = bands

    def after(self, p: Patient, start: Clock) -> Clock:
        age = (start - p.birth) / YEAR
        soonest = FOREVER
        for low, high, then in self.bands:
            if low <= age and age < high:
                return then.after(p, start)
            if low > age:
                soonest = min(soonest, p.birth + round(low * YEAR))
        return soonest


class _FirstThatHolds(When):
    def __init__(self, options: list[tuple[Test, When]]):
        self.tests = [test for test, _ in options]
        self.spans = [span for _, span in options]

    def after(self, p: Patient, start: Clock) -> Clock:
        place = first_to_hold(self.tests, p)
        return self.spans[place].after(p, start) if place < len(self.spans) else FOREVER


def interval(every: Every, scope: ModuleScope) -> When:
    """The next time by an `every:`; FOREVER when none of its options applies."""
    if every.bands:
        return _ByAge([(float(low), float(high), when(by, scope)) for low, high, by in every.bands])
    return _FirstThatHolds(
        [(bind(condition, scope.of_care()).node, when(by, scope)) for condition, by in every.options]
    )


# --- rules -------------------------------------------------------------------------------------------------------
class AtVisit(Step):
    """A rule that acts in a visit which takes place anyway."""

    def __init__(self, name: str, rule: Rule, scope: ModuleScope):
        care = scope.of_care()
        self.key = f"{scope.module}.{name}"
        self.who = bind(rule.who, care).node if rule.who is not None else None
        self.when = bind(rule.when, care).node if rule.when is not None else None
        self.happens = chance(rule.chance, scope) if rule.chance is not None else None
        self.every = interval(rule.every, scope) if rule.every is not None else None
        self.steps = bind_steps(rule.do, scope, ("care", name, "do"))

    def act(self, p: Patient) -> Steps | int | None:
        if self.who is not None and not self.who.holds(p):
            return None
        if self.when is not None and not self.when.holds(p):
            return None
        if self.every is not None:
            last = p.last_done.get(self.key)
            if last is not None:
                due = self.every.after(p, last)
                # A visit somewhat early counts: check-ups are not a year apart to the day.
                if p.now < due - min(30 * DAY, (due - last) // 8):
                    return None
            p.last_done[self.key] = p.now
        if self.happens is not None and not self.happens.holds(p):
            return None
        return self.steps


class OwnVisit:
    """A rule with a visit of its own, and what brings it about."""

    def __init__(self, name: str, rule: Rule, scope: ModuleScope, slot: int):
        self.slot = slot
        self.name = name
        self.key = f"{scope.module}.{name}"
        self.scope = scope
        self.happens = chance(rule.chance, scope) if rule.chance is not None else None
        self.after = when(rule.after, scope) if rule.after is not None else None
        self.who: Bound | None = bind(rule.who, scope) if rule.who is not None else None
        self.when: Bound | None = bind(rule.when, scope) if rule.when is not None else None
        self.ages = tuple(rule.at_ages)
        self.every = interval(rule.every, scope) if rule.every is not None else None
        self.from_age = rule.from_age
        origin = scope.origin(("care", name))
        assert rule.visit is not None  # lint HS401
        self.plan = visit_plan(rule.visit, name, scope, origin, do=bind_steps(rule.do, scope, ("care", name, "do")))
        self.race: Race | None = None
        if rule.at_rate is not None:
            rate = hazard(scope.number(rule.at_rate), scope)
            self.race = Race(slot, scope.module, [(rate, self.who)], [], [], self._noticed)

    def begin(self, p: Patient) -> None:
        """At birth: start waiting."""
        if self.race is not None:
            self.race.start(p)
        if self.when is not None:
            p.was[self.slot] = self.when.test(p)
            self._wake(p)
        for i, age in enumerate(self.ages):
            p.at(_at_age(p, age), PLAN, lambda p: self._planned(p))
            del i
        if self.every is not None and self.when is None:
            first = _at_age(p, self.from_age) if self.from_age is not None else p.now
            first += int(p.draw(self.scope.module) * 330 * DAY)
            p.at(max(first, p.now), PLAN, self._again)

    def keys(self) -> frozenset[str]:
        """The writes that re-test this rule."""
        if self.race is not None:
            return self.race.keys()
        return self.when.keys if self.when is not None else frozenset()

    def retest(self, p: Patient) -> None:
        """Something that the rule reads has changed."""
        if self.race is not None:
            self.race.refresh(p)
            return
        assert self.when is not None
        holds = self.when.test(p)
        if holds and not p.was[self.slot]:
            p.was[self.slot] = True
            self._wanted(p)
        p.was[self.slot] = holds
        self._wake(p)

    def _wake(self, p: Patient) -> None:
        if self.when is not None and self.when.wakes:
            p.versions[self.slot] = version = p.versions[self.slot] + 1
            at = self.when.next_wake(p)
            p.at(at, PLAN, lambda p: self.retest(p) if p.versions[self.slot] == version else None)

    def _noticed(self, p: Patient, winner: int) -> None:
        self._ask(p)
        assert self.race is not None
        self.race.start(p)

    def _wanted(self, p: Patient) -> None:
        if self.who is None or self.who.test(p):
            self._ask(p)

    def _planned(self, p: Patient) -> None:
        if self.who is None or self.who.test(p):
            self._ask(p)

    def _again(self, p: Patient) -> None:
        assert self.every is not None
        then = self.every.after(p, p.now)
        if then < FOREVER:
            p.at(max(then, p.now + DAY), PLAN, self._again)
        self._planned(p)

    def _ask(self, p: Patient) -> None:
        if self.happens is not None and not self.happens.holds(p):
            return
        ask_for(p, self.plan, self.after.after(p, p.now) if self.after is not None else p.now)


def _at_age(p: Patient, age: ast.Length) -> Clock:
    return add_months(p.birth, age.months) + age.seconds


# --- pathways ----------------------------------------------------------------------------------------------------
class BoundPathway:
    """A pathway: steps done where it is followed, a ladder, or a series of visits."""

    def __init__(self, name: str, pathway: Pathway, scope: ModuleScope):
        self.name = f"{scope.module}.{name}"
        self.key = f"following:{self.name}"
        self.scope = scope
        self.happens = chance(pathway.chance, scope) if pathway.chance is not None else None
        self.unless = bind(pathway.unless, scope.of_care()).node if pathway.unless is not None else None
        self.who = bind(pathway.who, scope.of_care()).node if pathway.who is not None else None
        self.until = bind(pathway.until, scope.of_care()) if pathway.until is not None else None
        self.no_show = chance(pathway.no_show, scope) if pathway.no_show is not None else None
        self.every = interval(pathway.every, scope) if pathway.every is not None else None
        self.first: When | None = when(pathway.first, scope) if pathway.first is not None else None
        self.times = pathway.times
        self.spec = pathway
        self.short = name
        self.do: Steps = ()
        self.ladder: tuple[Steps, ...] = ()
        self.plan: VisitPlan | None = None
        self.follows = Following(self.name)

    def link(self) -> None:
        """Bind the steps; apart from the rest, because pathways follow each other."""
        path = ("pathways", self.short)
        self.do = bind_steps(self.spec.do, self.scope, (*path, "do"))
        self.ladder = tuple(
            bind_steps(steps, self.scope, (*path, "steps", i)) for i, steps in enumerate(self.spec.steps)
        )
        if self.spec.visit is not None:
            origin = self.scope.origin(path)
            self.plan = visit_plan(self.spec.visit, self.short, self.scope, origin, do=self.do, after=self._next)

    def follow(self, p: Patient) -> Steps | None:
        """Start it (or, without a visit, give its steps to be done now)."""
        if self.name in p.following:
            return None
        if self.unless is not None and self.unless.holds(p):
            return None
        if self.who is not None and not self.who.holds(p):
            return None
        if self.happens is not None and not self.happens.holds(p):
            return None
        if self.ladder:
            i = p.steps_done.get(self.name, 0)
            if i >= len(self.ladder):
                return None
            p.steps_done[self.name] = i + 1
            return self.ladder[i]
        if self.plan is None:
            return self.do
        self._enrol(p)
        return None

    def _enrol(self, p: Patient) -> None:
        generation = p.steps_done[self.name] = p.steps_done.get(self.name, 0) + 1
        p.following[self.name] = generation
        p.numbered[self.name] = 0
        p.notify(self.key)
        if self.until is not None:
            watch_until(p, self.until, lambda p: p.following.get(self.name) == generation, self.leave)
        if self.name in p.following:
            first = self.first or self.every
            self._plan_next(p, first.after(p, p.now) if first is not None else p.now + 14 * DAY)

    def leave(self, p: Patient) -> None:
        """No further visit."""
        if p.following.pop(self.name, None) is not None:
            p.notify(self.key)

    def _plan_next(self, p: Patient, at: Clock) -> None:
        if at >= FOREVER:
            self.leave(p)
            return
        generation = p.following[self.name]
        p.at(at, PLAN, lambda p: self._due(p) if p.following.get(self.name) == generation else None)

    def _due(self, p: Patient) -> None:
        if self.no_show is not None and self.no_show.holds(p):
            missed = p.now + DAY * (3 + int(25 * p.draw(self.scope.module)))
            self._plan_next(p, missed)
            return
        plan = self.plan
        assert plan is not None
        if plan.wanted is None:
            plan.wanted = self.follows
        ask_for(p, plan, p.now)

    def _next(self, p: Patient) -> None:
        """A visit of the series has ended."""
        if self.name not in p.following:
            return
        p.numbered[self.name] = count = p.numbered.get(self.name, 0) + 1
        if self.every is None or (self.times is not None and count >= self.times):
            self.leave(p)
            return
        if self.until is not None and self.until.test(p):
            self.leave(p)
            return
        at = self.every.after(p, p.now)
        if at >= FOREVER:
            self.leave(p)
        else:
            self._plan_next(p, at)

    def visit_now(self, p: Patient) -> None:
        """A visit of this pathway at once (stories)."""
        if self.name not in p.following:
            self._enrol(p)
        assert self.plan is not None
        begin(p, self.plan)
