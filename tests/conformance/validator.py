"""Does HL7's own validator accept every resource? Every 10th of 100 patients of the whole country, against US Core."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.populations import population
from tests.conformance.verdict import BUILD, Options, Verdict, alone, no_reference

PATIENTS, EVERY, WHOLE = 100, 10, 3
GUIDES = ("6.1.0", "7.0.0")


def check(options: Options) -> Iterator[Verdict]:
    """Both guides; then a few bundles as whole documents, which checks references and rules of the bundle too."""
    tools = options.tools()
    if tools is None:
        yield no_reference("validity", options, "tools/fhir, so nobody else's validator has seen this output")
        return
    for guide in GUIDES:
        output = population(PATIENTS, options.seed, "--us-core", guide)
        found = _validated(tools, guide, ["--every", str(EVERY), str(output / "fhir")], f"validator-{guide}")
        yield _verdict(f"validity, US Core {guide}, every {EVERY}th resource of {PATIENTS} patients", found)
        if guide == GUIDES[0]:
            found = _validated(tools, guide, ["--whole", *_some(output / "fhir")], "validator-whole")
            yield _verdict(f"validity of {WHOLE} bundles as whole documents", found, complete=False)


def _some(folder: Path) -> list[str]:
    """The smallest bundle, the middle one and one between, so that it stays short."""
    files = sorted((path for path in folder.glob("*.json") if not path.name.startswith("shared-")), key=_size)
    return [str(files[len(files) * i // (2 * WHOLE)]) for i in range(WHOLE)]


def _size(path: Path) -> int:
    return path.stat().st_size


def _validated(tools: Path, guide: str, what: list[str], name: str) -> dict[str, Any]:
    """The validator's report."""
    report = BUILD / f"{name}.json"
    BUILD.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [str(tools / "validate.sh"), "--us-core-version", guide, "--us-core", "--out", str(report), *what]
    with (BUILD / f"{name}.log").open("w") as log:
        subprocess.run(command, check=True, stdout=log, env=environment())
    found: dict[str, Any] = json.loads(report.read_bytes())
    return found


def environment() -> dict[str, str]:
    """Where the tools put what they build and download: under build/, unless told otherwise."""
    return {"FHIRTOOLS_HOME": str(BUILD.parent / "fhirtools"), **os.environ}


def _verdict(what: str, report: dict[str, Any], complete: bool = True) -> Verdict:
    """`complete`: the files hold all that their references point to."""
    seen, good, unread = report["resources"], report["resources_without_error"], report["unreadable"]
    loose = report["references"]["unresolved"] if complete else 0
    figure = f"{report['errors']} errors, {good:,} of {seen:,} resources without one"
    if unread or loose:
        figure += f", {unread} unreadable files, {loose} references lead nowhere"
    examples = tuple(f"{one['count']} x {one['template']}" for one in report["templates"]["error"])
    return Verdict(what, good == seen > 0 and not unread and not loose, figure, "target 0 errors", examples)


if __name__ == "__main__":
    alone(check, __doc__)
