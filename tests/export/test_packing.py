"""Compressed files hold the same text, and are the same whenever and wherever they are made."""

import gzip
from types import SimpleNamespace

import pytest

from healthsynth.export.formats import CsvFormat, NotesFormat
from healthsynth.export.packing import Gzipped, pack
from tests.export.collecting import written
from tests.export.records import CONCEPTS, sample_record

RECORDS = [[sample_record(1), sample_record(2)], [sample_record(3, dead=True)]]
MAKERS = {"csv": lambda: CsvFormat(SimpleNamespace(concepts=CONCEPTS)), "notes": NotesFormat}


def test_a_member_names_no_time_and_no_system():
    member = pack(b"text")
    assert member[4:8] == bytes(4)  # RFC 1952: MTIME
    assert member[9] == 255  # OS: unknown
    assert gzip.decompress(member) == b"text"


@pytest.mark.parametrize("name", MAKERS)
def test_compressed_files_hold_what_the_others_hold(name):
    plain, packed = written(MAKERS[name](), RECORDS), written(Gzipped(MAKERS[name]()), RECORDS)
    assert {f"{path}.gz": text for path, text in plain.files.items()} == {
        path: gzip.decompress(content) for path, content in packed.files.items()
    }
    assert {f"{path}.gz": text for path, text in plain.appended.items()} == {
        path: gzip.decompress(content) for path, content in packed.appended.items()
    }
    assert packed.counts == plain.counts
    assert plain.files or plain.appended


def test_headers_and_what_chunks_append_are_one_file_when_they_are_joined():
    packed = Gzipped(MAKERS["csv"]())
    appended = written(packed, RECORDS).appended["csv/patients.csv.gz"]
    lines = gzip.decompress(packed.heads()["csv/patients.csv.gz"] + appended).decode().splitlines()
    assert lines[0].startswith("Id,BIRTHDATE,")
    assert len(lines) == 4


def test_a_chunk_is_one_member_of_each_file():
    appended = written(Gzipped(MAKERS["csv"]()), RECORDS).appended["csv/patients.csv.gz"]
    assert appended.count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00") == len(RECORDS)
