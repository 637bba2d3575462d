"""The engine: a program bound to tables, and the lives that it simulates.

engine = Engine(program, providers, ...)
record = engine.simulate(person, as_of, chart_from)
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import log
from typing import Any

from healthsynth.compile.program import Program
from healthsynth.people.growth import Growth
from healthsynth.people.mortality import Background as TableBackground
from healthsynth.people.person import Person
from healthsynth.people.population import at_death
from healthsynth.people.specialties import specialty_of_code
from healthsynth.randomness import key
from healthsynth.record.events import Visit
from healthsynth.record.record import Record
from healthsynth.simulate import charting
from healthsynth.simulate.ages import ages_of
from healthsynth.simulate.asking import SurveyChart
from healthsynth.simulate.care import AtVisit, BoundPathway, OwnVisit
from healthsynth.simulate.courses import BoundCourse, bind_course
from healthsynth.simulate.dying import Background, bind_cause
from healthsynth.simulate.effects import BoundEffect, bind_effects
from healthsynth.simulate.encounter import Step, close
from healthsynth.simulate.gmf.engine import GmfEngine
from healthsynth.simulate.gmf.lives import set_in_motion
from healthsynth.simulate.measures import BUILT_IN, BodySize, BoundMeasure, bind_measure, calculation
from healthsynth.simulate.needs import results_needed
from healthsynth.simulate.patient import PLAN, Patient
from healthsynth.simulate.ranks import Ranks
from healthsynth.simulate.scope import ModuleScope
from healthsynth.spec import ast
from healthsynth.units import YEAR, Clock
from healthsynth.vocabulary import Concept


class Engine:
    """Everything bound once per process; a life only touches its own Patient.

    Args:
        program: compiled modules.
        providers: `people.providers.Providers`.
        schedule: `people.immunisation.Schedule`.
        mortality: makes the background hazard of a person.
    """

    def __init__(self, program: Program, providers: Any, schedule: Any, mortality: Callable[[Person], TableBackground]):
        self.program = program
        self.providers = providers
        self.schedule = schedule
        self.background_of = mortality
        self.course_index: dict[str, int] = {}
        self.courses: list[BoundCourse] = []
        self.measures: dict[str, BoundMeasure] = {}
        self.limits: dict[str, set[float]] = {}
        self.pathways: dict[str, BoundPathway] = {}
        self.given_pathways: dict[str, str] = {}
        self.charts: dict[str, charting.Chart] = {}
        self.silent: set[str] = (
            set()
        )  # names that nobody decides by: nothing is done for them before the history begins
        self.dependents: dict[str, list[Callable[[Patient], None]]] = {}
        self.rules: list[OwnVisit] = []
        self._at_rules: list[tuple[str, tuple[int, int], Step]] = []
        self._at_cache: dict[tuple[str, str, int], tuple[Step, ...]] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._specialties: dict[str, str] = {}
        self.background = Background(self)
        self.causes: list[Any] = []
        self.effects: list[BoundEffect] = []
        self.process_count = 0
        self.gmf = GmfEngine(program, providers) if program.gmf is not None else None
        # Nobody dies of the life table where all modules are Synthea's: there, natural deaths are off.
        self.is_mortal = self.gmf is None or bool(program.modules)
        self._bind()

    # --- binding: once per process -------------------------------------------------------------------------------
    def _bind(self) -> None:
        modules = self.program.modules
        scopes = {module.module: ModuleScope(self, module) for module in modules}
        names = [(scopes[m.module], name, course) for m in modules for name, course in m.course.items()]
        self.course_index = {name: i for i, (_, name, _) in enumerate(names)}
        self.course_count = self.process_count = len(names)
        self.measure_names = frozenset(BUILT_IN) | {
            name for module in modules for name, measure in module.measures.items() if measure.of is None
        }
        for module in modules:
            for name in module.gives:
                if name in module.pathways:
                    self.given_pathways[name] = f"{module.module}.{name}"
        self._bind_measures(scopes)
        for i, (scope, name, course) in enumerate(names):
            bound = bind_course(self.program, i, scope.module, name, course, scope)
            self.courses.append(bound)
            for state, race in bound.states.items():
                self._depend(race.keys(), _in_state(i, state, race))
        self._bind_charts()
        for module in modules:
            self._bind_care(module, scopes[module.module])
        for pathway in self.pathways.values():
            pathway.link()
        self._bind_deaths(scopes)
        self.watched = tuple((name, tuple(sorted(limits))) for name, limits in sorted(self.limits.items()))

    def _slot(self) -> int:
        self.process_count += 1
        return self.process_count - 1

    def _heard(self, name: str) -> list[Callable[[Patient], None]]:
        return self.dependents.setdefault(name, [])

    def _depend(self, keys: frozenset[str], retest: Callable[[Patient], None]) -> None:
        for name in sorted(keys):
            self.dependents.setdefault(name, []).append(retest)

    def _bind_measures(self, scopes: dict[str, ModuleScope]) -> None:
        effects: dict[str, list[BoundEffect]] = {}
        count = 0
        follows: dict[str, dict[str, float]] = {}
        for module in self.program.modules:
            for name, measure in module.measures.items():
                found = bind_effects(count, name, measure, scopes[module.module])
                count += len(found)
                effects.setdefault(name, []).extend(found)
                if measure.follows:
                    follows[name] = measure.follows
        for found in effects.values():
            for effect in found:
                self.effects.append(effect)
                self._depend(effect.condition.keys, effect.change)
        ranks = Ranks(follows)
        for module in self.program.modules:
            for name, measure in module.measures.items():
                if measure.of is None:
                    scope = scopes[module.module]
                    scope = scope if measure.answers is None else scope.of_answers()
                    self.measures[name] = bind_measure(
                        self.program, name, measure, scope, effects.get(name, []), ranks.of
                    )
        any_scope = scopes[self.program.modules[0].module] if self.program.modules else None
        for name in BUILT_IN:
            if any_scope is not None:
                self.measures[name] = self._built_in(name, effects.get(name, []), any_scope)
        for name, bound in self.measures.items():
            self._keys[name] = bound.keys

    def _built_in(self, name: str, effects: list[BoundEffect], scope: ModuleScope) -> BoundMeasure:
        """Body size comes from the growth charts; modules may have effects on all but the BMI, which follows."""
        concept = self.program.concepts.get(name)
        limits = concept.limits if concept else None
        if name == "bmi":
            calculated, needs = calculation(_BMI, scope)
            return BoundMeasure(name, BodySize(name, {}), None, limits, calculated, needs)
        keys: set[str] = set()
        for effect in effects:
            keys |= effect.condition.keys
        by_index = {effect.index: effect for effect in effects}
        return BoundMeasure(name, BodySize(name, by_index), None, limits, keys=frozenset(keys))

    def keys_of_measure(self, name: str) -> frozenset[str]:
        """The writes that move a measure at once (states and treatments); known after binding."""
        return self._keys.get(name, frozenset())

    def _bind_charts(self) -> None:
        needs = results_needed(self.program)
        needed = needs.values | needs.times
        concepts = self.program.concepts
        answers = {name: concept for name, concept in concepts.items() if concept.kind == "answer"}
        for name, measure in self.measures.items():
            concept = concepts.get(name)
            if concept is not None:
                self.charts[name] = charting.MeasureChart(
                    concept, measure, name in needs.values, answers, self._heard, name in needs.times,
                    name in needs.passing,
                )  # fmt: skip
                if name not in needed:
                    self.silent.add(name)
        for name, concept in concepts.items():
            if name in self.charts or not concept.members:
                continue
            if concept.kind == "group":
                self.charts[name] = charting.GroupChart(concept.members)
            elif concept.kind == "survey":
                self.charts[name] = SurveyChart(concept, concept.members)
                continue
            is_needed = any(member in needed for member in concept.members) or name in needed
            if not is_needed:
                self.silent.add(name)
            if concept.kind == "panel":
                self.charts[name] = charting.PanelChart(concept, concept.members, is_needed)
            elif concept.kind == "vital" and all(member in self.measures for member in concept.members):
                parts = [(concepts[member], self.measures[member]) for member in concept.members]
                self.charts[name] = charting.ComponentsChart(concept, parts, is_needed, self._heard)
                for member in concept.members:
                    # A component alone is charted as what it is part of.
                    self.charts[member] = self.charts[name]

    def _bind_care(self, module: Any, scope: ModuleScope) -> None:
        for name, pathway in module.pathways.items():
            bound = BoundPathway(name, pathway, scope)
            self.pathways[bound.name] = bound
        for name, rule in module.care.items():
            if rule.at is not None:
                self._at_rules.append((rule.at.name, ages_of(rule.who), AtVisit(name, rule, scope)))
                continue
            own = OwnVisit(name, rule, scope, self._slot())
            self.rules.append(own)
            self._depend(own.keys(), own.retest)

    def _bind_deaths(self, scopes: dict[str, ModuleScope]) -> None:
        for module in self.program.modules:
            scope = scopes[module.module]
            for i, entry in enumerate(module.death):
                if entry.multiply_by is not None:
                    self.background.add(scope, entry.multiply_by, entry.while_)
                    continue
                race = bind_cause(scope, entry, self._slot(), scope.origin(("death", i)))
                self.causes.append(race)
                self._depend(race.keys(), race.refresh)
        self._depend(self.background.keys(), self.background.refresh)

    # --- questions of the parts ----------------------------------------------------------------------------------
    def rules_at(self, kind: str, name: str, age: int) -> tuple[Step, ...]:
        """The rules that may act in a visit of this kind and name at an age in years, in the order of modules."""
        found = self._at_cache.get((kind, name, age))
        if found is None:
            wanted = ("*", kind, name)
            found = self._at_cache[kind, name, age] = tuple(
                act
                for at, (low, high), act in self._at_rules
                if at in wanted and low < 12 * (age + 2) and high > 12 * (age - 1)
            )
        return found

    def specialty(self, concept: Concept) -> str:
        """The plain name of a specialty, by its code; family medicine if nobody practises it."""
        found = specialty_of_code(concept.primary.code)
        return found.name if found is not None else "Family Medicine"

    def gestation_weeks(self, p: Patient) -> int:
        """Completed weeks since the last period: conception is two weeks after it (course `pregnancy`)."""
        index = self.course_index.get("pregnancy")
        began = p.overrides.get("conceived") if index is None else _conceived(p)
        if began is None:
            return 39
        return max(20, min(43, int((p.now - began) // (7 * 86400)) + 2))

    # --- lives ---------------------------------------------------------------------------------------------------
    def life(
        self,
        person: Person,
        end: Clock,
        chart_from: Clock,
        prepare: Callable[[Patient], None] | None = None,
    ) -> Patient:
        """Live one life from birth to `end` or death, and give the patient as they are then."""
        p = Patient(self, person, end, chart_from, Growth(person))
        if prepare is not None:
            prepare(p)
        self.begin(p)
        if self.gmf is not None:
            set_in_motion(p, self.gmf)
        p.live()
        if p.encounter is not None:
            close(p, None)
        return p

    def begin(self, p: Patient) -> None:
        """Set all that waits in motion."""
        for course in self.courses:
            course.be_born(p)
        if self.is_mortal:
            self.background.begin(p, _budget(p.person))
        for course in self.courses:
            course.begin(p)
        for effect in self.effects:
            effect.change(p)
        for race in self.causes:
            race.start(p)
        for rule in self.rules:
            rule.begin(p)
        if self.watched:
            p.wanders["#limits"] = [-1.0] * len(self.watched)
            self._look(p)
        p.begun = True

    def _look(self, p: Patient) -> None:
        """Once a year: has a measure crossed a limit that someone waits for?"""
        last = p.wanders["#limits"]
        for i, (name, limits) in enumerate(self.watched):
            band = bisect_right(limits, self.measures[name].value(p))
            if band != last[i]:
                last[i] = band
                p.notify(f"measure:{name}")
        p.at(p.now + YEAR, PLAN, self._look)

    def dies_before(self, person: Person, end: Clock) -> bool:
        """Whether the background alone ends this life before `end`: then it need not be simulated to know."""
        if not self.background.only_raises or not self.is_mortal:
            return False
        background = self.background_of(person)
        return bool(background.invert(person.birth, _budget(person)) < end)

    def simulate(self, person: Person, as_of: Clock, chart_from: Clock) -> Record:
        """One life as a finished record."""
        return record_of(self.life(person, as_of, chart_from))


def _in_state(index: int, state: str, race: Any) -> Callable[[Patient], None]:
    def retest(p: Patient) -> None:
        if p.courses[index] == state:
            race.refresh(p)

    return retest


def _budget(person: Person) -> float:
    """A unit-exponential draw for the background hazard of a life."""
    draw = key(person.seed, person.number, person.attempt, "mortality") >> 75
    return -log((draw + 0.5) / 2**53)


def _conceived(p: Patient) -> Clock | None:
    """When the pregnancy under way began: the last time the course left its first state."""
    began = None
    for step in reversed(p.truth):
        if step.course != "pregnancy":
            continue
        if step.state in ("none", "not_pregnant"):
            break
        began = step.time
    return began


def record_of(p: Patient) -> Record:
    """The finished chart of a patient."""
    if p.gmf is not None:
        found: Record = p.gmf.record(p)
        return found
    visits: Sequence[Visit] = sorted(p.visits, key=lambda visit: (visit.start, visit.number))
    order = {visit.number: i for i, visit in enumerate(visits)}
    events = sorted(p.events, key=lambda event: order[event.visit or 0]) if _unordered(p) else p.events
    person = at_death(p.person, p.dead.time) if p.dead is not None else p.person
    return Record(person, p.end, tuple(visits), tuple(events), p.ends, p.dead, tuple(p.truth))


def _unordered(p: Patient) -> bool:
    numbers = [visit.number for visit in p.visits]
    return numbers != sorted(numbers)


_BMI = ast.Call("bmi", (ast.Name("height"), ast.Name("weight")))
