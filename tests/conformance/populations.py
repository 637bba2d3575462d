"""Runs to look at: made by the command, as users do, once per process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.conformance.verdict import BUILD

AS_OF = "2026-01-01"


def command(patients: int, seed: int, output: Path, *more: str) -> list[str]:
    """`healthsynth generate` at the reference date of all checks."""
    return [
        sys.executable, "-m", "healthsynth", "generate", "-p", str(patients), "-s", str(seed), "--as-of", AS_OF,
        "-o", str(output), "--quiet", *more,
    ]  # fmt: skip


def generate(
    patients: int, seed: int, output: Path, *more: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Path:
    """Run it to its end, into an empty folder.

    Raises:
        subprocess.CalledProcessError: it did not end with 0.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command(patients, seed, output, *more), check=True, env={**os.environ, **(env or {})}, cwd=cwd)
    return output


@cache
def population(patients: int, seed: int, *more: str) -> Path:
    """A run of the whole country, shared by the checks of one process."""
    name = "-".join([str(patients), str(seed), *(word.strip("-") for word in more)])
    return generate(patients, seed, BUILD / "populations" / name, *more)
