"""Frames: typed, in order, with missing values where nothing is known."""

import pandas
import pytest

from healthsynth.errors import UsageError
from healthsynth.export.csv import TABLES, CsvExporter
from healthsynth.export.tables import frame
from tests.export.records import CONCEPTS, sample_record


def rows() -> list[dict[str, str]]:
    exporter = CsvExporter(CONCEPTS)
    return [exporter.rows(sample_record(number)) for number in (1, 2)]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_makes_a_frame_with_its_columns_and_types(table: str):
    found = frame(rows(), table)
    assert list(found.columns) == [column.name for column in TABLES[table]]
    assert [str(dtype) for dtype in found.dtypes] == [column.dtype for column in TABLES[table]]


def test_rows_stay_in_order_and_codes_stay_text():
    patients = frame(rows(), "patients")
    assert list(patients.SSN) == ["999-12-3456", "999-12-3456"]
    assert list(patients.ZIP) == ["01602", "01602"]
    assert list(patients.ADDRESS) == ['12 Elm "B" Street'] * 2


def test_moments_know_their_zone_and_gaps_are_missing():
    encounters = frame(rows(), "encounters")
    assert encounters.START[0] == pandas.Timestamp("2021-03-01T14:00:00Z")
    assert encounters.STOP.isna().sum() == 2
    assert frame(rows(), "patients").DEATHDATE.isna().all()


def test_an_empty_population_has_columns_all_the_same():
    assert len(frame([], "claims")) == 0
    assert "PATIENTID" in frame([], "claims").columns


def test_an_unknown_table_is_named_with_near_ones():
    with pytest.raises(UsageError, match="did you mean 'conditions'"):
        frame([], "condition")
