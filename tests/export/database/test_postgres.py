"""A real PostgreSQL: rows go in once, keys hold, what is not ours is refused, and passwords stay where they are.

These tests are left out where PostgreSQL's programs are not installed; `make conformance` installs them.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.base import Used
from healthsynth.export.database.postgres import PostgresFormat
from healthsynth.export.database.schema import TABLES
from tests.conformance.postgres import Server, binaries, server
from tests.export.collecting import Collected
from tests.export.records import CONCEPTS, sample_record

psycopg = pytest.importorskip("psycopg")
needs_server = pytest.mark.skipif(binaries() is None, reason="PostgreSQL's programs are not installed")
CHUNKS = [[sample_record(1), sample_record(2)], [sample_record(3, dead=True)]]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as made:
        yield made


@pytest.fixture
def url(running: Server, monkeypatch) -> str:
    """An empty database; its password is in the environment."""
    monkeypatch.setenv("PGPASSWORD", running.password)
    name = f"test_{uuid4().hex}"
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return running.url(name)


def write(url: str, chunks=(0, 1), *, done=(), replace=False, identity="a run", finish=True) -> Collected:
    """A run, or what is left of it; the database is told of chunks by their numbers."""
    exporter, out, used, taken = PostgresFormat(CONCEPTS), Collected(), Used(), []
    exporter.bind(url)
    exporter.prepare({"is": identity}, done, replace)
    for chunk in chunks:
        for record in CHUNKS[chunk]:
            exporter.add(record, out)
            used.add(record)
        exporter.store(chunk)
        taken.append(exporter.take())
    if finish:
        exporter.finish(used, taken, out)
    return out


def ask(url: str, query: str):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def tell(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def counts(url: str) -> dict[str, int]:
    return {table: ask(url, f"SELECT count(*) FROM healthsynth.{table}")[0][0] for table in TABLES}


@needs_server
def test_every_row_goes_in_and_keys_are_there(url):
    out = write(url)
    assert counts(url) == {table: out.counts[table] for table in TABLES}
    kinds = dict(ask(url, "SELECT contype::text, count(*) FROM pg_constraint WHERE convalidated "
                          "AND connamespace = 'healthsynth'::regnamespace GROUP BY 1"))  # fmt: skip
    assert kinds["p"] == len(TABLES) + 1  # and that of `chunks`
    assert kinds["f"] == sum(len(table.foreign) for table in TABLES.values())
    assert ask(url, "SELECT finished FROM healthsynth.run") == [(True,)]


@needs_server
def test_a_foreign_key_refuses_what_has_no_target(url):
    write(url)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        tell(url, "UPDATE healthsynth.conditions SET encounter = gen_random_uuid()")


@needs_server
def test_views_answer(url):
    write(url)
    numbers = ask(url, "SELECT count(*), count(DISTINCT (patient, code)) FROM healthsynth.latest_vitals")
    assert numbers[0][0] == numbers[0][1] > 10
    assert len(ask(url, "SELECT DISTINCT patient FROM healthsynth.active_problems")) == 2
    assert ask(url, "SELECT value_number = value::float FROM healthsynth.observations WHERE type = 'numeric'")[0] == (
        True,
    )


@needs_server
def test_a_chunk_that_is_there_is_not_stored_twice(url):
    write(url, finish=False)
    before = counts(url)
    write(url, done=(0,), finish=False)
    assert counts(url) == before


@needs_server
def test_a_run_that_was_killed_ends_the_same(url):
    write(url, (0,), finish=False)
    write(url, (0, 1))
    write(url, (0, 1), done=(0, 1))  # killed after the database was finished, before the manifest
    resumed = counts(url)
    write(url, replace=True)
    assert counts(url) == resumed


@needs_server
def test_a_transaction_that_fails_leaves_nothing_of_its_chunk(url):
    exporter = PostgresFormat(CONCEPTS)
    exporter.bind(url)
    exporter.prepare({}, (), False)
    exporter.add(CHUNKS[0][0], Collected())
    tell(url, "ALTER TABLE healthsynth.claims_transactions ADD CHECK (chargeid < 3)")
    with pytest.raises(HealthsynthError, match=r"the database refuses: .*violates check constraint"):
        exporter.store(0)
    assert set(counts(url).values()) == {0}
    assert ask(url, "SELECT count(*) FROM healthsynth.chunks") == [(0,)]


@needs_server
def test_another_run_is_refused_unless_it_may_be_replaced(url):
    write(url, (0,))
    with pytest.raises(HealthsynthError, match=r"holds another run in its schema 'healthsynth'.*--overwrite"):
        write(url, identity="another")
    write(url, identity="another", replace=True)
    assert counts(url)["patients"] == 3


@needs_server
def test_what_is_not_a_run_is_refused_and_left_alone(url):
    tell(url, "CREATE SCHEMA healthsynth; CREATE TABLE healthsynth.diary (day date)")
    for replace in (False, True):
        with pytest.raises(HealthsynthError, match="a schema 'healthsynth' that is not empty and not of a run"):
            write(url, replace=replace)
    assert ask(url, "SELECT count(*) FROM healthsynth.diary") == [(0,)]


@needs_server
def test_a_database_that_lacks_what_the_folder_has_is_told(url):
    write(url, (0,), finish=False)
    with pytest.raises(HealthsynthError, match="lacks 1 of the 2 parts that the output folder has"):
        write(url, done=(0, 1))


@needs_server
def test_a_wrong_password_is_one_sentence_without_it(url, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "not-the-password")
    with pytest.raises(HealthsynthError, match=r"cannot be reached: .*password authentication failed") as caught:
        write(url)
    assert "not-the-password" not in str(caught.value)
    assert caught.value.exit_code == 4


def test_a_server_that_is_not_there_is_one_sentence_without_the_password():
    with pytest.raises(HealthsynthError, match=r"the database cannot be reached: .*refused") as caught:
        write("postgresql://ada:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "needs a database: --database-url"),
        ("no such thing", "cannot be read"),
        ("postgresql://h/d?x=y", "cannot be read"),
    ],
)
def test_no_url_or_a_broken_one_is_wrong_usage(url, words):
    with pytest.raises(UsageError, match=words):
        PostgresFormat(CONCEPTS).bind(url)


def test_without_psycopg_one_sentence_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"pip install 'healthsynth\[postgres\]'"):
        PostgresFormat(CONCEPTS).bind("postgresql://localhost/test")
