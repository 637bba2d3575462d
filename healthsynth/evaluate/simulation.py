"""`module simulate`: what a module does in a population, and one life told step by step."""

from collections import Counter as Count
from typing import Any

from healthsynth.compile.program import Program
from healthsynth.evaluate.lives import living, look_at
from healthsynth.export.note_lines import unit_text
from healthsynth.people.population import People, Selection
from healthsynth.record.events import Diagnosis, Prescription, ProcedureDone, Result, Vaccination, Visit
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.setup import make_engine
from healthsynth.spec.model import Module
from healthsynth.units import YEAR, Clock, civil
from healthsynth.vocabulary import Concept

BANDS = ((0, 18), (18, 40), (40, 65), (65, 120))
_FLAGS = {"L": "low", "H": "high", "LL": "critically low", "HH": "critically high", "A": "abnormal"}
_LABEL, _CELL = 22, 7  # columns: a table fits a terminal of 80


class _States:
    """How many are in each state at the end, by sex and age, and how often states followed each other."""

    def __init__(self, courses: dict[str, int]):
        self.courses = courses
        self.now: Count[tuple[str, str, str, int]] = Count()
        self.people: Count[tuple[str, int]] = Count()
        self.steps: Count[tuple[str, str, str]] = Count()

    def add(self, p: Patient) -> None:
        age = (p.now - p.birth) // YEAR
        band = next(i for i, (low, high) in enumerate(BANDS) if low <= age < high)
        self.people[p.sex, band] += 1
        before: dict[str, str] = {}
        for step in p.truth:
            if step.course in self.courses:
                if step.course in before:
                    self.steps[step.course, before[step.course], step.state] += 1
                before[step.course] = step.state
        for name, index in self.courses.items():
            self.now[name, p.courses[index], p.sex, band] += 1

    def merge(self, other: Any) -> None:
        self.now.update(other.now)
        self.people.update(other.people)
        self.steps.update(other.steps)


def states(program: Program, module: Module, people: int, seed: int, workers: int, as_of: Clock) -> str:
    """Prevalence of every state by sex and age, and the transitions of whole lives."""
    engine = make_engine(program)
    courses = {name: engine.course_index[name] for name in module.course}
    (found,) = look_at(engine, lambda: [_States(courses)], range(1, people + 1), seed, as_of, workers)
    lines = [f"{module.title}: {people:,} people living at the reference date", ""]
    head = "".join(f"{sex + band:>{_CELL}}" for sex in "FM" for band in ("0-17", "18-39", "40-64", "65+"))
    for name, course in module.course.items():
        lines.append(f"{name + ', %':{_LABEL}}{head}")
        for state in course.states:
            cells = [
                _percent(found, name, state, sex, band) for sex in ("female", "male") for band in range(len(BANDS))
            ]
            lines.append(f"  {state:{_LABEL - 2}}" + "".join(f"{cell:>{_CELL}}" for cell in cells))
        lines.append("  changes in whole lives:")
        for (of, before, after), count in sorted(found.steps.items(), key=lambda item: -item[1]):
            if of == name:
                lines.append(f"    {f'{before} -> {after}':{_LABEL + _CELL}}{count:>{_CELL},}")
        lines.append("")
    return "\n".join(lines)


def _percent(found: _States, name: str, state: str, sex: str, band: int) -> str:
    people = found.people[sex, band]
    return f"{100 * found.now[name, state, sex, band] / people:.1f}" if people else "-"


def life(program: Program, module: Module, number: int, seed: int, as_of: Clock) -> str:
    """One life, as far as this module shows in it: the body on the left, the chart on the right."""
    engine = make_engine(program)
    p = living(engine, People(Selection(), seed, as_of), number, as_of, history_years=200)
    person = p.person
    lines = [f"patient {number}: {person.given} {person.family}, {person.sex}, born {civil(p.birth)}", ""]
    own = {i for i, origin in enumerate(program.origins) if origin.module == module.module}
    steps = [(s.time, f"  body   {s.course} is {s.state}") for s in p.truth if s.origin in own]
    steps += [(v.start, f"  visit  {v.kind} {v.name}") for v in p.visits if v.origin in own]
    steps += [(e.time, f"  chart  {_told(e)}") for e in p.events if e.origin in own]
    for time, text in sorted(steps, key=lambda step: step[0]):
        lines.append(f"{civil(time)}  age {(time - p.birth) / YEAR:5.1f}{text}")
    return "\n".join(lines)


def _told(event: Any) -> str:
    kind = type(event).__name__
    name = event.concept.text if hasattr(event, "concept") else ""
    if isinstance(event, Result):
        return f"{name}: {_value(event)} {_FLAGS.get(event.flag, '')}".rstrip()
    if isinstance(event, Prescription):
        return f"prescribed {name}, {event.dose.text}"
    words = {Diagnosis: "diagnosed", ProcedureDone: "performed", Vaccination: "given", Visit: "visit"}
    return f"{words.get(type(event), kind.lower())} {name}"


def _value(result: Result) -> str:
    """'128/78 mmHg', '6.8 %', '64/min', 'positive'"""
    if isinstance(result.value, Concept):
        return result.value.text
    if result.value is None:
        text = "/".join([f"{value:.{part.decimals}f}" for part, value, _, _ in result.components])
        unit = unit_text(result.components[0][0].unit) if result.components else ""
    else:
        text, unit = f"{result.value:.{result.concept.decimals}f}", unit_text(result.concept.unit)
    return f"{text}{'' if unit.startswith('/') else ' '}{unit}".rstrip()
