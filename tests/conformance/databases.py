"""Do Parquet, DuckDB and PostgreSQL hold what the manifest says, do all keys hold, and does a killed write end the same?

The server is a real PostgreSQL, started here on 127.0.0.1. Keys are looked at by asking for rows that break them, not by trusting
that they are declared.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg

from healthsynth.export.database.schema import TABLES
from healthsynth.export.database.sql import VIEWS, type_of
from healthsynth.run.chunks import SIZE
from tests.conformance.populations import command
from tests.conformance.postgres import Server, server
from tests.conformance.processes import kill_all, start
from tests.conformance.sameness import difference, fingerprints
from tests.conformance.verdict import BUILD, Options, Verdict, alone

KILLS = 3
FORMATS = ("-f", "parquet", "-f", "duckdb", "-f", "postgres", "-f", "csv")
FILE = "healthsynth.duckdb"
_AT = "healthsynth."


def check(options: Options) -> Iterator[Verdict]:
    """A run into all of them at once; then another that is killed and resumed."""
    home = BUILD / "databases"
    shutil.rmtree(home, ignore_errors=True)
    with server() as made:
        for name in ("whole", "killed"):
            with _postgres(made) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
        _run(made, options, home / "whole", "whole")
        yield _counted(options, home / "whole", made)
        yield _keys(home / "whole", made)
        yield _the_same_rows(home, made)
        yield _killed(options, home, made)
    shutil.rmtree(home)


def _command(made: Server, options: Options, output: Path, database: str) -> list[str]:
    more = (*FORMATS, "--database-url", made.url(database), "--workers", "2")
    return command(options.databases, options.seed, output, *more)


def _run(made: Server, options: Options, output: Path, database: str) -> None:
    subprocess.run(_command(made, options, output, database), check=True, env={**os.environ, **made.environment})


def _postgres(made: Server, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(made.url(database), password=made.password, autocommit=True)


# --- what a run wrote -------------------------------------------------------------------------------------------------
def _counted(options: Options, output: Path, made: Server) -> Verdict:
    """Rows of every table, three times, beside the manifest's."""
    told = json.loads((output / "manifest.json").read_bytes())["counts"]["by_format"]
    wrong = []
    with duckdb.connect(str(output / FILE), read_only=True) as file, _postgres(made, "whole") as connection:
        for table in TABLES:
            parquet = f"SELECT count(*) FROM '{output}/parquet/{table}.parquet'"
            found = {
                "parquet": duckdb.execute(parquet).fetchone(),
                "duckdb": file.execute(f"SELECT count(*) FROM {table}").fetchone(),
                "postgres": connection.execute(f"SELECT count(*) FROM {_AT}{table}".encode()).fetchone(),
            }
            wrong += [
                f"{table}: {name} has {rows}, the manifest {told[name].get(table, 0):,}"
                for name, rows in found.items()
                if rows is None or rows[0] != told[name].get(table, 0)
            ]
    total = sum(told["postgres"].values())
    return Verdict(
        f"rows of {options.databases:,} patients in Parquet, DuckDB and PostgreSQL", not wrong and total > 0,
        f"{total:,} in {len(TABLES)} tables each, {len(wrong)} tables differ from the manifest", "target 0", tuple(wrong),
    )  # fmt: skip


def _broken_keys() -> Iterator[tuple[str, str]]:
    """(key, a query that counts what breaks it); tables as {table}."""
    for table in TABLES.values():
        key = ", ".join(table.primary)
        yield (
            f"{table.name} ({key})",
            f"SELECT count(*) FROM (SELECT {key} FROM {{{table.name}}} GROUP BY {key} HAVING count(*) > 1) twice",
        )
        for column, target in table.foreign.items():
            yield (
                f"{table.name}.{column} -> {target}",
                f"SELECT count(*) FROM {{{table.name}}} a LEFT JOIN {{{target}}} b ON b.id = a.{column} "
                f"WHERE a.{column} IS NOT NULL AND b.id IS NULL",
            )


def _keys(output: Path, made: Server) -> Verdict:
    plain = {name: name for name in TABLES}
    theirs = {name: f"{_AT}{name}" for name in TABLES}
    wrong, looked = [], 0
    with duckdb.connect(str(output / FILE), read_only=True) as file, _postgres(made, "whole") as connection:
        for key, query in _broken_keys():
            looked += 1
            for where, row in (
                ("DuckDB", file.execute(query.format(**plain)).fetchone()),
                ("PostgreSQL", connection.execute(query.format(**theirs).encode()).fetchone()),
            ):
                if row != (0,):
                    wrong.append(f"{where}: {key}: {row}")
        declared = connection.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype IN ('p', 'f') AND convalidated "
            "AND connamespace = 'healthsynth'::regnamespace AND conrelid <> 'healthsynth.chunks'::regclass"
        ).fetchone()
        of_file = file.execute(
            "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')"
        ).fetchone()
        empty = [view.name for view in VIEWS if not file.execute(f"SELECT count(*) FROM {view.name}").fetchone()]
    if declared != (looked,) or of_file != (looked,):
        wrong.append(f"declared: {declared} in PostgreSQL and {of_file} in DuckDB, of {looked}")
    return Verdict(
        "primary and foreign keys in DuckDB and PostgreSQL", not wrong and not empty,
        f"{looked} keys each, {len(wrong)} broken", "target 0", (*wrong, *empty),
    )  # fmt: skip


