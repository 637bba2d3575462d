"""A run: the same bytes however it is done, and what it does with folders that are not empty."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from healthsynth.errors import HealthsynthError
from healthsynth.run import layout
from healthsynth.run.options import Options
from healthsynth.run.run import Run
from healthsynth.run.start import choose
from healthsynth.run.worker import do_chunk
from tests.run.conftest import hashes
from tests.run.fakes import FakePipeline, settings


def run(output: Path, wanted=None, make=FakePipeline, **options):
    return Run(wanted or settings(), Options(output, **{"workers": 1, **options}), make).go()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_change_no_byte(workers, tmp_path, whole):
    run(tmp_path / "out", settings(200), workers=workers)
    assert hashes(tmp_path / "out") == whole


def test_a_finished_folder_has_nothing_but_its_files_and_the_manifest(tmp_path):
    run(tmp_path / "out")
    manifest = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    found = hashes(tmp_path / "out")
    del found["manifest.json"]
    assert found == {file["path"]: file["sha256"] for file in manifest["files"]}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["csv", "files", "manifest.json"]


def test_the_manifest_says_how_and_what(tmp_path):
    summary = run(tmp_path / "out", settings(70, deceased="all", state="MA"))
    manifest = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (manifest["seed"], manifest["reference_date"]) == (42, "2025-01-01")
    assert manifest["settings"]["state"] == "MA"
    assert manifest["counts"]["living"] == 70
    assert manifest["counts"]["deceased"] == 10
    assert manifest["counts"]["by_format"]["csv"]["patients"] == 80
    assert manifest["counts"]["by_format"]["files"]["files"] == 81
    assert summary.plain()["counts"] == manifest["counts"]
    assert manifest["identity"]["schemas"]["csv"].startswith("synthea-3.3.0/")


def test_tables_have_one_header_and_all_patients_in_order(tmp_path):
    run(tmp_path / "out", settings(60))
    lines = (tmp_path / "out" / "csv" / "patients.csv").read_text().splitlines()
    assert len(lines) == 61
    one = (tmp_path / "one" / "csv" / "patients.csv", settings(1, first=33))
    run(tmp_path / "one", one[1])
    assert one[0].read_text().splitlines() == [lines[0], lines[33]]


def test_a_patient_is_the_same_in_a_small_and_in_a_large_run(tmp_path, whole):
    run(tmp_path / "out", settings(10))
    small = hashes(tmp_path / "out")
    for number in range(1, 11):
        assert small[f"files/{number}.txt"] == whole[f"files/{number}.txt"]


# --- folders ---------------------------------------------------------------------------------------------------------
def test_a_finished_run_is_not_written_over(tmp_path):
    run(tmp_path / "out", settings(5))
    before = hashes(tmp_path / "out")
    with pytest.raises(HealthsynthError, match=r"holds a finished run.*--overwrite") as caught:
        run(tmp_path / "out", settings(6))
    assert caught.value.exit_code == 4
    assert hashes(tmp_path / "out") == before


def test_overwriting_removes_what_the_run_before_wrote_and_nothing_else(tmp_path):
    output = tmp_path / "out"
    run(output, settings(30))
    (output / "mine.txt").write_text("keep me")
    run(output, settings(5), overwrite=True)
    run(tmp_path / "fresh", settings(5))
    found = hashes(output)
    assert (output / "mine.txt").read_text() == "keep me"
    del found["mine.txt"]
    assert found == hashes(tmp_path / "fresh")


def test_files_of_someone_else_are_in_the_way(tmp_path):
    (tmp_path / "out" / "csv").mkdir(parents=True)
    (tmp_path / "out" / "csv" / "precious.csv").write_text("x")
    for options in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(HealthsynthError, match="already has 'csv', which is not of a healthsynth run"):
            run(tmp_path / "out", **options)
    assert hashes(tmp_path / "out").keys() == {"csv/precious.csv"}


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(HealthsynthError, match="is not a folder"):
        run(tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(HealthsynthError, match=r"cannot write .*out: permission is denied"):
        run(tmp_path / "out")


def test_a_folder_below_a_device_cannot_be_written():
    with pytest.raises(HealthsynthError, match="cannot write /proc/healthsynth"):
        run(Path("/proc/healthsynth"))


@pytest.mark.parametrize("allowed", ["resume", "overwrite"])
def test_two_runs_do_not_write_to_one_folder(allowed, tmp_path, monkeypatch):
    from healthsynth.run import folder

    output = tmp_path / "out"
    interrupted(output)
    before = hashes(output)
    monkeypatch.setattr(folder, "_PATIENCE", 0.1)
    held = folder.prepare(output, (), resume=True, overwrite=False)
    with pytest.raises(HealthsynthError, match="another run is writing"):
        run(output, settings(200), **{allowed: True})
    assert hashes(output) == before
    folder.release(held)
    run(output, settings(200), **{allowed: True})


def test_a_removal_that_was_killed_is_finished_by_whoever_comes_next(tmp_path, whole, monkeypatch):
    from healthsynth.run import folder

    output = tmp_path / "out"
    run(output, settings(30, seed=7))
    with monkeypatch.context() as patch:
        patch.setattr(folder.shutil, "rmtree", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(output, settings(200), overwrite=True)
    assert not (output / "manifest.json").exists()
    run(output, settings(200), resume=True)
    assert hashes(output) == whole


# --- resume -----------------------------------------------------------------------------------------------------------
class Broken(FakePipeline):
    """Fails at one patient."""

    number = 130

    def patients(self, number):
        if number == self.number:
            raise KeyError("glucose")
        return super().patients(number)


def interrupted(output: Path) -> None:
    with pytest.raises(HealthsynthError):
        run(output, settings(200), Broken)


def test_a_patient_that_fails_is_named_with_the_command_that_replays_it(tmp_path):
    with pytest.raises(HealthsynthError) as caught:
        run(tmp_path / "out", settings(200), Broken)
    text = str(caught.value)
    assert text.startswith("patient 130 of seed 42 failed: KeyError: 'glucose'\n")
    assert "healthsynth generate --first 130 -p 1 -s 42 --as-of 2025-01-01" in text
    assert "125 of 200 patients are there" in text


def test_resuming_does_only_what_is_missing(tmp_path, whole):
    interrupted(tmp_path / "out")
    summary = run(tmp_path / "out", settings(200), resume=True)
    assert summary.patients_now == 75
    assert hashes(tmp_path / "out") == whole


def test_a_run_that_has_nothing_yet_leaves_nothing(tmp_path):
    class AtOnce(Broken):
        number = 1

    with pytest.raises(HealthsynthError, match="patient 1 of seed 42") as caught:
        run(tmp_path / "out", settings(30), AtOnce)
    assert "are there" not in str(caught.value)
    run(tmp_path / "out", settings(30))


def test_an_interrupted_run_must_be_resumed_or_overwritten(tmp_path):
    interrupted(tmp_path / "out")
    with pytest.raises(HealthsynthError, match="holds an interrupted run; finish it with --resume"):
        run(tmp_path / "out", settings(200))
    run(tmp_path / "out", settings(5), overwrite=True)
    run(tmp_path / "fresh", settings(5))
    assert hashes(tmp_path / "out") == hashes(tmp_path / "fresh")


def test_resuming_with_other_settings_says_which(tmp_path, whole):
    interrupted(tmp_path / "out")
    before = hashes(tmp_path / "out")
    with pytest.raises(HealthsynthError) as caught:
        run(tmp_path / "out", settings(210, state="Ohio"), resume=True)
    assert "population was 200, now 210" in str(caught.value)
    assert "state was not given, now Ohio" in str(caught.value)
    assert hashes(tmp_path / "out") == before
    run(tmp_path / "out", settings(200), resume=True)
    assert hashes(tmp_path / "out") == whole


def test_resuming_with_another_version_says_so(tmp_path):
    class Newer(FakePipeline):
        def identity(self):
            return {**super().identity(), "version": "9"}

    interrupted(tmp_path / "out")
    with pytest.raises(HealthsynthError, match="version was 0, now 9"):
        run(tmp_path / "out", settings(200), Newer, resume=True)


def test_what_is_not_typed_comes_from_the_interrupted_run(tmp_path):
    from datetime import date

    interrupted(tmp_path / "out")
    options = Options(tmp_path / "out", 1, resume=True)
    assert choose({}, options, date(2030, 1, 1)) == settings(200)
    assert choose({"seed": 7}, options, date(2030, 1, 1)) == replace(settings(200), seed=7)


def test_resuming_a_finished_run_changes_nothing(tmp_path, whole):
    run(tmp_path / "out", settings(200))
    assert run(tmp_path / "out", settings(200), resume=True).patients_now == 0
    assert hashes(tmp_path / "out") == whole
    with pytest.raises(HealthsynthError, match="population was 200, now 100"):
        run(tmp_path / "out", settings(100), resume=True)
    assert hashes(tmp_path / "out") == whole


def test_resuming_where_nothing_is_begins(tmp_path, whole):
    run(tmp_path / "out", settings(200), resume=True)
    assert hashes(tmp_path / "out") == whole


@pytest.mark.parametrize("cut", [1, 7, 400])
def test_a_torn_line_of_the_journal_is_done_again(cut, tmp_path, whole):
    interrupted(tmp_path / "out")
    journal = layout.journal(tmp_path / "out")
    content = journal.read_bytes()
    journal.write_bytes(content[:-cut])
    run(tmp_path / "out", settings(200), resume=True)
    assert hashes(tmp_path / "out") == whole


def test_a_damaged_line_inside_the_journal_is_refused(tmp_path):
    interrupted(tmp_path / "out")
    journal = layout.journal(tmp_path / "out")
    lines = journal.read_bytes().split(b"\n")
    lines[2] = lines[2][:20]
    journal.write_bytes(b"\n".join(lines))
    before = hashes(tmp_path / "out")
    with pytest.raises(HealthsynthError, match=r"line 3 of .* is damaged"):
        run(tmp_path / "out", settings(200), resume=True)
    assert hashes(tmp_path / "out") == before


def test_files_that_went_missing_are_made_again(tmp_path, whole):
    interrupted(tmp_path / "out")
    (tmp_path / "out" / "files" / "3.txt").unlink()
    (tmp_path / "out" / "files" / "30.txt").write_text("short")
    run(tmp_path / "out", settings(200), resume=True)
    assert hashes(tmp_path / "out") == whole


def test_a_chunk_can_be_done_by_anyone(tmp_path):
    line = do_chunk(FakePipeline(settings(60)), tmp_path, 2)
    assert (line["living"], len(line["files"])) == (10, 10)
    assert (tmp_path / "files" / "51.txt").exists()


# --- a full disk --------------------------------------------------------------------------------------------------------
@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB; only root can mount one, and not in every container."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here; the test with a limit on file sizes stands in")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_ends_the_run_and_more_room_lets_it_go_on(small_disk, whole):
    output = small_disk / "out"
    with pytest.raises(HealthsynthError) as caught:
        run(output, settings(200))
    assert caught.value.exit_code == 4
    assert "there is no space left on the disk" in str(caught.value)
    assert "--resume" in str(caught.value)
    subprocess.run(["mount", "-o", "remount,size=256m", str(small_disk)], check=True)
    run(output, settings(200), resume=True)
    assert hashes(output) == whole


def test_a_file_that_grows_too_large_ends_the_run(start, tmp_path, whole):
    output = tmp_path / "out"
    process = start(output, "--largest-file", 8_000_000)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "a file has become larger than the system allows" in errors
    assert "to finish: healthsynth generate --resume" in errors
    assert start(output, "--resume").wait(timeout=60) == 0
    assert hashes(output) == whole
