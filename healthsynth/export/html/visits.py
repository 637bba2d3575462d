"""Visits: how they lie in time, and each with its note."""

from typing import NamedTuple

from markupsafe import Markup

from healthsynth.export.html import words
from healthsynth.export.html.axis import Times
from healthsynth.export.html.note_markup import markup
from healthsynth.export.html.rows import Id
from healthsynth.export.note_lines import label
from healthsynth.record.events import Diagnosis, Event, Newborn, Result, Vaccination, Visit
from healthsynth.record.record import Record
from healthsynth.units import DAY, civil

_ORDER = (
    "wellness",
    "outpatient",
    "virtual",
    "home",
    "urgent",
    "emergency",
    "inpatient",
    "ambulatory",
    "snf",
    "hospice",
)


class Shown(NamedTuple):
    """One visit in the list; `mark` is the kind, for its colour and shape."""

    id: str
    day: str
    kind: str
    mark: str
    what: str
    where: str
    note: Markup


class Year(NamedTuple):
    year: int
    visits: list[Shown]


class Lane(NamedTuple):
    """All visits of one kind: how many, and a path of strokes over the axis of time (0..100)."""

    kind: str
    mark: str
    number: int
    path: str


def lanes(record: Record, axis: Times) -> list[Lane]:
    """A lane for each kind of visit there was."""
    found = []
    for kind in _ORDER:
        starts = [visit.start for visit in record.visits if visit.kind == kind]
        if starts:
            path = "".join([f"M{axis.part(start) * 100:.2f} 0v10" for start in starts])
            found.append(Lane(words.VISITS[kind], kind, len(starts), path))
    return found


def years(record: Record, notes: dict[int, str], make: Id) -> list[Year]:
    """Visits by year, the latest first."""
    by_visit: dict[int | None, list[Event]] = {}
    for event in record.events:
        by_visit.setdefault(event.visit, []).append(event)
    found: list[Year] = []
    for visit in reversed(record.visits):
        year = civil(visit.start).year
        if not found or found[-1].year != year:
            found.append(Year(year, []))
        events = by_visit.get(visit.number, [])
        found[-1].visits.append(_shown(visit, events, notes[visit.number], make))
    return found


def _shown(visit: Visit, events: list[Event], note: str, make: Id) -> Shown:
    tested = [event for event in events if type(event) is Result and event.concept.kind == "lab"]
    facility, clinician = visit.facility, visit.clinician
    return Shown(
        make(visit.number),
        words.moment(visit.start),
        _kind(visit),
        visit.kind,
        _what(visit, events),
        f"{clinician.prefix} {clinician.given} {clinician.family}, {clinician.specialty}; {facility.name}, {facility.city}",
        markup(note, tested),
    )


def _kind(visit: Visit) -> str:
    word = words.VISITS[visit.kind]
    if visit.kind != "inpatient":
        return word
    if visit.end is None:
        return f"{word}, goes on"
    days = max(1, visit.end // DAY - visit.start // DAY)
    return f"{word}, {days} day{'s' if days > 1 else ''}"


def _what(visit: Visit, events: list[Event]) -> str:
    """The reason and the new diagnoses; else what was done."""
    said = [label(visit.reason)] if visit.reason else []
    said += [label(event.concept) for event in events if type(event) is Diagnosis]
    if any(type(event) is Newborn for event in events):
        said.append("birth of a child")
    vaccines = sum(1 for event in events if type(event) is Vaccination)
    if vaccines and not said:
        said.append(f"{vaccines} vaccine{'s' if vaccines > 1 else ''} given")
    return ", ".join(dict.fromkeys(said))
