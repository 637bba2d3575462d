"""The table of settings: what may be typed, what it becomes, and what is said otherwise."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from healthsynth.errors import UsageError
from healthsynth.settings import TABLE, Settings, read
from scripts.build_settings_page import page

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("population", "12", 12),
        ("deceased", "Recent", "recent"),
        ("seed", 2**64 - 1, 2**64 - 1),
        ("as_of", date(2025, 1, 2), "2025-01-02"),
        ("sex", "female", "F"),
        ("sex", "m", "M"),
        ("age", "40 - 60", "40-60"),
        ("age", "7", "7-7"),
        ("history", "3 years", "3y"),
        ("history", "ALL", "all"),
        ("format", "csv", ("csv",)),
        ("format", ["csv", "fhir", "csv"], ("csv", "fhir")),
        ("us_core", "none", "none"),
        ("builtin", False, False),
    ],
)
def test_what_is_typed_becomes_one_form(name, typed, value):
    assert getattr(read({name: typed}), name) == value


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("population", "0", "--population: 0 is not from 1"),
        ("population", "many", "--population: 'many' is not a whole number"),
        ("population", True, "--population: 'True' is not a whole number"),
        ("population", 1.5, "'1.5' is not a whole number"),
        ("deceased", "recnt", "--deceased: 'recnt' is not one of none, recent, all, only. did you mean 'recent'?"),
        ("seed", -1, "--seed: -1 is not from 0"),
        ("as_of", "31.12.2025", "--as-of: '31.12.2025' is not a date such as 2025-12-31"),
        ("as_of", "1850-01-01", "too far from today"),
        ("sex", "x", "--sex: 'x' is not one of F, M"),
        ("age", "60-40", "the first age is above the second"),
        ("age", "old", "--age: 'old' is not an age"),
        ("history", "0y", "--history: '0y'"),
        ("history", "10", "such as 10y"),
        ("us_core", "6.0", "--us-core: '6.0' is not one of 6.1.0, 7.0.0, none. did you mean '6.1.0'"),
        ("builtin", "yes", "--builtin: 'yes' is not true or false"),
        ("format", 3, "--format: '3' is not a list"),
        ("popultion", 3, "there is no setting 'popultion'. did you mean 'population'"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(name, typed, words):
    with pytest.raises(UsageError) as caught:
        read({name: typed})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_not_given_comes_from_the_base():
    base = read({"population": 7, "state": "Ohio"})
    assert read({"population": None, "seed": 3}, base) == read({"population": 7, "state": "Ohio", "seed": 3})


def test_settings_survive_json():
    settings = read({"age": "40-60", "format": ["csv"], "module": ["a*", "b"]})
    assert read(settings.plain()) == settings


def test_patients_are_numbered_from_the_first():
    assert list(read({"first": 33, "population": 2}).numbers) == [33, 34]


def test_every_setting_has_one_line_of_the_table_with_its_words():
    assert [row.name for row in TABLE] == [field.name for field in fields(Settings)]
    for row in TABLE:
        assert row.help
        assert f"--{row.name.replace('_', '-')}" in row.flags[-1].split("/")


def test_the_documentation_is_what_the_table_says():
    """`python scripts/build_settings_page.py` writes it anew."""
    assert DOCS.read_text(encoding="utf-8") == page()
