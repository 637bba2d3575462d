"""What the bench says of a command is the command's own."""

import sys
from pathlib import Path

import pytest

from benchmarks.measure import CommandError, run

LARGE = 300_000_000  # bytes


def test_the_peak_of_a_command_is_not_that_of_who_measures(tmp_path: Path):
    mine = b"1" * LARGE
    cost = run([sys.executable, "-ISc", "pass"], tmp_path, tmp_path / "log")
    assert 0 < cost.peak_bytes < len(mine) / 2


def test_memory_and_time_of_a_command_are_told(tmp_path: Path):
    cost = run(
        [sys.executable, "-ISc", f"b'1' * {LARGE}; sum(range(10**6)); print('said')"], tmp_path, tmp_path / "log"
    )
    assert cost.peak_bytes > LARGE
    assert cost.cpu_s > 0
    assert (tmp_path / "log").read_text() == "said\n"


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path):
    with pytest.raises(CommandError, match=r"ended with 3:\noh dear\n"):
        run([sys.executable, "-ISc", "print('oh dear', flush=True); raise SystemExit(3)"], tmp_path, tmp_path / "log")