def _the_same_rows(home: Path, made: Server) -> Verdict:
    """Parquet and PostgreSQL against the DuckDB file, both ways, as typed values."""
    output = home / "whole"
    wrong = []
    with duckdb.connect(str(output / FILE), read_only=True) as file, _postgres(made, "whole") as connection:
        file.execute("SET TimeZone = 'UTC'")
        for table in TABLES.values():
            dump = home / "dump.csv"
            _dump(connection, table.name, dump)
            types = ", ".join(f"'{field.name}': '{type_of(field)}'" for field in table.fields)
            others = {
                "Parquet": f"(SELECT * FROM '{output}/parquet/{table.name}.parquet')",
                "PostgreSQL": f"read_csv('{dump}', header = true, auto_detect = false, nullstr = '', quote = '\"', "
                f"escape = '\"', delim = ',', columns = {{{types}}})",
            }
            columns = ", ".join(f"{field.name}::{type_of(field)} AS {field.name}" for field in table.fields)
            for name, other in others.items():
                theirs, ours = f"SELECT {columns} FROM {other}", f"SELECT {columns} FROM {table.name}"
                for left, right in ((theirs, ours), (ours, theirs)):
                    row = file.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchone()
                    if row != (0,):
                        wrong.append(f"{table.name}: {row} rows differ between DuckDB and {name}")
            dump.unlink()
    return Verdict(
        "the same rows in Parquet, DuckDB and PostgreSQL",
        not wrong,
        f"{len(wrong)} tables differ",
        "target 0",
        tuple(wrong),
    )


def _dump(connection: "psycopg.Connection[tuple[object, ...]]", table: str, path: Path) -> None:
    columns = ", ".join(field.name for field in TABLES[table].fields)
    order = ", ".join(TABLES[table].primary)
    query = f"COPY (SELECT {columns} FROM {_AT}{table} ORDER BY {order}) TO STDOUT (FORMAT csv, HEADER)"
    with connection.cursor() as cursor, path.open("wb") as file:
        cursor.execute("SET TimeZone = 'UTC'")
        with cursor.copy(query.encode()) as copy:
            for block in copy:
                file.write(block)


# --- what a killed run wrote ------------------------------------------------------------------------------------------
def _killed(options: Options, home: Path, made: Server) -> Verdict:
    """Kill, resume, kill, resume ... and compare databases and files with those of the undisturbed run.

    The last kill comes when all chunks are there, while files are merged and keys are made.
    """
    output, log = home / "killed", home / "killed.log"
    os.environ.update(made.environment)  # for `start`, which hands its own on
    run = _command(made, options, output, "killed")
    chunks, moments, stages = -(-options.databases // SIZE), random.Random(options.seed), []
    for number in range(1, KILLS + 1):
        leader = start([*run, *(["--resume"] if stages else [])], log)
        while leader.poll() is None and _stage(made) < chunks * number // KILLS:
            time.sleep(0.05)
        time.sleep(moments.uniform(0, 0.3))
        ended = leader.poll()
        if ended is not None:
            return Verdict(
                "kill -9 of a database's run",
                False,
                f"it ended by itself with {ended}",
                "killed",
                (log.read_text()[-300:],),
            )
        kill_all(leader)
        stages.append(_stage(made))
        if options.small and number == KILLS - 1:
            break  # the last kill has a second at most to happen in
    done = subprocess.run([*run, "--resume"], capture_output=True, text=True, check=False)
    wrong = [done.stderr[-300:]] if done.returncode else _different(home, made)
    return Verdict(
        f"kill -9 {len(stages)} times while {options.databases:,} patients are written, then --resume", not wrong,
        f"{len(wrong)} differences; killed at {', '.join(map(str, stages))} of {chunks} chunks", "target 0", tuple(wrong),
    )  # fmt: skip


def _stage(made: Server) -> int:
    """How many chunks the database had."""
    with _postgres(made, "killed") as connection:
        if connection.execute("SELECT to_regclass('healthsynth.chunks')").fetchone() == (None,):
            return 0
        row = connection.execute("SELECT count(*) FROM healthsynth.chunks").fetchone()
        return int(str(row[0])) if row else 0


def _different(home: Path, made: Server) -> list[str]:
    wrong = []
    files = [fingerprints(home / name) for name in ("whole", "killed")]
    # The bytes of a DuckDB file are its own; its rows are compared.
    for found in files:
        found.pop(FILE)
    wrong += [path for path in difference(*files) if path != "manifest.json"]
    for table in TABLES:
        prints = []
        for name in ("whole", "killed"):
            with _postgres(made, name) as connection:
                _dump(connection, table, home / "dump.csv")
            with (home / "dump.csv").open("rb") as dump:
                prints.append(hashlib.file_digest(dump, "sha256").hexdigest())
        if prints[0] != prints[1]:
            wrong.append(f"PostgreSQL: {table}")
        rows = []
        for name in ("whole", "killed"):
            with duckdb.connect(str(home / name / FILE), read_only=True) as file:
                file.execute("SET threads = 1")
                rows.append(file.execute(f"SELECT md5(string_agg(t::text, chr(10))) FROM {table} t").fetchone())
        if rows[0] != rows[1]:
            wrong.append(f"DuckDB: {table}")
    return wrong


if __name__ == "__main__":
    alone(check, __doc__)
