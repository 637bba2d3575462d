"""healthsynth.duckdb: all tables with their keys and views, in one file that DuckDB opens.

Equal runs hold equal rows in equal order. The files differ in some bytes all the same: DuckDB gives each an identifier by chance.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from healthsynth.export.base import Appended, Files, Json, Output, Used
from healthsynth.export.database import sql
from healthsynth.export.database.ducks import opened, selection, version, write_text
from healthsynth.export.database.rows import VERSION, Rows
from healthsynth.export.database.schema import TABLES, Table
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

NAME = "healthsynth.duckdb"
_GROWN = 0.5  # bytes of the file for each of text


class DuckdbFormat:
    """The format.

    Args:
        concepts: the program's concepts by name.
    Raises:
        UsageError: DuckDB is not installed.
    """

    folders = (NAME,)

    def __init__(self, concepts: Mapping[str, Concept]):
        self.schema = f"{VERSION}, {version('duckdb')}; equal runs have equal rows, not equal bytes"
        self._rows = Rows(concepts)
        self._shared: dict[str, str] = {}

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self._rows.of(record, out).items():
            out.append(f"{NAME}/{table}", rows.encode())

    def take(self) -> Json:
        return self._rows.take()

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        self._shared = self._rows.shared(used, taken, out)

    def merge(self, appended: Appended, out: Files) -> None:
        def write(path: Path) -> None:
            with opened(path, NAME) as connection:
                for table in TABLES.values():
                    shared = self._shared.get(table.name)
                    text = out.scratch / "rows"
                    write_text(text, appended.read(f"{NAME}/{table.name}") if shared is None else (shared.encode(),))
                    connection.execute(create(table))
                    connection.execute(f"INSERT INTO {table.name} {selection(table, text)}")
                    text.unlink()
                for statement in (*sql.views(), *sql.comments(), "CHECKPOINT"):
                    connection.execute(statement)

        out.make(NAME, write)

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        return 1, round(sum(appended.values()) * _GROWN)


def create(table: Table) -> str:
    """The statement that makes a table. DuckDB cannot add foreign keys later."""
    columns = [f"{field.name} {sql.type_of(field)}{sql.null(field)}" for field in table.fields]
    return f"CREATE TABLE {table.name} ({', '.join([*columns, sql.primary(table), *sql.foreign(table)])})"
