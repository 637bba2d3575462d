"""Does every code exist, and is its display right? Against the reference table, which the validator does not have.

Looked at are all codings of SNOMED CT, LOINC, RxNorm, CVX and ICD-10-CM in bundles and flat files. A display is right when the
table knows it for the code (whatever its `display_status`, except `conflict`), or when it is the only one known without the
SNOMED tag in brackets.
"""

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import orjson

from tests.conformance.populations import population
from tests.conformance.verdict import Options, Verdict, alone, no_reference

SNOMED, LOINC, RXNORM = "http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX, ICD10 = "http://hl7.org/fhir/sid/cvx", "http://hl7.org/fhir/sid/icd-10-cm"
SYSTEMS = frozenset({SNOMED, LOINC, RXNORM, CVX, ICD10})
_TAG = re.compile(r" \([a-z/ +]+\)$")

Coding = tuple[str, str, str]  # system, code, display
# Table -> (code column, display column, system). A dict where the table itself names the system.
_BY_NAME = {"SNOMED-CT": SNOMED, "RxNorm": RXNORM}
_REASON = ("REASONCODE", "REASONDESCRIPTION", SNOMED)
COLUMNS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "conditions": (("CODE", "DESCRIPTION", "SYSTEM"),),
    "procedures": (("CODE", "DESCRIPTION", "SYSTEM"), _REASON),
    "allergies": (
        ("CODE", "DESCRIPTION", "SYSTEM"),
        ("REACTION1", "DESCRIPTION1", SNOMED),
        ("REACTION2", "DESCRIPTION2", SNOMED),
    ),
    "encounters": (("CODE", "DESCRIPTION", SNOMED), _REASON),
    "observations": (("CODE", "DESCRIPTION", LOINC),),
    "medications": (("CODE", "DESCRIPTION", RXNORM), _REASON),
    "immunizations": (("CODE", "DESCRIPTION", CVX),),
    "careplans": (("CODE", "DESCRIPTION", SNOMED), _REASON),
    "devices": (("CODE", "DESCRIPTION", SNOMED),),
    "supplies": (("CODE", "DESCRIPTION", SNOMED),),
    "imaging_studies": (
        ("BODYSITE_CODE", "BODYSITE_DESCRIPTION", SNOMED),
        ("PROCEDURE_CODE", "", SNOMED),
    ),
}


class Table:
    """The reference codes: what displays each has."""

    def __init__(self, reference: Path):
        self.displays: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        with gzip.open(reference / "data" / "codes.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["system"] in SYSTEMS:
                    self.displays[row["system"], row["code"]][row["display"]] = row["display_status"]
        # The table of codes has a part of ICD-10-CM; the list beside it has all.
        with gzip.open(reference / "data" / "codes" / "icd10cm.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known = self.displays[ICD10, row["code_dotted"]]
                for name in (row["long_name"], row["short_name"]):
                    if name:
                        known.setdefault(name, "alternate")

    def mistake(self, coding: Coding) -> str:
        """What is wrong with a coding: "" if nothing, else "unknown" or "display"."""
        system, code, display = coding
        known = self.displays.get((system, code))
        if known is None:
            return "unknown"
        if not display or known.get(display, "conflict") != "conflict":
            return ""
        short = {_TAG.sub("", name) for name, status in known.items() if status != "conflict"}
        return "" if system == SNOMED and display in short else "display"


def in_bundles(folder: Path) -> Counter[Coding]:
    """Every coding of the five systems in a folder of bundles, and how often."""
    found: Counter[Coding] = Counter()
    with Pool() as pool:
        for part in pool.imap_unordered(_in_bundle, sorted(folder.glob("*.json")), chunksize=8):
            found.update(part)
    return found


def _in_bundle(path: Path) -> Counter[Coding]:
    found: Counter[Coding] = Counter()
    _walk(orjson.loads(path.read_bytes()), found)
    return found


def _walk(node: Any, found: Counter[Coding]) -> None:
    if isinstance(node, dict):
        if node.get("system") in SYSTEMS and "code" in node:
            found[node["system"], node["code"], node.get("display", "")] += 1
        for value in node.values():
            if isinstance(value, dict | list):
                _walk(value, found)
    else:
        for value in node:
            if isinstance(value, dict | list):
                _walk(value, found)


def in_tables(folder: Path) -> Counter[Coding]:
    """Every coding in the flat files."""
    found: Counter[Coding] = Counter()
    for table, columns in COLUMNS.items():
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for code, display, system in columns:
                    if row[code]:
                        named = row.get(system, system)
                        found[_BY_NAME.get(named, named), row[code], row[display] if display else ""] += 1
    return found


def check(options: Options) -> Iterator[Verdict]:
    """Bundles and flat files of the same population."""
    if not (options.reference / "data" / "codes.csv.gz").is_file():
        yield no_reference("codes", options, "data/codes.csv.gz, so wrong codes would go unseen")
        return
    output = population(options.patients, options.seed, "--deceased", "recent")
    table = Table(options.reference)
    for what, found in (("FHIR", in_bundles(output / "fhir")), ("CSV", in_tables(output / "csv"))):
        yield _verdict(f"codes in {what} of {options.patients:,} patients", found, table)


def _verdict(what: str, found: Counter[Coding], table: Table) -> Verdict:
    mistakes = {coding: table.mistake(coding) for coding in found}
    unknown = sum(word == "unknown" for word in mistakes.values())
    wrong = sum(word == "display" for word in mistakes.values())
    examples = tuple(f"{word}: {coding} x {found[coding]}" for coding, word in sorted(mistakes.items()) if word)
    foreign = {system for system, _, _ in found} - SYSTEMS
    if foreign:
        examples = (*examples, f"unexpected systems: {sorted(foreign)}")
    figure = f"{unknown} unknown, {wrong} wrong displays of {len(found):,} codings ({found.total():,} places)"
    return Verdict(what, not unknown and not wrong and not foreign and bool(found), figure, "target 0 and 0", examples)


if __name__ == "__main__":
    alone(check, __doc__)
