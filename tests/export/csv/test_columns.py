"""The contract of every column: name, place, format, whether it may be empty, and that it says what it means."""

import re

import pytest

from healthsynth.export.csv import SCHEMA_VERSION, TABLES, Column, CsvExporter
from tests.export.csv.layout import HEADERS, population

COLUMNS = [
    pytest.param(table, place, column, id=f"{table}.{column.name}")
    for table, columns in TABLES.items()
    for place, column in enumerate(columns)
]


def test_the_tables_are_those_of_the_layout():
    assert set(TABLES) == set(HEADERS)


@pytest.mark.parametrize("table", HEADERS)
def test_the_header_is_the_layouts(table: str):
    assert CsvExporter.header(table) == HEADERS[table] + "\n"


def test_the_schema_version_names_the_layout():
    assert SCHEMA_VERSION.startswith("synthea-3.3.0/")


@pytest.mark.parametrize(("table", "place", "column"), COLUMNS)
def test_a_column_keeps_its_contract(table: str, place: int, column: Column):
    assert HEADERS[table].split(",")[place] == column.name
    assert len(column.meaning) > 1
    values = [row[column.name] for row in population()[table]]
    assert values, f"no row of {table} to look at"
    wrong = [value for value in values if not re.fullmatch(column.pattern, value)]
    assert wrong == []
    if "always empty" in column.meaning:
        assert not column.required
        assert set(values) == {""}
    else:
        assert any(values), "never filled, but its meaning does not say so"
