"""The finished view of one record, which `templates/pages/patient.html` puts into words and computes nothing."""

from typing import Any, NamedTuple

from markupsafe import Markup

from healthsynth import __version__
from healthsynth.export.html import lists, words
from healthsynth.export.html.axis import Times, window
from healthsynth.export.html.growth import growth
from healthsynth.export.html.plots import Frame, plot
from healthsynth.export.html.rows import grouped, medications, plans, problems, rows
from healthsynth.export.html.series import Results, Series, in_order, results
from healthsynth.export.html.visits import lanes, years
from healthsynth.export.note_lines import label
from healthsynth.people.person import Person
from healthsynth.record.events import Result
from healthsynth.record.ids import EVENT, prefix, uuid
from healthsynth.record.record import Record
from healthsynth.units import YEAR, Clock, age_years

_VALUE = '<tr><td>%s<td class="num">%s<td>%s<td>%s'  # numbers and our own words: nothing to escape
_FOLLOWED, _SHORT = 4, 0.15  # values, and the part of the page's axis, that give a plot an axis of its own
_RECENT = 5 * YEAR  # older vital signs (the head of an infant) tell nothing of today
_GROWN = 20  # years: the growth charts end here


class Curve(NamedTuple):
    """One plot with its caption and the values behind it (moment, value, range, flag), the latest first."""

    name: str
    unit: str
    value: str
    flag: str
    normal: str
    day: str
    svg: Markup
    number: int
    values: Markup  # rows of a table


class Fact(NamedTuple):
    name: str
    value: str


def view(record: Record, notes: dict[int, str], questions: frozenset[str], history: int | None) -> dict[str, Any]:
    """Everything that the template asks for.

    Args:
        notes: visit number -> the text of its note.
        questions: names of concepts that are single questions of a questionnaire.
        history: seconds that records reach back; None for all of a life.
    """
    person, death = record.person, record.death
    end = record.as_of if death is None else death.time
    own = prefix(person.seed, person.number, person.attempt)

    def make(number: int) -> str:
        return uuid(own, EVENT, number)

    axis = window(person.birth if history is None else max(person.birth, end - history), end)
    found = results(record, questions)
    active, resolved, episodes = problems(record)
    now, past = medications(record)
    child = age_years(person.birth, end) < _GROWN
    vitals = in_order(found.vitals + found.latest)
    return {
        **_head(record, end),
        "ticks": [(f"{tick.part * 100:.1f}", tick.anchor, tick.text) for tick in axis.ticks(6)],
        "allergies": lists.allergies(record),
        "vitals": [lists.latest(one) for one in vitals if end - one.latest.time <= _RECENT],
        "tested": any(one.concept.kind == "lab" for one in found.single) or bool(found.panels),
        "abnormal": lists.out_of_range(found),
        "active": rows(active, axis, make),
        "resolved": rows(reversed(resolved), axis, make),
        "episodes": grouped(episodes, axis, make),
        "now": rows(now, axis, make),
        "past": grouped(past, axis, make),
        "plans": rows(reversed(plans(record)), axis, make),
        "goals": lists.goals(record),
        "growth": growth(person, vitals, end) if child else [],
        **_curves(record, found, end),
        "single": sorted([lists.latest(one) for one in found.single], key=lambda value: value.day, reverse=True),
        "lanes": lanes(record, axis),
        "years": years(record, notes, make),
        "visits": len(record.visits),
        "vaccines": lists.vaccines(record),
        "procedures": grouped(lists.procedures(record), axis, make),
        "images": lists.images(record),
        "given": lists.given(record),
        "births": lists.births(record),
        "coverage": lists.coverage(record),
    }


