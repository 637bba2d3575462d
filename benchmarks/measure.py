"""A command as a child process: what it cost in CPU, time and memory."""

import json
import os
import subprocess
import sys
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


# On Linux a process begins with the peak of the one that started it, and who measures may have read gigabytes: a small one in
# between starts the command and says what it used.
_BETWEEN = """
import json, os, resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.call(sys.argv[2:])
wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
with open(int(sys.argv[1]), "w") as told:
    json.dump([code, used.ru_utime + used.ru_stime, wall, used.ru_maxrss], told)
"""
_KILOBYTES = 1 if sys.platform == "darwin" else 1024  # bytes of the unit of ru_maxrss


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
    reading, telling = os.pipe()
    with log.open("wb") as out, open(reading, "rb") as told:
        with open(telling, "wb"):
            between = subprocess.Popen(
                [sys.executable, "-ISc", _BETWEEN, str(telling), *command], cwd=folder, env={**os.environ, **(more or {})},
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, pass_fds=(telling,),
            )  # fmt: skip
        found = told.read()
        between.wait()
    code, cpu, wall, peak = json.loads(found) if found else (between.returncode, 0.0, 0.0, 0)
    if code != 0:
        end = log.read_text(errors="replace")[-2000:]
        raise CommandError(f"{' '.join(command[:4])} ... ended with {code}:\n{end}")
    return Cost(cpu, wall, peak * _KILOBYTES)
