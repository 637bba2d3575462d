"""Rows of text -> pandas frames with types, for the Python API. pandas is imported when a frame is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import StringIO
from typing import TYPE_CHECKING

from healthsynth.errors import UsageError, near
from healthsynth.export.csv import TABLES, CsvExporter

if TYPE_CHECKING:
    import pandas


def frame(rows: Iterable[Mapping[str, str]], table: str) -> pandas.DataFrame:
    """One table of a population.

    Args:
        rows: what `CsvExporter.rows` (or `shared`) gave, once a record.
        table: a name of export.csv.TABLES, e.g. "conditions".
    Returns:
        A row each, in the order they came, columns as in the file; empty fields are missing values. Days are
        datetime64[s], moments datetime64[s, UTC], amounts and values Float64, counts Int64, all else string.
    Raises:
        UsageError: there is no such table.
    """
    import pandas

    if table not in TABLES:
        raise UsageError(f"there is no table '{table}'; {near(table, TABLES) or 'there are ' + ', '.join(TABLES)}")
    text = CsvExporter.header(table) + "".join(part.get(table, "") for part in rows)
    found = pandas.read_csv(StringIO(text), dtype="string", keep_default_na=False, na_values=[""])
    for column in TABLES[table]:
        if column.dtype == "datetime64[s, UTC]":
            found[column.name] = pandas.to_datetime(found[column.name], utc=True).dt.as_unit("s")
        elif column.dtype != "string":
            found[column.name] = found[column.name].astype(column.dtype)  # type: ignore[call-overload]
    return found
