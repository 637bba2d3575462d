"""Stories: exact examples. A person is made as given, something happens, and the sentences under `then` must hold."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from healthsynth.people.population import People, Selection
from healthsynth.simulate.conditions import bind
from healthsynth.simulate.encounter import VisitPlan, begin
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.patient import VISIT, Patient
from healthsynth.simulate.scope import ModuleScope
from healthsynth.simulate.verbs import drug_names
from healthsynth.spec import ast
from healthsynth.spec.model import Module, Story
from healthsynth.units import DAY, HOUR, YEAR, Clock, add_months


@dataclass(frozen=True, slots=True)
class Told:
    """How a story went: the sentences that did not hold, by position."""

    module: str
    title: str
    failed: tuple[int, ...]

    @property
    def passed(self) -> bool:
        return not self.failed


class _Teller:
    def __init__(self, engine: Engine, module: Module, story: Story, as_of: Clock, number: int):
        self.engine = engine
        self.module = module
        self.story = story
        self.scope = ModuleScope(engine, module)
        self.start = as_of
        self.patient = self._patient(as_of, number)

    def _patient(self, as_of: Clock, number: int) -> Patient:
        given = self.story.given
        age = _length(given.get("age", "40"))
        person = People(Selection(), 7, as_of).person(number, 0)
        birth = add_months(as_of, -age.months) - age.seconds - 30 * DAY
        changes: dict[str, Any] = {"birth": birth}
        for key in ("sex", "race", "ethnicity"):
            if key in given:
                changes[key] = given[key]
        person = replace(person, **changes)
        return Patient(self.engine, person, as_of + 200 * YEAR, as_of, _growth(person))

    def begin(self) -> None:
        p, given = self.patient, self.story.given
        p.now = self.start
        for name, value in given.items():
            index = self.engine.course_index.get(name)
            if index is not None and not _figure(value):
                p.courses[index] = str(value)
            elif name in self.engine.measure_names and _figure(value):
                p.overrides[name] = float(str(value).split()[0].rstrip("%"))
        for name in _list(given.get("diagnosed")):
            p.active[name] = p.number()
            p.ever.add(name)
        for name in _list(given.get("taking")):
            self._takes(name)
        p.since = [p.now] * len(p.since)
        for course in self.engine.courses:
            course.be_born(p)
        for course in self.engine.courses:
            course.begin(p)
        for effect in self.engine.effects:
            effect.change(p)
        for rule in self.engine.rules:
            if rule.race is None and rule.every is None:
                rule.begin(p)
        p.begun = True
        p.was = [False] * len(p.was)
        for rule in self.engine.rules:
            if rule.when is not None:
                rule.retest(p)

    def _takes(self, name: str) -> None:
        p, concepts = self.patient, self.engine.program.concepts
        concept = concepts.get(name)
        if concept is None:
            concept = next(c for c in concepts.values() if c.kind == "medication" and name in drug_names(c))
        p.prescribed[concept.name] = p.number()
        for word in drug_names(concept):
            p.taking[word] = p.taking.get(word, 0) + 1

    def happen(self, occasion: ast.Occasion) -> None:
        p = self.patient
        p.forced = dict.fromkeys(occasion.happens, True) | dict.fromkeys(occasion.does_not, False)
        if occasion.wait is not None:
            self._until(add_months(p.now, occasion.wait.months) + occasion.wait.seconds)
        else:
            self._visit(str(occasion.visit))
        p.forced = {}

    def _until(self, end: Clock) -> None:
        p = self.patient
        run_until(p, end)

    def _visit(self, name: str) -> None:
        p = self.patient
        if self._came(name, p.now + 21 * DAY):
            return  # what brought them to care has brought about this very visit
        plan = self._plan(name)
        p.busy_until = min(p.busy_until, p.now)
        begin(p, plan)
        while p.encounter is not None and p.agenda:
            run_until(p, p.agenda[0][0] + 1)
        p.now = max(p.now, p.busy_until) if p.busy_until < p.end else p.now

    def _came(self, name: str, until: Clock) -> bool:
        """Run what is due until a visit of this name or kind has ended; False if there was none in time."""
        p = self.patient
        before, start = len(p.visits), p.now
        if not any(time <= until and priority == VISIT for time, priority, _, _ in p.agenda):
            return False
        while p.agenda and p.agenda[0][0] <= until:
            run_until(p, p.agenda[0][0] + 1)
            if p.encounter is None and any(name in (visit.name, visit.kind) for visit in p.visits[before:]):
                return True
        p.now = max(p.now, start)
        return False

    def _plan(self, name: str) -> VisitPlan:
        pathway = self.engine.pathways.get(f"{self.module.module}.{name}")
        if pathway is not None and pathway.plan is not None:
            return pathway.plan
        for rule in self.engine.rules:
            if rule.name == name:
                return rule.plan
        found = self._of_kind(name)
        if found is not None:
            return found
        kind = name if name in ("wellness", "outpatient", "emergency", "urgent", "virtual", "home") else "outpatient"
        return VisitPlan(kind, name if kind != name else "", self.module.module, 0)

    def _of_kind(self, kind: str) -> VisitPlan | None:
        """The visit of a kind that this person would have: by the first rule for people like them."""
        rules = [rule for rule in self.engine.rules if rule.plan.kind == kind and rule.every is not None]
        rules.sort(key=lambda rule: rule.scope.module != self.module.module)
        for rule in rules:
            if rule.who is None or rule.who.test(self.patient):
                return rule.plan
        return None


def run_until(p: Patient, end: Clock) -> None:
    """Run what is due before `end`."""
    import heapq

    while p.agenda and p.agenda[0][0] < end and p.dead is None:
        time, _, _, action = heapq.heappop(p.agenda)
        p.now = max(time, p.now)
        action(p)
    p.now = max(p.now, end)


def tell(engine: Engine, module: Module, title: str, as_of: Clock, number: int = 1) -> Told:
    """Tell one story of a module; draws that it does not force come from a fixed seed."""
    story = module.stories[title]
    teller = _Teller(engine, module, story, as_of, number)
    teller.begin()
    for occasion in story.when:
        teller.happen(occasion)
    p = teller.patient
    p.now = max(p.now, p.encounter.clock if p.encounter else p.now) + HOUR
    tests: list[Callable[[Patient], bool]] = [bind(then, teller.scope).test for then in story.then]
    return Told(module.module, title, tuple(i for i, test in enumerate(tests) if not test(p)))


def _growth(person: Any) -> Any:
    from healthsynth.people.growth import Growth

    return Growth(person)


def _length(text: Any) -> ast.Length:
    words = str(text).split()
    if len(words) == 1:
        return ast.Length(round(float(words[0]) * 12), 0)
    from healthsynth.spec.model import parse

    found: ast.Length = parse("length", str(text))
    return found


def _figure(value: Any) -> bool:
    try:
        float(str(value).split()[0].rstrip("%"))
    except (ValueError, IndexError):
        return False
    return True


def _list(value: Any) -> list[str]:
    return [] if value is None else [str(value)] if isinstance(value, str) else [str(item) for item in value]
