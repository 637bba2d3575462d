"""Rows for databases: those of the CSV files, and the ids of FHIR."""

import csv
from io import StringIO

import orjson
import pytest

from healthsynth.export.csv import KEYED, CsvExporter
from healthsynth.export.database.rows import Rows
from healthsynth.export.database.schema import TABLES
from healthsynth.export.fhir import FhirExporter
from tests.export.collecting import Collected
from tests.export.records import CONCEPTS, sample_record

RECORD = sample_record(2)
RESOURCES = {
    "conditions": {"Condition"},
    "observations": {"Observation"},
    "medications": {"MedicationRequest", "MedicationAdministration"},
    "procedures": {"Procedure"},
    "immunizations": {"Immunization"},
    "allergies": {"AllergyIntolerance"},
    "devices": {"Device"},
    "supplies": {"SupplyDelivery"},
    "patients": {"Patient"},
    "encounters": {"Encounter"},
    "careplans": {"CarePlan"},
    "imaging_studies": {"ImagingStudy"},
    "claims": {"Claim"},
}


@pytest.fixture(scope="module")
def rows() -> dict[str, list[list[str]]]:
    found = Rows(CONCEPTS).of(RECORD, Collected())
    return {table: list(csv.reader(StringIO(text))) for table, text in found.items()}


@pytest.fixture(scope="module")
def resources() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in orjson.loads(FhirExporter(concepts=CONCEPTS).bundle(RECORD))["entry"]:
        found.setdefault(entry["resource"]["resourceType"], set()).add(entry["resource"]["id"])
    return found


@pytest.mark.parametrize("table", RESOURCES)
def test_ids_are_those_of_fhir(table, rows, resources):
    place = [field.name for field in TABLES[table].fields].index("id")
    ids = {row[place] for row in rows[table]}
    assert ids
    assert ids <= set().union(*(resources.get(kind, set()) for kind in RESOURCES[table]))


def test_every_table_with_a_key_of_its_own_is_looked_at():
    assert set(KEYED) <= set(RESOURCES)


def test_rows_are_those_of_the_layout_with_an_id_before_them(rows):
    for table, text in CsvExporter(CONCEPTS).rows(RECORD).items():
        plain = list(csv.reader(StringIO(text)))
        if table in KEYED:
            assert [row[1:] for row in rows[table]] == plain
        elif table != "claims":
            assert rows[table] == plain


def test_without_insurance_the_payer_of_a_claim_is_empty(rows):
    names = [field.name for field in TABLES["claims"].stored]
    plain = list(csv.reader(StringIO(CsvExporter(CONCEPTS).rows(RECORD)["claims"])))
    for column in ("primarypatientinsuranceid", "secondarypatientinsuranceid"):
        place = names.index(column)
        assert [row[place] for row in rows["claims"]] == ["" if row[place] == "0" else row[place] for row in plain]


@pytest.mark.parametrize("table", [name for name in TABLES if name not in ("organizations", "providers", "payers")])
def test_primary_keys_are_unique(table, rows):
    names = [field.name for field in TABLES[table].stored]
    keys = [tuple(row[names.index(column)] for column in TABLES[table].primary) for row in rows[table]]
    assert len(set(keys)) == len(keys)
