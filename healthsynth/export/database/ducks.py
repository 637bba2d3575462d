"""What Parquet and DuckDB files share: a DuckDB that always does the same, and reads our rows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.database.schema import Table
from healthsynth.export.database.sql import literal, type_of

if TYPE_CHECKING:
    import duckdb

_BUFFER = 8 << 20  # bytes of text at once: filling DuckDB's usual 32 MB for every table costs more than reading does


def version(format_: str) -> str:
    """DuckDB's version, which decides bytes.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise UsageError(f"the format '{format_}' needs DuckDB: pip install 'healthsynth[{format_}]'") from None
    return f"DuckDB {duckdb.__version__}"


@contextmanager
def opened(path: Path | str, what: str) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection with one thread, since several finish in any order; its mistakes become ours.

    Args:
        path: a file, or ":memory:".
        what: for messages.
    """
    import duckdb

    try:
        with duckdb.connect(str(path)) as connection:
            connection.execute("SET threads = 1; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
            yield connection
    except duckdb.Error as error:
        raise HealthsynthError(f"DuckDB cannot write {what}: {str(error).splitlines()[0]}") from error


def write_text(path: Path, blocks: Iterable[bytes]) -> None:
    """Put rows where DuckDB can read them."""
    with path.open("wb") as file:
        for block in blocks:
            file.write(block)


def selection(table: Table, path: Path, types: dict[str, str] | None = None) -> str:
    """The SELECT that reads a file of rows, with the computed columns.

    Args:
        types: by format, where they differ from those in `sql`.
    """
    columns = ", ".join(
        f"{literal(field.name)}: {literal((types or {}).get(field.format) or type_of(field))}" for field in table.stored
    )
    names = ", ".join(
        f"{field.computed.format(value='TRY_CAST(value AS double)')} AS {field.name}" if field.computed else field.name
        for field in table.fields
    )
    return (
        f"SELECT {names} FROM read_csv({literal(str(path))}, header = false, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', new_line = '\\n', nullstr = '', buffer_size = {_BUFFER}, columns = {{{columns}}})"
    )
