"""Money: every claim adds up, by itself and with the tables around it."""

from collections import defaultdict
from decimal import Decimal
from itertools import groupby

import pytest

from healthsynth.export.costs import Costs, covered
from tests.export.csv.layout import Row, child_of, exported, population, records, uninsured
from tests.export.records import CLINIC, CONCEPTS, sample_record


def amount(text: str) -> Decimal:
    return Decimal(text or 0)


def by_claim() -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in population()["claims_transactions"]:
        found[row["CLAIMID"]].append(row)
    return found


def of_type(rows: list[Row], what: str, column: str) -> Decimal:
    return sum((amount(row[column]) for row in rows if row["TYPE"] == what), Decimal(0))


@pytest.mark.parametrize(("kind", "preventive", "share"), [
    ("private", False, 80), ("medicare", False, 80), ("medicaid", False, 100), ("dual", False, 100), ("none", False, 0),
    ("private", True, 100), ("medicare", True, 100), ("medicaid", True, 100), ("dual", True, 100), ("none", True, 0),
])  # fmt: skip
def test_a_payer_pays_its_share(kind: str, preventive: bool, share: int):
    assert covered(kind, 10_000, preventive) == share * 100


def test_shares_are_rounded_down_to_whole_cents_and_the_rest_is_the_patients():
    assert covered("private", 99, False) == 79


def test_a_price_is_that_of_the_code_times_the_factor_of_the_state():
    # Chest X-ray 7,610.58 USD; procedures in Massachusetts x 0.8628 (reference data, costs/).
    assert Costs().price("procedure", "399208008", "MA") == round(761_058 * 0.8628)


@pytest.mark.parametrize(("kind", "cents"), [("immunization", 13_600), ("device", 0), ("supply", 0)])
def test_what_has_no_price_costs_the_default_of_its_kind(kind: str, cents: int):
    assert Costs().price(kind, "0", "??") == cents


def test_there_is_a_claim_for_every_visit_and_every_fill():
    visits, drugs = len(population()["encounters"]), population()["medications"]
    given = 2 * 5  # administrations in the five sample records are on the claims of their visits
    assert len(population()["claims"]) == visits + sum(int(drug["DISPENSES"]) for drug in drugs) - given


def test_payments_add_up_to_charges():
    for claim, rows in by_claim().items():
        assert of_type(rows, "CHARGE", "AMOUNT") == of_type(rows, "PAYMENT", "PAYMENTS"), claim


def test_what_is_transferred_out_comes_in_and_is_paid_by_the_patient():
    transferred = False
    for rows in by_claim().values():
        out, back = of_type(rows, "TRANSFEROUT", "TRANSFERS"), of_type(rows, "TRANSFERIN", "AMOUNT")
        assert out == back
        if out:
            transferred = True
            patient = [row for row in rows if row["TYPE"] == "PAYMENT" and row["METHOD"] != "ECHECK"]
            assert [amount(row["PAYMENTS"]) for row in patient] == [out]
    assert transferred


def test_a_transfer_in_names_its_transfer_out():
    for rows in by_claim().values():
        kinds = {row["CHARGEID"]: row["TYPE"] for row in rows}
        assert all(kinds[row["TRANSFEROUTID"]] == "TRANSFEROUT" for row in rows if row["TYPE"] == "TRANSFERIN")


def test_outstanding_is_charges_less_payments_so_far_and_ends_at_nothing():
    for rows in by_claim().values():
        left = Decimal(0)
        for row in rows:
            left += amount(row["AMOUNT"]) * (row["TYPE"] == "CHARGE") - amount(row["PAYMENTS"])
            assert amount(row["OUTSTANDING"]) == left
        assert left == 0


def test_transactions_of_a_claim_are_numbered_from_one():
    for rows in by_claim().values():
        assert [row["CHARGEID"] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]


def test_a_charge_is_units_times_unit_amount():
    charges = [row for row in population()["claims_transactions"] if row["TYPE"] == "CHARGE"]
    assert all(amount(row["AMOUNT"]) == int(row["UNITS"]) * amount(row["UNITAMOUNT"]) for row in charges)


def test_a_visits_cost_is_that_of_its_claim():
    claims = {row["Id"]: row["APPOINTMENTID"] for row in population()["claims"]}
    per_visit: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for claim, rows in by_claim().items():
        payer = sum((amount(row["PAYMENTS"]) for row in rows if row["METHOD"] == "ECHECK"), Decimal(0))
        per_visit[claims[claim]].append((of_type(rows, "CHARGE", "AMOUNT"), payer))
    for visit in population()["encounters"]:
        assert (amount(visit["TOTAL_CLAIM_COST"]), amount(visit["PAYER_COVERAGE"])) in per_visit[visit["Id"]]
        assert amount(visit["BASE_ENCOUNTER_COST"]) <= amount(visit["TOTAL_CLAIM_COST"])


