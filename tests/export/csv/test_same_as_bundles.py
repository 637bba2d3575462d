"""A patient is the same in flat files and in a bundle: ids, types, identifiers."""

from typing import Any

import orjson
import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.record.ids import VISIT_DIAGNOSIS
from healthsynth.record.record import Record
from tests.export.csv.layout import Row, exported
from tests.export.records import CONCEPTS, sample_record

RECORD: Record = sample_record(2)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return exported([RECORD])


@pytest.fixture(scope="module")
def resources() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in orjson.loads(FhirExporter(concepts=CONCEPTS).bundle(RECORD))["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def test_the_patient_has_one_id(rows, resources):
    assert [row["Id"] for row in rows["patients"]] == [patient["id"] for patient in resources["Patient"]]


def test_visits_have_the_same_ids_types_and_places(rows, resources):
    flat = {(row["Id"], row["CODE"], row["DESCRIPTION"], row["ORGANIZATION"]) for row in rows["encounters"]}
    bundle = {
        (
            visit["id"],
            visit["type"][0]["coding"][0]["code"],
            visit["type"][0]["coding"][0]["display"],
            visit["serviceProvider"]["reference"].partition("/")[2],
        )
        for visit in resources["Encounter"]
    }
    assert flat == bundle


def test_care_plans_have_the_same_ids(rows, resources):
    assert {row["Id"] for row in rows["careplans"]} == {plan["id"] for plan in resources["CarePlan"]}


def test_images_have_the_same_identifiers(rows, resources):
    flat = {
        (
            row["Id"],
            row["SERIES_UID"],
            row["INSTANCE_UID"],
            row["SOP_CODE"],
            row["BODYSITE_CODE"],
            row["MODALITY_DESCRIPTION"],
        )
        for row in rows["imaging_studies"]
    }
    bundle = {
        (
            study["id"],
            series["uid"],
            instance["uid"],
            instance["sopClass"]["code"].removeprefix("urn:oid:"),
            series["bodySite"]["code"],
            series["modality"]["display"],
        )
        for study in resources["ImagingStudy"]
        for series in study["series"]
        for instance in series["instance"]
    }
    assert flat == bundle


def test_implants_have_the_same_identifier(rows, resources):
    flat = {row["UDI"] for row in rows["devices"]} - {""}
    assert flat == {device["udiCarrier"][0]["carrierHRF"] for device in resources["Device"] if "udiCarrier" in device}
    assert flat


def test_conditions_are_as_many_with_the_same_codes(rows, resources):
    # What a visit is coded for is in bundles alone: flat files have no category to tell it from what was charted.
    charted = [one for one in resources["Condition"] if f"-8{VISIT_DIAGNOSIS:03x}-" not in one["id"]]
    codes = sorted(condition["code"]["coding"][0]["code"] for condition in charted)
    assert sorted(row["CODE"] for row in rows["conditions"]) == codes
