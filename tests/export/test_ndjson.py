"""Bulk Data files: what they hold, where they are cut, and the two files that lead to them."""

import gzip
from types import SimpleNamespace

import orjson
import pytest

from healthsynth.export.fhir import FhirExporter
from healthsynth.export.fhir.exporter import Texts
from healthsynth.export.ndjson import NdjsonFormat
from healthsynth.settings import read
from tests.export.collecting import Collected, written
from tests.export.records import CONCEPTS, sample_record

SETTINGS = {"seed": 1, "as_of": "2025-06-30"}
LEADING = {"ndjson/manifest.json", "ndjson/import-parameters.json"}


class Lines:
    """Stands for the FHIR exporter: a record is a number, its lines weigh 300,000 bytes each."""

    def ndjson(self, record) -> Texts:
        results = [f'{{"id":"{record.number}-{n}","text":"{"x" * 300_000}"}}\n' for n in range(record.lines)]
        return {"Patient": [f'{{"id":"{record.number}"}}\n'], **({"Observation": results} if results else {})}

    def shared_ndjson(self, facilities, clinicians, payers) -> Texts:
        return {"Location": ['{"id":"a"}\n']}

    def forget(self) -> None: ...


def patients(*lines: int):
    person = SimpleNamespace(coverage=())
    return [
        SimpleNamespace(number=number, lines=count, visits=(), person=person)
        for number, count in enumerate(lines, start=1)
    ]


def made(chunks, **settings) -> Collected:
    return written(NdjsonFormat(read({**SETTINGS, **settings}), Lines(), "fake"), chunks)


def ids(content: bytes) -> list[str]:
    return [orjson.loads(line)["id"] for line in content.splitlines()]


CHUNKS = [patients(1, 2, 0), patients(3, 1)]


def test_each_type_has_its_file():
    out = made(CHUNKS)
    assert set(out.files) == {f"ndjson/{kind}.ndjson" for kind in ("Location", "Observation", "Patient")} | LEADING
    assert ids(out.files["ndjson/Patient.ndjson"]) == ["1", "2", "3", "1", "2"]
    assert out.counts == {"Observation": 7, "Patient": 5, "Location": 1}


@pytest.mark.parametrize("compress", ["none", "gzip"])
def test_files_are_cut_between_patients_below_the_size(compress):
    out = made(CHUNKS, split_size="1", compress=compress)
    end, unpack = (".gz", gzip.decompress) if compress == "gzip" else ("", bytes)
    parts = [unpack(out.files[f"ndjson/Observation{part}.ndjson{end}"]) for part in ("", "-2", "-3")]
    assert [ids(part) for part in parts] == [["1-0", "2-0", "2-1"], ["1-0", "1-1", "1-2"], ["2-0"]]
    assert all(len(part) < 1_000_000 for part in parts)
    assert len([path for path in out.files if "Observation" in path]) == 3


def test_a_patient_is_not_cut_even_where_a_file_grows_too_large():
    out = made([patients(1, 5, 1)], split_size="1")
    sizes = [len(ids(content)) for path, content in sorted(out.files.items()) if "Observation" in path]
    assert sizes == [5, 1, 1]  # -2, -3, and the first


def test_cuts_do_not_depend_on_compression():
    plain, packed = made(CHUNKS, split_size="1"), made(CHUNKS, split_size="1", compress="gzip")
    for path, content in plain.files.items():
        if path not in LEADING:
            assert gzip.decompress(packed.files[f"{path}.gz"]) == content


def test_the_manifest_counts_the_lines_of_every_file():
    out = made(CHUNKS, split_size="1", compress="gzip", bulk_url="https://files.example.org/run/")
    manifest = orjson.loads(out.files["ndjson/manifest.json"])
    assert manifest["transactionTime"] == "2025-06-30T00:00:00Z"
    assert manifest["requiresAccessToken"] is False
    assert manifest["error"] == []
    base = "https://files.example.org/run/"
    told = {each["url"].removeprefix(base): each for each in manifest["output"]}
    assert {f"ndjson/{name}" for name in told} == set(out.files) - LEADING
    for name, each in told.items():
        lines = gzip.decompress(out.files[f"ndjson/{name}"]).splitlines()
        assert len(lines) == each["count"]
        assert name.startswith(each["type"])


def test_the_parameters_of_an_import_are_fhir_and_name_every_file():
    from fhir.resources.R4B.parameters import Parameters

    out = made(CHUNKS, split_size="1")
    content = out.files["ndjson/import-parameters.json"]
    Parameters.model_validate_json(content)
    inputs = [each["part"] for each in orjson.loads(content)["parameter"] if each["name"] == "input"]
    assert {part[1]["valueUri"].removeprefix("http://localhost:8000/") for part in inputs} == {
        path.removeprefix("ndjson/") for path in out.files if path not in LEADING
    }


def test_lines_are_the_resources_of_the_bundle():
    record = sample_record()
    fhir = FhirExporter(concepts=CONCEPTS)
    out = written(NdjsonFormat(read(SETTINGS), fhir, "fake"), [[record]])
    lines = {
        (found["resourceType"], found["id"]): found
        for path, content in out.files.items()
        if path not in LEADING
        for found in map(orjson.loads, content.splitlines())
    }
    for entry in orjson.loads(fhir.bundle(record))["entry"]:
        resource = entry["resource"]
        assert lines[resource["resourceType"], resource["id"]] == resource
