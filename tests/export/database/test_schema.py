"""The tables of databases: keys name columns that are there, and nothing is lost from the layout."""

import pytest

from healthsynth.export.csv import KEYED
from healthsynth.export.csv import TABLES as LAYOUT
from healthsynth.export.database.schema import TABLES
from healthsynth.export.database.sql import VIEWS
from healthsynth.export.database.target import has_password


def test_every_table_of_the_layout_is_there():
    assert sorted(TABLES) == sorted(LAYOUT)


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_layout_in_small_letters(name):
    own = ["id"] if name in KEYED else []
    assert [field.name for field in TABLES[name].stored] == own + [column.name.lower() for column in LAYOUT[name]]


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_of_columns_that_are_never_empty(name):
    fields = {field.name: field for field in TABLES[name].fields}
    assert all(fields[column].required for column in TABLES[name].primary)
    assert set(TABLES[name].foreign) <= set(fields)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_after_those_it_refers_to(name):
    order = list(TABLES)
    assert all(order.index(target) < order.index(name) for target in TABLES[name].foreign.values())


MEMBERSHIPS = {("payer_transitions", "memberid"), ("claims_transactions", "patientinsuranceid")}  # FHIR's Coverage


def test_every_column_that_names_a_row_elsewhere_is_a_foreign_key():
    links = {
        (table.name, field.name)
        for table in TABLES.values()
        for field in table.fields
        if field.format == "uuid" and field.name not in table.primary
    }
    assert links - MEMBERSHIPS == {(table.name, column) for table in TABLES.values() for column in table.foreign} - {
        (table.name, column) for table in TABLES.values() for column in table.primary
    }


def test_every_view_and_table_stands_in_the_documentation():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs" / "formats.md").read_text()
    assert [name for name in (*TABLES, *(view.name for view in VIEWS)) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://localhost/test", False),
        ("postgresql://ada@localhost:5432/test", False),
        ("postgresql://ada:secret@localhost/test", True),
        ("postgresql://ada:@localhost/test", True),
        ("postgresql:///test?user=ada&password=secret", True),
        ("postgresql:///test?service=warehouse", False),
        ("postgresql://ada:secret@[bad/test", True),
        ("host=localhost dbname=test", False),
        ("host=localhost password=secret", True),
        ("host=localhost password = secret", True),
    ],
)
def test_a_password_in_a_url_is_seen(url, expected):
    assert has_password(url) is expected
