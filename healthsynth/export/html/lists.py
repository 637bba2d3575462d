"""The lists of a chart that are neither curves nor visits: allergies, vaccines, goals, procedures, images, births, coverage."""

from collections.abc import Mapping
from typing import NamedTuple

from healthsynth.export.html import words
from healthsynth.export.html.rows import Span
from healthsynth.export.html.series import Results, Series
from healthsynth.export.note_lines import label, lower
from healthsynth.people.person import Payer
from healthsynth.record.events import (
    Administration,
    Allergy,
    DeviceGiven,
    End,
    Goal,
    ImagingDone,
    Newborn,
    ProcedureDone,
    Referral,
    Supplied,
    Vaccination,
)
from healthsynth.record.record import Record

_GOALS = {
    "": "under way",
    "resolved": "reached",
    "completed": "reached",
    "stopped": "given up",
    "died": "open at death",
}


class Named(NamedTuple):
    """A name with a line below it."""

    name: str
    detail: str


class Dated(NamedTuple):
    """Something that happened once."""

    day: str
    name: str
    detail: str


class Vaccine(NamedTuple):
    name: str
    days: list[str]


class Latest(NamedTuple):
    """The latest value of one measure."""

    name: str
    value: str
    flag: str
    normal: str
    day: str


def allergies(record: Record) -> list[Named]:
    """Allergies that have not gone, with their reactions."""
    found = []
    for event in record.events:
        if type(event) is Allergy:
            reactions = ", ".join([f"{lower(label(what))} ({severity})" for what, severity in event.reactions])
            found.append(Named(label(event.concept), reactions))
    return found


def vaccines(record: Record) -> list[Vaccine]:
    """A row each, with the days of all doses."""
    found: dict[str, list[str]] = {}
    for event in record.events:
        if type(event) is Vaccination:
            found.setdefault(label(event.concept), []).append(words.day(event.time))
    return [Vaccine(name, found[name]) for name in sorted(found)]


def goals(record: Record) -> list[tuple[str, str, str, str]]:
    """(text, since, due, how it stands), the latest first."""
    return [
        (
            event.text,
            words.day(event.time),
            "" if event.due is None else words.day(event.due),
            _standing(record.ends, event.number),
        )
        for event in reversed(record.events)
        if type(event) is Goal
    ]


def _standing(ends: Mapping[int, End], number: int) -> str:
    end = ends.get(number)
    return _GOALS.get(end.reason if end else "", "ended")


def procedures(record: Record) -> list[Span]:
    """Procedures and drugs given in visits."""
    found = []
    for event in record.events:
        if type(event) is ProcedureDone:
            detail = ", ".join([lower(label(part)) for part in (event.site, event.reason) if part is not None])
            found.append(Span(event.number, event.visit, label(event.concept), detail, event.time, event.end))
        elif type(event) is Administration:
            name = f"{label(event.concept)} given"
            found.append(Span(event.number, event.visit, name, event.dose.text, event.time, event.time))
    return found


def images(record: Record) -> list[Dated]:
    """Imaging with the radiologist's sentence, the latest first."""
    return [
        Dated(words.day(event.time), label(event.concept), event.finding)
        for event in reversed(record.events)
        if type(event) is ImagingDone
    ]


def given(record: Record) -> list[Dated]:
    """Referrals, devices and supplies, the latest first."""
    found = []
    for event in reversed(record.events):
        if type(event) is DeviceGiven:
            found.append(Dated(words.day(event.time), label(event.concept), "device"))
        elif type(event) is Supplied:
            found.append(Dated(words.day(event.time), label(event.concept), f"{event.quantity} handed out"))
        elif type(event) is Referral:
            why = f"referral for {lower(label(event.reason))}" if event.reason else "referral"
            found.append(Dated(words.day(event.time), label(event.concept), why))
    return found


def births(record: Record) -> list[Dated]:
    """Children born to this patient."""
    return [
        Dated(
            words.day(event.time),
            f"{event.given} {event.family}",
            f"{'boy' if event.sex == 'male' else 'girl'}, {event.weight_g:,} g, {event.gestation_weeks} weeks of gestation",
        )
        for event in record.events
        if type(event) is Newborn
    ]


def coverage(record: Record) -> list[tuple[str, str, str, str, str]]:
    """(payer, kind, member id, from, to), the latest first."""
    until = record.as_of if record.death is None else record.death.time
    return [
        (
            period.payer.name,
            _kind(period.payer),
            period.member_id if period.payer.kind != "none" else "",
            words.day(period.start),
            "" if period.end is None else words.day(period.end),
        )
        for period in reversed(record.person.coverage)
        if period.start <= until
    ]


def _kind(payer: Payer) -> str:
    """What kind of insurance it is, unless its name says so."""
    kind = words.PAYERS[payer.kind]
    return "" if kind.lower() == payer.name.lower() else kind


def latest(series: Series) -> Latest:
    """The last value of a series, with how it stands to its range."""
    result = series.latest
    normal = words.normal(result.range, result.concept.decimals)
    return Latest(series.name, words.value(result), words.flag(result), normal, words.day(result.time))


def out_of_range(results: Results) -> list[Latest]:
    """Laboratory values that were out of range when last tested, the latest tests first."""
    series = [found for _, panel in results.panels for found in panel]
    series += [found for found in results.single if found.concept.kind == "lab"]
    found = [latest(one) for one in series if words.flag(one.latest)]
    found.sort(key=lambda value: value.day, reverse=True)
    return found
