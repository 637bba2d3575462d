"""The note of a visit: a finished view of what was charted, put into words by `templates/notes/*.j2`.

| visit | template |
|---|---|
| of a child, wellness | well_child |
| in pregnancy, office | prenatal |
| emergency | emergency |
| inpatient | stay (a discharge summary; so far, while it goes on) |
| in which the patient died | death |
| any other | visit |

A template computes nothing. It may include others; they are put in when it is read, since that costs nothing later.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from healthsynth import resources
from healthsynth.errors import HealthsynthError
from healthsynth.export.moments import DAYS
from healthsynth.export.note_lines import (
    SECTIONS,
    WRITERS,
    Sections,
    allergy_line,
    label,
    lower,
    medication_line,
    plain,
    problem_line,
)
from healthsynth.export.visit_codes import ADULT_YEARS, is_well_child, visit_code
from healthsynth.record.events import Allergy, Diagnosis, End, Event, Plan, Prescription, Visit
from healthsynth.record.ids import NOTE, prefix, uuid
from healthsynth.record.record import Record
from healthsynth.units import DAY, MONTH, WEEK, YEAR, Clock, age_years

TEMPLATES = ("visit", "emergency", "stay", "well_child", "prenatal", "death")
_INCLUDE = re.compile(r'\{% include "([\w.]+)" %\}\n')
_DISCHARGES = {
    "home": "Discharged home.", "hosp": "Admitted to the hospital.", "exp": "Died.", None: "Discharged.",
}  # fmt: skip
_ENDS = {"resolved": "{} has resolved", "stopped": "Stop {}", "completed": "{} completed", "died": ""}
_PREGNANCY = frozenset({"72892002", "47200007"})  # normal pregnancy, high risk pregnancy


@dataclass(frozen=True, slots=True)
class ActiveLists:
    """What was known when a visit began, one line each."""

    problems: Sequence[str]
    medications: Sequence[str]
    allergies: Sequence[str]


_Known = tuple[Sequence[Event], ActiveLists, Sequence[str]]  # of a visit: its events, what was known, what ended in it


class Notes:
    """Writes notes; reads the templates once.

    Raises:
        HealthsynthError: the installation lacks a template.
    """

    def __init__(self) -> None:
        folder = resources.templates() / "notes"
        self._environment = Environment(
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
        )  # plain text: nothing to escape
        self._sources = {name: _source(folder, f"{name}.j2") for name in TEMPLATES}
        self._templates: dict[str, Template] = {}  # compiled when first used: a patient seldom needs them all
        self._last: tuple[Record, dict[int, _Known]] | None = None
        self._shown: tuple[Record, dict[str, Any]] | None = None

    def for_record(self, record: Record) -> dict[int, str]:
        """Visit number -> its note, for all visits, in one walk over the life."""
        known = self._walk(record)
        return {visit.number: self._note(record, visit, *known[visit.number]) for visit in record.visits}

    def text(self, record: Record, visit: Visit, events: Sequence[Event], active: ActiveLists | None = None) -> str:
        """One visit's note. The walk over a life is kept for its next visit, so asking one by one costs no more.

        Args:
            visit: one of the record's.
            events: those of the visit, in the order they were charted.
            active: what was known when it began; worked out from the record if absent.
        """
        _, found, ended = self._walk(record)[visit.number]
        return self._note(record, visit, events, active or found, ended)

    def files(self, record: Record) -> Iterator[tuple[str, str]]:
        """(path below the output folder, text) of every note: notes/<patient id>/<visit date>-<note id>.txt"""
        person = record.person
        own = prefix(person.seed, person.number, person.attempt)
        starts = {visit.number: visit.start for visit in record.visits}
        for number, text in self.for_record(record).items():
            yield f"notes/{person.id}/{_day(starts[number])}-{uuid(own, NOTE, number)}.txt", text

    def _walk(self, record: Record) -> dict[int, _Known]:
        if self._last is None or self._last[0] is not record:
            self._last = record, _walk(record)
        return self._last[1]

    def _person(self, record: Record) -> dict[str, Any]:
        if self._shown is None or self._shown[0] is not record:
            self._shown = record, _person_view(record)
        return self._shown[1]

    def _note(
        self, record: Record, visit: Visit, events: Sequence[Event], active: ActiveLists, ended: Sequence[str]
    ) -> str:
        sections: Sections = {name: [] for name in SECTIONS}
        for event in events:
            writer = WRITERS.get(event.__class__)
            if writer is not None:
                writer(event, sections)
        for line in ended:
            sections["plan" if line.startswith("Stop ") else "ended"].append(line)
        name = _template(record, visit)
        if name != "well_child":
            sections["vitals"] = sections["growth"] + sections["vitals"]
        template = self._templates.get(name) or self._compiled(name)
        view = {**self._person(record), **_visit_view(record, visit, active), **sections}
        return "".join(template.root_render_func(template.new_context(view, shared=True)))

    def _compiled(self, name: str) -> Template:
        made = self._templates[name] = self._environment.from_string(self._sources[name])
        return made


def _source(folder: Path, name: str) -> str:
    """A template with what it includes."""
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise HealthsynthError(f"the installation is incomplete: templates/notes/{name} cannot be read") from error
    return _INCLUDE.sub(lambda found: _source(folder, found[1]), text)


def _template(record: Record, visit: Visit) -> str:
    if record.death is not None and record.death.visit == visit.number:
        return "death"
    if visit.kind == "inpatient":
        return "stay"
    if visit.kind == "emergency":
        return "emergency"
    if is_well_child(visit, record.person.birth):
        return "well_child"
    return "prenatal" if _is_prenatal(visit) else "visit"


def _is_prenatal(visit: Visit) -> bool:
    """By the module's name for it, or its reason."""
    reason = visit.reason
    return "prenatal" in visit.name or (reason is not None and bool(reason.codes) and reason.primary.code in _PREGNANCY)


