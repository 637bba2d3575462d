"""A command as a child process: what it cost in CPU, time and memory."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command and all processes that it waited for used.

    `peak_bytes` is the most that one of them, the largest, had resident.
    """

    cpu_s: float
    wall_s: float
    peak_bytes: int


class CommandError(Exception):
    """A command did not end with 0; the message has the end of what it said."""


def run(command: Sequence[str], folder: Path, log: Path, more: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        log: takes its output, both streams.
        more: what its environment has beside ours.
    Raises:
        CommandError: its exit code is not 0.
    """
    with log.open("wb") as out:
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(more or {})}, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)  # its own usage, apart from that of commands before it
        wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        end = log.read_text(errors="replace")[-2000:]
        raise CommandError(f"{' '.join(command[:4])} ... ended with {child.returncode}:\n{end}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit)
