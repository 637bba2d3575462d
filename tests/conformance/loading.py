"""Does a real FHIR server take it, and does loading twice change nothing? Five patients into a HAPI server (--server: 4 GB)."""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

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
    rejected, stored = first["rejected"] + second["rejected"], sum(counts.values())
    yield Verdict(
        WHAT,
        not rejected and counts == again and stored == first["accepted"] > 0,
        f"{rejected} rejected of {first['accepted']:,}; {stored:,} stored, then {sum(again.values()):,}",
        "target 0 rejected, counts unchanged",
    )


def _load(tools: Path, output: Path) -> Counter[str]:
    """Resources accepted and rejected; what patients share goes first, in the order of its names."""
    total: Counter[str] = Counter()
    for files in ("shared-*.json", "[!s]*.json"):
        report = BUILD / "load.json"
        paths = sorted(map(str, (output / "fhir").glob(files)))
        command = [str(tools / "load.py"), "--base", BASE, "--out", str(report), *paths]
        subprocess.run([sys.executable, *command], check=False, stdout=sys.stderr)
        found = json.loads(report.read_bytes())
        total.update(found["resources"])
    return total


def _counts(output: Path) -> dict[str, int]:
    """Resources on the server, of every type that was written."""
    counts = {}
    for kind in json.loads((output / "manifest.json").read_bytes())["counts"]["by_format"]["fhir"]:
        question = urllib.request.Request(f"{BASE}/{kind}?_summary=count", headers={"Cache-Control": "no-cache"})
        with urllib.request.urlopen(question) as answer:
            counts[kind] = json.load(answer)["total"]
    return counts


if __name__ == "__main__":
    alone(check, __doc__)
