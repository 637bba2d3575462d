"""FHIR packages (.tgz) as dictionaries of their resources."""

import csv
import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def resources(archive: Path, folder: str) -> Iterator[Json]:
    """Every JSON resource of a folder inside a package."""
    with tarfile.open(archive) as package:
        for member in package:
            if member.isfile() and member.name.startswith(folder + "/") and member.name.endswith(".json"):
                if member.name.count("/") > folder.count("/") + 1:
                    continue  # examples
                stream = package.extractfile(member)
                assert stream is not None
                with stream:
                    resource = json.load(stream)
                if isinstance(resource, dict) and "resourceType" in resource:
                    yield resource


class Package:
    """Definitions by canonical URL."""

    def __init__(self) -> None:
        self.structures: dict[str, Json] = {}
        self.valuesets: dict[str, Json] = {}
        self.codesystems: dict[str, Json] = {}

    def add(self, archive: Path, folder: str = "package") -> "Package":
        kinds = {"StructureDefinition": self.structures, "ValueSet": self.valuesets, "CodeSystem": self.codesystems}
        for resource in resources(archive, folder):
            kind = kinds.get(resource["resourceType"])
            if kind is not None and "url" in resource:
                kind[resource["url"]] = resource
        return self


def listed_codes(table: Path, version: str) -> dict[str, dict[str, list[str]]]:
    """Value set -> system -> codes, as enumerated for one version of the guide in `valueset_codes.csv.gz`."""
    found: dict[str, dict[str, list[str]]] = {}
    with gzip.open(table, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["us_core_version"] == version:
                found.setdefault(row["valueset"], {}).setdefault(row["system"], []).append(row["code"])
    return found


def complete_sets(table: Path, version: str) -> set[str]:
    """The value sets of `valueset_summary.csv` whose codes are all listed."""
    with open(table, encoding="utf-8", newline="") as lines:
        return {
            row["valueset"]
            for row in csv.DictReader(lines)
            if row["us_core_version"] == version and row["complete"] == "1"
        }
