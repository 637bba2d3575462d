"""Prescriptions that go on: renewed every year, filled every month."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from healthsynth.export.charges import fills_of
from healthsynth.export.fhir import FhirExporter
from healthsynth.record.events import Dose, End, Prescription
from healthsynth.record.record import Record
from healthsynth.units import DAY, Clock
from tests.export.records import CONCEPTS, ORIGINS, sample_record

Json = dict[str, Any]
RECORD = sample_record()
FIRST = next(e for e in RECORD.events if isinstance(e, Prescription))


def export(record: Record, kind: str) -> list[Json]:
    bundle = FhirExporter(origins=ORIGINS, concepts=CONCEPTS, validate="all").bundle(record)
    return [row["resource"] for row in json.loads(bundle)["entry"] if row["resource"]["resourceType"] == kind]


def only(event: Prescription, end: Clock, since: Clock | None = None) -> Record:
    """The sample with one drug, that ends."""
    events = tuple(event if e is FIRST else e for e in RECORD.events if e is FIRST or not isinstance(e, Prescription))
    return replace(RECORD, events=events, ends={event.number: End(end, None, "stopped")}, since=since)


@pytest.mark.parametrize(
    ("lasting", "refills", "days", "since", "first", "last"),
    [
        (None, 0, 1, None, 0, 0),
        (None, 0, 30, None, 0, 0),
        (None, 3, 31, None, 0, 1),
        (None, 3, 100, None, 0, 3),
        (None, 3, 100, 65, 2, 3),
        (None, 0, 40, 90, 1, 1),  # what was handed out last is kept
        (10 * DAY, 0, 10, None, 0, 0),
        (90 * DAY, 2, 90, None, 0, 2),
        (90 * DAY, 2, 20, None, 0, 0),
    ],
)
def test_a_drug_is_filled_until_it_ends(lasting, refills, days, since, first, last):
    drug = FIRST._replace(lasting=lasting, refills=refills)
    opening = None if since is None else drug.time + since * DAY
    length = 30 * DAY if lasting is None else lasting // (1 + refills)
    assert fills_of(drug, drug.time + days * DAY, opening) == (first, last, length)


def test_a_drug_is_renewed_every_year_and_only_the_last_order_is_stopped():
    record = only(FIRST, FIRST.time + 800 * DAY)
    orders, dispensed = export(record, "MedicationRequest"), export(record, "MedicationDispense")
    assert [one["status"] for one in orders] == ["completed", "completed", "stopped"]
    assert ["encounter" in one for one in orders] == [True, False, False]
    assert [one.get("priorPrescription", {}).get("reference") for one in orders] == [
        None, *(f"MedicationRequest/{one['id']}" for one in orders[:-1])
    ]  # fmt: skip
    by_order = [one["authorizingPrescription"][0]["reference"].partition("/")[2] for one in dispensed]
    assert [by_order.count(one["id"]) for one in orders] == [12, 12, 3]
    assert [one["type"]["coding"][0]["code"] for one in dispensed] == ["FF", *["RF"] * 26]
    assert all(one["dispenseRequest"]["numberOfRepeatsAllowed"] == 11 for one in orders)


def test_what_was_filled_before_the_history_opens_is_left_out():
    since = FIRST.time + 770 * DAY
    record = only(FIRST, FIRST.time + 800 * DAY, since)
    orders, dispensed = export(record, "MedicationRequest"), export(record, "MedicationDispense")
    assert len(dispensed) == 2
    assert len(orders) == 2  # the first, which has the visit, and the one that is filled
    assert "priorPrescription" not in orders[1]
    assert len([one for one in export(record, "Claim") if "prescription" in one]) == 2


@pytest.mark.parametrize(
    ("dose", "lasting", "quantity"),
    [
        (Dose(1.0, "tablet", 2, DAY, False, "1 tablet twice a day"), None, (60, "{tablet}")),
        (Dose(7.5, "mL", 2, DAY, False, "7.5 mL twice a day"), 10 * DAY, (150, "mL")),
        (Dose(10.0, "units", 1, DAY, False, "10 units once a day"), None, (300, "[iU]")),
        (Dose(0.5, "mg", 1, 7 * DAY, False, "0.5 mg once a week"), 28 * DAY, (2, "mg")),
        (Dose(1.0, "dose", 1, 0, False, "once"), 1 * DAY, (1, "{dose}")),
    ],
)
def test_what_is_handed_out_lasts_for_the_days_of_a_fill(dose, lasting, quantity):
    record = only(FIRST._replace(dose=dose, lasting=lasting, refills=0), FIRST.time + 30 * DAY)
    (dispensed,) = export(record, "MedicationDispense")
    assert (dispensed["quantity"]["value"], dispensed["quantity"]["code"]) == quantity
    assert dispensed["daysSupply"]["value"] == (lasting or 30 * DAY) // DAY


def test_no_order_and_no_claim_reaches_beyond_death():
    record = sample_record(dead=True)
    assert record.death is not None
    record = replace(record, ends={**record.ends, FIRST.number: End(record.death.time, None, "died")})
    (died,) = {one["deceasedDateTime"] for one in export(record, "Patient")}
    orders = [one["dispenseRequest"]["validityPeriod"]["end"] for one in export(record, "MedicationRequest")]
    claims = [one["billablePeriod"]["end"] for one in export(record, "Claim") if "prescription" in one]
    assert max(map(datetime.fromisoformat, orders)) == datetime.fromisoformat(died)
    assert max(map(datetime.fromisoformat, claims)) == datetime.fromisoformat(died)


def test_a_drug_that_nobody_stopped_is_not_renewed_after_death():
    record = sample_record(dead=True)
    assert record.death is not None
    events = tuple(e._replace(lasting=None) if isinstance(e, Prescription) else e for e in record.events)
    record = replace(record, events=events, ends={}, as_of=record.death.time + 1000 * DAY)
    (died,) = {one["deceasedDateTime"] for one in export(record, "Patient")}
    orders = export(record, "MedicationRequest")
    assert orders
    assert all(one["authoredOn"] < died for one in orders)
