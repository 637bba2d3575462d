"""What is charged, and who pays it: the one computation of all exporters, so that they cannot disagree.

    event -> kind of price -> cents of one, how many, cents that the payer pays

A visit's claim bills the visit itself and what `BILLED` names; each fill of a prescription has a claim of its own, as
pharmacies bill it.
"""

from typing import Any, NamedTuple

from healthsynth.export.costs import Costs, covered
from healthsynth.people.person import Coverage, Payer
from healthsynth.record.events import (
    Administration,
    DeviceGiven,
    ImagingDone,
    Prescription,
    ProcedureDone,
    Report,
    Supplied,
    Vaccination,
    Visit,
)
from healthsynth.record.record import Record
from healthsynth.units import DAY, Clock
from healthsynth.vocabulary import Code

# Events on a visit's claim -> the kind of their price
BILLED: dict[type, str] = {
    Report: "lab",
    ProcedureDone: "procedure",
    ImagingDone: "procedure",
    Administration: "medication",
    Vaccination: "immunization",
    DeviceGiven: "device",
    Supplied: "supply",
}
_INSTITUTIONS = {"hospital", "dialysis", "surgery_center", "home_health"}
_FILL = (
    30 * DAY
)  # a fill of a drug without a fixed length lasts a month, as most retail pharmacies and Part D plans have it


class Charge(NamedTuple):
    """A line of a claim: `units` at `price` each, of which the payer pays `covered`; all in cents."""

    price: int
    units: int
    covered: int

    @property
    def cents(self) -> int:
        """Of all units."""
        return self.price * self.units


class Fills(NamedTuple):
    """Times in a row that a pharmacy hands out a drug, and the same insurer pays."""

    place: int  # of the first; 0: the first fill of the prescription
    number: int  # at least 1
    time: Clock  # of the first
    length: int  # seconds that each lasts
    coverage: int | None  # the place of the period of insurance that pays
    price: int  # cents of each, as is the next
    covered: int

    @property
    def places(self) -> range:
        """Of each."""
        return range(self.place, self.place + self.number)

    @property
    def times(self) -> range:
        """Of each."""
        return range(self.time, self.time + self.number * self.length, self.length)

    def part(self, start: int, end: int) -> "Fills":
        """Those at the places from `start` up to `end`."""
        time = self.time + (start - self.place) * self.length
        return self._replace(place=start, number=end - start, time=time)


def fills_of(event: Prescription, until: Clock, since: Clock | None) -> tuple[int, int, int]:
    """(place of the first, place of the last, seconds that each lasts) of the fills of a drug that is taken until a time.

    Args:
        since: fills that were used up by then are left out, but for the last.
    """
    length, most = (
        (_FILL, 1 << 11) if event.lasting is None else (event.lasting // (1 + event.refills), 1 + event.refills)
    )
    length = max(length, DAY)
    last = min(most, max(1, -((event.time - until) // length))) - 1
    first = 0 if since is None else min(last, max(0, (since - event.time) // length))
    return first, last, length


class Charges:
    """Charges by the prices of an installation.

    Raises:
        HealthsynthError: the installation has no cost table.
    """

    def __init__(self) -> None:
        self._costs = Costs()

    def visit(self, visit: Visit, code: Code, payer: str) -> Charge:
        """The visit itself, by its type's code; `payer` is a kind of payer, here and below."""
        price = self._costs.visit(visit, code.code)
        return Charge(price, 1, covered(payer, price, visit.kind == "wellness"))

    def thing(self, event: Any, st: str, payer: str) -> Charge:
        """An event of a type in `BILLED`, in a state."""
        kind = BILLED[event.__class__]
        price = self._costs.of(kind, event.concept, st)
        units = event.quantity if kind == "supply" else 1
        return Charge(price, units, covered(payer, price * units, kind == "immunization"))

    def fills(self, event: Prescription, st: str, record: Record) -> list[Fills]:
        """The fills of a prescription in the window of a record; whoever insures on the day pays."""
        end = record.ends.get(event.number)
        coverage = record.person.coverage
        price = self._costs.of("medication", event.concept, st)
        place, last, length = fills_of(event, until(record) if end is None else end.time, record.since)
        found: list[Fills] = []
        while place <= last:
            time = event.time + place * length
            change = change_after(coverage, time)
            number = last + 1 - place if change is None else min(last + 1 - place, -((time - change) // length))
            period = period_at(coverage, time)
            payer = None if period is None else insurer(coverage[period])
            share = 0 if payer is None else covered(payer.kind, price, False)
            found.append(Fills(place, number, time, length, None if payer is None else period, price, share))
            place += number
        return found


def is_institutional(visit: Visit) -> bool:
    """Whether an institution bills it, rather than a professional."""
    return visit.facility.kind in _INSTITUTIONS


def until(record: Record) -> Clock:
    """Until when what has no end is billed: the reference date, or death."""
    return record.as_of if record.death is None else record.death.time


def period_at(coverage: tuple[Coverage, ...], at: Clock) -> int | None:
    """The place of the period of insurance that holds at a time; None in a gap."""
    for number in range(len(coverage) - 1, -1, -1):
        period = coverage[number]
        if period.start <= at:
            return number if period.end is None or at < period.end else None
    return None


def change_after(coverage: tuple[Coverage, ...], at: Clock) -> Clock | None:
    """When the period of insurance that holds at a time is over, or the gap; None if never."""
    edges = [edge for period in coverage for edge in (period.start, period.end) if edge is not None and edge > at]
    return min(edges, default=None)


def coverage_at(coverage: tuple[Coverage, ...], at: Clock) -> Coverage | None:
    """The period of insurance that holds at a time; None in a gap."""
    number = period_at(coverage, at)
    return None if number is None else coverage[number]


def insurer(coverage: Coverage | None) -> Payer | None:
    """The payer if it is one that pays."""
    return coverage.payer if coverage and coverage.payer.kind != "none" else None
