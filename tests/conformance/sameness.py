"""Does anything but the seed and the settings move a byte? Workers, folders, days, time zones, locales, hash seeds."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from tests.conformance.populations import generate
from tests.conformance.verdict import BUILD, Options, Verdict, alone

OTHER_DAY = Path(__file__).parent / "other_day"  # its sitecustomize moves the clock of Python
FEW = 10


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 by path of every file, manifest included."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def difference(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """Paths that are not in both with the same bytes."""
    return sorted(path for path in {*first, *second} if first.get(path) != second.get(path))


def check(options: Options) -> Iterator[Verdict]:
    """One run of one worker against others that should not differ; then ten patients against many."""
    home = BUILD / "sameness"
    patients, seed = options.patients, options.seed
    one = generate(patients, seed, home / "one", "--workers", "1")
    expected = fingerprints(one)
    two = generate(patients, seed, home / "two" / "another folder", "--workers", "2", cwd=home)
    yield _verdict(f"2 workers and another folder, {patients:,} patients", expected, fingerprints(two))
    there = {
        "PYTHONPATH": os.pathsep.join([str(OTHER_DAY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7",
    }  # fmt: skip
    few = patients // 4 or 1
    here = fingerprints(generate(few, seed, home / "today"))
    then = generate(few, seed, home / "then", "--workers", "3", env=there)
    yield _verdict(f"another day, time zone, locale and hash seed, {few:,} patients", here, fingerprints(then))
    yield from _prefix(generate(FEW, seed, home / "few"), one, patients)


def _verdict(what: str, first: dict[str, str], second: dict[str, str]) -> Verdict:
    found = difference(first, second)
    figure = f"{len(found)} of {len(first):,} files differ"
    return Verdict(f"sameness, {what}", not found and len(first) > 1, figure, "target 0", tuple(found))


def _prefix(few: Path, many: Path, patients: int) -> Iterator[Verdict]:
    """The first ten are the same people: whole files by name, tables by their beginning, shared resources one by one."""
    files = [path for path in sorted((few / "fhir").glob("*.json")) if not path.name.startswith("shared-")]
    bad = [path.name for path in files if not _same(path, many / "fhir" / path.name)]
    for path in sorted((few / "fhir").glob("shared-*.json")):
        known = {_plain(entry) for entry in _entries(many / "fhir" / path.name)}
        bad += [f"{path.name}: {entry['fullUrl']}" for entry in _entries(path) if _plain(entry) not in known]
    tables = [
        path
        for path in sorted((few / "csv").glob("*.csv"))
        if path.stem not in {"organizations", "providers", "payers"}
    ]
    bad += [path.name for path in tables if not (many / "csv" / path.name).read_bytes().startswith(path.read_bytes())]
    figure = f"{len(bad)} of {len(files)} bundles, {len(tables)} tables and their shared resources differ"
    what = f"sameness, patients 1-{FEW} of {FEW} and of {patients:,}"
    yield Verdict(what, not bad and len(files) == FEW, figure, "target 0", tuple(bad))


def _same(first: Path, second: Path) -> bool:
    return second.exists() and first.read_bytes() == second.read_bytes()


def _entries(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = orjson.loads(path.read_bytes())["entry"]
    return found


def _plain(entry: dict[str, object]) -> bytes:
    return orjson.dumps(entry)


if __name__ == "__main__":
    alone(check, __doc__)
