"""Records -> FHIR R4: transaction bundles and NDJSON lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from healthsynth.errors import UsageError, near
from healthsynth.export.charges import Charges
from healthsynth.export.fhir import providers
from healthsynth.export.fhir.guides import GUIDES, PROFILES
from healthsynth.export.fhir.rows import Row
from healthsynth.export.fhir.scope import Scope
from healthsynth.export.fhir.shapes import Family, Shape, build, entry, samples, trace
from healthsynth.export.fhir.slots import ShapeError
from healthsynth.export.fhir.verdicts import Origin, Verdicts
from healthsynth.export.fhir.walk import Job, Notes, Shapes, Walk
from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Payer
from healthsynth.record.events import End
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

_OPEN, _CLOSE = b'{"resourceType":"Bundle","type":"transaction","entry":[', b"]}"
_BLOCK = 128  # entries that are written together
_SHAPE = itemgetter(0)
_Thing = TypeVar("_Thing")
Texts = Mapping[str, Sequence[str]]  # resource type -> its lines, each with its end


class FhirExporter:
    """Writes records as FHIR R4. One exporter serves many records and gets faster with the shapes it has seen.

    Args:
        guide: which US Core the resources claim and are held to: "6.1.0", "7.0.0" or "none".
        validate: "shapes": each shape once, with its first instance; "all": also every resource, each built a second time
            by its builder and compared byte for byte (slow).
        origins: (module, state, line) of events, by `event.origin`; problems name them.
        notes: record -> the text of each visit's note, by the visit's number; without it there are no DocumentReferences.
        concepts: concepts by their short names, for those that name another one (an imaging study its body site).
    Raises:
        UsageError: no such guide or validation.
    """

    def __init__(
        self,
        guide: str = "6.1.0",
        validate: str = "shapes",
        origins: Sequence[Origin] = (),
        notes: Notes | None = None,
        concepts: Mapping[str, Concept] | None = None,
    ):
        if guide not in GUIDES:
            raise UsageError(
                f"there is no guide '{guide}'; there are {', '.join(GUIDES)} {near(guide, GUIDES)}".rstrip()
            )
        if validate not in ("shapes", "all"):
            raise UsageError(f"validation is 'shapes' or 'all', not '{validate}'")
        self._guide, self._all, self._notes, self._concepts = guide, validate == "all", notes, concepts or {}
        self._verdicts = Verdicts(guide, origins)
        self._shapes = Shapes(self._make, self._verdicts.check_shape)
        self._charges = Charges()
        self.counts: dict[str, int] = {}  # resources by type, of the last record
        self.facilities: dict[str, Facility] = {}  # those that records so far refer to, by id
        self.clinicians: dict[str, Clinician] = {}
        self.payers: dict[str, Payer] = {}

    def bundle(self, record: Record) -> bytes:
        """One transaction Bundle; every entry is a PUT, so that loading it again changes nothing.

        Raises:
            ProblemsError: a shape is not valid, or a value cannot stand in its place; names concept, module, state, line.
            HealthsynthError: events of visits that the record has not.
        """
        return b"".join(self.blocks(record))

    def blocks(self, record: Record) -> Iterator[bytes]:
        """The text of `bundle`, block by block: that of a very ill patient has tens of megabytes."""
        return self._blocks(self._jobs(record))

    def ndjson(self, record: Record) -> Texts:
        """The same resources as in `bundle` and in its order, as lines by their type."""
        return self._lines(self._jobs(record))

    def used(self) -> tuple[list[Facility], list[Clinician], list[Payer]]:
        """What the records so far refer to and `shared_bundles` must write, in order of their ids."""
        return _by_id(self.facilities), _by_id(self.clinicians), _by_id(self.payers)

    def shared_bundles(
        self, facilities: Iterable[Facility], clinicians: Iterable[Clinician], payers: Iterable[Payer]
    ) -> Iterator[tuple[str, bytes]]:
        """(file name, transaction Bundle) of what patients share, to be loaded in this order before them.

        The order of the arguments does not matter. Facilities of clinicians must be among the facilities.
        While one is handed out, `counts` has its resources.
        """
        for name, jobs in self._shared(facilities, clinicians, payers):
            self.counts = _count(jobs)
            yield name, b"".join(self._blocks(jobs))

    def shared_ndjson(
        self, facilities: Iterable[Facility], clinicians: Iterable[Clinician], payers: Iterable[Payer]
    ) -> Texts:
        """The same resources as in `shared_bundles`, as lines by their type."""
        return self._lines(chain.from_iterable(jobs for _, jobs in self._shared(facilities, clinicians, payers)))

    def _shared(
        self, facilities: Iterable[Facility], clinicians: Iterable[Clinician], payers: Iterable[Payer]
    ) -> Iterator[tuple[str, list[Job]]]:
        """What each file of shared resources holds."""
        places = ((providers.PLACE, providers.place(each)) for each in sorted(facilities, key=_identity))
        insurers = (
            (providers.INSURER, providers.insurer(each))
            for each in sorted(payers, key=_identity)
            if each.kind != "none"
        )
        yield "shared-0-organizations.json", self._outside(chain(places, insurers))
        people = ((providers.PROVIDER, providers.provider(each)) for each in sorted(clinicians, key=_identity))
        yield "shared-1-practitioners.json", self._outside(people)

    def _outside(self, rows: Iterable[tuple[Family, Any]]) -> list[Job]:
        """Stampings outside any record."""
        v = Scope(self._guide)
        jobs: list[Job] = [(self._shapes.of(family, row, v), row, v, None, None) for family, row in rows]
        if self._all:
            self._verify(jobs)
        return jobs

    def _lines(self, jobs: Iterable[Job]) -> Texts:
        texts: defaultdict[str, list[str]] = defaultdict(list)
        e = None
        try:
            for shape, e, v, end, link in jobs:
                lines = shape.lines(e, v, end, link)
                if len(lines) == 1:  # nine in ten
                    texts[shape.types[0]].append(lines[0])
                    continue
                for kind, line in zip(shape.types, lines, strict=True):
                    texts[kind].append(line)
        except ShapeError as error:
            raise self._verdicts.blame(e, error) from error
        return texts

    def _blocks(self, jobs: Iterable[Job]) -> Iterator[bytes]:
        """The text of a bundle, in blocks that the processor still has at hand when they are written."""
        before, rest, e = _OPEN, iter(jobs), None
        try:
            while some := list(islice(rest, _BLOCK)):
                texts = []
                for shape, e, v, end, link in some:
                    texts.append(shape.entry(e, v, end, link).encode())
                yield before
                yield b",".join(texts)
                before = b","
        except ShapeError as error:
            raise self._verdicts.blame(e, error) from error
        yield _CLOSE if before == b"," else _OPEN + _CLOSE

    def _jobs(self, record: Record) -> list[Job]:
        jobs = Walk(record, self._guide, self._shapes, self._charges, self._notes, self._concepts).jobs()
        self.counts = _count(jobs)
        self._collect(record)
        if self._all:
            self._verify(jobs)
        return jobs

    def forget(self) -> None:
        """Forget what records so far refer to, so that a long run's memory stays flat."""
        self.facilities.clear()
        self.clinicians.clear()
        self.payers.clear()

    def _collect(self, record: Record) -> None:
        for visit in record.visits:
            self.facilities[visit.facility.id] = visit.facility
            self.clinicians[visit.clinician.id] = visit.clinician
            home = visit.clinician.facility
            self.facilities[home.id] = home
        for period in record.person.coverage:
            if period.payer.kind != "none":
                self.payers[period.payer.id] = period.payer

    def _make(self, family: Family, e: Any, v: Scope, end: End | None, link: Any) -> Shape:
        """A new shape: traced, validated with sample values, and, unless known to be good, with its first instance."""
        shape = trace(family, e, v, end, link, PROFILES[self._guide])
        for resource in shape.resources:
            if self._verdicts.check_shape(resource.template(), resource.samples(), partial(samples, resource), e):
                try:
                    first = build(resource.builder, e, v, end, link)
                except ShapeError as error:
                    raise self._verdicts.blame(e, error) from error
                self._verdicts.check(first, e)
        return shape

    def _verify(self, jobs: Iterable[Job]) -> None:
        """Every resource by its builder: valid, and what the stamp writes."""
        for shape, e, v, end, link in jobs:
            if isinstance(shape, Row):
                self._verify_row(shape, e, v)
                continue
            built = [build(resource.builder, e, v, end, link) for resource in shape.resources]
            _same(shape.entry(e, v, end, link), b",".join(orjson.dumps(entry(each)) for each in built))
            for resource, line in zip(built, shape.lines(e, v, end, link), strict=True):
                _same(line, orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE))
                self._verdicts.check(resource, e)

    def _verify_row(self, row: Row, e: Any, v: Scope) -> None:
        """Each event of a row by itself, and the row as they are together."""
        single: list[Job] = [(shape, each, v, None, None) for shape, each in row.single()]
        self._verify(single)
        texts = [shape.entry(*rest) for shape, *rest in single]
        _same(row.entry(e, v, None, None), ",".join(texts).encode())
        lines = [line for shape, *rest in single for line in shape.lines(*rest)]
        _same("".join(row.lines(e, v, None, None)), "".join(lines).encode())


def _same(stamped: str, built: bytes) -> None:
    if stamped.encode() != built:
        raise ShapeError(f"a stamp differs from its builder:\n{stamped}\n{built.decode()}")


def _count(jobs: list[Job]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for shape, number in Counter(map(_SHAPE, jobs)).items():
        for kind in shape.types:
            counts[kind] += number
    return dict(sorted(counts.items()))


def _identity(thing: Facility | Clinician | Payer) -> str:
    return thing.id


def _by_id(things: Mapping[str, _Thing]) -> list[_Thing]:
    return [things[identity] for identity in sorted(things)]
