"""healthsynth.duckdb: all tables with their keys and views, in one file that DuckDB opens.

Equal runs hold equal rows in equal order. The files differ in some bytes all the same: DuckDB gives each an identifier by chance.
"""

from collections.abc import Mapping
from pathlib import Path

from healthsynth.export.base import Appended, Files
from healthsynth.export.database import sql
from healthsynth.export.database.ducks import opened, selection, version
from healthsynth.export.database.gathered import GatheredRows
from healthsynth.export.database.rows import VERSION
from healthsynth.export.database.schema import TABLES, Table
from healthsynth.vocabulary import Concept

NAME = "healthsynth.duckdb"
_GROWN = 0.5  # bytes of the file for each of text


class DuckdbFormat(GatheredRows):
    """The format.

    Args:
        concepts: the program's concepts by name.
    Raises:
        UsageError: DuckDB is not installed.
    """

    top = NAME

    def __init__(self, concepts: Mapping[str, Concept]):
        self.schema = f"{VERSION}, {version('duckdb')}; equal runs have equal rows, not equal bytes"
        super().__init__(concepts)

    def merge(self, appended: Appended, out: Files) -> None:
        def write(path: Path) -> None:
            with opened(path, NAME) as connection:
                for table in TABLES.values():
                    text = out.scratch / "rows"
                    self._write_rows(table, appended, text)
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
