"""Is what is stamped what builders build, resource by resource, and does our own `validate` find nothing? And how fast is a start?"""

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.conformance.populations import command, generate, population
from tests.conformance.sameness import difference, fingerprints
from tests.conformance.verdict import BUILD, Options, Verdict, alone, untimed

HELP_SECONDS, FIRST_SECONDS = 0.3, 2.0
FEW = 30
_TRIES = 5


def check(options: Options) -> Iterator[Verdict]:
    """`--validate all` against the usual way; `healthsynth validate`; the start."""
    patients = FEW if options.small else options.patients
    usual = population(patients, options.seed)
    every = generate(patients, options.seed, BUILD / "populations" / "validated", "--validate", "all")
    found = [path for path in difference(fingerprints(usual), fingerprints(every)) if path != "manifest.json"]
    yield Verdict(
        f"validity inside: --validate all, {patients:,} patients", not found,
        f"no failure, {len(found)} files differ", "target 0", tuple(found),
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "healthsynth", "validate", str(usual)], capture_output=True, text=True, check=False
    )
    yield Verdict("healthsynth validate", done.returncode == 0, f"exit code {done.returncode}", "target 0",
                  tuple((done.stdout + done.stderr).splitlines()[-15:]))  # fmt: skip
    help_ = [sys.executable, "-m", "healthsynth", "--help"]
    yield _start("start: healthsynth --help", help_, HELP_SECONDS, options.small)
    one = command(1, options.seed, BUILD / "one", "--overwrite")
    yield _start("start: generate -p 1", one, FIRST_SECONDS, options.small)


def _start(what: str, command_: list[str], target: float, small: bool) -> Verdict:
    """The shortest of a few, since other programs can only make it longer."""
    took = []
    for _ in range(_TRIES):
        begun = time.perf_counter()
        subprocess.run(command_, check=True, capture_output=True)
        took.append(time.perf_counter() - begun)
    figure = f"{min(took):.2f} s, shortest of {_TRIES}"
    return untimed(what, figure) if small else Verdict(what, min(took) <= target, figure, f"target {target} s")


if __name__ == "__main__":
    alone(check, __doc__)
