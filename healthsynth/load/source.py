"""A finished run on the disk -> units: what is sent in one row, by one connection. The manifest says what is there.

Bundles: a unit a file; those of `shared-*` first. NDJSON: a unit a patient, found by the references of each line, after one unit of
what is nobody's.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from healthsynth.errors import UsageError
from healthsynth.export.packing import SUFFIX, opened
from healthsynth.load import lines
from healthsynth.load.closure import Resource
from healthsynth.load.lines import Span
from healthsynth.run import layout, manifest

TAG_SYSTEM = "https://healthsynth.example.org/fhir/CodeSystem/load"
_FORMATS = ("fhir", "ndjson")


@dataclass(frozen=True, slots=True)
class Unit:
    """Files or pieces of files whose resources are sent together."""

    name: str
    shared: bool
    spans: tuple[Span, ...] = ()
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A run that can be loaded. `print` tells runs apart; `counts` is resources by type."""

    folder: Path
    format: str
    print: str
    tag: str
    counts: Mapping[str, int]
    units: tuple[Unit, ...]

    def resources(self, unit: Unit) -> list[Resource]:
        """What is sent for a unit, tagged."""
        return [self._tagged(resource) for resource in _resources(unit)]

    def _tagged(self, resource: dict[str, Any]) -> Resource:
        meta = resource.setdefault("meta", {})
        meta["tag"] = [*meta.get("tag", ()), {"system": TAG_SYSTEM, "code": self.tag}]
        return Resource(f"{resource['resourceType']}/{resource['id']}", orjson.dumps(resource))


def open_source(folder: Path, format_: str | None = None, tag: str | None = None, check: bool = True) -> Source:
    """Look at a run.

    Args:
        format_: `fhir` or `ndjson`; None: bundles if there are any.
        tag: code of the tag; None: the beginning of the hash of the manifest.
        check: compare every file with its hash in the manifest.
    Raises:
        UsageError: this is no finished run, it has no FHIR, or its files are not those of the manifest.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    if not (folder / layout.MANIFEST).exists():
        raise UsageError(
            f"{folder} has no {layout.MANIFEST}: it is not the output of a finished `healthsynth generate`"
        )
    found = manifest.read(folder)
    counts = found["counts"]["by_format"]
    chosen = format_ or next((name for name in _FORMATS if name in counts), None)
    if chosen not in _FORMATS or chosen not in counts:
        there = ", ".join(counts) or "nothing"
        raise UsageError(f"{folder} has no FHIR to load{f' as {chosen}' if chosen else ''}: it was written as {there}")
    files = [
        file for file in found["files"] if file["path"].startswith(f"{chosen}/") and _is_data(file["path"], chosen)
    ]
    if check:
        _compare(folder, files)
    paths = [folder / file["path"] for file in files]
    print_ = hashlib.sha256((folder / layout.MANIFEST).read_bytes()).hexdigest()
    units = _bundles(paths) if chosen == "fhir" else _patients(paths)
    return Source(folder, chosen, print_, tag or print_[:16], counts[chosen], units)


def _is_data(path: str, format_: str) -> bool:
    plain = path.removesuffix(SUFFIX)
    return plain.endswith(".json" if format_ == "fhir" else ".ndjson")


def _compare(folder: Path, files: list[dict[str, Any]]) -> None:
    for file in files:
        path = folder / file["path"]
        try:
            same = path.stat().st_size == file["size"] and _hash(path) == file["sha256"]
        except FileNotFoundError:
            raise UsageError(f"{path} is in the manifest and not on the disk: nothing was sent") from None
        if not same:
            raise UsageError(f"{path} is not what the manifest says it is (its hash differs): nothing was sent")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bundles(paths: list[Path]) -> tuple[Unit, ...]:
    shared = sorted(path for path in paths if path.name.startswith("shared-"))
    return tuple(
        Unit(path.name.split(".")[0], path in shared, bundle=path)
        for path in [*shared, *(path for path in paths if path not in set(shared))]
    )


def _patients(paths: list[Path]) -> tuple[Unit, ...]:
    """One unit of what belongs to nobody, then one a patient; lines of a patient that follow each other are one span."""
    owned = lines.owned(paths)
    shared = owned.pop("", [])
    first = (Unit("shared", True, tuple(shared)),) if shared else ()
    return (*first, *(Unit(owner, False, tuple(spans)) for owner, spans in owned.items()))


def _resources(unit: Unit) -> Iterator[dict[str, Any]]:
    if unit.bundle is not None:
        with opened(unit.bundle) as file:
            bundle = orjson.loads(file.read())
        for entry in bundle["entry"]:
            yield entry["resource"]
    for span in unit.spans:
        yield from map(orjson.loads, lines.read(span))
