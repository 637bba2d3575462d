"""Notes: what each kind of visit's note must say, and that nothing in it comes from the future."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from healthsynth import resources
from healthsynth.export.note_lines import label, plain, unit_text
from healthsynth.export.notes import TEMPLATES, Notes
from healthsynth.record.events import Diagnosis, End, Prescription, Remark, Visit
from healthsynth.record.ids import NOTE, prefix, uuid
from healthsynth.record.record import Record
from healthsynth.units import DAY, YEAR, civil, clock
from tests.export.records import CONCEPTS, long_record, sample_person, sample_record

NOTES = Notes()
RECORD = sample_record()


def note_of(record: Record, kind: str, place: int = 0) -> str:
    visits = [visit for visit in record.visits if visit.kind == kind]
    return NOTES.for_record(record)[visits[place].number]


def child() -> Record:
    return replace(RECORD, person=sample_person(birth=clock(date(2020, 2, 1))))


def test_every_visit_has_a_note():
    assert list(NOTES.for_record(RECORD)) == [visit.number for visit in RECORD.visits]


def test_one_visits_note_is_the_same_by_itself_as_in_the_walk_over_the_life():
    together = NOTES.for_record(RECORD)
    for visit in RECORD.visits:
        events = [event for event in RECORD.events if event.visit == visit.number]
        assert NOTES.text(RECORD, visit, events) == together[visit.number]


def test_notes_of_two_lives_asked_in_turn_do_not_mix():
    other = sample_record(2, dead=True)
    first, last = RECORD.visits[-1], other.visits[-1]
    alone = NOTES.for_record(RECORD)[first.number], NOTES.for_record(other)[last.number]
    notes = Notes()
    for _ in range(2):
        for record, visit, text in ((RECORD, first, alone[0]), (other, last, alone[1])):
            assert notes.text(record, visit, [event for event in record.events if event.visit == visit.number]) == text


def test_the_header_says_who_where_and_when():
    note = note_of(RECORD, "wellness")
    for part in ("María Núñez", "53-year-old woman", "born 1967-03-09", "MRN HS-00000001", "2021-03-01, 09:00",
                 "Cedar Hollow Family Practice", "Dr. Ada O'Neil, Family Medicine"):  # fmt: skip
        assert part in note


@pytest.mark.parametrize(
    "line",
    [
        "Blood pressure panel with all children optional: 128/78 mmHg",
        "Heart rate: 72/min",
        "Body temperature: 36.8 °C",
        "Stress level: 3",
        "Tobacco smoking status: Never smoked tobacco",
        "- Diabetes mellitus type 2, since 2020-12-01",
        "- Essential hypertension, mild",
        "- Allergy to penicillin (urticaria, mild)",
        'Asked about sleep; "fine", she says.',
        "- Exercise education",
        "- Influenza, seasonal, injectable, preservative free, dose 1",
        "- Start lisinopril 10 MG Oral Tablet for essential hypertension: 1 tablet once a day",
        "- Referral to nephrology for diabetes mellitus type 2",
        "- Hemoglobin A1c below 7 % by 2021-08-28",
        "- Walk half an hour a day & enjoy it",
    ],
)
def test_a_check_up_notes_what_was_charted(line: str):
    assert line in note_of(RECORD, "wellness").splitlines()


def test_a_result_stands_in_a_table_with_its_range_and_flag():
    rows = [line for line in note_of(RECORD, "wellness").splitlines() if line.startswith(("Glucose", "Sodium"))]
    assert [re.split(r"\s{2,}", row) for row in rows] == [
        ["Glucose", "141 mg/dL", "70 to 99", "high"],
        ["Sodium", "139 mmol/L", "135 to 145"],
    ]


def test_what_is_found_today_is_no_history_yet():
    first, later = note_of(RECORD, "wellness"), note_of(RECORD, "outpatient")
    history = first.partition("HISTORY")[2].partition("VITAL SIGNS")[0]
    assert "No active problems" in history
    assert "Diabetes" not in history
    assert "- Diabetes mellitus type 2 (since 2020)" in later.partition("HISTORY")[2].partition("ASSESSMENT")[0]


def test_a_drug_leaves_the_history_after_it_was_stopped():
    stopped = note_of(RECORD, "outpatient")
    assert "- metformin hydrochloride 500 MG Oral Tablet: 1 tablet twice a day" in stopped
    assert "- Stop metformin hydrochloride 500 MG Oral Tablet" in stopped
    assert "metformin" not in note_of(RECORD, "emergency")


def test_a_drug_of_limited_length_leaves_the_history_when_it_is_used_up():
    record = sample_record()
    assert "Albuterol" in note_of(record, "virtual")
    assert "Albuterol" not in note_of(record, "emergency", 1)


def test_an_emergency_note_says_where_the_patient_went():
    assert "DISPOSITION\nDischarged home." in note_of(RECORD, "emergency", 0)
    assert "DISPOSITION\nAdmitted to the hospital." in note_of(RECORD, "emergency", 1)
    assert "Plain X-ray of wrist region: Closed fracture of the distal radius." in note_of(RECORD, "emergency", 0)


def test_a_stay_has_a_discharge_summary():
    note = note_of(RECORD, "inpatient", 0)
    assert "was admitted on 2024-03-10 for pneumonia" in note
    assert "The stay lasted 3 days." in note
    assert "DISCHARGE\nDischarged home." in note


def test_a_stay_that_goes_on_is_not_discharged():
    note = note_of(RECORD, "inpatient", -1)
    assert "The stay goes on." in note
    assert "Not discharged yet." in note
    assert "Discharged home" not in note


def test_a_delivery_names_the_child():
    assert "A boy, Leo Núñez, born at 39 weeks with 3,420 g." in note_of(RECORD, "inpatient", 1)


def test_a_childs_check_up_has_its_growth_apart():
    note = note_of(child(), "wellness", 1)
    assert "WELL-CHILD VISIT" in note
    growth = note.partition("GROWTH\n")[2].partition("\n\n")[0]
    assert "Head Occipital-frontal circumference: 44.1 cm" in growth.splitlines()
    assert "girl" in note


def test_an_office_visit_in_pregnancy_has_its_own_form():
    visits = [visit for visit in RECORD.visits if visit.kind == "outpatient"]
    notes = NOTES.for_record(RECORD)
    assert ["PRENATAL VISIT" in notes[visit.number] for visit in visits] == [False, True]


def test_a_prenatal_visit_is_known_by_its_name_too():
    visits = tuple(
        visit._replace(name="prenatal_visit") if visit.kind == "outpatient" else visit for visit in RECORD.visits
    )
    assert "PRENATAL VISIT" in note_of(replace(RECORD, visits=visits), "outpatient", 0)


def test_the_note_of_a_death_says_when_and_of_what():
    record = sample_record(dead=True)
    note = NOTES.for_record(record)[record.visits[-1].number]
    assert "died on 2025-06-01. Cause of death: myocardial infarction." in note


def test_death_stops_no_drug_by_order():
    record = sample_record(dead=True)
    assert "Stop" not in NOTES.for_record(record)[record.visits[-1].number]


def test_what_resolves_in_a_visit_is_in_its_assessment():
    record = sample_record()
    diagnosis = next(event for event in record.events if isinstance(event, Diagnosis))
    last = record.visits[-1]
    ends = {**record.ends, diagnosis.number: End(last.start, last.number, "resolved")}
    note = NOTES.for_record(replace(record, ends=ends))[last.number]
    assert "- Diabetes mellitus type 2 has resolved" in note


@pytest.mark.parametrize(
    ("lived", "age"),
    [(0, "0-day-old"), (13 * DAY, "13-day-old"), (14 * DAY, "2-week-old"), (60 * DAY, "8-week-old"), (61 * DAY, "2-month-old"),
     (700 * DAY, "22-month-old"), (2 * YEAR + DAY, "2-year-old"), (58 * YEAR + DAY, "58-year-old")],
)  # fmt: skip
def test_ages_are_said_as_clinicians_do(lived: int, age: str):
    visit = RECORD.visits[0]
    record = replace(RECORD, person=sample_person(birth=visit.start - lived))
    assert f", {age} " in NOTES.text(record, visit, ())


@pytest.mark.parametrize(
    ("ucum", "text"),
    [("mm[Hg]", "mmHg"), ("Cel", "°C"), ("{score}", ""), ("mL/min/{1.73_m2}", "mL/min/1.73 m2"), ("10*3/uL", "10^3/uL"),
     ("%", "%"), (None, "")],
)  # fmt: skip
def test_units_are_written_as_people_do(ucum: str | None, text: str):
    assert unit_text(ucum) == text


@pytest.mark.parametrize(
    ("display", "words"),
    [("Home visit (procedure)", "Home visit"), ("Body mass index (BMI)", "Body mass index (BMI)"),
     ("Prenatal visit (regime/therapy)", "Prenatal visit"), ("Wrist", "Wrist")],
)  # fmt: skip
def test_semantic_tags_are_for_machines(display: str, words: str):
    assert plain(display) == words


def test_an_authors_own_words_are_kept():
    assert label(CONCEPTS["strep_throat"]) == 'Strep throat, "septic"'


def test_text_is_not_escaped_and_templates_leave_no_marks():
    for note in [*NOTES.for_record(RECORD).values(), *NOTES.for_record(child()).values()]:
        assert "{{" not in note
        assert "{%" not in note
        assert "None" not in note
        assert "&amp;" not in note
        assert "\n\n\n" not in note
        assert not any(line != line.rstrip() for line in note.splitlines())


def test_braces_in_a_remark_are_text_not_markup():
    visit = RECORD.visits[0]
    remark = Remark(999, visit.number, visit.start, "She said {{ name }} and {% if %}.", 0)
    assert "She said {{ name }} and {% if %}." in NOTES.text(RECORD, visit, [remark])


def test_files_are_named_by_patient_day_and_id():
    own = prefix(RECORD.person.seed, RECORD.person.number, RECORD.person.attempt)
    files = dict(NOTES.files(RECORD))
    visit = RECORD.visits[0]
    path = f"notes/{RECORD.person.id}/{civil(visit.start).isoformat()}-{uuid(own, NOTE, visit.number)}.txt"
    assert next(iter(files)) == path
    assert len(files) == len(RECORD.visits)


def test_the_history_never_knows_more_than_was_charted_before():
    record = long_record(visits=6)
    for visit, note in _with_visits(record):
        charted = sum(isinstance(event, Prescription) and event.time < visit.start for event in record.events)
        history = note.partition("HISTORY")[2].partition("VITAL SIGNS")[0]
        assert history.count("metformin") <= charted


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_compute_nothing(name: str):
    """Only loops over lists and conditions on names: no filters, no calls, no arithmetic."""
    for path in sorted((resources.templates() / "notes").glob("*.j2")):
        for mark in re.findall(r"{[{%](.*?)[%}]}", path.read_text(encoding="utf-8")):
            assert re.fullmatch(
                r'\s*(\w+|if (not )?\w+( (or|and) \w+)*|elif \w+|else|endif|for line in \w+|endfor|include "\w+\.j2")\s*',
                mark,
            ), f"{path.name}: {mark}"
    assert (resources.templates() / "notes" / f"{name}.j2").is_file()


def _with_visits(record: Record) -> Iterator[tuple[Visit, str]]:
    notes = NOTES.for_record(record)
    return ((visit, notes[visit.number]) for visit in record.visits)
