"""Does the compiled package write what plain Python writes? `make native` builds it; every file of two runs is compared."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conformance import gmf_peer
from tests.conformance.populations import generate
from tests.conformance.sameness import difference, fingerprints
from tests.conformance.verdict import BUILD, ROOT, Options, Verdict, alone

LIBRARY = ROOT / "build" / "native" / "lib"
WHICH = "import healthsynth.simulate.engine as e; print(e.__file__)"
FEW = 40  # patients of Synthea's modules


def compiled() -> dict[str, str] | None:
    """The environment in which the compiled package runs, which is built first; None without a C compiler."""
    if shutil.which("cc") is None:
        return None
    subprocess.run(["make", "native"], cwd=ROOT, check=True)
    return {"PYTHONPATH": str(LIBRARY), "PYTHONSAFEPATH": "1"}


def check(options: Options) -> Iterator[Verdict]:
    """One run of each: as many patients as for sameness divided by four, and some of Synthea's modules."""
    what = "compiled package"
    found = compiled()
    if found is None:
        yield Verdict(what, None, "there is no C compiler (Debian: apt-get install gcc python3-dev)", "identical files")
        return
    home = BUILD / "native"
    home.mkdir(parents=True, exist_ok=True)
    engine = subprocess.run(
        [sys.executable, "-c", WHICH],
        env={**os.environ, **found}, cwd=home, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    yield Verdict(what, engine.startswith(str(LIBRARY)) and engine.endswith(".so"), f"the engine is {engine}", "a .so")
    yield _compared(what, home, options.patients // 4 or 1, options.seed, found)
    try:
        modules = gmf_peer.modules()
    except RuntimeError as missing:
        yield Verdict(f"{what}, Synthea's modules", None, f"not looked at: {missing}", "Java and Maven")
        return
    theirs = ("--modules", str(modules), "--no-builtin", "--state", gmf_peer.STATE)
    yield _compared(f"{what}, Synthea's modules", home, FEW, options.seed, found, *theirs)


def _compared(what: str, home: Path, patients: int, seed: int, env: dict[str, str], *more: str) -> Verdict:
    plain = fingerprints(generate(patients, seed, home / "plain", *more))
    other = fingerprints(generate(patients, seed, home / "compiled", *more, env=env, cwd=home))
    differ = difference(plain, other)
    figure = f"{len(differ)} of {len(plain):,} files differ, {patients:,} patients"
    return Verdict(what, not differ and len(plain) > 1, figure, "target 0", tuple(differ))


if __name__ == "__main__":
    alone(check, __doc__ or "")
