"""A record as a transaction: complete, resolvable, and the same however often it is written."""

import json
import re
from collections import Counter

import pytest

from healthsynth.errors import HealthsynthError, UsageError
from healthsynth.export.fhir import FhirExporter
from tests.export.fhir.conftest import lines_of, notes
from tests.export.records import CONCEPTS, ORIGINS, long_record, sample_record

EXPECTED = {
    "AllergyIntolerance", "CarePlan", "CareTeam", "Claim", "Condition", "Coverage", "Device", "DiagnosticReport",
    "DocumentReference", "Encounter", "ExplanationOfBenefit", "Goal", "ImagingStudy", "Immunization", "Medication", "MedicationAdministration",
    "MedicationDispense", "MedicationRequest", "Observation", "Patient", "Procedure", "Provenance", "RelatedPerson", "ServiceRequest", "Specimen",
    "SupplyDelivery",
}  # fmt: skip


def entries(data: bytes) -> list[dict]:
    return json.loads(data)["entry"]


def references(resource: object) -> list[str]:
    if isinstance(resource, dict):
        own = [resource["reference"]] if isinstance(resource.get("reference"), str) else []
        return own + [found for value in resource.values() for found in references(value)]
    return [found for item in resource for found in references(item)] if isinstance(resource, list) else []


def test_a_record_with_every_event_becomes_every_type_of_resource(exporter: FhirExporter):
    assert {entry["resource"]["resourceType"] for entry in entries(exporter.bundle(sample_record()))} == EXPECTED


@pytest.mark.parametrize("guide", ["6.1.0", "7.0.0", "none"])
@pytest.mark.parametrize("dead", [False, True])
def test_every_resource_is_valid_and_equals_what_its_builder_makes(guide: str, dead: bool):
    exporter = FhirExporter(guide, validate="all", origins=ORIGINS, concepts=CONCEPTS, notes=notes)
    exporter.bundle(sample_record(dead=dead))
    assert exporter.counts["Observation"] > 30
    assert len(list(exporter.shared_bundles(*exporter.used()))) == 2


def test_validating_everything_changes_no_byte(exporter: FhirExporter):
    thorough = FhirExporter(validate="all", origins=ORIGINS, concepts=CONCEPTS, notes=notes)
    assert thorough.bundle(sample_record()) == exporter.bundle(sample_record())


def test_an_entry_is_a_put_to_its_own_address(exporter: FhirExporter):
    bundle = json.loads(exporter.bundle(sample_record()))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    for entry in bundle["entry"]:
        address = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        assert entry["request"] == {"method": "PUT", "url": address}
        assert entry["fullUrl"].endswith("/" + address)


def test_ids_are_uuids_and_occur_once(exporter: FhirExporter):
    ids = [entry["resource"]["id"] for entry in entries(exporter.bundle(sample_record()))]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)


def test_every_reference_points_into_the_bundle_or_the_shared_ones(exporter: FhirExporter):
    found = entries(exporter.bundle(sample_record())) + entries(exporter.bundle(sample_record(2, dead=True)))
    for _, data in exporter.shared_bundles(*exporter.used()):
        found += entries(data)
    places = {entry["request"]["url"] for entry in found}
    asked = {target for entry in found for target in references(entry["resource"])}
    assert len(asked) > 60
    assert asked - places == set()


def test_nothing_is_empty(exporter: FhirExporter):
    text = exporter.bundle(sample_record()).decode()
    assert not re.search(r'(null|\[\]|\{\}|:"")', text)


def test_the_same_record_gives_the_same_bytes_whatever_was_written_before(exporter: FhirExporter):
    alone = FhirExporter(origins=ORIGINS, concepts=CONCEPTS, notes=notes).bundle(sample_record())
    for number in (3, 4):
        exporter.bundle(sample_record(number, dead=True))
    kept = exporter.bundle(sample_record())
    exporter.bundle(long_record(5, 3))
    exporter.bundle(long_record(6, 3))
    assert kept == alone


def test_counts_are_of_the_last_record(exporter: FhirExporter):
    exporter.bundle(sample_record())
    found = entries(exporter.bundle(long_record(visits=2)))
    assert exporter.counts == dict(Counter(entry["resource"]["resourceType"] for entry in found))


def test_ndjson_has_the_resources_of_the_bundle_in_its_order(exporter: FhirExporter):
    lines = lines_of(exporter, sample_record())
    wanted = [entry["resource"] for entry in entries(exporter.bundle(sample_record()))]
    assert set(lines) == {resource["resourceType"] for resource in wanted}
    for kind, found in lines.items():
        assert [json.loads(line) for line in found] == [each for each in wanted if each["resourceType"] == kind]
        assert all(line.startswith("{") and line.endswith("}") and "\n" not in line for line in found)


def test_shared_resources_do_not_depend_on_the_order_they_were_met_in(exporter: FhirExporter):
    exporter.bundle(sample_record())
    places, people, payers = exporter.used()
    assert len(places) == 2
    assert len(people) == 2
    assert len(payers) == 1
    there = list(exporter.shared_bundles(places, people, payers))
    assert there == list(exporter.shared_bundles(reversed(places), reversed(people), reversed(payers)))
    assert [name for name, _ in there] == ["shared-0-organizations.json", "shared-1-practitioners.json"]


def test_without_a_guide_no_profile_is_claimed():
    assert b"us-core-patient" not in FhirExporter("none").bundle(sample_record())


def test_no_notes_no_documents():
    assert b"DocumentReference" not in FhirExporter().bundle(sample_record())


@pytest.mark.parametrize("settings", [{"guide": "5.0.1"}, {"validate": "some"}])
def test_a_setting_that_is_not_one_is_refused(settings: dict):
    with pytest.raises(UsageError):
        FhirExporter(**settings)


def test_events_of_a_visit_that_is_missing_are_an_error(exporter: FhirExporter):
    from dataclasses import replace

    record = sample_record()
    with pytest.raises(HealthsynthError, match="visits it has not"):
        exporter.bundle(replace(record, visits=record.visits[1:]))