def test_what_patients_and_payers_paid_is_all_that_was_charged():
    patients, payers = population()["patients"], population()["payers"]
    charged = of_type(population()["claims_transactions"], "CHARGE", "AMOUNT")
    paid = sum(
        (amount(row["HEALTHCARE_EXPENSES"]) + amount(row["HEALTHCARE_COVERAGE"]) for row in patients), Decimal(0)
    )
    assert paid == charged
    assert sum((amount(row["AMOUNT_COVERED"]) for row in payers), Decimal(0)) == sum(
        (amount(row["HEALTHCARE_COVERAGE"]) for row in patients), Decimal(0)
    )


def test_an_organizations_revenue_is_its_visits_claims():
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    visits: dict[str, int] = defaultdict(int)
    for row in population()["encounters"]:
        revenue[row["ORGANIZATION"]] += amount(row["TOTAL_CLAIM_COST"])
        visits[row["ORGANIZATION"]] += 1
    for row in population()["organizations"]:
        assert (amount(row["REVENUE"]), int(row["UTILIZATION"])) == (revenue[row["Id"]], visits[row["Id"]])


def test_a_payers_counts_are_those_of_the_rows_that_name_it():
    for table, column in (("encounters", "ENCOUNTERS"), ("medications", "MEDICATIONS")):
        for payer in population()["payers"]:
            rows = [row for row in population()[table] if row["PAYER"] == payer["Id"]]
            paid = [row for row in rows if amount(row["PAYER_COVERAGE"])]
            assert int(payer[f"COVERED_{column}"]) == len(paid)
            assert int(payer[f"UNCOVERED_{column}"]) == len(rows) - len(paid)


def test_vaccines_and_wellness_visits_cost_the_insured_nothing():
    rows = exported([sample_record(2)])
    check_up = rows["encounters"][0]
    lines = [row for row in rows["claims_transactions"] if row["APPOINTMENTID"] == check_up["Id"]]
    claim = [row for row in lines if row["CLAIMID"] == rows["claims"][0]["Id"]]
    owed = next(amount(row["TRANSFERS"]) for row in claim if row["TYPE"] == "TRANSFEROUT")
    shared = [amount(row["AMOUNT"]) for row in claim if row["TYPE"] == "CHARGE" and row["PROCEDURECODE"] not in
              ("140", "162673000")]  # fmt: skip
    costs = [int(charge * 100) - int(charge * 100) * 80 // 100 for charge in shared]
    assert owed == Decimal(sum(costs)) / 100


def test_without_insurance_the_patient_pays_all_and_nothing_is_transferred():
    rows = exported([uninsured(sample_record(4))])
    assert rows["patients"][0]["HEALTHCARE_COVERAGE"] == "0.00"
    assert {row["TYPE"] for row in rows["claims_transactions"]} == {"CHARGE", "PAYMENT"}
    assert {row["PRIMARYPATIENTINSURANCEID"] for row in rows["claims"]} == {"0"}


def test_medicaid_leaves_nothing_to_the_patient():
    rows = exported([child_of(sample_record(3))])
    assert rows["patients"][0]["HEALTHCARE_EXPENSES"] == "0.00"


def test_a_claim_names_the_reason_first_and_each_diagnosis_once():
    strep = next(row for row in exported([sample_record(2)])["claims"] if row["DIAGNOSIS1"] == "43878008")
    assert strep["DIAGNOSIS2"] == ""
    assert strep["CURRENTILLNESSDATE"] < strep["SERVICEDATE"]


def test_a_visit_without_a_diagnosis_is_billed_for_its_type():
    rows = exported([sample_record(2)])
    home = next(row for row in rows["encounters"] if row["ENCOUNTERCLASS"] == "home")
    claim = next(row for row in rows["claims"] if row["APPOINTMENTID"] == home["Id"])
    assert claim["DIAGNOSIS1"] == "439708006"


def test_hospitals_bill_as_institutions():
    rows = exported([sample_record(2)])
    places = {row["Id"]: row["ORGANIZATION"] for row in rows["encounters"]}
    kinds = {(places[row["APPOINTMENTID"]] == CLINIC.id, row["HEALTHCARECLAIMTYPEID1"]) for row in rows["claims"]}
    assert kinds == {(True, "1"), (False, "2")}


def test_the_claims_of_a_patient_stand_together():
    patients = [row["PATIENTID"] for row in population()["claims"]]
    assert len([patient for patient, _ in groupby(patients)]) == len(records())


def test_a_lab_panel_is_a_line_of_its_visits_claim():
    codes = {row["PROCEDURECODE"] for row in exported([sample_record(2)])["claims_transactions"]}
    assert CONCEPTS["metabolic_panel"].primary.code in codes
