"""One record on its way to text: what every row needs, made once, and the lines that a visit's claim will bill."""

from typing import NamedTuple

from healthsynth.export.csv.costs import Costs, covered
from healthsynth.export.csv.text import Stamps, quoted
from healthsynth.export.csv.totals import Totals
from healthsynth.export.visit_codes import visit_code
from healthsynth.people.person import Coverage, Payer
from healthsynth.record.events import End, Visit
from healthsynth.record.ids import EVENT, prefix, uuid
from healthsynth.record.record import Record
from healthsynth.units import Clock
from healthsynth.vocabulary import Code, Concept

NUMBER_DIGITS = 12  # of an id; the rest of it is the same for all events of a person


class Line(NamedTuple):
    """One thing that a claim bills."""

    code: str
    display: str  # quoted
    cents: int
    covered: int
    start: Clock
    end: Clock
    units: int = 1


class Open(NamedTuple):
    """A visit with what its rows and those of its events share."""

    visit: Visit
    id: str
    owners: str  # "patient,encounter"
    st: str
    code: Code
    coverage: Coverage | None
    payer: str  # kind of the payer
    lines: list[Line]  # the visit itself first
    diagnoses: list[tuple[str, Clock]]  # (code, onset): the reason, then what was diagnosed in it


class Page:
    """The rows of one record, by table, while they are collected."""

    __slots__ = (
        "as_of",
        "costs",
        "ends",
        "head",
        "open",
        "out",
        "patient",
        "prefix",
        "record",
        "stamps",
        "totals",
    )

    def __init__(self, record: Record, tables: tuple[str, ...], costs: Costs, totals: Totals):
        person = record.person
        self.record = record
        self.patient = person.id
        self.prefix = prefix(person.seed, person.number, person.attempt)
        self.head = uuid(self.prefix, EVENT, 0)[:-NUMBER_DIGITS]
        self.stamps = Stamps(person.time_zone)
        self.ends = record.ends
        self.as_of: Clock = record.as_of if record.death is None else record.death.time
        self.costs = costs
        self.totals = totals
        self.out: dict[str, list[str]] = {table: [] for table in tables}
        self.open = {visit.number: self._open(visit) for visit in record.visits}

    def id(self, number: int) -> str:
        """The id of a visit or an event."""
        return f"{self.head}{number:012x}"

    def end(self, number: int) -> Clock | None:
        """When something stopped; None while it goes on."""
        end: End | None = self.ends.get(number)
        return None if end is None else end.time

    def bill(
        self,
        visit: int,
        kind: str,
        concept: Concept,
        start: Clock,
        end: Clock,
        units: int = 1,
    ) -> int:
        """Put something on the visit's claim.

        Returns:
            The price of one, in cents.
        """
        open_ = self.open[visit]
        price = self.costs.of(kind, concept, open_.st)
        preventive = kind == "immunization"
        code = concept.primary
        cents = price * units
        share = covered(open_.payer, cents, preventive)
        open_.lines.append(Line(code.code, quoted(code.display), cents, share, start, end, units))
        return price

    def _open(self, visit: Visit) -> Open:
        id_ = self.id(visit.number)
        code = visit_code(visit, self.record.person.birth)
        coverage = coverage_at(self.record.person.coverage, visit.start)
        payer = coverage.payer.kind if coverage else "none"
        cents = self.costs.visit(visit, code.code)
        end = visit.end if visit.end is not None else self.as_of
        share = covered(payer, cents, visit.kind == "wellness")
        line = Line(code.code, quoted(code.display), cents, share, visit.start, end)
        reason = visit.reason
        diagnoses = [(reason.primary.code, visit.start)] if reason is not None and reason.codes else []
        return Open(
            visit, id_, f"{self.patient},{id_}", visit.facility.st, code, coverage, payer, [line], diagnoses
        )  # fmt: skip


def coverage_at(coverage: tuple[Coverage, ...], at: Clock) -> Coverage | None:
    """The period of insurance that holds at a time; None in a gap."""
    for period in reversed(coverage):
        if period.start <= at:
            return period if period.end is None or at < period.end else None
    return None


def payer_id(coverage: Coverage | None) -> str:
    """The payer of a row: also that of 'no insurance', which is a payer of its own; empty only in a gap."""
    return coverage.payer.id if coverage else ""


def insurer(coverage: Coverage | None) -> Payer | None:
    """The payer if it is one that pays."""
    return coverage.payer if coverage and coverage.payer.kind != "none" else None
