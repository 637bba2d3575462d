"""parquet/<table>.parquet: typed columns, in the order of patients. The same bytes for the same version of DuckDB, which writes it."""

from collections.abc import Mapping
from pathlib import Path

from healthsynth.export.base import Appended, Files
from healthsynth.export.database.ducks import opened, selection, version
from healthsynth.export.database.gathered import GatheredRows
from healthsynth.export.database.rows import VERSION
from healthsynth.export.database.schema import TABLES, Table
from healthsynth.export.database.sql import literal
from healthsynth.vocabulary import Concept

_IDS = {"uuid": "text"}  # few readers of Parquet know its UUIDs
# Ids differ in nearly every row: a dictionary of them is made for nothing, and codes need less than this. Bloom filters find
# single values without reading a column; whoever reads these files reads columns.
_OPTIONS = "COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000, WRITE_BLOOM_FILTER false"
_SHRUNK = 0.05  # bytes of Parquet for each of text


class ParquetFormat(GatheredRows):
    """The format.

    Args:
        concepts: the program's concepts by name.
    Raises:
        UsageError: DuckDB is not installed.
    """

    top = "parquet"

    def __init__(self, concepts: Mapping[str, Concept]):
        self.schema = f"{VERSION}, {version('parquet')}"
        super().__init__(concepts)

    def merge(self, appended: Appended, out: Files) -> None:
        text = out.scratch / "rows"
        with opened(":memory:", "Parquet files") as connection:
            for table in TABLES.values():

                def write(path: Path, table: Table = table) -> None:
                    self._write_rows(table, appended, text)
                    connection.execute(_copy(table, text, path))
                    text.unlink()

                out.make(f"parquet/{table.name}.parquet", write)

    def forecast(self, appended: Mapping[str, int]) -> tuple[int, int]:
        return len(TABLES), round(sum(appended.values()) * _SHRUNK)


def _copy(table: Table, text: Path, path: Path) -> str:
    """The statement that writes a file of rows as Parquet."""
    return f"COPY ({selection(table, text, _IDS)}) TO {literal(str(path))} (FORMAT parquet, {_OPTIONS})"
