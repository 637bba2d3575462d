"""What lasts or comes again, as rows with a bar over time: problems, medications, plans, procedures, coverage.

Row: name, detail, first day, last day, how often, and where each time lies on the page's axis of time
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from healthsynth.export.html.axis import Times
from healthsynth.export.html.words import day, length
from healthsynth.export.note_lines import label, lower
from healthsynth.record.events import Diagnosis, End, Plan, Prescription
from healthsynth.record.record import Record
from healthsynth.units import Clock

_THINNEST = 0.4  # per cent of the axis: what lasted a day must be seen


class Bar(NamedTuple):
    """One stretch on the axis, in per cent of it."""

    left: str
    width: str


class Row(NamedTuple):
    """One line of a list. `last` is empty while it goes on; `id` is that of the (latest) resource in FHIR."""

    id: str
    visit: str  # id of the visit in which it was charted
    name: str
    detail: str
    first: str
    last: str
    lasting: str  # how long the last one has lasted: '37 years', '3 days'
    times: int
    bars: tuple[Bar, ...]


class Span(NamedTuple):
    """One thing before it is put into a row."""

    number: int
    visit: int
    name: str
    detail: str
    start: Clock
    end: Clock | None


Id = Callable[[int], str]


def over(end: End | None) -> bool:
    """Whether something has ended in life; a death ends nothing, as in FHIR."""
    return end is not None and end.reason != "died"


def ended(event: Prescription, ends: Mapping[int, End], until: Clock) -> Clock | None:
    """When a drug ended, by word of the chart or by its length; None while it is taken."""
    end = ends.get(event.number)
    if end is not None and end.reason != "died":
        return end.time
    if event.lasting is not None and event.time + event.lasting <= until:
        return event.time + event.lasting
    return None


def rows(spans: Iterable[Span], axis: Times, make: Id) -> list[Row]:
    """A row each, in the order given."""
    return [_row([span], axis, make) for span in spans]


def grouped(spans: Iterable[Span], axis: Times, make: Id) -> list[Row]:
    """A row for all of one name, the latest first."""
    found: dict[str, list[Span]] = {}
    for span in spans:
        found.setdefault(span.name, []).append(span)
    latest = sorted(found.values(), key=lambda group: group[-1].start, reverse=True)
    return [_row(group, axis, make) for group in latest]


def _row(group: list[Span], axis: Times, make: Id) -> Row:
    first, last = group[0], group[-1]
    bars = []
    for span in group:
        left = axis.part(span.start) * 100
        right = 100.0 if span.end is None else axis.part(span.end) * 100
        width = max(right - left, _THINNEST)
        bars.append(Bar(f"{min(left, 100 - width):.1f}", f"{width:.1f}"))
    until = "" if last.end is None else day(last.end)
    lasting = length((axis.end if last.end is None else last.end) - last.start)
    ids = make(last.number), make(last.visit)
    return Row(*ids, last.name, last.detail, day(first.start), until, lasting, len(group), tuple(bars))


def problems(record: Record) -> tuple[list[Span], list[Span], list[Span]]:
    """(active ones, resolved entries of the problem list, diagnoses of single visits that are over), by onset."""
    active: list[Span] = []
    resolved: list[Span] = []
    episodes: list[Span] = []
    for event in record.events:
        if type(event) is Diagnosis:
            end = record.ends.get(event.number)
            done = end.time if end is not None and over(end) else None
            detail = event.severity or ""
            span = Span(event.number, event.visit, label(event.concept), detail, event.onset, done)
            (active if done is None else resolved if event.category == "problem" else episodes).append(span)
    for found in (active, resolved, episodes):
        found.sort(key=lambda span: span.start)
    return active, resolved, episodes


def medications(record: Record) -> tuple[list[Span], list[Span]]:
    """(taken now, taken in the past), in order of their beginnings."""
    now: list[Span] = []
    past: list[Span] = []
    for event in record.events:
        if type(event) is Prescription:
            done = ended(event, record.ends, record.as_of)
            why = f", for {lower(label(event.reason))}" if event.reason else ""
            detail = f"{event.dose.text}{why}"
            (past if done is not None else now).append(
                Span(event.number, event.visit, label(event.concept), detail, event.time, done)
            )
    return now, past


def plans(record: Record) -> list[Span]:
    """Care plans with what they ask for."""
    found = []
    for event in record.events:
        if type(event) is Plan:
            end = record.ends.get(event.number)
            done = end.time if end is not None and over(end) else None
            detail = ", ".join([lower(label(activity)) for activity in event.activities])
            found.append(Span(event.number, event.visit, label(event.concept), detail, event.time, done))
    return found
