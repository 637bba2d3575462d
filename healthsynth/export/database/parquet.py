"""parquet/<table>.parquet: typed columns, in the order of patients. The same bytes for the same version of DuckDB, which writes it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from healthsynth.export.base import Appended, Files, Json, Output, Used
from healthsynth.export.database.ducks import opened, selection, version, write_text
from healthsynth.export.database.rows import VERSION, Rows
from healthsynth.export.database.schema import TABLES, Table
from healthsynth.export.database.sql import literal
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

_IDS = {"uuid": "text"}  # few readers of Parquet know its UUIDs
_SHRUNK = 0.05  # bytes of Parquet for each of text


class ParquetFormat:
    """The format.

    Args:
        concepts: the program's concepts by name.
    Raises:
        UsageError: DuckDB is not installed.
    """

    folders = ("parquet",)

    def __init__(self, concepts: Mapping[str, Concept]):
        self.schema = f"{VERSION}, {version('parquet')}"
        self._rows = Rows(concepts)
        self._shared: dict[str, str] = {}

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self._rows.of(record, out).items():
            out.append(f"parquet/{table}", rows.encode())

    def take(self) -> Json:
        return self._rows.take()

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self._shared = self._rows.shared(used, taken, out)

    def merge(self, appended: Appended, out: Files) -> None:
        text = out.scratch / "rows"
        with opened(":memory:", "Parquet files") as connection:
            for table in TABLES.values():

                def write(path: Path, table: Table = table) -> None:
                    shared = self._shared.get(table.name)
                    write_text(text, appended.read(f"parquet/{table.name}") if shared is None else (shared.encode(),))
                    connection.execute(_copy(table, text, path))
                    text.unlink()

                out.make(f"parquet/{table.name}.parquet", write)

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        return len(TABLES), round(sum(appended.values()) * _SHRUNK)


def _copy(table: Table, text: Path, path: Path) -> str:
    """The statement that writes a file of rows as Parquet."""
    return f"COPY ({selection(table, text, _IDS)}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
