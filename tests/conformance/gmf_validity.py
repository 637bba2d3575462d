"""Is the FHIR of Synthea's modules valid? Our own validator and HL7's over 100 patients, in both modes.

In the compatible mode the modules' own faults are told apart: a code or a display that the JSON file gives and its code system does
not have, or a range of values that no human being has. Those are counted apart and listed last. In the corrected mode they are
repaired, so there may be no error at all; and every code in the output that the reference table denies has to be one that the manifest
lists as not repaired.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from healthsynth.compile.gmf.link import MODES
from tests.conformance import codes, gmf_peer
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
    """One population for each mode; ours, then HL7's, then the codes of the corrected one."""
    for mode in MODES:
        try:
            folder = population(PATIENTS, options.seed, mode)
        except RuntimeError as missing:
            yield Verdict("validity of Synthea's modules", None, f"not looked at: {missing}", "Java and Maven")
            return
        yield _ours(folder, mode)
        tools = options.tools()
        if tools is None:
            yield no_reference(f"validity of Synthea's modules, {mode}, HL7", options, "tools/fhir")
        else:
            yield _theirs(folder, tools, mode)
        if mode == "corrected":
            yield _codes(folder, options)


def population(patients: int, seed: int, mode: str = "compatible") -> Path:
    """Ten years of history, FHIR and CSV, of the jar's modules."""
    output = BUILD / "populations" / f"gmf-{mode}-{patients}-{seed}"
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    made = command(
        patients, seed, output, "--modules", str(gmf_peer.modules()), "--no-builtin", "--state", gmf_peer.STATE, "--deceased", "all",
        "--gmf", mode,
    )  # fmt: skip
    subprocess.run(made, check=True)
    return output


def _ours(folder: Path, mode: str) -> Verdict:
    done = subprocess.run(
        [sys.executable, "-m", "healthsynth", "validate", "--json", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    (BUILD / f"gmf_validity_{mode}.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    errors = [fault for fault in report["faults"] if fault["severity"] == "error"]
    own = [fault for fault in errors if fault["code"] in _OWN and mode == "compatible"]
    other = [fault for fault in errors if fault not in own]
    return Verdict(
        f"healthsynth validate, {PATIENTS} patients of Synthea's modules, {mode}", not other,
        f"{_sum(other)} errors; {_sum(own)} of the modules' own codes and values", "target 0 errors",
        tuple(f"{one['count']} x {one['code']} {one['where']}: {one['examples'][0]['message']}" for one in [*other, *own]),
    )  # fmt: skip


def _codes(folder: Path, options: Options) -> Verdict:
    """Codings of the corrected mode that the reference table denies, less those that the manifest lists as not repaired."""
    what = f"codes of {PATIENTS} patients of Synthea's modules, corrected"
    if not (options.reference / "data" / "codes.csv.gz").is_file():
        return no_reference(what, options, "data/codes.csv.gz")
    identity = orjson.loads((folder / "manifest.json").read_bytes())["identity"]
    listed = {
        (one["is"]["code"], one["is"]["display"]) for one in identity["synthea_unrepaired"] if "code" in one["is"]
    }
    table, found = codes.Table(options.reference), codes.in_bundles(folder / "fhir")
    wrong = {coding: word for coding in found if (word := table.mistake(coding))}
    left = sorted(coding for coding in wrong if coding[1:] in listed)
    other = sorted(set(wrong) - set(left))
    repaired = sum(len(one["at"]) for one in identity["synthea_repairs"])
    return Verdict(
        what, not other,
        f"{len(other)} wrong of {len(found):,} codings; {len(left)} listed as not repaired; {repaired} places repaired",
        "target 0", tuple(f"{wrong[coding]}: {coding} x {found[coding]}" for coding in [*other, *left]),
    )  # fmt: skip


def _sum(faults: list[dict[str, Any]]) -> int:
    return sum(fault["count"] for fault in faults)


def _theirs(folder: Path, tools: Path, mode: str) -> Verdict:
    out = BUILD / f"gmf_validity_hl7_{mode}.json"
    out.unlink(missing_ok=True)
    asked = [str(tools / "validate.sh"), "--us-core", "--every", str(EVERY), "--out", str(out), str(folder / "fhir")]
    with (BUILD / f"gmf_validity_hl7_{mode}.log").open("w") as log:
        subprocess.run(asked, check=True, stdout=log, env=environment())
    report = json.loads(out.read_bytes())
    templates = report["templates"]["error"]
    own = [one for one in templates if _HL7_CODES.search(one["template"]) and mode == "compatible"]
    other = [one for one in templates if one not in own]
    seen, count = report["resources"], sum(one["count"] for one in other)
    return Verdict(
        f"HL7 validator, every {EVERY}th resource of {PATIENTS} patients of Synthea's modules, {mode}", seen > 0 and not other,
        f"{count} errors in {seen:,} resources; {sum(one['count'] for one in own)} of codes and displays", "target 0 errors",
        tuple(f"{one['count']} x {one['template']}" for one in [*other, *own]),
    )  # fmt: skip


if __name__ == "__main__":
    alone(check, __doc__)