def _head(record: Record, end: Clock) -> dict[str, Any]:
    person, death = record.person, record.death
    name = " ".join(part for part in (person.given, person.middle, person.family) if part)
    return {
        "version": __version__,
        "id": person.id,
        "seed": person.seed,
        "number": person.number,
        "as_of": words.day(record.as_of),
        "name": name,
        "family": person.family,
        "given": person.given,
        "age": words.age(person.birth, end),
        "aged": words.aged(person.birth, end),
        "noun": words.noun(person.sex, person.birth, end),
        "born": words.day(person.birth),
        "died": None if death is None else words.day(death.time),
        "cause": "" if death is None else label(death.cause),
        "facts": [fact for fact in _facts(person, end) if fact.value],
    }


def _facts(person: Person, end: Clock) -> list[Fact]:
    address, mother = person.address, person.mother
    payer = next((period.payer for period in reversed(person.coverage) if period.start <= end), None)
    multiple = f", number {person.multiple_birth} of a multiple birth" if person.multiple_birth else ""
    return [
        Fact("Sex", words.SEXES[person.sex]),
        Fact("Race and ethnicity", f"{words.RACES[person.race]}, {words.ETHNICITIES[person.ethnicity]}"),
        Fact("Language", words.language(person.language)),
        Fact("Marital status", words.MARITAL.get(person.marital or "", "")),
        Fact("Born in", ", ".join(part for part in person.birthplace if part) + multiple),
        Fact("Born as", person.maiden or ""),
        Fact("Address", f"{address.line}, {address.city}, {address.st} {address.zip}"),
        Fact("Telephone", person.phone),
        Fact("Email", person.email or ""),
        Fact("Mother", f"{mother.given} {mother.family}"),
        Fact("Insurance", payer.name if payer else ""),
        Fact("Record number", person.mrn),
        Fact("Social security", person.ssn),
        Fact("Driver's license", person.drivers or ""),
        Fact("Passport", person.passport or ""),
    ]


def _curves(record: Record, found: Results, end: Clock) -> dict[str, Any]:
    groups = [
        ("Vital signs", found.vitals),
        ("Findings", found.seen),
        *found.panels,
        ("Questionnaires and social history", found.asked),
    ]
    groups = [(name, series) for name, series in groups if series]
    times = [series.results[0].time for _, group in groups for series in group]
    if not times:
        return {"curves": []}
    page = Frame(_around(min(times), end))
    return {"curves": [(name, [_curve(one, _frame(one, page)) for one in series]) for name, series in groups]}


def _frame(series: Series, page: Frame) -> Frame:
    """The axis of the page, so that plots can be compared; its own for what was followed closely for a short time (a pregnancy)."""
    first, last = series.results[0].time, series.results[-1].time
    whole = page.times.end - page.times.start
    if len(series.results) < _FOLLOWED or last - first > _SHORT * whole or last == first:
        return page
    return Frame(_around(first, last + (last - first) // 50))


def _around(start: Clock, end: Clock) -> Times:
    """With a little room before the first value."""
    return window(start - (end - start) // 50, end)


def _curve(series: Series, frame: Frame) -> Curve:
    latest, latest_first = series.latest, series.results[::-1]
    concept = latest.components[0][0] if latest.components else series.concept
    return Curve(
        series.name,
        words.unit(concept),
        _bare(latest),
        words.flag(latest),
        _normal(latest),
        words.day(latest.time),
        plot(series, frame),
        len(series.results),
        Markup(
            "".join(
                [_VALUE % (words.moment(one.time), _bare(one), _normal(one), words.flag(one)) for one in latest_first]
            )
        ),
    )


def _bare(result: Result) -> str:
    """The value without its unit."""
    if result.components:
        return "/".join([words.number(part[1], part[0]) for part in result.components])
    return words.number(float(result.value), result.concept) if isinstance(result.value, int | float) else ""


def _normal(result: Result) -> str:
    if result.components:
        return " / ".join(
            [words.normal(part[2], part[0].decimals) for part in result.components if part[2] is not None]
        )
    return words.normal(result.range, result.concept.decimals)
