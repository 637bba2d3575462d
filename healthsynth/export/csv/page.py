"""One record on its way to text: what every row needs, made once, and the lines that a visit's claim will bill."""

from collections import Counter
from typing import Any, NamedTuple

from healthsynth.export.charges import Charge, Charges, coverage_at, insurer, until
from healthsynth.export.csv.text import Stamps, quoted
from healthsynth.export.csv.totals import Totals
from healthsynth.export.visit_codes import visit_code
from healthsynth.people.person import Coverage
from healthsynth.record.events import End, Visit
from healthsynth.record.ids import COVERAGE, EVENT, id_head, prefix, uuid
from healthsynth.record.record import Record
from healthsynth.units import Clock
from healthsynth.vocabulary import Code


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
        "charges",
        "ends",
        "folded",
        "head",
        "keyed",
        "members",
        "open",
        "out",
        "patient",
        "prefix",
        "record",
        "stamps",
        "totals",
    )

    def __init__(self, record: Record, tables: tuple[str, ...], charges: Charges, totals: Totals, keyed: bool = False):
        person = record.person
        self.keyed = keyed
        self.record = record
        self.patient = person.id
        self.prefix = prefix(person.seed, person.number, person.attempt)
        self.head = id_head(self.prefix, EVENT)
        # Start of a period of insurance -> its id, the same as that of the Coverage in FHIR; "" without insurance.
        self.members = {
            period.start: uuid(self.prefix, COVERAGE, place) if insurer(period) else ""
            for place, period in enumerate(person.coverage)
        }
        self.stamps = Stamps(person.time_zone)
        self.ends = record.ends
        self.as_of: Clock = until(record)
        self.charges = charges
        self.totals = totals
        self.out: dict[str, list[str]] = {table: [] for table in tables}
        self.folded: Counter[str] = Counter()  # rows that stand in one text of `out` with the row before, by table
        self.open = {visit.number: self._open(visit) for visit in record.visits}

    def id(self, number: int) -> str:
        """The id of a visit or an event."""
        return f"{self.head}{number:012x}"

    def key(self, number: int) -> str:
        """What a row begins with whose table has no id in the layout: its id where keys are asked for, else nothing."""
        return f"{self.head}{number:012x}," if self.keyed else ""

    @property
    def nobody(self) -> str:
        """In place of the id of a payer."""
        return "" if self.keyed else "0"

    def end(self, number: int) -> Clock | None:
        """When something stopped; None while it goes on."""
        end: End | None = self.ends.get(number)
        return None if end is None else end.time

    def bill(self, event: Any, start: Clock, end: Clock) -> Charge:
        """Put an event of a type in `charges.BILLED` on its visit's claim."""
        open_ = self.open[event.visit]
        charge = self.charges.thing(event, open_.st, open_.payer)
        code = event.concept.primary
        open_.lines.append(
            Line(code.code, quoted(code.display), charge.cents, charge.covered, start, end, charge.units)
        )  # fmt: skip
        return charge

    def _open(self, visit: Visit) -> Open:
        id_ = self.id(visit.number)
        code = visit_code(visit, self.record.person.birth)
        coverage = coverage_at(self.record.person.coverage, visit.start)
        payer = coverage.payer.kind if coverage else "none"
        charge = self.charges.visit(visit, code, payer)
        end = visit.end if visit.end is not None else self.as_of
        line = Line(code.code, quoted(code.display), charge.cents, charge.covered, visit.start, end)
        reason = visit.reason
        diagnoses = [(reason.primary.code, visit.start)] if reason is not None and reason.codes else []
        return Open(
            visit, id_, f"{self.patient},{id_}", visit.facility.st, code, coverage, payer, [line], diagnoses
        )  # fmt: skip


def payer_id(coverage: Coverage | None) -> str:
    """The payer of a row: also that of 'no insurance', which is a payer of its own; empty only in a gap."""
    return coverage.payer.id if coverage else ""
