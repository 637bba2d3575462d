"""Parquet files and the DuckDB file: types, values, keys, views, and the same bytes or rows again."""

import csv
import datetime
from decimal import Decimal
from io import StringIO

import duckdb
import pytest

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.csv import KEYED
from healthsynth.export.database import ducks
from healthsynth.export.database.duckdb_file import NAME, DuckdbFormat
from healthsynth.export.database.parquet import ParquetFormat
from healthsynth.export.database.schema import TABLES
from healthsynth.export.formats import CsvFormat
from tests.export.collecting import Collected, written
from tests.export.records import CONCEPTS, sample_record

CHUNKS = [[sample_record(1), sample_record(2)], [sample_record(3, dead=True)]]
SHARED = ("organizations", "providers", "payers")


@pytest.fixture(scope="module")
def parquet(tmp_path_factory) -> Collected:
    return written(ParquetFormat(CONCEPTS), CHUNKS, tmp_path_factory.mktemp("parquet"))


@pytest.fixture(scope="module")
def text() -> Collected:
    from types import SimpleNamespace

    return written(CsvFormat(SimpleNamespace(concepts=CONCEPTS)), CHUNKS)


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> "duckdb.DuckDBPyConnection":
    folder = tmp_path_factory.mktemp("duckdb")
    out = written(DuckdbFormat(CONCEPTS), CHUNKS, folder)
    (folder / NAME).write_bytes(out.files[NAME])
    return duckdb.connect(str(folder / NAME))


def read(parquet: Collected, table: str, folder) -> "duckdb.DuckDBPyRelation":
    path = folder / f"{table}.parquet"
    path.write_bytes(parquet.files[f"parquet/{table}.parquet"])
    return duckdb.sql(f"SELECT * FROM '{path}'")


@pytest.mark.parametrize("table", TABLES)
def test_parquet_has_the_rows_of_the_csv_files_in_their_order(table, parquet, text, tmp_path):
    content = text.files[f"csv/{table}.csv"] if table in SHARED else text.appended.get(f"csv/{table}.csv", b"")
    lines = list(csv.reader(StringIO(content.decode())))[table in SHARED :]
    layout = [field for field in TABLES[table].stored if field.name != "id" or table not in KEYED]
    words = [(place, field.name) for place, field in enumerate(layout) if field.format in ("text", "word", "code")]
    found = read(parquet, table, tmp_path)
    rows = found.project(", ".join(name for _, name in words)).fetchall()
    assert [[value or "" for value in row] for row in rows] == [[line[place] for place, _ in words] for line in lines]
    assert len(rows) == parquet.counts[table]


def test_columns_have_types(parquet, tmp_path):
    found = read(parquet, "claims_transactions", tmp_path)
    types = dict(zip(found.columns, map(str, found.types), strict=True))
    expected = {
        "id": "VARCHAR",
        "amount": "DECIMAL(14,2)",
        "fromdate": "TIMESTAMP WITH TIME ZONE",
        "chargeid": "BIGINT",
    }
    assert {name: types[name] for name in expected} == expected


def test_values_survive_quotes_accents_and_cents(parquet, tmp_path):
    columns = "first, last, address, birthdate, deathdate, healthcare_expenses"
    first, last, address, birth, death, expenses = read(parquet, "patients", tmp_path).project(columns).fetchall()[0]
    assert (first, last, address) == ("María", "Núñez", '12 Elm "B" Street')
    assert (birth, death) == (datetime.date(1967, 3, 9), None)
    assert isinstance(expenses, Decimal)
    assert expenses > 0


def test_numeric_results_have_a_number(parquet, tmp_path):
    found = read(parquet, "observations", tmp_path)
    rows = found.project("type, value, value_number").fetchall()
    assert {kind for kind, _, _ in rows} == {"numeric", "text"}
    assert all((number is None) if kind == "text" else number == float(value) for kind, value, number in rows)


def test_parquet_is_the_same_again(parquet, tmp_path):
    assert written(ParquetFormat(CONCEPTS), CHUNKS, tmp_path).files == parquet.files


def test_chunks_do_not_show_in_parquet(parquet, tmp_path):
    alone = [[record] for chunk in CHUNKS for record in chunk]
    assert written(ParquetFormat(CONCEPTS), alone, tmp_path).files == parquet.files


# --- the DuckDB file --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("table", TABLES)
def test_the_file_has_the_rows_of_parquet(table, database, parquet, tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(parquet.files[f"parquet/{table}.parquet"])
    theirs, ours = f"(SELECT * FROM '{path}')", table
    for left, right in ((theirs, ours), (ours, theirs)):
        query = f"SELECT count(*) FROM (SELECT columns(*)::text FROM {left} EXCEPT ALL SELECT columns(*)::text FROM {right})"
        assert database.execute(query).fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO conditions SELECT * FROM conditions LIMIT 1",
        "INSERT INTO conditions SELECT * REPLACE (uuid() AS id, uuid() AS encounter) FROM conditions LIMIT 1",
        "INSERT INTO conditions SELECT * REPLACE (uuid() AS id, NULL AS code) FROM conditions LIMIT 1",
        "INSERT INTO observations SELECT * FROM observations LIMIT 1",
        "INSERT INTO claims_transactions SELECT * REPLACE (uuid() AS id, uuid() AS claimid) FROM claims_transactions LIMIT 1",
    ],
)
def test_what_breaks_a_key_is_refused(statement, database):
    with pytest.raises(duckdb.ConstraintException):
        database.execute(statement)


def test_active_problems_are_those_of_the_living_without_an_end(database):
    found = set(database.execute("SELECT patient, description FROM active_problems").fetchall())
    expected = database.execute(
        "SELECT patient, description FROM conditions WHERE stop IS NULL AND patient IN (SELECT id FROM patients WHERE deathdate IS NULL)"
    ).fetchall()
    assert found == set(expected)
    assert len({patient for patient, _ in found}) == 2  # the third has died


def test_latest_vitals_have_one_value_of_each_kind(database):
    rows = database.execute("SELECT patient, code FROM latest_vitals").fetchall()
    assert len(set(rows)) == len(rows) > 10
    later = (
        "SELECT count(*) FROM latest_vitals v JOIN observations o "
        "ON o.patient = v.patient AND o.code = v.code AND o.date > v.date"
    )
    assert database.execute(later).fetchone() == (0,)


def test_medications_now_are_taken_by_the_living(database):
    rows = database.execute("SELECT patient, description FROM medications_now").fetchall()
    assert CONCEPTS["lisinopril_10mg"].primary.display in {text for _, text in rows}
    assert CONCEPTS["metformin_500mg"].primary.display not in {text for _, text in rows}  # it was stopped
    assert len({patient for patient, _ in rows}) == 2  # the third has died


def test_columns_and_views_say_what_they_mean(database):
    rows = database.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name IN (SELECT table_name FROM duckdb_tables())"
    ).fetchall()
    assert len(rows) == sum(len(table.fields) for table in TABLES.values())
    assert all(comment for (comment,) in rows)


def test_without_duckdb_one_sentence_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"the format 'parquet' needs DuckDB: pip install 'healthsynth\[parquet\]'"):
        ParquetFormat(CONCEPTS)


def test_a_mistake_of_duckdb_is_one_sentence(tmp_path):
    with pytest.raises(HealthsynthError, match="DuckDB cannot write x: "), ducks.opened(":memory:", "x") as connection:
        connection.execute(f"COPY (SELECT 1) TO '{tmp_path}/no/such/folder/x.parquet' (FORMAT parquet)")
