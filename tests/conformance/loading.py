"""Does a real FHIR server take it, and does loading twice change nothing? Five patients into a HAPI server (--server: 4 GB)."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.populations import population
from tests.conformance.validator import environment
from tests.conformance.verdict import BUILD, Options, Verdict, alone, no_reference

PATIENTS = 5
BASE = "http://127.0.0.1:8090/fhir"
WHAT = f"loading {PATIENTS} patients into a HAPI server, twice"


def check(options: Options) -> Iterator[Verdict]:
    """Load, count, load again, count again."""
    tools = options.tools()
    if tools is None:
        yield no_reference("loading", options, "tools/fhir, so no server has been asked")
        return
    if not options.server:
        yield Verdict(WHAT, None, "not looked at: it takes 4 GB and minutes", "add --server")
        return
    output = population(PATIENTS, options.seed)
    subprocess.run([str(tools / "serve.sh"), "start"], check=True, env=environment(), stdout=sys.stderr)
    try:
        first, counts = _load(tools, output), _counts(output)
        second, again = _load(tools, output), _counts(output)
    finally:
        subprocess.run([str(tools / "serve.sh"), "stop"], check=False, env=environment())
    rejected = first["resources"].get("rejected", 0) + second["resources"].get("rejected", 0)
    accepted = first["resources"]["accepted"]
    stored = sum(counts.values())
    examples = tuple(error["example"][:200] for error in first["errors"])
    yield Verdict(
        WHAT, not rejected and counts == again and stored == accepted,
        f"{rejected} rejected of {accepted:,}; {stored:,} stored, then {sum(again.values()):,}", "0 rejected, counts unchanged",
        examples,
    )  # fmt: skip


def _load(tools: Path, output: Path) -> dict[str, Any]:
    report = BUILD / "load.json"
    subprocess.run(
        [sys.executable, str(tools / "load.py"), "--base", BASE, "--out", str(report), str(output / "fhir")],
        check=False, stdout=sys.stderr,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(report.read_bytes())
    return found


def _counts(output: Path) -> dict[str, int]:
    """Resources on the server, of every type that was written."""
    counts = {}
    for kind in json.loads((output / "manifest.json").read_bytes())["counts"]["by_format"]["fhir"]:
        with urllib.request.urlopen(f"{BASE}/{kind}?_summary=count") as answer:
            counts[kind] = json.load(answer)["total"]
    return counts


if __name__ == "__main__":
    alone(check, __doc__)
