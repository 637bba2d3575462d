"""Do the records make sense as lives? Times, visits, ids, references, physiological limits, formulas; bundles and flat files."""

import csv
import json
import math
from array import array
from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from tests.conformance.populations import population
from tests.conformance.story import Found, Limits, look
from tests.conformance.verdict import ROOT, Options, Verdict, alone

LEAST_CORRELATION = 0.8  # of HbA1c with glucose of the same day
ZERO = ("events before birth", "events after death", "overlapping visits", "dangling references", "values outside limits",
        "units other than the limits'")  # fmt: skip
FORMULAS = ("BMI", "eGFR", "total cholesterol", "globulin", "anion gap", "neutrophils %", "neutrophils")
LIMITS = ROOT / "healthsynth" / "data" / "plausible_limits.csv"


def limits_of(path: Path = LIMITS) -> Limits:
    """LOINC code -> (unit, low, high)."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["loinc"]: (row["unit"], float(row["low"]), float(row["high"])) for row in csv.DictReader(file)}


def read(path: Path) -> dict[str, object]:
    """A bundle whose numbers keep the decimals they were written with."""
    found: dict[str, object] = json.loads(path.read_bytes(), parse_float=Decimal)
    return found


def _some(job: tuple[list[Path], Limits, frozenset[str]]) -> tuple[Found, bytes]:
    files, limits, shared = job
    found, ids = Found(), array("Q")
    for path in files:
        for name in look(read(path), limits, shared, found):
            ids.append(_short(name))
    return found, ids.tobytes()


def _short(name: str) -> int:
    """64 bits that stand for an id: among 10**8 ids two that differ have the same with a chance of 0.0003."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


def bundles(folder: Path) -> tuple[Found, int]:
    """Look at every patient of a folder, file by file; returns what was found and how many ids there are twice."""
    files = sorted(folder.glob("*.json"))
    shared_ids = [
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        for path in files
        if path.name.startswith("shared-")
        for entry in json.loads(path.read_bytes())["entry"]
    ]
    shared, limits = frozenset(shared_ids), limits_of()
    patients = [path for path in files if not path.name.startswith("shared-")]
    jobs = [(patients[i : i + 20], limits, shared) for i in range(0, len(patients), 20)]
    total, parts = Found(), [np.array([_short(name) for name in shared_ids], dtype=np.uint64)]
    with Pool() as pool:
        for found, ids in pool.imap(_some, jobs):
            total.merge(found)
            parts.append(np.frombuffer(ids, dtype=np.uint64))
    every = np.concatenate(parts)
    return total, len(every) - len(np.unique(every))


# --- flat files -------------------------------------------------------------------------------------------------------
_OWN_ID = {
    "patients",
    "encounters",
    "careplans",
    "claims",
    "claims_transactions",
    "organizations",
    "providers",
    "payers",
}
_POINTS_TO = {
    "PATIENT": "patients", "ENCOUNTER": "encounters", "ORGANIZATION": "organizations", "PROVIDER": "providers",
    "PAYER": "payers", "PATIENTID": "patients", "CLAIMID": "claims", "PROVIDERID": "providers",
    "PRIMARYPATIENTINSURANCEID": "payers",
}  # fmt: skip
_NOBODY = {"", "0"}


def tables(folder: Path) -> tuple[int, int, int, list[str]]:
    """(rows, ids that are there twice, references that lead nowhere, examples) of the flat files."""
    ids: dict[str, set[str]] = {}
    twice, examples = 0, []
    for table in sorted(_OWN_ID):
        own: set[str] = set()
        for row in _rows(folder / f"{table}.csv"):
            identity = row.get("Id") or row.get("ID") or row["id"]
            if identity in own:
                twice += 1
                examples.append(f"{table}.csv has {identity} twice")
            own.add(identity)
        ids[table] = own
    rows = loose = 0
    for path in sorted(folder.glob("*.csv")):
        for row in _rows(path):
            rows += 1
            for column, value in row.items():
                target = _POINTS_TO.get(column)
                if target is not None and value not in _NOBODY and value not in ids[target]:
                    loose += 1
                    if len(examples) < 10:
                        examples.append(f"{path.name} {column} {value} is not in {target}.csv")
    return rows, twice, loose, examples[:10]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# --- verdicts ---------------------------------------------------------------------------------------------------------
def correlation(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Pearson's r and its standard error (by Fisher's z)."""
    if len(pairs) < 5:
        return math.nan, math.nan
    first, second = np.array(pairs).T
    r = float(np.corrcoef(first, second)[0, 1])
    return r, (1 - r * r) / math.sqrt(len(pairs) - 3)


def check(options: Options) -> Iterator[Verdict]:
    """A population with those who died within the window: else nobody could be charted after death."""
    output = population(options.patients, options.seed, "--deceased", "recent")
    found, twice = bundles(output / "fhir")
    who = f"{found.patients:,} patients, {found.resources:,} resources"
    for kind in ZERO:
        yield _none(kind, found, who)
    yield Verdict(f"coherence: ids that are there twice, {who}", twice == 0, str(twice), "target 0")
    for name in FORMULAS:
        kind = f"{name} other than its formula"
        bad, seen = found.faults[kind], found.looked[name]
        figure = (
            f"{bad} of {seen:,} differ; {found.looked[f'{name} alone']:,} were charted without what they are made from"
        )
        yield Verdict(
            f"coherence: {name} equal to its formula", bad == 0 and seen > 0, figure, "target 0", _of(found, kind)
        )
    r, error = correlation(found.pairs)
    yield Verdict(
        "coherence: HbA1c with glucose of the same day", r >= LEAST_CORRELATION,
        f"r {r:.3f} (standard error {error:.3f}, {len(found.pairs):,} pairs)", f"target at least {LEAST_CORRELATION}",
    )  # fmt: skip
    rows, twice, loose, examples = tables(output / "csv")
    figure = f"{twice} ids twice, {loose} references lead nowhere in {rows:,} rows"
    yield Verdict("coherence of flat files", twice == loose == 0 < rows, figure, "target 0 and 0", tuple(examples))


def _none(kind: str, found: Found, who: str) -> Verdict:
    seen = {"values outside limits": "values", "dangling references": "references", "overlapping visits": "visits"}
    looked = f"{found.faults[kind]} of {found.looked[seen.get(kind, 'times')]:,}"
    if kind == "events after death":
        looked = f"{found.faults[kind]}, {found.looked['deaths']:,} deaths"
    more = (
        tuple(sorted(name for name in found.looked if name.startswith("without limits")))
        if kind == "values outside limits"
        else ()
    )
    return Verdict(f"coherence: {kind}, {who}", found.faults[kind] == 0, looked, "target 0", (*_of(found, kind), *more))


def _of(found: Found, kind: str) -> tuple[str, ...]:
    return tuple(found.examples[kind])


if __name__ == "__main__":
    alone(check, __doc__)
