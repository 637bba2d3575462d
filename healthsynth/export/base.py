"""The seam between a run and its formats: what an exporter does, and where it puts what it makes.

An exporter sees the records of one chunk after the other (`add`), hands over what it must remember of them (`take`), and at the very
end writes what patients share (`finish`), perhaps in another process. It neither knows of chunks nor touches the disk.

Some formats need more, and have one of these as well:
    Gathering   writes once a chunk instead of once a record (compression)
    Merging     makes its files itself from what all chunks appended (Parquet, a database file, files of a certain size)
    Sink        keeps records elsewhere than in the output folder (a database server)
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.person import Payer
from healthsynth.record.record import Record

Json = dict[str, Any]


class Output(Protocol):
    """Where an exporter writes. Paths are relative to the output folder, with '/'."""

    def file(self, path: str, content: bytes) -> None:
        """A whole file. Nobody else writes this path."""

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        """A whole file, block by block, so that a large one need not be in memory."""

    def append(self, path: str, content: bytes) -> None:
        """The next bytes of a file that all records go to, in order of patients."""

    def count(self, what: str, number: int = 1) -> None:
        """For the manifest and the summary, e.g. ("Observation", 812)."""


@dataclass(slots=True)
class Used:
    """What records refer to and share, by id."""

    facilities: dict[str, Facility] = field(default_factory=dict)
    clinicians: dict[str, Clinician] = field(default_factory=dict)
    payers: dict[str, Payer] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Everything that one record refers to."""
        for visit in record.visits:
            self.facilities[visit.facility.id] = visit.facility
            clinician = visit.clinician
            self.clinicians[clinician.id] = clinician
            self.facilities[clinician.facility.id] = clinician.facility
        for period in record.person.coverage:
            self.payers[period.payer.id] = period.payer

    def merge(self, other: "Used") -> None:
        """Take another's things in."""
        self.facilities.update(other.facilities)
        self.clinicians.update(other.clinicians)
        self.payers.update(other.payers)

    def plain(self) -> Json:
        """For JSON, in order of ids; a clinician has the id of the facility."""
        clinicians = [{**_plain(each), "facility": each.facility.id} for _, each in sorted(self.clinicians.items())]
        return {
            "facilities": [_plain(facility) for _, facility in sorted(self.facilities.items())],
            "clinicians": clinicians,
            "payers": [_plain(payer) for _, payer in sorted(self.payers.items())],
        }

    @classmethod
    def of(cls, plain: Mapping[str, list[Json]]) -> "Used":
        """The inverse of `plain`."""
        facilities = {row["id"]: Facility(**row) for row in plain["facilities"]}
        clinicians = {
            row["id"]: Clinician(**{**row, "facility": facilities[row["facility"]]}) for row in plain["clinicians"]
        }
        return cls(facilities, clinicians, {row["id"]: Payer(**row) for row in plain["payers"]})


def _plain(thing: Facility | Clinician | Payer) -> Json:
    """Its fields as they are: `asdict` copies what is in them as well, which takes ten times as long."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


class Exporter(Protocol):
    """One format. Made once a process, by a function `(settings, program) -> Exporter` that is registered by name."""

    @property
    def schema(self) -> str:
        """The version of the layout, for the manifest."""

    @property
    def folders(self) -> tuple[str, ...]:
        """Top-level names in the output folder that are this format's own."""

    def heads(self) -> Mapping[str, bytes]:
        """Files that are there even when nothing is appended to them -> what they begin with."""

    def add(self, record: Record, out: Output) -> None:
        """Write one record."""

    def take(self) -> Json:
        """What `finish` needs to know of the records since the last call, as JSON; {} if nothing."""

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        """Write what patients share, after all records; only `out.file`, `out.stream` and `out.count`."""


@runtime_checkable
class Gathering(Protocol):
    """An exporter that holds back what records append, and writes it when the chunk is over."""

    def flush(self, out: Output) -> None:
        """Write what was held back; called after the last record of a chunk, before `take`."""


class Appended(Protocol):
    """What chunks appended to the paths of one format, in order of patients."""

    def paths(self) -> list[str]:
        """The paths, sorted."""

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """The bytes of a path, block by block: `size` of them from `start`, or all that follow."""


class Files(Protocol):
    """Where a merging format writes. A file that a run which was killed has finished is not made again."""

    @property
    def scratch(self) -> Path:
        """An empty folder for things on the way, on the disk of the output folder; it is removed."""

    def stream(self, path: str, blocks: Iterable[bytes]) -> None:
        """A whole file; the blocks are not asked for where it is there already."""

    def make(self, path: str, maker: Callable[[Path], None]) -> None:
        """A whole file that `maker` writes to a path which is not there yet; not called where the file is there already."""


@runtime_checkable
class Merging(Protocol):
    """An exporter that makes its files itself; what chunks append to paths in its folders is only kept for `merge`."""

    def merge(self, appended: Appended, out: Files) -> None:
        """Write the files; called after `finish`."""

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        """(files, bytes) that `merge` would make, about, of so many bytes appended to each path."""


@runtime_checkable
class Sink(Protocol):
    """An exporter that keeps records elsewhere. What it says in `finish` it stores there."""

    def bind(self, target: str | None) -> None:
        """Told once in each process, before anything else, where to; nothing is opened yet.

        Raises:
            UsageError: that is no place for it.
        """

    def prepare(self, identity: Json, done: Collection[int], replace: bool) -> None:
        """Make ready, in one process, before the first chunk.

        Args:
            identity: which run this is; a run that is resumed has an equal one.
            done: chunks that the output folder has.
            replace: whether another run that is there may be removed.
        Raises:
            HealthsynthError: it cannot be reached, holds something else, or lacks one of `done`.
        """

    def store(self, chunk: int) -> None:
        """Keep the records since the last call as a whole, once, however often this is done for the same chunk."""
