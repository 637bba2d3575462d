"""The truth: where everything comes from, and what was true when something was diagnosed."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from healthsynth import resources
from healthsynth.cli.main import run
from healthsynth.compile.program import Origin, Program
from healthsynth.export.csv.columns import Columns
from healthsynth.export.truth import TABLES, TruthFormat
from healthsynth.record.events import Diagnosis
from healthsynth.record.record import Record, Truth
from healthsynth.units import DAY
from tests.export.records import sample_record

RECORD = sample_record()
DIAGNOSIS = next(event for event in RECORD.events if type(event) is Diagnosis)


def lived(*steps: tuple[int, str]) -> Record:
    """The sample record with one course, its steps in days before the first diagnosis; all from origin 1."""
    truth = tuple(Truth(DIAGNOSIS.time - days * DAY, "sugar", state, 1) for days, state in steps)
    events = tuple(event._replace(origin=1) for event in RECORD.events)
    return replace(RECORD, events=events, truth=truth, visits=tuple(v._replace(origin=0) for v in RECORD.visits))


def program(*origins: Origin) -> Program:
    first = Origin("healthsynth", "background mortality", 0)
    return Program((), {}, {}, {}, (first, *(origins or (Origin("diabetes", "course.sugar.high", 12),))), {})


def parsed(table: str, rows: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(rows, [column.name for column in TABLES[table]]))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(900, "normal"), (300, "high")], ("high", "300")),
        ([(900, "normal"), (300, "raised"), (100, "high")], ("high", "300")),  # onset is when the first state was left
        ([(900, "normal"), (500, "high"), (300, "normal"), (100, "high")], ("high", "100")),  # ... the last time
        ([(900, "normal"), (500, "high"), (300, "normal")], ("normal", "")),  # diagnosed though well
        ([(900, "normal"), (300, "high"), (-5, "normal")], ("high", "300")),  # what came later does not count
        ([(900, "normal"), (0, "high")], ("high", "0")),
    ],
)
def test_a_diagnosis_stands_beside_what_was_true(steps, expected):
    rows = parsed("diagnoses", TruthFormat(program()).rows(lived(*steps))["diagnoses"])
    first = rows[0]
    assert (first["COURSE"], first["IS"], first["DAYS"]) == ("sugar", *expected)
    assert bool(first["ONSET"]) == bool(expected[1])


def test_a_diagnosis_of_a_module_without_courses_is_still_there():
    rows = parsed("diagnoses", TruthFormat(program()).rows(lived())["diagnoses"])
    assert len(rows) == sum(type(event) is Diagnosis for event in RECORD.events)
    assert {row["COURSE"] for row in rows} == {""}


def test_every_visit_and_event_has_its_cause():
    rows = parsed("events", TruthFormat(program()).rows(lived())["events"])
    death = 0 if RECORD.death is None or RECORD.death in RECORD.events else 1
    assert len(rows) == len(RECORD.visits) + len(RECORD.events) + death
    assert len({row["Id"] for row in rows}) == len(rows)
    causes = {row["TYPE"]: (row["MODULE"], row["STATE"], row["LINE"]) for row in rows}
    assert causes["Visit"] == ("healthsynth", "background mortality", "")
    assert causes["Result"] == ("diabetes", "course.sugar.high", "12")


def test_names_with_commas_are_quoted():
    odd = Origin("a, b", 'say "x"', 3)
    rows = parsed("events", TruthFormat(program(odd)).rows(lived())["events"])
    assert {(row["MODULE"], row["STATE"]) for row in rows if row["TYPE"] == "Result"} == {("a, b", 'say "x"')}


# --- a whole run -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("truth") / "out"
    arguments = [
        "-p",
        "8",
        "-s",
        "4",
        "--as-of",
        "2025-01-01",
        "--deceased",
        "all",
        "--workers",
        "1",
        "-q",
        "-o",
        str(out),
    ]
    assert (
        run(["generate", *arguments, "-f", "truth", "-f", "ndjson", "-m", "diab*", "-m", "type_2*", "-m", "wellness"])
        == 0
    )
    return out


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("name", "columns"), TABLES.items())
def test_every_field_has_the_form_of_its_column(generated, name, columns: Columns):
    import re

    rows = table(generated, name)
    assert rows
    for column in columns:
        wrong = [row[column.name] for row in rows if not re.fullmatch(column.pattern, row[column.name])]
        assert not wrong, (column.name, wrong[:3])


def test_causes_are_lines_of_the_modules(generated):
    seen = {(row["FILE"], row["STATE"], int(row["LINE"])) for row in table(generated, "events") if row["LINE"]}
    seen |= {(row["FILE"], row["STATE"], int(row["LINE"])) for row in table(generated, "states")}
    assert len(seen) > 30
    for file, state, line in seen:
        text = (resources.modules() / file).read_text(encoding="utf-8").splitlines()
        block, name = state.split(".")[:2]
        # The line is inside its block, at or below the name that the state begins with.
        above = [each for each in text[:line] if each[:1].strip() and each[0] != "#"]
        assert above[-1].startswith(f"{block}:"), (file, state, line)
        assert any(each.strip().startswith(f"{name}:") for each in text[:line]), (file, state, line)


def test_ids_are_those_of_the_resources(generated):
    known = set()
    for path in (generated / "ndjson").glob("*.ndjson"):
        known |= {json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()}
    rows = table(generated, "events")
    of_type = {
        kind: {row["Id"] for row in rows if row["TYPE"] == kind}
        for kind in ("Visit", "Diagnosis", "Result", "Vaccination")
    }
    assert all(of_type.values())
    for kind, ids in of_type.items():
        assert ids <= known, kind
    assert {row["PATIENT"] for row in rows} <= known
    assert {row["Id"] for row in table(generated, "diagnoses")} == of_type["Diagnosis"]


def test_states_reach_back_to_birth_and_deaths_are_events(generated):
    patients = [json.loads(line) for line in (generated / "ndjson" / "Patient.ndjson").read_text().splitlines()]
    born = {patient["id"]: patient["birthDate"] for patient in patients}
    first: dict[str, str] = {}
    for row in table(generated, "states"):
        first[row["PATIENT"]] = min(row["TIME"], first.get(row["PATIENT"], "9"))
    assert set(first) == set(born)
    # Times are UTC, days of birth those of the place: at most a day apart.
    assert all(abs(int(first[id_][:4]) - int(day[:4])) <= 1 for id_, day in born.items())
    died = {patient["id"] for patient in patients if "deceasedDateTime" in patient}
    assert {row["PATIENT"] for row in table(generated, "events") if row["TYPE"] == "Death"} == died


def test_the_manifest_counts_the_rows(generated):
    counts = json.loads((generated / "manifest.json").read_bytes())["counts"]["by_format"]["truth"]
    assert counts == {name: len(table(generated, name)) for name in TABLES}
