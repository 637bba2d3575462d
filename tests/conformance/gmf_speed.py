"""Synthea's modules in both engines: patients and resources per CPU second, FHIR R4 with ten years of history."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import count, measure
from tests.conformance import gmf_peer
from tests.conformance.native import compiled
from tests.conformance.verdict import BUILD, Options, Verdict, alone

PATIENTS = 300
TARGET = 12.0


@dataclass(frozen=True, slots=True)
class Speed:
    """One side: CPU seconds of a whole run, and what it wrote."""

    name: str
    cpu_s: float
    patients: int
    resources: int
    peak_bytes: int

    @property
    def patients_per_s(self) -> float:
        return self.patients / self.cpu_s

    @property
    def resources_per_s(self) -> float:
        return self.resources / self.cpu_s


def check(options: Options) -> Iterator[Verdict]:
    """The same number of patients on both sides, one worker each, one after the other; ours compiled where that can be done."""
    try:
        gmf_peer.jar()
    except RuntimeError as missing:
        yield Verdict("speed of Synthea's modules", None, f"not looked at: {missing}", "Java and Maven")
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    env = compiled()
    here, there = ours(PATIENTS, options.seed, env), theirs(PATIENTS, options.seed)
    (BUILD / "gmf_speed.json").write_text(json.dumps([asdict(here), asdict(there)], indent=1) + "\n")
    for what, mine, other in (
        ("patients", here.patients_per_s, there.patients_per_s),
        ("resources", here.resources_per_s, there.resources_per_s),
    ):
        yield Verdict(
            f"{what} per CPU second, Synthea's modules", mine >= TARGET * other,
            f"{mine:,.1f} here{'' if env else ' (not compiled)'}, {other:,.1f} in Synthea: {mine / other:.1f} times",
            f"target {TARGET:.0f} times",
        )  # fmt: skip


def ours(patients: int, seed: int, env: dict[str, str] | None) -> Speed:
    """`healthsynth generate` with one worker; FHIR only; who died as well, as Synthea does by itself."""
    output = BUILD / "gmf_speed_here"
    command = [
        sys.executable, "-m", "healthsynth", "generate", "-p", str(patients), "-s", str(seed), "--as-of",
        gmf_peer.AS_OF.isoformat(), "--state", gmf_peer.STATE, "--modules", str(gmf_peer.modules()), "--no-builtin",
        "--deceased", "all", "-f", "fhir", "--workers", "1", "-o", str(output), "--quiet",
    ]  # fmt: skip
    return _measured("healthsynth", command, output, env)


def theirs(patients: int, seed: int) -> Speed:
    """Synthea with one thread; FHIR R4 only, its default of ten years."""
    output = BUILD / "gmf_speed_there"
    return _measured(f"Synthea {gmf_peer.VERSION}", gmf_peer.command(patients, seed, output), output)


def _measured(name: str, command: list[str], output: Path, env: dict[str, str] | None = None) -> Speed:
    shutil.rmtree(output, ignore_errors=True)
    cost = measure.run(command, BUILD, BUILD / f"{output.name}.log", env)
    found = count.contents(output)
    shutil.rmtree(output)
    return Speed(name, cost.cpu_s, found.patients, found.resources, cost.peak_bytes)


if __name__ == "__main__":
    alone(check, __doc__)
