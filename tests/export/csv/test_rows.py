"""What rows say, and that they agree with each other."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from healthsynth.export.csv import CsvExporter
from healthsynth.export.csv.text import Stamps, money, quoted
from healthsynth.record.events import Allergy, Diagnosis, Plan, Result
from healthsynth.record.ids import EVENT, prefix, uuid
from healthsynth.units import HOUR, MINUTE, clock
from tests.export.csv.layout import child_of, exported, parsed, population, records
from tests.export.records import CONCEPTS, long_record, sample_person, sample_record

REFERENCES = [
    *((table, "PATIENT", "patients", "Id") for table in (
        "encounters", "conditions", "observations", "medications", "procedures", "immunizations", "allergies", "careplans",
        "devices", "imaging_studies", "supplies", "payer_transitions")),
    *((table, "ENCOUNTER", "encounters", "Id") for table in (
        "conditions", "observations", "medications", "procedures", "immunizations", "allergies", "careplans", "devices",
        "imaging_studies", "supplies")),
    ("encounters", "ORGANIZATION", "organizations", "Id"),
    ("encounters", "PROVIDER", "providers", "Id"),
    ("encounters", "PAYER", "payers", "Id"),
    ("medications", "PAYER", "payers", "Id"),
    ("providers", "ORGANIZATION", "organizations", "Id"),
    ("payer_transitions", "PAYER", "payers", "Id"),
    ("claims", "PATIENTID", "patients", "Id"),
    ("claims", "PROVIDERID", "providers", "Id"),
    ("claims", "SUPERVISINGPROVIDERID", "providers", "Id"),
    ("claims", "PRIMARYPATIENTINSURANCEID", "payers", "Id"),
    ("claims", "APPOINTMENTID", "encounters", "Id"),
    ("claims_transactions", "CLAIMID", "claims", "Id"),
    ("claims_transactions", "PATIENTID", "patients", "Id"),
    ("claims_transactions", "APPOINTMENTID", "encounters", "Id"),
    ("claims_transactions", "PLACEOFSERVICE", "organizations", "Id"),
    ("claims_transactions", "PROVIDERID", "providers", "Id"),
    ("claims_transactions", "SUPERVISINGPROVIDERID", "providers", "Id"),
    ("claims_transactions", "PATIENTINSURANCEID", "payer_transitions", "MEMBERID"),
    ("imaging_studies", "PROCEDURE_CODE", "procedures", "CODE"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_every_reference_is_there(table: str, column: str, target: str, key: str):
    known = {row[key] for row in population()[target]} | {"", "0"}
    used = {row[column] for row in population()[table]}
    assert used <= known
    assert used - {"", "0"}


@pytest.mark.parametrize(
    "table", ["patients", "encounters", "careplans", "claims", "organizations", "providers", "payers"]
)
def test_ids_are_unique(table: str):
    ids = [row["Id"] for row in population()[table]]
    assert len(ids) == len(set(ids))


def test_transactions_have_unique_ids():
    ids = [row["ID"] for row in population()["claims_transactions"]]
    assert len(ids) == len(set(ids))


def test_the_ids_are_those_of_every_other_format():
    record = sample_record(2)
    own = prefix(record.person.seed, record.person.number, record.person.attempt)
    rows = exported([record])
    assert [row["Id"] for row in rows["patients"]] == [record.person.id]
    assert [row["Id"] for row in rows["encounters"]] == [uuid(own, EVENT, visit.number) for visit in record.visits]
    plans = [uuid(own, EVENT, event.number) for event in record.events if isinstance(event, Plan)]
    assert [row["Id"] for row in rows["careplans"]] == plans


def test_an_event_names_the_visit_it_was_charted_in():
    record = sample_record(2)
    own = prefix(record.person.seed, record.person.number, record.person.attempt)
    expected = [uuid(own, EVENT, event.visit) for event in record.events if isinstance(event, Diagnosis)]
    assert [row["ENCOUNTER"] for row in exported([record])["conditions"]] == expected


def test_nothing_stops_before_it_starts():
    for table in ("encounters", "conditions", "medications", "procedures", "allergies", "careplans", "devices"):
        assert [row for row in population()[table] if row["STOP"] and row["STOP"] < row["START"]] == []


def test_moments_are_utc_and_days_are_local():
    """A Sunday in November at 01:30 in New York, before the clocks go back, is 05:30 UTC."""
    rows = exported([sample_record(2)])
    fracture = next(row for row in rows["encounters"] if row["REASONCODE"] == "111640008")
    assert fracture["START"] == "2023-11-05T05:30:00Z"
    condition = next(row for row in rows["conditions"] if row["CODE"] == "111640008")
    assert condition["START"] == "2023-11-05"


def test_a_day_is_that_of_the_patients_place_even_when_utc_has_the_next():
    """22:00 in New York in March is already the next day in UTC."""
    rows = exported([sample_record(2)])
    stay = next(row for row in rows["encounters"] if row["ENCOUNTERCLASS"] == "emergency" and row["CODE"] == "50849002"
                and row["REASONCODE"] == "233604007")  # fmt: skip
    assert stay["START"] == "2024-03-10T03:00:00Z"


@pytest.mark.parametrize(
    ("zone", "day", "seconds", "expected"),
    [
        ("America/New_York", date(2024, 7, 1), 9 * HOUR, "2024-07-01T13:00:00Z"),
        ("America/New_York", date(2024, 1, 31), 23 * HOUR + 59 * MINUTE + 7, "2024-02-01T04:59:07Z"),
        ("Pacific/Honolulu", date(1941, 12, 7), 0, "1941-12-07T10:30:00Z"),
        ("America/Phoenix", date(1969, 12, 31), 18 * HOUR, "1970-01-01T01:00:00Z"),
    ],
)
def test_a_stamp_is_the_instant_of_a_local_clock(zone: str, day: date, seconds: int, expected: str):
    assert Stamps(zone)[clock(day, seconds)] == expected


@pytest.mark.parametrize(
    ("text", "field"),
    [("plain", "plain"), ("a, b", '"a, b"'), ('5" tube', '"5"" tube"'), ("two\nlines", "two lines"), ("", "")],
)
def test_a_field_is_quoted_only_where_it_must_be(text: str, field: str):
    assert quoted(text) == field


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (-250, "-2.50")])
def test_money_is_exact(cents: int, text: str):
    assert money(cents) == text


def test_a_value_has_the_decimals_of_its_concept():
    rows = exported([sample_record(2)])["observations"]
    values = {row["CODE"]: row["VALUE"] for row in rows}
    assert values["4548-4"] == "7.8"
    assert values["2160-0"] == "0.80"
    assert values["2951-2"] == "139"


def test_a_blood_pressure_is_two_rows_and_its_panel_none():
    record = sample_record(2)
    panels = [event for event in record.events if isinstance(event, Result) and event.concept.name == "blood_pressure"]
    codes = [row["CODE"] for row in exported([record])["observations"]]
    assert (codes.count("8480-6"), codes.count("8462-4"), codes.count("85354-9")) == (len(panels), len(panels), 0)


def test_a_coded_answer_is_text_without_units():
    rows = exported([sample_record(2)])["observations"]
    answer = next(row for row in rows if row["CODE"] == "72166-2")
    assert (answer["VALUE"], answer["UNITS"], answer["TYPE"]) == ("Never smoked tobacco (finding)", "", "text")
    assert {row["TYPE"] for row in rows} == {"text", "numeric"}


def test_each_view_of_a_study_is_an_image_of_one_series():
    wrist = [row for row in exported([sample_record(2)])["imaging_studies"] if row["PROCEDURE_CODE"] == "713024005"]
    assert len(wrist) == 2
    assert len({row["SERIES_UID"] for row in wrist}) == len({row["Id"] for row in wrist}) == 1
    assert len({row["INSTANCE_UID"] for row in wrist}) == 2
    assert {row["BODYSITE_CODE"] for row in wrist} == {"8205005"}


def test_an_implant_has_an_identifier_with_a_valid_check_digit_and_a_crutch_has_none():
    udi = {row["CODE"]: row["UDI"] for row in exported([sample_record(2)])["devices"]}
    assert udi["74566002"] == ""
    digits = udi["118378005"][4:18]
    assert sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_an_allergy_shows_its_first_two_reactions():
    record = sample_record(2)
    urticaria = CONCEPTS["urticaria"]
    more = ((urticaria, "mild"), (CONCEPTS["pneumonia"], "severe"), (urticaria, "moderate"))
    events = tuple(event._replace(reactions=more) if isinstance(event, Allergy) else event for event in record.events)
    (row,) = exported([replace(record, events=events)])["allergies"]
    assert (row["SEVERITY1"], row["REACTION2"], row["SEVERITY2"]) == ("MILD", "233604007", "SEVERE")


def test_people_are_described_in_the_words_of_the_layout():
    woman, child = exported([sample_record(2)])["patients"][0], exported([child_of(sample_record(3))])["patients"][0]
    assert (woman["RACE"], woman["ETHNICITY"], woman["GENDER"]) == ("white", "hispanic", "F")
    assert (child["RACE"], child["ETHNICITY"], child["GENDER"]) == ("hawaiian", "nonhispanic", "M")
    assert child["FIRST"] == "Li,la"
    assert woman["ADDRESS"] == '12 Elm "B" Street'
    assert woman["BIRTHPLACE"] == "San Juan  Puerto Rico  US"


def test_a_childs_insurance_is_its_guardians():
    (row,) = exported([child_of(sample_record(3))])["payer_transitions"]
    assert (row["PLAN_OWNERSHIP"], row["OWNER_NAME"]) == ("Guardian", "Rosa Ortega")


def test_periods_of_insurance_do_not_overlap_and_end_with_the_record():
    rows = exported([sample_record(2)])["payer_transitions"]
    assert rows[0]["END_DATE"] == rows[1]["START_DATE"] == "2015-01-01T05:00:00Z"
    assert rows[-1]["END_DATE"] == "2025-06-30T04:00:00Z"


def test_a_period_of_insurance_ends_with_death():
    rows = exported([sample_record(2, dead=True)])
    assert rows["payer_transitions"][-1]["END_DATE"] == "2025-06-01T07:34:00Z"
    assert rows["patients"][0]["DEATHDATE"] == "2025-06-01"


def test_a_stay_that_goes_on_has_no_stop():
    last = exported([sample_record(2)])["encounters"][-1]
    assert (last["ENCOUNTERCLASS"], last["STOP"]) == ("inpatient", "")


def test_a_drug_is_dispensed_by_its_refills_or_else_once_a_month():
    rows = exported([sample_record(2)])["medications"]
    by_code = {row["CODE"]: row for row in rows}
    assert by_code["745678"]["DISPENSES"] == "2"  # 30 days with one refill
    taken = datetime.fromisoformat(by_code["861007"]["STOP"]) - datetime.fromisoformat(by_code["861007"]["START"])
    assert by_code["861007"]["DISPENSES"] == str(-(-taken // timedelta(days=30)))  # the last one is not used up
    for row in rows:
        assert Decimal(row["TOTALCOST"]) == Decimal(row["BASE_COST"]) * int(row["DISPENSES"])
        assert Decimal(row["PAYER_COVERAGE"]) <= Decimal(row["TOTALCOST"])


def test_a_table_without_rows_is_left_out():
    assert set(CsvExporter(CONCEPTS).rows(long_record(6, 1))) == {
        "patients", "encounters", "conditions", "observations", "medications", "procedures", "payer_transitions", "claims",
        "claims_transactions",
    }  # fmt: skip


def test_a_record_without_a_visit_still_has_a_patient():
    record = replace(sample_record(2), visits=(), events=(), ends={})
    rows = parsed(CsvExporter(CONCEPTS).rows(record))
    assert [row["HEALTHCARE_EXPENSES"] for row in rows["patients"]] == ["0.00"]
    assert rows["encounters"] == rows["claims"] == []


def test_counts_are_of_the_rows_of_the_last_record():
    exporter = CsvExporter(CONCEPTS)
    for record in records():
        rows = exporter.rows(record)
        assert exporter.counts == {table: text.count("\n") for table, text in rows.items()}


def test_the_rows_of_a_record_do_not_depend_on_what_was_written_before():
    exporter = CsvExporter(CONCEPTS)
    first = [exporter.rows(record) for record in records()]
    again = [CsvExporter(CONCEPTS).rows(record) for record in reversed(records())]
    assert first == again[::-1]


def test_an_unknown_maiden_name_is_empty_not_none():
    assert exported([replace(sample_record(2), person=sample_person(2, maiden=None))])["patients"][0]["MAIDEN"] == ""