def _person_view(record: Record) -> dict[str, Any]:
    """What all notes of a record show."""
    person, death = record.person, record.death
    return {
        "name": f"{person.given} {person.family}",
        "born": _day(person.birth),
        "mrn": person.mrn,
        "mother": f"{person.mother.given} {person.mother.family}",
        "died": "" if death is None else _day(death.time),
        "cause": "" if death is None else lower(label(death.cause)),
    }


def _visit_view(record: Record, visit: Visit, active: ActiveLists) -> dict[str, Any]:
    """What the note of a visit shows, without what was charted in it."""
    person, clinician, facility = record.person, visit.clinician, visit.facility
    minute = visit.start % DAY // 60
    years = age_years(person.birth, visit.start)
    adult = years >= ADULT_YEARS
    return {
        "title": plain(visit_code(visit, person.birth).display).upper(),
        "age": _age(visit.start - person.birth, years),
        "sex": ("woman" if adult else "girl") if person.sex == "female" else ("man" if adult else "boy"),
        "date": _day(visit.start),
        "time": f"{minute // 60:02d}:{minute % 60:02d}",
        "facility": facility.name,
        "city": facility.city,
        "clinician": f"{clinician.prefix} {clinician.given} {clinician.family}",
        "specialty": clinician.specialty,
        "reason": None if visit.reason is None else lower(label(visit.reason)),
        "problems": active.problems,
        "medications": active.medications,
        "allergies": active.allergies,
        "disposition": "Not discharged yet." if visit.end is None else _DISCHARGES.get(visit.discharge, "Discharged."),
        "length": _length(visit),
    }


def _length(visit: Visit) -> str:
    if visit.end is None:
        return "The stay goes on."
    days = max(1, visit.end // DAY - visit.start // DAY)
    return f"The stay lasted {days} day{'s' if days > 1 else ''}."


def _day(at: Clock) -> str:
    return DAYS[at // DAY]


def _age(lived: int, years: int) -> str:
    """As clinicians say it: '9-day-old', '7-week-old', '14-month-old', '58-year-old'; from seconds and completed years."""
    if lived < 2 * WEEK:
        return f"{max(0, lived) // DAY}-day-old"
    if lived < 2 * MONTH:
        return f"{lived // WEEK}-week-old"
    if lived < 2 * YEAR:
        return f"{lived // MONTH}-month-old"
    return f"{years}-year-old"


def _walk(record: Record) -> dict[int, _Known]:
    """Visit number -> what its note needs to know, for all visits."""
    history = _History(record)
    by_visit: dict[int | None, list[Event]] = {}
    for event in record.events:
        by_visit.setdefault(event.visit, []).append(event)
    ended = _ends_by_visit(record)
    known: dict[int, _Known] = {}
    for visit in record.visits:
        events = by_visit.get(visit.number, [])
        known[visit.number] = events, history.at(visit.start), ended.get(visit.number, ())
        history.add(events)
    return known


# What a history lists, in which of its lists, in which words
_LISTED: dict[type, tuple[int, Callable[[Any], str]]] = {
    Diagnosis: (0, problem_line),
    Prescription: (1, medication_line),
    Allergy: (2, allergy_line),
}
_ENDING = frozenset({Diagnosis, Prescription, Plan})  # whose end is told in a note


class _History:
    """Problems, drugs and allergies while a life is walked through: number -> line, and when each ends."""

    def __init__(self, record: Record):
        self._ends: Mapping[int, End] = record.ends
        self._lists: tuple[dict[int, str], dict[int, str], dict[int, str]] = ({}, {}, {})
        self._until: dict[int, Clock] = {}

    def add(self, events: Sequence[Event]) -> None:
        for event in events:
            kept = _LISTED.get(event.__class__)
            if kept is not None:
                self._keep(kept[0], event, kept[1](event))

    def _keep(self, which: int, event: Event, line: str) -> None:
        self._lists[which][event.number] = line
        end = self._ends.get(event.number)
        if end is not None:
            self._until[event.number] = end.time
        elif isinstance(event, Prescription) and event.lasting is not None:
            self._until[event.number] = event.time + event.lasting

    def at(self, time: Clock) -> ActiveLists:
        """What goes on at a time; times may only grow."""
        over = [number for number, end in self._until.items() if end <= time]
        for number in over:
            del self._until[number]
            for lines in self._lists:
                lines.pop(number, None)
        problems, medications, allergies = self._lists
        return ActiveLists([*problems.values()], [*medications.values()], [*allergies.values()])


def _ends_by_visit(record: Record) -> dict[int, list[str]]:
    """Visit number -> lines on what ended in it. Deaths end everything and need no lines."""
    by_number: dict[int, Any] = {event.number: event for event in record.events if event.__class__ in _ENDING}
    lines: dict[int, list[str]] = {}
    for number, end in record.ends.items():
        event = by_number.get(number)
        if event is None or end.visit is None or event.visit == end.visit:
            continue
        pattern = _ENDS.get(end.reason, "{} ended")
        if pattern:
            lines.setdefault(end.visit, []).append(pattern.format(label(event.concept)))
    return lines
