"""Builds healthsynth/data/codes.tsv.gz: the part of the reference table of codes whose terms allow shipping.

    python scripts/build_codes.py [REFERENCE_DATA]

Rows: system (S SNOMED CT, L LOINC, R RxNorm, C CVX, I ICD-10-CM), code, kinds (joined by |), status (inactive or
blank), then the displays, the preferred one first, joined by |. ICD-10-CM is whole: the table of codes has a part of it, the list
beside it the rest. Extension namespaces of SNOMED CT (national licences),
NUCC and NUBC codes, and displays found in Synthea alone that contradict the terminology are left out.
"""

import csv
import gzip
import io
import sys
from collections import defaultdict
from pathlib import Path

from healthsynth.compile.code_tables import LETTERS

NOT_TO_SHIP = ("snomed-us-extension", "snomed-other-extension", "nucc-ama-noncommercial", "nubc-aha")


def build(reference: Path, target: Path) -> int:
    """Write the table; returns the number of codes."""
    displays: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    status: dict[tuple[str, str], str] = {}
    with gzip.open(reference / "codes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            system = LETTERS.get(row["system"])
            if system is None or row["licence_group"] in NOT_TO_SHIP or row["check_digit"] == "fail":
                continue
            key = system, row["code"]
            kinds[key] |= {kind for kind in row["kind"].split("|") if kind}
            if row["status"]:
                status[key] = row["status"]
            if row["display"] and row["display_status"] != "conflict":
                displays[key].append((0 if row["preferred"] == "1" else 1, row["display"].replace("|", "/")))
    with gzip.open(reference / "codes" / "icd10cm.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = "I", row["code_dotted"]
            kinds[key] |= set()
            displays[key] += [(2, name.replace("|", "/")) for name in (row["long_name"], row["short_name"]) if name]
    lines = io.StringIO()
    for key in sorted(kinds):
        names = "|".join(dict.fromkeys(display for _, display in sorted(displays[key])))
        cells = (*key, "|".join(sorted(kinds[key])), status.get(key, ""), names)
        lines.write("\t".join(cell.replace("\t", " ") for cell in cells) + "\n")
    with target.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="", compresslevel=9) as out:
        out.write(lines.getvalue().encode())
    return len(kinds)


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else root.parent / "shared" / "data"
    print(build(given, root / "healthsynth" / "data" / "codes.tsv.gz"), "codes")
