"""Faults that only show when a history is seen as a whole: times, references, ids, formulas."""

from pathlib import Path
from typing import Any

import pytest
from histories import DEAD, PATIENT, Json, condition, encounter, observation, write_bundle, write_lines

from healthsynth.validate import Report, validate
from healthsynth.validate.plausibility import ckd_epi_2021, limits

NOON = "2010-05-01T12:00:00Z"
AT_NINE = ("2010-05-01T09:00:00Z", "2010-05-01T10:00:00Z")


def faults(report: Report, checks: tuple[str, ...]) -> list[tuple[str, str, str]]:
    kinds = sorted(kind for kind in report.tally.counts if kind.check in checks)
    return [(kind.check, kind.code, kind.where) for kind in kinds]


SEEN = ("timeline", "references", "identity", "plausibility")


def test_a_sound_history_has_no_faults(tmp_path: Path) -> None:
    write_bundle(
        tmp_path / "a.json", [DEAD, encounter("1", *AT_NINE), condition("c", "2010-05-01", recordedDate="2010-05-02")]
    )
    assert faults(validate([tmp_path], "none", workers=1), SEEN) == []


# (name, resources, check, code, where)
HISTORIES: list[tuple[str, list[Json], str, str, str]] = [
    ("before birth", [PATIENT, encounter("1", "1979-05-01T09:00:00Z", "1979-05-01T10:00:00Z")],
     "timeline", "before-birth", "Encounter.period.start"),
    ("the day before birth", [PATIENT, condition("1", "1980-06-14")], "timeline", "before-birth", "Condition.onsetDateTime"),
    ("a year before birth", [PATIENT, condition("1", "1979")], "timeline", "before-birth", "Condition.onsetDateTime"),
    ("after death", [DEAD, observation("1", "29463-7", 70, "kg", "2015-03-02T09:00:00Z")],
     "timeline", "after-death", "Observation.effectiveDateTime"),
    ("a visit goes on after death", [DEAD, encounter("1", "2015-03-01T09:00:00Z", "2015-03-09T10:00:00Z")],
     "timeline", "after-death", "Encounter.period.end"),
    ("resolved before onset", [PATIENT, condition("1", "2010-05-02", abatementDateTime="2010-05-01")],
     "timeline", "order", "Condition.abatementDateTime"),
    ("recorded before onset", [PATIENT, condition("1", "2010-05-02", recordedDate="2010-05-01")],
     "timeline", "order", "Condition.recordedDate"),
    ("issued before it was taken", [PATIENT, observation("1", "29463-7", 70, "kg", NOON, issued="2010-05-01T11:59:00Z")],
     "timeline", "order", "Observation.issued"),
    ("died before birth", [{**PATIENT, "deceasedDateTime": "1979-01-01"}], "timeline", "order", "Patient.deceasedDateTime"),
    ("ends before it starts", [PATIENT, encounter("1", *AT_NINE[::-1])], "timeline", "order", "Encounter.period"),
    ("two visits at once", [PATIENT, encounter("1", *AT_NINE), encounter("2", "2010-05-01T09:59:00Z", NOON)],
     "timeline", "overlap", "Encounter.period"),
    ("no such patient", [encounter("1", *AT_NINE, patient="q")], "references", "dangling", "Encounter.subject"),
    ("no such identifier", [PATIENT, encounter("1", *AT_NINE, participant=[{"individual": {
        "reference": "Practitioner?identifier=http://x|1"}}])], "references", "dangling", "Encounter.participant.individual"),
    ("no such full URL", [PATIENT, encounter("1", *AT_NINE, partOf={"reference": "urn:uuid:1"})],
     "references", "dangling", "Encounter.partOf"),
    ("twice the same id", [PATIENT, PATIENT], "identity", "duplicate-id", "Patient.id"),
    ("too hot", [PATIENT, observation("1", "8310-5", 50, "Cel", NOON)], "plausibility", "limits", "Observation.valueQuantity.value"),
    ("too hot in Fahrenheit", [PATIENT, observation("1", "8310-5", 120, "[degF]", NOON)],
     "plausibility", "limits", "Observation.valueQuantity.value"),
    ("grams taken for kilograms", [PATIENT, observation("1", "29463-7", 70000, "kg", NOON)],
     "plausibility", "limits", "Observation.valueQuantity.value"),
    ("moles for mass", [PATIENT, observation("1", "2345-7", 5, "mmol/L", NOON)],
     "plausibility", "unit", "Observation.valueQuantity.code"),
    ("negative", [PATIENT, observation("1", "2951-2", -140, "mmol/L", NOON)],
     "plausibility", "limits", "Observation.valueQuantity.value"),
    ("body mass index", [PATIENT, observation("1", "8302-2", 170, "cm", NOON), observation("2", "29463-7", 70, "kg", NOON),
                         observation("3", "39156-5", 25.0, "kg/m2", NOON)],
     "plausibility", "formula", "Observation.valueQuantity.value"),
    ("total cholesterol", [PATIENT, *(observation(str(n), code, value, "mg/dL", NOON) for n, (code, value) in enumerate(
        {"2093-3": 220, "2085-9": 50, "13457-7": 100, "2571-8": 150}.items()))],
     "plausibility", "formula", "Observation.valueQuantity.value"),
    ("filtration rate", [PATIENT, observation("1", "2160-0", 1.0, "mg/dL", NOON),
                         observation("2", "98979-8", 60, "mL/min/{1.73_m2}", NOON)],
     "plausibility", "formula", "Observation.valueQuantity.value"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["bundle", "a file a type"])
@pytest.mark.parametrize(
    ("resources", "check", "code", "where"), [h[1:] for h in HISTORIES], ids=[h[0] for h in HISTORIES]
)
def test_a_fault_in_a_history_is_found(
    tmp_path: Path, resources: list[Json], check: str, code: str, where: str, form: str
) -> None:
    if form == "bundle":
        write_bundle(tmp_path / "a.json", resources)
    else:
        for kind in {each["resourceType"] for each in resources}:
            write_lines(tmp_path / f"{kind}.ndjson", [each for each in resources if each["resourceType"] == kind])
    report = validate([tmp_path], "none", workers=1)
    # Two faults may be one: what ends before it starts also breaks per-1 of the profile, which is not asked for here.
    assert faults(report, SEEN) == [(check, code, where)]


SOUND: list[tuple[str, list[Json]]] = [
    ("born that day", [PATIENT, condition("1", "1980-06-15")]),
    ("born that year", [PATIENT, condition("1", "1980")]),
    ("the certificate comes after death", [DEAD, observation("1", "69453-9", 1, "1", "2015-03-04T09:00:00Z")]),
    ("discharged hours after death", [DEAD, encounter("1", "2015-03-01T09:00:00Z", "2015-03-02T15:00:00Z")]),
    ("one visit follows on the other", [PATIENT, encounter("1", *AT_NINE), encounter("2", AT_NINE[1], NOON)]),
    ("a part of a visit", [PATIENT, encounter("1", *AT_NINE), encounter("2", *AT_NINE, partOf={"reference": "Encounter/1"})]),
    ("cancelled", [PATIENT, encounter("1", *AT_NINE), encounter("2", *AT_NINE, status="cancelled")]),
    ("entered in error", [PATIENT, observation("1", "8310-5", 500, "Cel", NOON, status="entered-in-error")]),
    ("an absolute reference", [PATIENT, encounter("1", *AT_NINE, subject={"reference": "http://example.org/Patient/p"})]),
    ("a reference with a version", [PATIENT, encounter("1", *AT_NINE, subject={"reference": "Patient/p/_history/3"})]),
    ("a contained target", [PATIENT, encounter("1", *AT_NINE, contained=[{"resourceType": "Location", "id": "l"}],
                                               location=[{"location": {"reference": "#l"}}])]),
    ("Fahrenheit", [PATIENT, observation("1", "8310-5", 98.6, "[degF]", NOON)]),
    ("grams per litre", [PATIENT, observation("1", "718-7", 140, "g/L", NOON)]),
    ("whether there is sugar, not how much", [PATIENT, observation("1", "25428-4", 1, "{presence}", NOON)]),
    ("pounds and inches", [PATIENT, observation("1", "8302-2", 66.9, "[in_i]", NOON), observation("2", "29463-7", 154.3,
                           "[lb_av]", NOON), observation("3", "39156-5", 24.2, "kg/m2", NOON)]),
    ("another day's height", [PATIENT, observation("1", "8302-2", 170, "cm", "2009-05-01T12:00:00Z"),
                              observation("2", "29463-7", 70, "kg", NOON), observation("3", "39156-5", 30, "kg/m2", NOON)]),
    ("too fat for Friedewald", [PATIENT, *(observation(str(n), code, value, "mg/dL", NOON) for n, (code, value) in enumerate(
        {"2093-3": 220, "2085-9": 50, "13457-7": 100, "2571-8": 600}.items()))]),
    ("filtration rate", [PATIENT, observation("1", "2160-0", 1.0, "mg/dL", NOON),
                         observation("2", "98979-8", 78, "mL/min/{1.73_m2}", NOON)]),
]  # fmt: skip


@pytest.mark.parametrize("resources", [h[1] for h in SOUND], ids=[h[0] for h in SOUND])
def test_what_is_possible_is_no_fault(tmp_path: Path, resources: list[Json]) -> None:
    write_bundle(tmp_path / "a.json", resources)
    assert faults(validate([tmp_path], "none", workers=1), SEEN) == []


def test_a_reference_by_search_is_a_warning_when_something_answers(tmp_path: Path) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d", "identifier": [{"system": "http://x", "value": "1"}]}
    by_search = [{"individual": {"reference": "Practitioner?identifier=http://x|1"}}]
    write_bundle(tmp_path / "a.json", [PATIENT, encounter("1", *AT_NINE, participant=by_search)])
    write_bundle(tmp_path / "b.json", [doctor])
    report = validate([tmp_path], "none", workers=1)
    assert [(kind.code, kind.severity) for kind in report.tally.counts] == [("conditional", "warning")]
    assert report.passed


def test_references_across_files_are_resolved(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.json", [encounter("1", *AT_NINE)])
    assert not validate([tmp_path], "none", workers=1).passed
    write_lines(tmp_path / "b.ndjson", [PATIENT])
    assert validate([tmp_path], "none", workers=1).passed


def test_the_same_id_in_two_files_is_reported_in_the_later(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.json", [PATIENT])
    write_lines(tmp_path / "b.ndjson", [{**PATIENT, "id": "q"}, PATIENT])
    report = validate([tmp_path], "none", workers=1)
    (fault,) = next(iter(report.tally.examples.values()))
    assert (Path(fault.file).name, fault.line, fault.resource, fault.code) == (
        "b.ndjson",
        2,
        "Patient/p",
        "duplicate-id",
    )


def test_visits_of_one_patient_in_two_files_are_compared(tmp_path: Path) -> None:
    write_lines(tmp_path / "Patient.ndjson", [PATIENT])
    write_lines(tmp_path / "Encounter.0.ndjson", [encounter("1", *AT_NINE)])
    write_lines(tmp_path / "Encounter.1.ndjson", [encounter("2", *AT_NINE), encounter("3", AT_NINE[1], NOON)])
    report = validate([tmp_path], "none", workers=1)
    assert faults(report, SEEN) == [("timeline", "overlap", "Encounter.period")]
    (fault,) = next(iter(report.tally.examples.values()))
    assert (Path(fault.file).name, fault.line) == ("Encounter.1.ndjson", 1)


def test_versions_of_a_history_are_no_duplicates(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.json", [PATIENT, PATIENT], type="history")
    assert faults(validate([tmp_path], "none", workers=1), ("identity",)) == []


@pytest.mark.parametrize(("day", "count"), [("", 0), ("2010-05-01", 0), ("2010-04-30", 2)])
def test_nothing_is_dated_after_the_reference_date(tmp_path: Path, day: str, count: int) -> None:
    write_bundle(
        tmp_path / "a.json",
        [PATIENT, encounter("1", *AT_NINE), condition("2", "2010-05-01", recordedDate="2010-05-01")],
    )
    report = validate([tmp_path], "none", as_of=day, workers=1)
    assert sum(number for kind, number in report.tally.counts.items() if kind.code == "future") == count


def test_codes_outside_the_table_and_strange_displays_are_warnings(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Shoe size"}]}
    unknown = {"coding": [{"system": "http://snomed.info/sct", "code": "99999999"}]}
    write_bundle(
        tmp_path / "a.json", [PATIENT, condition("1", "2010", code=wrong), condition("2", "2010", code=unknown)]
    )
    report = validate([tmp_path], "none", workers=1)
    assert {(kind.code, kind.severity) for kind in report.tally.counts} == {
        ("wrong-display", "warning"),
        ("unknown-code", "warning"),
    }


# Worked examples of the National Kidney Foundation's calculator (CKD-EPI 2021), rounded: age, sex, creatinine, rate.
@pytest.mark.parametrize(
    ("age", "female", "creatinine", "rate"),
    [(50, False, 1.0, 92), (50, True, 1.0, 69), (70, False, 2.0, 35), (30, True, 0.6, 124)],
)
def test_the_filtration_rate_follows_ckd_epi_2021(age: int, female: bool, creatinine: float, rate: int) -> None:
    assert round(ckd_epi_2021(creatinine, age, female)) == rate


def test_limits_are_ordered_and_in_units_of_ucum() -> None:
    from healthsynth.guides.ucum import unit

    assert len(limits()) > 150
    assert [name for name, each in limits().items() if each.low >= each.high or unit(each.unit) is None] == []


def test_the_reference_date_comes_from_the_manifest_of_an_output_folder(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.json", [PATIENT, encounter("1", *AT_NINE)])
    (tmp_path / "manifest.json").write_text('{"reference_date": "2010-04-30"}')
    report = validate([tmp_path], "none", workers=1)
    assert faults(report, ("timeline",)) == [("timeline", "future", "Encounter.period.start")]
