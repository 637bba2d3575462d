"""A schema `healthsynth` in a PostgreSQL database: all tables with their keys, indexes and views.

    healthsynth.run      one row: which run this is, and whether it has come to its end
    healthsynth.chunks   the chunks that are there, each entered in the transaction that brought its rows

Rows go in by COPY, a transaction a chunk; keys, indexes and views come at the end, in one transaction, which checks them all.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.base import Json, Output, Used
from healthsynth.export.database import sql
from healthsynth.export.database.rows import VERSION, Rows
from healthsynth.export.database.schema import SHARED, TABLES, Table
from healthsynth.record.record import Record
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    import psycopg

SCHEMA = "healthsynth"
_AT = f"{SCHEMA}."
_PATIENCE = 10  # seconds for a connection
_INDEXES = {  # beside those of keys
    "patients": ("last",),
    "encounters": ("start",),
    "conditions": ("code",),
    "observations": ("patient, code, date",),
    "medications": ("code",),
    "procedures": ("code",),
    "immunizations": ("code",),
}


class PostgresFormat:
    """The format.

    Args:
        concepts: the program's concepts by name.
    """

    folders: tuple[str, ...] = ()
    schema = VERSION

    def __init__(self, concepts: Mapping[str, Concept]):
        self._rows = Rows(concepts)
        self._target: str | None = None
        self._held: dict[str, list[str]] = {}

    def heads(self) -> Mapping[str, bytes]:
        return {}

    def add(self, record: Record, out: Output) -> None:
        for table, rows in self._rows.of(record, out).items():
            self._held.setdefault(table, []).append(rows)

    def take(self) -> Json:
        return self._rows.take()

    def bind(self, target: str | None) -> None:
        if target is None:
            raise UsageError(
                "the format 'postgres' needs a database: --database-url postgresql://host/name, or DATABASE_URL"
            )
        try:
            import psycopg
        except ImportError:
            raise UsageError("the format 'postgres' needs psycopg: pip install 'healthsynth[postgres]'") from None
        try:
            psycopg.conninfo.conninfo_to_dict(target)
        except psycopg.Error:
            raise UsageError(
                "the database URL cannot be read; it looks like postgresql://user@host:5432/name"
            ) from None
        self._target = target

    def prepare(self, identity: Json, done: Collection[int], replace: bool) -> None:
        which = orjson.dumps(identity, option=orjson.OPT_SORT_KEYS).decode()
        with self._connected() as connection, connection.transaction():
            there = _run(connection)
            if there is None or replace:
                _refuse_what_is_there(connection, there)
                _create(connection, which)
                there = which
            if there != which:
                raise HealthsynthError(
                    f"the database holds another run in its schema '{SCHEMA}'; choose another database, replace the run with "
                    "--overwrite, or finish it with --resume and its own settings"
                )
            found = {row[0] for row in connection.execute(f"SELECT chunk FROM {_AT}chunks")}
            lost = sorted(set(done) - found)
            if lost:
                raise HealthsynthError(
                    f"the database lacks {len(lost):,} of the {len(done):,} parts that the output folder has; "
                    "start again with --overwrite"
                )

    def store(self, chunk: int) -> None:
        held, self._held = self._held, {}
        with self._connected() as connection, connection.transaction():
            entered = connection.execute(
                f"INSERT INTO {_AT}chunks (chunk) VALUES (%s) ON CONFLICT DO NOTHING", (chunk,)
            )
            if entered.rowcount:  # else a run that was killed has brought it
                for table, rows in held.items():
                    _copy(connection, TABLES[table], rows)

    def finish(self, used: Used, taken: Iterable[Json], out: Output) -> None:
        shared = self._rows.shared(used, taken, out)
        with self._connected() as connection, connection.transaction():
            row = connection.execute(f"SELECT finished FROM {_AT}run FOR UPDATE").fetchone()
            if row is None or row[0]:
                return
            for table in SHARED:
                _copy(connection, TABLES[table], [shared[table]])
            for statement in _ending():
                connection.execute(statement.encode())
            connection.execute(f"UPDATE {_AT}run SET finished = true")

    @contextmanager
    def _connected(self) -> "Iterator[psycopg.Connection[Any]]":
        """A connection for one purpose, whose mistakes become sentences without the URL."""
        import psycopg

        try:
            with psycopg.connect(self._target or "", connect_timeout=_PATIENCE, autocommit=True) as connection:
                connection.execute("SET client_encoding = 'UTF8'")
                yield connection
        except psycopg.OperationalError as error:
            raise HealthsynthError(f"the database cannot be reached: {_said(error)}") from None
        except psycopg.Error as error:
            raise HealthsynthError(f"the database refuses: {_said(error)}") from None


def _said(error: Exception) -> str:
    """The first line of what the server or its library says; neither speaks of passwords."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _run(connection: "psycopg.Connection[Any]") -> str | None:
    """The run that is there; None if there is none."""
    exists = connection.execute("SELECT to_regclass(%s)", (f"{_AT}run",)).fetchone()
    if exists is None or exists[0] is None:
        return None
    row = connection.execute(f"SELECT identity FROM {_AT}run").fetchone()
    return None if row is None else str(row[0])


def _refuse_what_is_there(connection: "psycopg.Connection[Any]", run: str | None) -> None:
    """A run that may be replaced goes; anything else in the schema stays, and is a reason to stop."""
    if run is not None:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        return
    row = connection.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s", (SCHEMA,)
    ).fetchone()
    if row is not None and row[0]:
        raise HealthsynthError(
            f"the database has a schema '{SCHEMA}' that is not empty and not of a run; choose another database"
        )


def _create(connection: "psycopg.Connection[Any]", identity: str) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.execute(f"CREATE TABLE {_AT}run (identity text NOT NULL, finished boolean NOT NULL)")
    connection.execute(f"CREATE TABLE {_AT}chunks (chunk bigint PRIMARY KEY)")
    connection.execute(f"INSERT INTO {_AT}run VALUES (%s, false)", (identity,))
    for table in TABLES.values():
        columns = [
            f"{field.name} {sql.type_of(field)}"
            + (
                f" GENERATED ALWAYS AS ({field.computed.format(value='value::double precision')}) STORED"
                if field.computed
                else sql.null(field)
            )
            for field in table.fields
        ]
        connection.execute(f"CREATE TABLE {_AT}{table.name} ({', '.join(columns)})".encode())


def _copy(connection: "psycopg.Connection[Any]", table: Table, rows: Iterable[str]) -> None:
    names = ", ".join(field.name for field in table.stored)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_AT}{table.name} ({names}) FROM STDIN (FORMAT csv)".encode()) as copy,
    ):
        for text in rows:
            copy.write(text)


def _ending() -> Iterator[str]:
    """What makes a database of rows: keys, indexes, views, comments, statistics."""
    for table in TABLES.values():
        yield f"ALTER TABLE {_AT}{table.name} ADD {sql.primary(table)}"
    for table in TABLES.values():
        for constraint in sql.foreign(table, _AT):
            yield f"ALTER TABLE {_AT}{table.name} ADD {constraint}"
        for columns in dict.fromkeys((*table.foreign, *_INDEXES.get(table.name, ()))):
            if columns != table.primary[0]:
                yield f"CREATE INDEX ON {_AT}{table.name} ({columns})"
    yield from sql.views(_AT)
    yield from sql.comments(_AT)
    for table in TABLES.values():
        yield f"ANALYZE {_AT}{table.name}"
