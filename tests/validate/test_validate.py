"""Files of every quality: what is reported, and that the other files are still checked."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from histories import PATIENT, encounter, observation, write_bundle, write_lines

from healthsynth.errors import UsageError
from healthsynth.validate import Report, validate
from healthsynth.validate import reading as reading_module

GOOD = [PATIENT, encounter("1", "2001-05-01T09:00:00Z", "2001-05-01T10:00:00Z")]


def codes(report: Report) -> set[tuple[str, str]]:
    return {(kind.check, kind.code) for kind in report.tally.counts}


def run(*paths: Path, **more: Any) -> Report:
    return validate(list(paths), "none", workers=1, **more)


def test_good_files_pass_whatever_their_form(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle.json", GOOD)
    write_lines(tmp_path / "lines.ndjson", [{**each, "id": f"b{n}"} for n, each in enumerate(GOOD)])
    (tmp_path / "one.json").write_text(json.dumps({**PATIENT, "id": "c"}))
    (tmp_path / "list.json").write_text(json.dumps([{**PATIENT, "id": "d"}]))
    (tmp_path / "lines.json").write_text("".join(json.dumps({**PATIENT, "id": f"e{n}"}) + "\n" for n in range(2)))
    report = run(tmp_path)
    assert (report.text().splitlines()[-2:], report.passed) == (["0 errors", "0 warnings"], True)
    assert report.files == 5
    assert report.resources == {"Patient": 6, "Encounter": 2, "Bundle": 1}


def test_gzipped_files_are_read_as_others_are(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle.json", GOOD)
    write_lines(tmp_path / "lines.ndjson", [{**each, "id": f"b{n}"} for n, each in enumerate(GOOD)])
    (tmp_path / "lines.json").write_text("".join(json.dumps({**PATIENT, "id": f"e{n}"}) + "\n" for n in range(2)))
    before = run(tmp_path)
    for path in list(tmp_path.iterdir()):
        content = path.read_bytes()
        path.unlink()
        # Two members in a row are a gzip file too.
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content[:99]) + gzip.compress(content[99:]))
    after = run(tmp_path)
    assert (after.files, after.resources, after.passed) == (3, before.resources, True)


def test_bundles_and_ndjson_of_one_run_are_two_editions_of_the_same(tmp_path: Path) -> None:
    for name in ("fhir", "ndjson"):
        (tmp_path / name).mkdir()
    write_bundle(tmp_path / "fhir" / "a.json", GOOD)
    write_lines(tmp_path / "ndjson" / "Patient.ndjson", GOOD)
    assert ("identity", "duplicate-id") in codes(run(tmp_path))  # nobody's run: files that say the same id
    (tmp_path / "manifest.json").write_text("{}")
    assert run(tmp_path).passed
    write_lines(tmp_path / "ndjson" / "Patient-2.ndjson", GOOD[:1])
    assert ("identity", "duplicate-id") in codes(run(tmp_path))


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty.json", b"", "empty"),
    ("blank.json", b" \n ", "empty"),
    ("empty.ndjson", b"", "empty"),
    ("broken.json", b'{"resourceType": "Patient",', "broken-json"),
    ("words.json", b"hello", "not-json"),
    ("latin.json", '{"resourceType": "Patient", "id": "é"}'.encode("latin-1"), "encoding"),
    ("latin.ndjson", '{"resourceType": "Patient", "id": "é"}\n'.encode("latin-1"), "encoding"),
    ("utf16.json", json.dumps(PATIENT).encode("utf-16"), "encoding"),
    ("number.json", b"17", "not-fhir"),
    ("other.json", b'{"name": "no FHIR"}', "not-fhir"),
    ("list.json", b"[1]", "not-fhir"),
    ("deep.json", b"[" * 100_000 + b"]" * 100_000, "broken-json"),
    ("entry.json", b'{"resourceType": "Bundle", "type": "collection", "entry": [5]}', "not-fhir"),
    ("entries.json", b'{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]}', "not-fhir"),
    ("line.ndjson", b'{"resourceType": "Patient"\n', "broken-json"),
    ("empty.json.gz", gzip.compress(b""), "empty"),
    ("broken.json.gz", gzip.compress(b'{"resourceType": "Patient",'), "broken-json"),
    ("line.ndjson.gz", gzip.compress(b'{"resourceType": "Patient"\n'), "broken-json"),
    ("latin.ndjson.gz", gzip.compress('{"resourceType": "Patient", "id": "é"}\n'.encode("latin-1")), "encoding"),
    ("plain.json.gz", json.dumps(PATIENT).encode(), "unreadable"),
    ("cut.json.gz", gzip.compress(json.dumps(PATIENT).encode())[:-9], "unreadable"),
    ("cut.ndjson.gz", gzip.compress(json.dumps(PATIENT).encode())[:-9], "unreadable"),
    ("spoiled.json.gz", gzip.compress(json.dumps(PATIENT).encode())[:20] + b"\xff" * 40, "unreadable"),
]


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES, ids=[row[0] for row in BAD_FILES])
def test_a_bad_file_is_reported_and_the_others_are_checked(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    write_bundle(tmp_path / "good.json", GOOD)
    report = run(tmp_path)
    assert ("file", code) in codes(report)
    assert report.resources["Encounter"] == 1
    assert [file for file, errors, _ in report.faulty if errors] == [str(tmp_path / name)]


def test_what_stands_before_the_damage_is_checked(tmp_path: Path) -> None:
    whole = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in GOOD]})
    (tmp_path / "cut.json").write_text(whole[:-30])
    report = run(tmp_path)
    assert codes(report) == {("file", "broken-json")}
    assert report.resources["Patient"] == 1
    assert "1 entries before it were checked" in report.text()


def test_a_broken_line_does_not_hide_the_next(tmp_path: Path) -> None:
    (tmp_path / "lines.ndjson").write_text('{"resourceType":\n' + json.dumps(PATIENT) + "\n\n" + "[]\n")
    report = run(tmp_path)
    lines = sorted(fault.line for shown in report.tally.examples.values() for fault in shown)
    assert (report.resources, lines) == ({"Patient": 1}, [1, 4])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [1, 1 << 12, 1 << 20])
def test_big_files_are_read_through_a_window(
    tmp_path: Path, size: int, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    monkeypatch.setattr(reading_module, "_CHUNK", size)
    monkeypatch.setattr(reading_module._Window._more, "__defaults__", (size,))
    visits = [encounter(str(n), f"20{n:02d}-05-01T09:00:00Z", f"20{n:02d}-05-01T10:00:00Z") for n in range(1, 20)]
    write_bundle(tmp_path / "big.json", [PATIENT, *visits])
    if packed:
        content = (tmp_path / "big.json").read_bytes()
        (tmp_path / "big.json").unlink()
        (tmp_path / "big.json.gz").write_bytes(gzip.compress(content))
    report = run(tmp_path)
    assert (report.errors, report.resources) == (0, {"Patient": 1, "Encounter": 19, "Bundle": 1})


@pytest.mark.parametrize("tail", [b'"x"', b",", b'{"resourceType": "Patient"', b"]"])
def test_damage_in_a_big_file_is_found(tmp_path: Path, tail: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "_SMALL", 0)
    write_bundle(tmp_path / "big.json", GOOD)
    with (tmp_path / "big.json").open("ab") as file:
        file.write(tail)
    assert ("file", "broken-json") in codes(run(tmp_path))


def test_resources_of_a_wrong_type_are_reported(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "lines.ndjson", [{"resourceType": "Patiant"}, {"resourceType": 5}, {"resourceType": "Element"}]
    )
    report = run(tmp_path)
    assert report.tally.number("error") == 3
    assert codes(report) == {("profile", "type")}


def test_other_files_of_a_folder_are_left_out(tmp_path: Path) -> None:
    write_bundle(tmp_path / "good.json", GOOD)
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "table.csv").write_text("a,b")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.json").write_text("{")
    report = run(tmp_path)
    assert (report.passed, report.files, len(report.skipped)) == (True, 1, 2)


def test_a_missing_path_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file or folder"):
        run(tmp_path / "nothing")
    with pytest.raises(UsageError, match=r"there are no \.json"):
        run(tmp_path)


def test_the_report_is_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    for n in range(3):
        born = {**PATIENT, "id": f"p{n}"}
        late = observation(f"o{n}", "29463-7", 70, "kg", "1990-01-01T00:00:00Z", patient=f"p{n}")
        write_bundle(tmp_path / f"{n}.json", [born, late])
    one, two = (validate([tmp_path], "6.1.0", workers=number).json() for number in (1, 2))
    assert one == two
    assert one["errors"] > 0


def test_a_report_for_programs_counts_every_kind(tmp_path: Path) -> None:
    write_lines(tmp_path / "lines.ndjson", [{**PATIENT, "id": str(n), "gender": "x"} for n in range(10)])
    content = run(tmp_path).json()
    assert json.loads(json.dumps(content)) == content
    assert [(each["code"], each["where"], each["count"]) for each in content["faults"]] == [
        ("required-binding", "Patient.gender", 10)
    ]
    assert len(content["faults"][0]["examples"]) == 3
    assert content["faulty_files"] == [{"file": str(tmp_path / "lines.ndjson"), "errors": 10, "warnings": 0}]


def test_the_rules_of_the_bundle_itself_are_checked(tmp_path: Path) -> None:
    write_bundle(tmp_path / "b.json", [PATIENT], type="transaction")
    assert codes(run(tmp_path)) == {("structure", "bdl-3")}


def test_the_models_of_fhir_resources_are_a_second_opinion() -> None:
    from healthsynth.guides.models import model_findings

    found = model_findings({**PATIENT, "gendre": "x", "birthDate": "yesterday"})
    assert {each.path for each in found} == {"Patient.gendre", "Patient.birthDate"}
    assert model_findings(PATIENT) == []
    assert model_findings({"resourceType": "Nothing"}) == []


def test_resources_of_one_form_need_one_look_of_the_models() -> None:
    from healthsynth.guides.models import structure_findings

    assert structure_findings(PATIENT) == []
    assert structure_findings({**PATIENT, "id": "another", "birthDate": "1999-01-01"}) == []
    assert structure_findings({**PATIENT, "birthDate": 1999}) != []
    assert structure_findings({**PATIENT, "gendre": "x"}) != []


def test_the_command_ends_with_1_when_there_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from healthsynth.cli.validate import command

    write_bundle(tmp_path / "b.json", GOOD)
    assert command([tmp_path], us_core="none", workers=1) == 0
    assert "0 errors" in capsys.readouterr().out
    write_bundle(tmp_path / "c.json", [{**PATIENT, "id": "x", "gender": "x"}])
    assert command([tmp_path], us_core="none", json=True, workers=1) == 1
    assert json.loads(capsys.readouterr().out)["errors"] == 1
