"""The formats that are built in, as thin exporters around what makes their bytes.

They are registered like anyone's: under the entry-point group `healthsynth.exporters` in pyproject.toml.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from healthsynth.export.base import Exporter, Json, Output, Used
from healthsynth.record.record import Record
from healthsynth.settings import Settings

if TYPE_CHECKING:
    from healthsynth.compile.program import Program
    from healthsynth.export.fhir import FhirExporter

# Used where the package runs from a checkout that nobody installed; otherwise the entry points count.
BUILT_IN: Mapping[str, str] = {
    "csv": "healthsynth.export.formats:csv",
    "duckdb": "healthsynth.export.formats:duckdb",
    "fhir": "healthsynth.export.formats:fhir",
    "html": "healthsynth.export.formats:html",
    "ndjson": "healthsynth.export.formats:ndjson",
    "notes": "healthsynth.export.formats:notes",
    "parquet": "healthsynth.export.formats:parquet",
    "postgres": "healthsynth.export.formats:postgres",
    "truth": "healthsynth.export.formats:truth",
}


class FhirFormat:
    """fhir/<patient id>.json: a transaction bundle a patient; shared-*.json: what patients share, to be loaded first."""

    folders = ("fhir",)

    def __init__(self, settings: Settings, program: "Program"):
        self.schema = _fhir_schema(settings)
        self._fhir = _fhir(settings, program)

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        out.stream(f"fhir/{record.person.id}.json", self._fhir.blocks(record))
        for kind, number in self._fhir.counts.items():
            out.count(kind, number)

    def take(self) -> Json:
        self._fhir.forget()  # what the chunk used is in its journal
        return {}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        things = used.facilities.values(), used.clinicians.values(), used.payers.values()
        for name, content in self._fhir.shared_bundles(*things):
            out.file(f"fhir/{name}", content)
            for kind, number in self._fhir.counts.items():
                out.count(kind, number)


def _fhir_schema(settings: Settings) -> str:
    return f"FHIR 4.0.1, US Core {settings.us_core}" if settings.us_core != "none" else "FHIR 4.0.1"


def _fhir(settings: Settings, program: "Program") -> "FhirExporter":
    from healthsynth.export.fhir import FhirExporter
    from healthsynth.export.notes import Notes

    notes = Notes()
    return FhirExporter(settings.us_core, settings.validate, program.origins, notes.for_record, program.concepts)


class NotesFormat:
    """notes/<patient id>/...: the note of each visit as plain text."""

    folders = ("notes",)
    schema = "1"

    def __init__(self) -> None:
        from healthsynth.export.notes import Notes

        self._notes = Notes()

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for path, text in self._notes.files(record):
            out.file(path, text.encode())
            out.count("notes")

    def take(self) -> Json:
        return {}

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None: ...


class CsvFormat:
    """csv/<table>.csv: one header, then the rows of all patients in order."""

    folders = ("csv",)

    def __init__(self, program: "Program"):
        from healthsynth.export.csv import SCHEMA_VERSION, CsvExporter

        self.schema = SCHEMA_VERSION
        self._csv = CsvExporter(program.concepts)

    def heads(self) -> Mapping[str, bytes]:
        """Every table of records has its file, with a header at least."""
        from healthsynth.export.csv import TABLES

        shared = self._shared_tables()
        return {_csv_path(table): self._csv.header(table).encode() for table in TABLES if table not in shared}

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self._csv.rows(record).items():
            out.append(_csv_path(table), rows.encode())
            out.count(table, self._csv.counts[table])

    def take(self) -> Json:
        return self._csv.take_totals().plain()

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        from healthsynth.export.csv import Totals

        totals = Totals()
        for plain in taken:
            totals.add(Totals.of(plain))
        things = used.facilities.values(), used.clinicians.values(), used.payers.values()
        for table, rows in self._csv.shared(*things, totals).items():
            out.file(_csv_path(table), (self._csv.header(table) + rows).encode())
            out.count(table, rows.count("\n"))

    def _shared_tables(self) -> frozenset[str]:
        from healthsynth.export.csv import Totals

        return frozenset(self._csv.shared((), (), (), Totals()))


def _csv_path(table: str) -> str:
    return f"csv/{table}.csv"


def _packed(settings: Settings, format_: Exporter) -> Exporter:
    """Compressed if that is asked for."""
    if settings.compress == "none":
        return format_
    from healthsynth.export.packing import Gzipped

    return Gzipped(format_)


def csv(settings: Settings, program: "Program") -> Exporter:
    """Flat tables in the Synthea layout."""
    return _packed(settings, CsvFormat(program))


def duckdb(settings: Settings, program: "Program") -> Exporter:
    """Tables with keys and views in one file."""
    from healthsynth.export.database.duckdb_file import DuckdbFormat

    return DuckdbFormat(program.concepts)


def fhir(settings: Settings, program: "Program") -> Exporter:
    """One transaction bundle a patient."""
    return _packed(settings, FhirFormat(settings, program))


def html(settings: Settings, program: "Program") -> Exporter:
    """A page a patient, to be read by people."""
    from healthsynth.export.html import HtmlFormat

    return HtmlFormat(settings, program.concepts)


def ndjson(settings: Settings, program: "Program") -> Exporter:
    """Bulk Data files by type."""
    from healthsynth.export.ndjson import NdjsonFormat

    return NdjsonFormat(settings, _fhir(settings, program), _fhir_schema(settings))


def notes(settings: Settings, program: "Program") -> Exporter:
    """Notes as text files."""
    return _packed(settings, NotesFormat())


def parquet(settings: Settings, program: "Program") -> Exporter:
    """Tables with types, a file each."""
    from healthsynth.export.database.parquet import ParquetFormat

    return ParquetFormat(program.concepts)


def postgres(settings: Settings, program: "Program") -> Exporter:
    """Tables in a database server."""
    from healthsynth.export.database.postgres import PostgresFormat

    return PostgresFormat(program.concepts)


def truth(settings: Settings, program: "Program") -> Exporter:
    """What was true of each life, and what caused every event."""
    from healthsynth.export.truth import TruthFormat

    return _packed(settings, TruthFormat(program))
