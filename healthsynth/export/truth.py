"""truth/<table>.csv: what was true of each life, whether or not anyone charted it, and what caused every event.

    states     what a body was in, and since when: every step of every course, from birth
    events     what each visit and each event of the chart comes from: module, state, file and line
    diagnoses  each diagnosis beside the courses of its module: in which state it found the body, and how long that had been so

Ids are those of the FHIR resources and of the tables that have ids. States reach back to birth, whatever the history; events are those of the
chart. A visit and a death are events as well.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from healthsynth.compile.program import Program
from healthsynth.export.base import Json, Output, Used
from healthsynth.export.csv.columns import Columns, optional, required
from healthsynth.export.csv.text import Stamps, coded, quoted
from healthsynth.record.events import Diagnosis, Visit
from healthsynth.record.ids import EVENT, id_head, prefix
from healthsynth.record.record import Record, Truth
from healthsynth.units import DAY, Clock

SCHEMA = "1"

_WHO = required("PATIENT", "uuid", "the patient")
_FROM = (
    required("MODULE", "text", "the module that it comes from"),
    required("STATE", "text", "the block and the name in the module, e.g. care.screening or course.asthma.active"),
    optional("FILE", "text", "the file of the module; empty for what no module asks for"),
    optional("LINE", "count", "its line, from 1; empty where a file has no lines"),
)
_WHAT = (optional("CODE", "code", "the code of what was charted"), optional("DESCRIPTION", "text", "its display"))
TABLES: dict[str, Columns] = {
    "states": (
        _WHO,
        required("TIME", "instant", "since when"),
        required("COURSE", "text", "the course"),
        required("IS", "text", "its state from then on"),
        *_FROM,
    ),
    "events": (
        required("Id", "uuid", "the event"),
        _WHO,
        optional("ENCOUNTER", "uuid", "the visit in which it was charted; of a visit its own id"),
        required("TIME", "instant", "when"),
        required("TYPE", "word", "Visit, Diagnosis, Result, ..."),
        *_WHAT,
        *_FROM,
    ),
    "diagnoses": (
        required("Id", "uuid", "the diagnosis"),
        _WHO,
        required("DIAGNOSED", "instant", "when it was charted"),
        *_WHAT,
        required("MODULE", "text", "the module whose courses stand beside it"),
        optional("COURSE", "text", "a course of that module; empty if it has none"),
        optional("IS", "text", "the state that the body was in"),
        optional("SINCE", "instant", "since when it was in that state"),
        optional("ONSET", "instant", "when the course last left the state it was in at birth; empty if it is in it"),
        optional("DAYS", "count", "whole days from ONSET to the diagnosis"),
    ),
}


class TruthFormat:
    """Writes the tables.

    Args:
        program: where events and states come from.
    """

    folders = ("truth",)
    schema = SCHEMA

    def __init__(self, program: Program):
        self._origins = program.origins
        self._from = _places(program)

    def heads(self) -> Mapping[str, bytes]:
        """Every table has its file, with a header at least."""
        return {
            f"truth/{table}.csv": (",".join(column.name for column in columns) + "\n").encode()
            for table, columns in TABLES.items()
        }

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self.rows(record).items():
            if rows:
                out.append(f"truth/{table}.csv", "".join(rows).encode())
                out.count(table, len(rows))

    def rows(self, record: Record) -> dict[str, list[str]]:
        """Table -> its lines for one record."""
        person = record.person
        head = id_head(prefix(person.seed, person.number, person.attempt), EVENT)
        stamps = Stamps(person.time_zone)
        steps = record.truth
        return {
            "states": [
                f"{person.id},{stamps[s.time]},{quoted(s.course)},{quoted(s.state)},{self._from[s.origin]}\n"
                for s in steps
            ],
            "events": self._events(record, head, stamps),
            "diagnoses": self._diagnoses(record, head, stamps),
        }

    def _events(self, record: Record, head: str, stamps: Stamps) -> list[str]:
        patient, places = record.person.id, self._from
        death = () if record.death is None or record.death in record.events else (record.death,)
        rows = [_visit(visit, f"{head}{visit.number:012x}", patient, stamps, places) for visit in record.visits]
        for event in (*record.events, *death):
            concept = _concept(event)
            what = coded(concept) if concept is not None and concept.codes else ","
            where = "" if event.visit is None else f"{head}{event.visit:012x}"
            rows.append(
                f"{head}{event.number:012x},{patient},{where},{stamps[event.time]},{type(event).__name__},{what},"
                f"{places[event.origin]}\n"
            )
        return rows

    def _diagnoses(self, record: Record, head: str, stamps: Stamps) -> list[str]:
        lived = _by_module(record.truth, self._origins)
        rows = []
        for event in record.events:
            if type(event) is Diagnosis:
                module = self._origins[event.origin].module
                known = f"{head}{event.number:012x},{record.person.id},{stamps[event.time]},{coded(event.concept)},{quoted(module)}"
                courses = [
                    f"{known},{quoted(course)},{found}\n"
                    for course, steps in lived.get(module, {}).items()
                    if (found := _at(steps, event.time, stamps))
                ]
                rows += courses or [f"{known},,,,,\n"]
        return rows

    def take(self) -> Json:
        return {}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None: ...


def _places(program: Program) -> list[str]:
    """The last four fields of what comes from each origin."""
    files = {module.module: file for module, file in zip(program.modules, program.files, strict=True)}
    return [
        f"{quoted(origin.module)},{quoted(origin.state)},{quoted(files.get(origin.module, ''))},{origin.line or ''}"
        for origin in program.origins
    ]


def _visit(visit: Visit, id_: str, patient: str, stamps: Stamps, places: Sequence[str]) -> str:
    what = coded(visit.reason) if visit.reason is not None and visit.reason.codes else ","
    return f"{id_},{patient},{id_},{stamps[visit.start]},Visit,{what},{places[visit.origin]}\n"


def _concept(event: Any) -> Any:
    """What an event is about: every kind but remarks, goals and newborns says so, each in its own field."""
    for name in ("concept", "measure", "cause"):
        found = getattr(event, name, None)
        if found is not None:
            return found
    return None


def _by_module(truth: Iterable[Truth], origins: Sequence[Any]) -> dict[str, dict[str, list[Truth]]]:
    """Module -> course -> its steps, in order of time."""
    found: dict[str, dict[str, list[Truth]]] = {}
    for step in truth:
        found.setdefault(origins[step.origin].module, {}).setdefault(step.course, []).append(step)
    return found


def _at(steps: Sequence[Truth], time: Clock, stamps: Stamps) -> str:
    """'IS,SINCE,ONSET,DAYS' at a moment; "" before the course began."""
    place = bisect_right(steps, time, key=lambda step: step.time) - 1
    if place < 0:
        return ""
    first, onset = steps[0].state, None
    for step in steps[: place + 1]:
        if step.state == first:
            onset = None
        elif onset is None:
            onset = step.time
    now = steps[place]
    began = "," if onset is None else f"{stamps[onset]},{(time - onset) // DAY}"
    return f"{quoted(now.state)},{stamps[now.time]},{began}"
