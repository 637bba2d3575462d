"""What a record is billed: the lines of each visit's claim, collected while its events are read, and each fill's.

A line's text depends on what was done and its price alone, so it is made once and copied into claims (`slots.Part`); what
was done is validated once, as the line of a sample claim.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from healthsynth.export.charges import (
    Charge,
    Charges,
    Fills,
    coverage_at,
    fills_of,
    insurer,
    is_institutional,
    period_at,
    until,
)
from healthsynth.export.fhir.claims import Billed, Items, items
from healthsynth.export.fhir.scope import Scope
from healthsynth.export.fhir.shapes import Resource, Shape, samples
from healthsynth.export.fhir.slots import Json, Part
from healthsynth.export.visit_codes import visit_code
from healthsynth.people.person import Coverage
from healthsynth.record.events import Prescription, Supplied, Visit
from healthsynth.record.ids import nth
from healthsynth.record.record import Record
from healthsynth.units import Clock
from healthsynth.vocabulary import Code, Concept

# `Verdicts.check_shape`: a template, the samples of its slots, the filled samples, the event they are for
Check = Callable[[Json, Sequence[Sequence[Any]], Callable[[], Iterable[Json]], Any], object]
# A claim whose lines stand for those of any other; made of nothing but what its shape needs
SAMPLE = Billed(1, None, "professional", 0, 0, 0, "a", None, None, 0, 0, 0, (), (), 0, 0, 0, -1)
_SAMPLE_CHARGES = (Charge(1234, 1, 234), Charge(1234, 2, 234))
_MOST_KEPT = 1 << 12  # lines; prices differ by state, and a long run sees all states: then they are made again
_Key = tuple[type, Concept, str, str]  # type of event, concept, state, kind of payer
_Single = tuple[Items, int, int]  # a line, its cents and what the payer covers
_NOBODY = "none"  # the kind of payer where nobody but the patient pays


class Lines:
    """Lines of claims found so far, by code and charge; each code is validated once.

    Args:
        check: validates resources unless they have passed before.
        sample: the shape of `SAMPLE`.
    """

    def __init__(self, check: Check, sample: Callable[[Scope], Shape]):
        self._check, self._sample = check, sample
        self._known: dict[tuple[Code, Charge], Items] = {}
        self._codes: set[Code] = set()
        self.single: dict[_Key, _Single] = {}

    def of(self, code: Code, charge: Charge, e: Any, v: Scope) -> Items:
        """The line of a thing, which the event `e` is about.

        Raises:
            ProblemsError: a claim with it is not valid.
        """
        found = self._known.get((code, charge))
        if found is None:
            if code not in self._codes:
                self._validate(code, e, v)
                self._codes.add(code)
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[code, charge] = items(code, charge, v)
        return found

    def keep(self, key: _Key, line: _Single) -> None:
        """Remember the line of something that is billed one at a time."""
        if len(self.single) >= _MOST_KEPT:
            self.single.clear()
        self.single[key] = line

    def _validate(self, code: Code, e: Any, v: Scope) -> None:
        resources = self._sample(v).resources
        for charge in _SAMPLE_CHARGES:
            for resource, part in zip(resources, items(code, charge, v), strict=True):
                item = {"item": [{**part.json, "sequence": 1}]}
                self._check(resource.template() | item, resource.samples(), partial(_with_item, resource, item), e)


def _with_item(resource: Resource, item: Json) -> list[Json]:
    return [each | item for each in samples(resource)]


class Bills:
    """The claims of one record. `open` a visit, `add` its events, ask for its prescriptions, then `close` it."""

    def __init__(self, record: Record, charges: Charges, lines: Lines):
        self._record, self._charges, self._lines = record, charges, lines
        self._until = until(record)
        # The fill before: what it was billed as, and its line in the claim and in the explanation
        self._drug: tuple[tuple[Concept, int, int] | None, tuple[Part, ...], tuple[Part, ...]] = None, (), ()

    def pays_alone(self) -> bool:
        """Whether there is a visit or a fill that no insurer pays for."""
        record, coverage = self._record, self._record.person.coverage
        times = [visit.start for visit in record.visits]
        if times and not _has_gap(coverage, times[0]):
            return False
        for e in record.events:
            if e.__class__ is Prescription:
                end = record.ends.get(e.number)
                first, last, length = fills_of(e, self._until if end is None else end.time, record.since)
                times += [e.time + place * length for place in range(first, last + 1)]
        return any(insurer(coverage_at(coverage, time)) is None for time in times)

    def open(self, visit: Visit) -> None:
        """Start the claim of a visit; whoever insures at its start pays for all of it."""
        coverage = self._record.person.coverage
        number = period_at(coverage, visit.start)
        payer = None if number is None else insurer(coverage[number])
        self._visit, self._st, self._items = visit, visit.facility.st, list[Items]()
        self._period = None if payer is None else number
        self._payer = None if payer is None else payer.id
        self._kind = _NOBODY if payer is None else payer.kind
        self._cents = self._covered = 0

    def add(self, e: Any, v: Scope) -> None:
        """An event of a type in `charges.BILLED`."""
        key = (e.__class__, e.concept, self._st, self._kind)
        found = self._lines.single.get(key)
        if found is None:
            charge = self._charges.thing(e, self._st, self._kind)
            found = self._lines.of(e.concept.primary, charge, e, v), charge.price * charge.units, charge.covered
            if e.__class__ is not Supplied:  # there may be more than one of it
                self._lines.keep(key, found)
        line, cents, covered = found
        self._items.append(line)
        self._cents += cents
        self._covered += covered

    def fills(self, e: Prescription) -> list[Fills]:
        """The fills of a prescription of the visit under way."""
        return self._charges.fills(e, self._st, self._record)

    def fill(
        self, e: Prescription, fills: Fills, order: tuple[int, int], v: Scope, diagnoses: tuple[str, ...] | None
    ) -> Billed:
        """The pharmacy's claim for the first of these fills by an order (lane, number); `diagnoses`, here and below: "Condition/id"s."""
        coverage = self._record.person.coverage
        payer = None if fills.coverage is None else coverage[fills.coverage].payer.id
        cents, paid = fills.price, fills.covered
        billed = e.concept, cents, paid
        if billed != self._drug[0]:  # else the same drug once more
            line, answer = self._lines.of(e.concept.primary, Charge(cents, 1, paid), e, v)
            self._drug = billed, (line,), (answer,)
        _, lines, answers = self._drug
        return Billed(
            nth(e.number, fills.place), order, "pharmacy", fills.time, self.lasts(fills.time + fills.length),
            fills.coverage, payer, diagnoses, None, 0, 0, 0, lines, answers, cents, paid, cents - paid, e.origin,
        )  # fmt: skip

    def lasts(self, end: Clock) -> Clock:
        """When a fill that should last until `end` is used up, or its patient has died."""
        death = self._record.death
        return end if death is None else min(end, death.time)

    def close(self, diagnoses: tuple[str, ...] | None) -> Billed:
        """The claim of the visit: itself, then what was added, in that order."""
        visit = self._visit
        code = visit_code(visit, self._record.person.birth)
        price, _, covered = self._charges.visit(visit, code, self._kind)
        total, paid = self._cents + price, self._covered + covered
        lines, answers = zip(*self._items, strict=True) if self._items else (None, None)
        return Billed(
            visit.number, None, "institutional" if is_institutional(visit) else "professional", visit.start,
            self._until if visit.end is None else visit.end, self._period, self._payer, diagnoses, code,
            price, covered, price - covered, lines, answers, total, paid, total - paid, visit.origin,
        )  # fmt: skip


def _has_gap(coverage: tuple[Coverage, ...], since: Clock) -> bool:
    """Whether somebody is without an insurer at any time since the first visit."""
    periods = [period for period in coverage if period.end is None or period.end > since]
    return (
        not periods
        or periods[0].start > since
        or periods[-1].end is not None
        or any(insurer(period) is None for period in periods)
        or any(one.end != following.start for one, following in pairwise(periods))
    )
