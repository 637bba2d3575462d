"""Does the compiled package write what plain Python writes? `make native` builds it; every file of two runs is compared."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from tests.conformance.populations import generate
from tests.conformance.sameness import difference, fingerprints
from tests.conformance.verdict import BUILD, ROOT, Options, Verdict, alone

LIBRARY = ROOT / "build" / "native" / "lib"
WHICH = "import healthsynth.simulate.engine as e; print(e.__file__)"


def check(options: Options) -> Iterator[Verdict]:
    """One run of each, as many patients as for sameness divided by four."""
    what = "compiled package"
    if shutil.which("cc") is None:
        yield Verdict(what, None, "there is no C compiler (Debian: apt-get install gcc python3-dev)", "identical files")
        return
    subprocess.run(["make", "native"], cwd=ROOT, check=True)
    home, patients = BUILD / "native", options.patients // 4 or 1
    home.mkdir(parents=True, exist_ok=True)
    compiled_only = {"PYTHONPATH": str(LIBRARY), "PYTHONSAFEPATH": "1"}
    engine = subprocess.run(
        [sys.executable, "-c", WHICH],
        env={**os.environ, **compiled_only}, cwd=home, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    yield Verdict(what, engine.startswith(str(LIBRARY)) and engine.endswith(".so"), f"the engine is {engine}", "a .so")
    plain = fingerprints(generate(patients, options.seed, home / "plain"))
    compiled = fingerprints(generate(patients, options.seed, home / "compiled", env=compiled_only, cwd=home))
    found = difference(plain, compiled)
    figure = f"{len(found)} of {len(plain):,} files differ, {patients:,} patients"
    yield Verdict(what, not found and len(plain) > 1, figure, "target 0", tuple(found))


if __name__ == "__main__":
    alone(check, __doc__ or "")
