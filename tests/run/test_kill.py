"""`kill -9`, at any moment, of anything: the bytes are those of a run that nobody disturbed."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from healthsynth.errors import HealthsynthError, Problem, ProblemsError
from healthsynth.run.supervisor import Supervisor
from tests.run.conftest import hashes

Start = Callable[..., subprocess.Popen[str]]


def children(pid: int) -> list[int]:
    """The processes that a process has started (Linux)."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


def journalled(output: Path) -> int:
    journal = output / ".healthsynth" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


@pytest.mark.parametrize("trial", range(6))
def test_a_run_that_is_killed_and_resumed_has_the_same_bytes(trial, start: Start, tmp_path, whole):
    output = tmp_path / "out"
    random_ = random.Random(trial)
    process = start(output)
    wait_until(lambda: journalled(output) > trial % 3 or process.poll() is not None)
    time.sleep(random_.uniform(0, 0.25))
    process.kill()
    process.wait()
    resumed = start(output, "--resume")
    _, errors = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, errors
    assert hashes(output) == whole


def test_a_run_can_be_killed_again_and_again(start: Start, tmp_path, whole):
    output = tmp_path / "out"
    before = 0
    for _ in range(4):
        process = start(output, "--resume", "--seconds", 0.01)
        wait_until(lambda: journalled(output) > before + 1 or process.poll() is not None)  # noqa: B023
        before = journalled(output)
        process.kill()
        process.wait()
    last = start(output, "--resume")
    _, errors = last.communicate(timeout=60)
    assert last.returncode == 0, errors
    assert hashes(output) == whole


def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(start: Start, tmp_path, whole):
    output = tmp_path / "out"
    process = start(output, "--seconds", 0.01)
    killed: set[int] = set()
    for wanted in (1, 3):
        wait_until(lambda: journalled(output) > wanted and set(children(process.pid)) - killed)  # noqa: B023
        victim = min(set(children(process.pid)) - killed)
        os.kill(victim, signal.SIGKILL)
        killed.add(victim)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert len(killed) == 2
    assert hashes(output) == whole


def test_workers_of_a_killed_run_go_as_well(start: Start, tmp_path):
    process = start(tmp_path / "out", "--seconds", 0.2)
    wait_until(lambda: len(children(process.pid)) == 2)
    workers = children(process.pid)
    process.kill()
    process.wait()

    def gone(pid: int) -> bool:
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"

    wait_until(lambda: all(map(gone, workers)), 5.0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_a_folder_that_can_be_resumed(number, start: Start, tmp_path, whole):
    output = tmp_path / "out"
    process = start(output, "--seconds", 0.05)
    wait_until(lambda: journalled(output) > 2)
    os.killpg(process.pid, number)  # a terminal tells all processes of the group
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 3
    assert errors.splitlines()[0] == "interrupted"
    assert errors.splitlines()[1].endswith(f"--resume -o {output}")
    assert "Traceback" not in errors
    resumed = start(output, "--resume")
    assert resumed.wait(timeout=60) == 0
    assert hashes(output) == whole


def test_a_chunk_that_kills_its_worker_three_times_stops_the_run(tmp_path):
    tries = tmp_path / "tries"

    def make():
        def task(item: int) -> int:
            if item == 2:
                with tries.open("a") as file:
                    file.write("x")
                os.kill(os.getpid(), signal.SIGKILL)
            return item * item

        return task

    done = {}
    results = Supervisor(make, 2).run(range(6))
    with pytest.raises(HealthsynthError, match=r"chunk 2 ended its worker 3 times \(SIGKILL"):
        done.update((found.item, found.result) for found in results)
    assert tries.read_text() == "xxx"
    assert all(result == item * item for item, result in done.items())


def test_workers_that_cannot_begin_stop_the_run():
    def make():
        os._exit(9)

    with pytest.raises(HealthsynthError, match="exit code 9"):
        list(Supervisor(make, 2).run(range(4)))


def test_an_error_in_a_worker_reaches_the_run_with_its_traceback():
    def make():
        def task(item: int) -> int:
            raise ValueError(f"item {item}")

        return task

    with pytest.raises(HealthsynthError, match="ValueError: item 0") as caught:
        list(Supervisor(make, 1).run([0]))
    assert "in task" in caught.value.__notes__[0]


def test_problems_found_in_a_worker_reach_the_run_as_they_were():
    problem = Problem("flu.yaml", 3, 7, "HS201", "there is no such state")

    def make():
        def task(item: int) -> int:
            raise ProblemsError([problem])

        return task

    with pytest.raises(ProblemsError) as caught:
        list(Supervisor(make, 1).run([0]))
    assert str(caught.value) == str(problem)
    assert "in task" in caught.value.__notes__[0]
