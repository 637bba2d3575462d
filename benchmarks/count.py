"""What is in a folder of FHIR bundles, whoever wrote them: the same counter for both sides."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Contents:
    """`patients` are bundles with a Patient; `fhir_bytes` are all of fhir/; `all_bytes` are all files of the run."""

    patients: int
    resources: int
    fhir_bytes: int
    all_bytes: int


def contents(folder: Path) -> Contents:
    """Read every bundle under `folder/fhir` and count."""
    patients = resources = 0
    for _, entries in bundles(folder / "fhir"):
        kinds = Counter(entry["resource"]["resourceType"] for entry in entries)
        patients += kinds["Patient"] > 0
        resources += kinds.total()
    return Contents(patients, resources, size(folder / "fhir"), size(folder))


def bundles(folder: Path) -> Iterator[tuple[Path, list[Any]]]:
    """Each file's entries, one file at a time, in order of names."""
    for path in sorted(folder.glob("*.json")):
        yield path, orjson.loads(path.read_bytes()).get("entry", [])


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
