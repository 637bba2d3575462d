"""Is the FHIR of Synthea's modules valid? Our own validator and HL7's over 100 patients; what is the modules' own fault is told apart.

A module's own fault is a code or a display that its JSON file gives and its code system does not have, or a range of values that
no human being has. Those are counted apart and listed last.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance import gmf_peer
from tests.conformance.populations import command
from tests.conformance.validator import environment
from tests.conformance.verdict import BUILD, Options, Verdict, alone, no_reference

PATIENTS, EVERY = 100, 20
_OWN = ("unknown-code", "wrong-display", "limits")
# What HL7's validator says of a code or display that its terminology does not have.
_HL7_CODES = re.compile(
    r"(?i)unknown code|wrong display|display name|not (?:found|valid|in) .*(?:value ?set|code ?system)|code system"
)


def check(options: Options) -> Iterator[Verdict]:
    """One population; ours, then HL7's."""
    try:
        folder = population(PATIENTS, options.seed)
    except RuntimeError as missing:
        yield Verdict("validity of Synthea's modules", None, f"not looked at: {missing}", "Java and Maven")
        return
    yield _ours(folder)
    tools = options.tools()
    if tools is None:
        yield no_reference("validity of Synthea's modules, HL7", options, "tools/fhir")
        return
    yield _theirs(folder, tools)


def population(patients: int, seed: int) -> Path:
    """Ten years of history, FHIR and CSV, of the jar's modules."""
    output = BUILD / "populations" / f"gmf-{patients}-{seed}"
    made = command(
        patients, seed, output, "--modules", str(gmf_peer.modules()), "--no-builtin", "--state", gmf_peer.STATE,
        "--overwrite",
    )  # fmt: skip
    subprocess.run(made, check=True)
    return output


def _ours(folder: Path) -> Verdict:
    done = subprocess.run(
        [sys.executable, "-m", "healthsynth", "validate", "--json", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    (BUILD / "gmf_validity.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    errors = [fault for fault in report["faults"] if fault["severity"] == "error"]
    own = [fault for fault in errors if fault["code"] in _OWN]
    other = [fault for fault in errors if fault not in own]
    return Verdict(
        f"healthsynth validate, {PATIENTS} patients of Synthea's modules", not other,
        f"{_sum(other)} errors; {_sum(own)} of the modules' own codes and values", "target 0 errors",
        tuple(f"{one['count']} x {one['code']} {one['where']}: {one['examples'][0]['message']}" for one in [*other, *own]),
    )  # fmt: skip


def _sum(faults: list[dict[str, Any]]) -> int:
    return sum(fault["count"] for fault in faults)


def _theirs(folder: Path, tools: Path) -> Verdict:
    out = BUILD / "gmf_validity_hl7.json"
    out.unlink(missing_ok=True)
    asked = [str(tools / "validate.sh"), "--us-core", "--every", str(EVERY), "--out", str(out), str(folder / "fhir")]
    with (BUILD / "gmf_validity_hl7.log").open("w") as log:
        subprocess.run(asked, check=True, stdout=log, env=environment())
    report = json.loads(out.read_bytes())
    templates = report["templates"]["error"]
    own = [one for one in templates if _HL7_CODES.search(one["template"])]
    other = [one for one in templates if one not in own]
    seen, count = report["resources"], sum(one["count"] for one in other)
    return Verdict(
        f"HL7 validator, every {EVERY}th resource of {PATIENTS} patients of Synthea's modules", seen > 0 and not other,
        f"{count} errors in {seen:,} resources; {sum(one['count'] for one in own)} of codes and displays", "target 0 errors",
        tuple(f"{one['count']} x {one['template']}" for one in [*other, *own]),
    )  # fmt: skip


if __name__ == "__main__":
    alone(check, __doc__)
