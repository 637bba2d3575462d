"""Rows of text for all databases: the CSV exporter with keys, and the tables that records share."""

from collections.abc import Iterable, Mapping

from healthsynth.export.base import Json, Output, Used
from healthsynth.export.csv import SCHEMA_VERSION as LAYOUT_VERSION
from healthsynth.export.csv import CsvExporter, Totals
from healthsynth.export.database.schema import SCHEMA_VERSION
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

VERSION = f"{LAYOUT_VERSION}, keyed/{SCHEMA_VERSION}"


class Rows:
    """Table -> lines of a record, and of what all records share.

    Args:
        concepts: the program's concepts by name.
    """

    def __init__(self, concepts: Mapping[str, Concept]):
        self._csv = CsvExporter(concepts, keyed=True)

    def of(self, record: Record, out: Output) -> Mapping[str, str]:
        """The lines of a record by table; they are counted."""
        rows = self._csv.rows(record)
        for table, number in self._csv.counts.items():
            out.count(table, number)
        return rows

    def take(self) -> Json:
        """What `shared` needs to know of the records since the last call."""
        return self._csv.take_totals().plain()

    def shared(self, used: Used, taken: Iterable[Json], out: Output) -> dict[str, str]:
        """The lines of the shared tables; they are counted."""
        totals = Totals()
        for plain in taken:
            totals.add(Totals.of(plain))
        rows = self._csv.shared(used.facilities.values(), used.clinicians.values(), used.payers.values(), totals)
        for table, text in rows.items():
            out.count(table, text.count("\n"))
        return rows
