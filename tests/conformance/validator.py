"""Does HL7's own validator accept every resource? Every 10th of 100 patients of the whole country, against US Core.

The guides are in the reference data folder. Where it is not, and with --small, the validator comes from Maven Central, which has no
guides: a few patients against base R4 alone.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.hapi_server import class_path
from tests.conformance.populations import population
from tests.conformance.verdict import BUILD, Options, Verdict, alone, no_reference

PATIENTS, EVERY, WHOLE, FEW = 100, 10, 3, 20
GUIDES = ("6.1.0", "7.0.0")


def check(options: Options) -> Iterator[Verdict]:
    """Both guides; then a few bundles as whole documents, which checks references and rules of the bundle too."""
    tools = options.tools()
    if tools is None or options.small:
        if tools is None:
            yield no_reference("validity, US Core", options, "tools/fhir with the guides")
        else:
            yield Verdict("validity, US Core", None, "not looked at with --small", "make conformance")
        yield _base(options)
        return
    for guide in GUIDES:
        output = population(PATIENTS, options.seed, "--us-core", guide)
        found = _validated(tools, guide, ["--every", str(EVERY), str(output / "fhir")], f"validator-{guide}")
        yield _verdict(f"validity, US Core {guide}, every {EVERY}th resource of {PATIENTS} patients", found)
        if guide == GUIDES[0]:
            found = _validated(tools, guide, ["--whole", *_some(output / "fhir")], "validator-whole")
            yield _verdict(f"validity of {WHOLE} bundles as whole documents", found, complete=False)


def _base(options: Options) -> Verdict:
    """The validator of Maven Central, on every resource of a few patients."""
    output = population(FEW, options.seed, "-f", "ndjson", "--us-core", "none", "--history", "1y")
    files = [str(path) for path in sorted((output / "ndjson").glob("*.ndjson"))]
    java = [
        "java",
        "-Xmx2g",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-cp",
        class_path(),
        "conformance.Validate",
    ]
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "validator-base.log").open("w") as log:
        done = subprocess.run([*java, *files], check=True, stdout=subprocess.PIPE, stderr=log, text=True)
    *errors, last = done.stdout.splitlines()
    seen = int(last.removeprefix("seen\t"))
    total = sum(json.loads((output / "manifest.json").read_bytes())["counts"]["by_format"]["ndjson"].values())
    figure = f"{len(errors)} errors in {seen:,} resources of {FEW} patients"
    examples = tuple(error.replace("\t", " ") for error in errors)
    return Verdict("validity, base R4", not errors and seen == total > 0, figure, "target 0 errors", examples)


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
