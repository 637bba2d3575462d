"""What a check found: one line each, PASS, MISS or SKIP, with the figure and its target."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "conformance"


SHOWN = 20  # lines of detail
SMALL = 150  # patients of --small: six chunks, so that a run can be killed between them


@dataclass(frozen=True, slots=True)
class Verdict:
    """`passed` is None for what could not be looked at; `figure` says why then. `detail` lists examples."""

    what: str
    passed: bool | None
    figure: str
    target: str
    detail: tuple[str, ...] = ()

    def line(self) -> str:
        word = "SKIP" if self.passed is None else "PASS" if self.passed else "MISS"
        return f"{word} {self.what}: {self.figure} ({self.target})"


@dataclass(frozen=True, slots=True)
class Options:
    """What every check is told.

    Attributes:
        reference: the reference data folder, with the tools of other people's making.
        small: as CI has it: few patients, few kills, and no time is judged, since others use the machine.
    """

    reference: Path
    patients: int
    large: int
    lives: int
    seed: int
    server: bool
    databases: int = 300
    small: bool = False

    def tools(self) -> Path | None:
        """The folder of the independent judges; None where it is absent."""
        folder = self.reference / "tools" / "fhir"
        return folder if folder.is_dir() else None


Check = Callable[[Options], Iterable[Verdict]]


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that all checks share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, default=ROOT.parent / "shared", help="the reference data folder")
    parser.add_argument("--patients", type=int, default=1000, help="for coherence, codes, sameness and kills")
    parser.add_argument("--large", type=int, default=10_000, help="for the growth of memory; 0: not looked at")
    parser.add_argument("--lives", type=int, default=4000, help="for life expectancy, of each sex")
    parser.add_argument("--databases", type=int, default=300, help="patients for databases and consumers")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--small", action="store_true", help="as CI has it: few patients and kills, no time is judged")
    parser.add_argument("--server", action="store_true", help="load 1,000 patients into the FHIR server instead of 10")
    return parser


def options(given: argparse.Namespace) -> Options:
    if given.small:
        given.patients, given.databases, given.server = SMALL, SMALL, False
    return Options(
        given.reference,
        given.patients,
        given.large,
        given.lives,
        given.seed,
        given.server,
        given.databases,
        given.small,
    )


def said(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Print each verdict as it comes."""
    for verdict in verdicts:
        print(verdict.line(), flush=True)
        for example in verdict.detail[:SHOWN]:
            print(f"     {example}", flush=True)
        yield verdict


def alone(check: Check, description: str) -> None:
    """The main function of one check: exit code 1 when anything missed."""
    found = list(said(check(options(arguments(description).parse_args()))))
    sys.exit(any(verdict.passed is False for verdict in found))


def no_reference(what: str, given: Options, meaning: str) -> Verdict:
    """For a check that needs the reference data folder where it is not."""
    return Verdict(
        what, None, f"not looked at: {given.reference} has no {meaning}", "make conformance REFERENCE=folder"
    )


def untimed(what: str, figure: str) -> Verdict:
    """For a time where times are not judged."""
    return Verdict(what, None, f"{figure}; not judged with --small", "make conformance")
