"""The page of a patient: what it says, that it stands alone, and that it has the ids of the bundle."""

import re
from dataclasses import replace

import orjson
import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.export.html import HtmlFormat
from healthsynth.record.record import Record
from healthsynth.settings import Settings
from tests.export.html.markup import Node, parsed
from tests.export.records import CONCEPTS, long_record, sample_record

RECORD = sample_record(2)
SETTINGS = Settings(seed=7, as_of="2026-01-01", history="all")


def page_of(record: Record, settings: Settings = SETTINGS) -> bytes:
    return HtmlFormat(settings, CONCEPTS).page(record)


@pytest.fixture(scope="module")
def page() -> Node:
    return parsed(page_of(RECORD))


def section(page: Node, name: str) -> Node:
    return page.one("section", id=name)


def test_the_head_says_who_and_that_nobody_is_meant(page):
    head = page.one("header").text
    for words in ("Synthetic record. This person does not exist", "María", "58-year-old woman, born 1967-03-09"):
        assert words in head
    facts = {fact.one("dt").text: fact.one("dd").text for fact in page.one("dl").all("div")}
    assert facts["Record number"] == RECORD.person.mrn
    assert facts["Address"].startswith(RECORD.person.address.line)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("glance", "Allergy to penicillin: urticaria (mild)"),
        ("problems", "Diabetes mellitus type 2 2020-12-01 4 years"),
        ("problems", "Pneumonia severe 1 2024-03-24"),
        ("medications", "lisinopril 10 MG Oral Tablet 1 tablet once a day, for essential hypertension 2021-03-01"),
        ("plans", "Walk half an hour a day & enjoy it 2021-03-01 under way"),
        ("plans", "Hemoglobin A1c below 7 % 2021-03-01 2021-08-28 reached"),
        ("vaccines", "Influenza, seasonal, injectable, preservative free 1 2021-03-01"),
        ("procedures", "Leo Núñez boy, 3,420 g, 39 weeks of gestation"),
        ("procedures", "Closed fracture of the distal radius."),
        ("procedures", "2 handed out"),
        ("visits", "Hospital stay, 3 days"),
        ("visits", "Hospital stay, goes on"),
        ("visits", 'Asked about sleep; "fine", she says.'),
    ],
)
def test_a_section_shows_what_was_charted(page, name, words):
    assert words in section(page, name).text


def test_every_visit_is_there_once_with_its_note_the_latest_first(page):
    shown = [visit.one("summary").all("span")[0].text for visit in page.all("details", class_="visit")]
    assert len(shown) == len(RECORD.visits)
    assert shown == sorted(shown, reverse=True)
    assert all(visit.one("div", class_="note").all("h4") for visit in page.all("details", class_="visit"))


def test_visits_problems_and_prescriptions_have_the_ids_of_the_bundle(page):
    bundle = orjson.loads(FhirExporter(concepts=CONCEPTS).bundle(RECORD))
    ids: dict[str, set[str]] = {}
    for entry in bundle["entry"]:
        ids.setdefault(entry["resource"]["resourceType"], set()).add(entry["resource"]["id"])
    assert {visit.attributes["id"] for visit in page.all("details", class_="visit")} == ids["Encounter"]
    for name, kind in (("problems", "Condition"), ("medications", "MedicationRequest")):
        anchors = {row.attributes["id"] for row in section(page, name).all("tr") if "id" in row.attributes}
        assert anchors
        assert anchors <= ids[kind]


def test_no_id_stands_twice_and_every_link_inside_leads_somewhere(page):
    everything = [node for tag in ("section", "details", "tr", "main", "button") for node in page.all(tag)]
    ids = [node.attributes["id"] for node in everything if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    links = {link.attributes["href"] for link in page.all("a")} - {"index.html"}
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_a_page_asks_for_nothing():
    text = page_of(RECORD).decode()
    assert "http:" not in text
    assert "https:" not in text
    assert not re.findall(r'(?:src|href)="(?!#|index\.html|data:)', text)
    assert "default-src 'none'" in text


def test_what_authors_and_charts_write_cannot_become_markup():
    person = replace(RECORD.person, given='<script>alert("x")</script>', family="O'Neil & Sons")
    text = page_of(replace(RECORD, person=person)).decode()
    assert '<script>alert("x")' not in text
    assert "O&#39;Neil &amp; Sons" in text


def test_a_death_is_told_and_ends_no_problem():
    page = parsed(page_of(sample_record(2, dead=True)))
    assert "died 2025-06-01 at the age of 58 years (cause: Myocardial infarction)" in page.one("header").text
    assert "Active at death" in section(page, "problems").text


def test_the_same_record_gives_the_same_bytes_whatever_came_before():
    format_ = HtmlFormat(SETTINGS, CONCEPTS)
    first = format_.page(RECORD)
    format_.page(long_record())
    assert format_.page(RECORD) == first == page_of(sample_record(2))


def test_an_empty_record_is_a_whole_page():
    empty = Record(RECORD.person, RECORD.as_of, (), (), {}, None)
    page = parsed(page_of(empty))
    for words in ("No known allergies.", "No active problems.", "No regular medications.", "Nothing has been tested."):
        assert words in page.one("main").text
    assert [one.attributes["id"] for one in page.all("section")] == [
        "glance",
        "problems",
        "medications",
        "visits",
        "coverage",
    ]


def test_vital_signs_of_long_ago_are_not_the_latest():
    years = 6 * 31_557_600
    old = replace(RECORD, as_of=RECORD.as_of + years)
    assert "Heart rate" in section(parsed(page_of(RECORD)), "glance").text
    glance = section(parsed(page_of(old)), "glance").text
    assert "Heart rate" not in glance
    assert "None in the last five years." in glance


def test_a_bar_lies_where_its_time_lies_in_the_window():
    ten_years = parsed(page_of(long_record(), replace(SETTINGS, history="10y")))
    bars = section(ten_years, "medications").one("svg", class_="bars").all("rect")
    places = [float(bar.attributes["x"]) for bar in bars]
    assert len(places) == 60
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] + float(bars[-1].attributes["width"]) <= 100.05
