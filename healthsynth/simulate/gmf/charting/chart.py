"""A chart while it is written: visits in the order they began, entries with numbers that ends can name.

Entries may go into a visit that is long over, as the format allows; `record` puts everything in the order exporters read.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Person
from healthsynth.people.specialties import facility_kind, usual_specialty
from healthsynth.record.events import (
    Administration,
    Allergy,
    Death,
    DeviceGiven,
    Diagnosis,
    Dose,
    End,
    Event,
    Goal,
    ImagingDone,
    Plan,
    Prescription,
    ProcedureDone,
    Report,
    Result,
    Supplied,
    Survey,
    Vaccination,
    Visit,
)
from healthsynth.record.record import Record
from healthsynth.units import YEAR, Clock
from healthsynth.vocabulary import Concept, Range

if TYPE_CHECKING:
    from healthsynth.simulate.patient import Patient

Component = tuple[Concept, Any, Range | None, str]
_Staff = tuple[Facility, Clinician]
_SPECIALTIES: Final = {"CARDIOVASCULAR DISEASE (CARDIOLOGY)": "Cardiology"}
_UNREAD: Final = "Images were taken and read."
_time = attrgetter("time")


class _Noted:
    """A visit while it may still change; see `Visit`."""

    def __init__(
        self, number: int, kind: str, start: Clock, type: Concept | None, reason: Concept | None, who: _Staff, origin: int,
        name: str,
    ):  # fmt: skip
        self.number = number
        self.kind = kind
        self.start = start
        self.end: Clock | None = None
        self.type = type
        self.reason = reason
        self.who = who
        self.origin = origin
        self.name = name
        self.discharge: str | None = None

    def visit(self) -> Visit:
        """As the record has it."""
        facility, clinician = self.who
        return Visit(
            self.number, self.kind, self.start, self.end, self.reason, facility, clinician, self.origin, self.name,
            self.discharge, None, self.type,
        )  # fmt: skip


class Chart:
    """Everything charted for one person.

    Args:
        person: who it is.
        providers: `people.providers.Providers`.
        patient: gives the numbers of visits and entries, where others chart for this person too.
    """

    def __init__(self, person: Person, providers: Any, patient: "Patient | None" = None):
        self._person, self._providers = person, providers
        self._patient = patient
        self._numbers = 0
        self._noted: dict[int, _Noted] = {}  # by number
        self._adopted: list[Visit] = []
        self._events: dict[int, list[Event]] = {}
        self._ends: dict[int, End] = {}
        self._staff: dict[tuple[str, str], _Staff] = {}
        self._death: Death | None = None

    def _number(self) -> int:
        if self._patient is not None:
            return self._patient.number()
        self._numbers += 1
        return self._numbers

    def skip(self, count: int = 1) -> None:
        """Leave numbers out for what is not charted, so that the numbers of the rest do not depend on it."""
        if self._patient is not None:
            self._patient.counter += count
        else:
            self._numbers += count

    # --- visits ---------------------------------------------------------------------------------------------------
    def visit(
        self, kind: str, start: Clock, type: Concept | None, reason: Concept | None, origin: int, name: str = "",
        specialty: str = "",
    ) -> int:  # fmt: skip
        """Open a visit and return its number.

        Args:
            kind: of record.events, see `concepts.VISIT_KINDS`.
            specialty: as the module's file says; "" for the usual one.
        """
        number = self._number()
        who = self._who(kind, specialty, start)
        self._noted[number] = _Noted(number, kind, start, type, reason, who, origin, name)
        self._events[number] = []
        return number

    def _who(self, kind: str, specialty: str, at: Clock) -> _Staff:
        wanted = _SPECIALTIES.get(specialty) or usual_specialty(
            "outpatient" if kind == "ambulatory" else kind, (at - self._person.birth) // YEAR
        )
        found = self._staff.get((kind, wanted))
        if found is None:
            facility = self._providers.nearest(self._person.address, facility_kind(kind, wanted))
            clinician = self._providers.clinician(facility, wanted, self._person.number)
            found = self._staff[kind, wanted] = facility, clinician
        return found

    def close(self, visit: int, end: Clock, discharge: str | None = None) -> None:
        """End a visit, or end it again later than before."""
        noted = self._noted[visit]
        noted.end, noted.discharge = end, discharge

    def because(self, visit: int, reason: Concept) -> None:
        """Say why a visit is."""
        self._noted[visit].reason = reason

    # --- entries: each returns its number -------------------------------------------------------------------------
    def _add(self, event: Event) -> int:
        self._events[event.visit].append(event)  # type: ignore[index]
        return event.number

    def condition(self, visit: int, at: Clock, what: Concept, origin: int) -> int:
        return self._add(Diagnosis(self._number(), visit, at, what, at, "encounter", None, origin))

    def allergy(
        self, visit: int, at: Clock, what: Concept, reactions: tuple[tuple[Concept, str], ...], origin: int
    ) -> int:
        return self._add(Allergy(self._number(), visit, at, what, at, reactions, origin))

    def medication(
        self, visit: int, at: Clock, what: Concept, dose: Dose, reason: Concept | None, refills: int, origin: int
    ) -> int:
        """An order: it goes on until it is ended."""
        return self._add(Prescription(self._number(), visit, at, what, dose, reason, None, refills, origin))

    def administration(
        self, visit: int, at: Clock, what: Concept, dose: Dose, reason: Concept | None, origin: int
    ) -> int:
        return self._add(Administration(self._number(), visit, at, what, dose, reason, origin))

    def procedure(
        self, visit: int, at: Clock, end: Clock, what: Concept, reason: Concept | None, origin: int
    ) -> int:  # fmt: skip
        return self._add(ProcedureDone(self._number(), visit, at, end, what, reason, None, origin))

    def result(
        self, visit: int, at: Clock, what: Concept, value: float | Concept | None, origin: int,
        components: tuple[Component, ...] = (),
    ) -> int:  # fmt: skip
        """An observation; `components` with its value None for several in one."""
        return self._add(Result(self._number(), visit, at, what, value, None, "", components, origin))

    def report(self, visit: int, at: Clock, what: Concept, results: tuple[int, ...], origin: int) -> int:
        """A report of results that are charted already."""
        return self._add(Report(self._number(), visit, at, what, results, None, origin))

    def survey(self, visit: int, at: Clock, what: Concept, results: tuple[int, ...], origin: int) -> int:
        """A questionnaire of results that are charted already."""
        return self._add(Survey(self._number(), visit, at, what, results, origin))

    def imaging(self, visit: int, at: Clock, what: Concept, origin: int) -> int:
        return self._add(ImagingDone(self._number(), visit, at, what, None, _UNREAD, origin))

    def vaccination(self, visit: int, at: Clock, what: Concept, dose_number: int, origin: int) -> int:
        return self._add(Vaccination(self._number(), visit, at, what, dose_number, origin))

    def device(self, visit: int, at: Clock, what: Concept, origin: int) -> int:
        return self._add(DeviceGiven(self._number(), visit, at, what, origin))

    def supply(self, visit: int, at: Clock, what: Concept, quantity: int, origin: int) -> int:
        return self._add(Supplied(self._number(), visit, at, what, quantity, origin))

    def goal(self, visit: int, at: Clock, text: str, due: Clock | None, origin: int) -> int:
        return self._add(Goal(self._number(), visit, at, text, None, None, None, due, None, origin))

    def plan(
        self, visit: int, at: Clock, what: Concept, activities: tuple[Concept, ...], goals: tuple[int, ...],
        reason: Concept | None, origin: int,
    ) -> int:  # fmt: skip
        return self._add(Plan(self._number(), visit, at, what, activities, goals, reason, origin))

    def end(self, number: int, at: Clock, reason: str, visit: int | None = None) -> None:
        """Something stops: `reason` is one of resolved, stopped, completed, died."""
        self._ends[number] = End(at, visit, reason)

    def expect(self, visit: int) -> None:
        """Others chart a visit of this number; entries may be put into it from now on."""
        self._events.setdefault(visit, [])

    def adopt(self, visits: Iterable[Visit], events: Iterable[Event], ends: Mapping[int, End]) -> None:
        """Take in what others charted with numbers from the same source."""
        for visit in visits:
            self._adopted.append(visit)
            self._events.setdefault(visit.number, [])
        for event in events:
            self._add(event)
        self._ends.update(ends)

    def death(self, visit: int | None, at: Clock, cause: Concept, origin: int) -> None:
        """The end of the life; `visit` is the certificate's."""
        self._death = Death(self._number(), visit, at, cause, origin)

    def record(self, as_of: Clock) -> Record:
        """The chart as exporters take it, once: visits by start, entries by visit and time.

        A visit that was held open for its least length ends when the next one begins: visits of one person never overlap.
        """
        visits = [*[noted.visit() for noted in self._noted.values()], *self._adopted]
        visits.sort(key=lambda visit: (visit.start, visit.number))
        for place, (visit, later) in enumerate(pairwise(visits)):
            if visit.end is None or visit.end > later.start:
                visits[place] = visit._replace(end=later.start)
        self._patient = None  # who refers to this chart: nothing is left that the garbage collector has to find
        events: list[Event] = []
        for visit in visits:
            found = self._events[visit.number]
            if len(found) > 1:
                found.sort(key=_time)
            events += found
        return Record(self._person, as_of, tuple(visits), tuple(events), self._ends, self._death)
