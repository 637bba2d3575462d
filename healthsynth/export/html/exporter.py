"""html/<patient id>.html: a page a patient. html/index.html: the list of the patients, which needs no server to be searched."""

from collections.abc import Iterable, Mapping
from typing import Any

from healthsynth import __version__
from healthsynth.export.base import Json, Output, Used
from healthsynth.export.html.environment import pages
from healthsynth.export.html.page import view
from healthsynth.export.html.rows import over
from healthsynth.export.html.series import items
from healthsynth.export.html.words import SEXES, day
from healthsynth.export.note_lines import label
from healthsynth.export.notes import Notes
from healthsynth.record.events import Diagnosis
from healthsynth.record.record import Record
from healthsynth.settings import Settings
from healthsynth.units import age_years
from healthsynth.vocabulary import Concept

SCHEMA = "1"


class HtmlFormat:
    """Writes pages; reads the templates once. Every page stands alone: its style is in it, and it asks for nothing.

    Args:
        settings: for how far back records reach, and for the words of the index.
        concepts: all of the program, by name.
    """

    folders = ("html",)
    schema = SCHEMA

    def __init__(self, settings: Settings, concepts: Mapping[str, Concept]):
        environment = pages()
        self._settings = settings
        self._patient = environment.get_template("patient.html")
        self._list = environment.get_template("index.html")
        self._notes = Notes()
        self._questions = items(concepts.values())
        self._rows: list[list[Any]] = []

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def page(self, record: Record) -> bytes:
        """The page of one record, whole."""
        notes = self._notes.for_record(record)
        return self._patient.render(view(record, notes, self._questions, self._settings.history_seconds)).encode()

    def add(self, record: Record, out: Output) -> None:
        out.file(f"html/{record.person.id}.html", self.page(record))
        out.count("pages")
        self._rows.append(_row(record))

    def take(self) -> Json:
        rows, self._rows = self._rows, []
        return {"patients": rows}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        rows = [row for part in taken for row in part["patients"]]
        settings = self._settings
        found = {"rows": rows, "seed": settings.seed, "as_of": settings.as_of, "version": __version__}
        out.file("html/index.html", self._list.render(found).encode())
        out.count("pages")


def _row(record: Record) -> list[Any]:
    """What the list says of a patient: id, name, sex, age, born, died, place, record number, active problems, visits."""
    person, death = record.person, record.death
    end = record.as_of if death is None else death.time
    active = [
        label(event.concept)
        for event in record.events
        if type(event) is Diagnosis and not over(record.ends.get(event.number))
    ]
    return [
        person.id,
        f"{person.family}, {person.given}",
        SEXES[person.sex],
        age_years(person.birth, end),
        day(person.birth),
        "" if death is None else day(death.time),
        f"{person.address.city}, {person.address.st}",
        person.mrn,
        ", ".join(dict.fromkeys(active)),
        len(record.visits),
    ]
