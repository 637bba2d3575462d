"""Claims, their answers, and that they say the same as the flat files."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from healthsynth.export.csv import CsvExporter
from healthsynth.export.fhir import FhirExporter
from healthsynth.record.record import Record
from tests.export.csv.layout import Row, exported
from tests.export.records import CONCEPTS, ORIGINS, PAYERS, long_record, sample_person, sample_record

Json = dict[str, Any]


def uninsured(record: Record) -> Record:
    return replace(record, person=sample_person(record.person.number, coverage=()))


def insured_by(record: Record, payer: int) -> Record:
    person = record.person
    return replace(record, person=replace(person, coverage=(replace(person.coverage[-1], payer=PAYERS[payer]),)))


RECORDS = (
    sample_record(), sample_record(dead=True), long_record(2, visits=6), uninsured(sample_record()),
    insured_by(sample_record(), 1), insured_by(sample_record(), 2),
)  # fmt: skip
NAMES = ("insured", "dead", "chronic", "in a gap", "medicare", "no insurance")


def resources(record: Record) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    bundle = FhirExporter(origins=ORIGINS, concepts=CONCEPTS, validate="all").bundle(record)
    for entry in json.loads(bundle, parse_float=Decimal)["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def paid(rows: list[Row], by_payer: bool) -> Decimal:
    return sum(
        (
            Decimal(row["PAYMENTS"])
            for row in rows
            if row["TYPE"] == "PAYMENT" and (row["METHOD"] == "ECHECK") == by_payer
        ),
        Decimal(0),
    )


@pytest.mark.parametrize("record", RECORDS, ids=NAMES)
def test_every_claim_has_the_lines_and_amounts_of_the_flat_files(record: Record):
    found, rows = resources(record), exported([record])["claims_transactions"]
    answers = {one["claim"]["reference"].removeprefix("Claim/"): one for one in found.get("ExplanationOfBenefit", ())}
    assert {one["id"] for one in found["Claim"]} == {row["CLAIMID"] for row in rows}
    for claim in found["Claim"]:
        own = [row for row in rows if row["CLAIMID"] == claim["id"]]
        charges = [(row["PROCEDURECODE"], Decimal(row["AMOUNT"])) for row in own if row["TYPE"] == "CHARGE"]
        lines = [(one["productOrService"]["coding"][0]["code"], one["net"]["value"]) for one in claim["item"]]
        assert lines == charges
        assert claim["total"]["value"] == sum(cents for _, cents in charges)
        if claim["id"] in answers:
            assert amounts(answers[claim["id"]]["total"]) == [
                claim["total"]["value"],
                paid(own, True),
                paid(own, False),
            ]
        else:
            assert paid(own, True) == 0


def amounts(rows: list[Json]) -> list[Decimal]:
    """What was submitted, paid by the insurer and paid by the patient."""
    return [row["amount"]["value"] for row in rows]


@pytest.mark.parametrize("record", RECORDS[:3], ids=NAMES[:3])
def test_an_answer_adds_up_by_line_and_in_total(record: Record):
    found = resources(record)
    for answer in found["ExplanationOfBenefit"]:
        for rows in [answer["total"], *(item["adjudication"] for item in answer["item"])]:
            submitted, insurer, patient = amounts(rows)
            assert submitted == insurer + patient
        by_line = [amounts(item["adjudication"]) for item in answer["item"]]
        assert [sum(column) for column in zip(*by_line, strict=True)] == amounts(answer["total"])
        assert answer["payment"]["amount"]["value"] == amounts(answer["total"])[1]


def test_there_is_a_claim_for_each_visit_and_each_fill():
    found = resources(sample_record())
    fills = [(one["prescription"], one["billablePeriod"]["start"]) for one in found["Claim"] if "prescription" in one]
    visits = [one["item"][0]["encounter"][0]["reference"] for one in found["Claim"] if "prescription" not in one]
    assert fills == [(one["authorizingPrescription"][0], one["whenHandedOver"]) for one in found["MedicationDispense"]]
    assert {order["reference"] for order, _ in fills} == {
        f"MedicationRequest/{one['id']}" for one in found["MedicationRequest"]
    }
    assert visits == [f"Encounter/{one['id']}" for one in found["Encounter"]]
    assert {one["type"]["coding"][0]["code"] for one in found["Claim"]} == {"professional", "institutional", "pharmacy"}


def test_a_claim_is_for_the_insurance_of_its_day():
    found = resources(sample_record())
    (coverage,) = found["Coverage"]
    assert {one["insurance"][0]["coverage"]["reference"] for one in found["Claim"]} == {f"Coverage/{coverage['id']}"}
    assert {one["insurer"]["reference"] for one in found["ExplanationOfBenefit"]} == {f"Organization/{PAYERS[0].id}"}


@pytest.mark.parametrize("record", [RECORDS[3], RECORDS[5]], ids=["in a gap", "no insurance"])
def test_who_has_no_insurance_pays_alone_and_nobody_explains_it(record: Record):
    found = resources(record)
    (coverage,) = found["Coverage"]
    patient = {"reference": f"Patient/{record.person.id}"}
    assert coverage["payor"] == [patient]
    assert [one["code"] for one in coverage["type"]["coding"]] == ["81", "pay"]
    assert {one["insurance"][0]["coverage"]["reference"] for one in found["Claim"]} == {f"Coverage/{coverage['id']}"}
    assert not any("insurer" in one for one in found["Claim"])
    assert "ExplanationOfBenefit" not in found


def test_visits_and_claims_name_the_conditions_charted_in_them():
    found = resources(sample_record())
    charted: dict[str, list[str]] = {}
    for one in found["Condition"]:
        charted.setdefault(one["encounter"]["reference"], []).append(f"Condition/{one['id']}")
    assert charted
    for visit in found["Encounter"]:
        named = [row["condition"]["reference"] for row in visit.get("diagnosis", ())]
        assert named == charted.get(f"Encounter/{visit['id']}", [])
    for claim in found["Claim"]:
        if "prescription" not in claim:
            billed = [row["diagnosisReference"]["reference"] for row in claim.get("diagnosis", ())]
            assert set(charted.get(claim["item"][0]["encounter"][0]["reference"], ())) <= set(billed)


def test_lines_are_numbered_from_one():
    for claim in resources(sample_record())["Claim"]:
        assert [one["sequence"] for one in claim["item"]] == list(range(1, len(claim["item"]) + 1))


def test_flat_files_and_bundles_share_the_ids_of_claims():
    record = sample_record()
    flat = CsvExporter(CONCEPTS).rows(record)["claims"].splitlines()
    assert {line.partition(",")[0] for line in flat} == {one["id"] for one in resources(record)["Claim"]}
