"""Write the rule tables of base R4 and US Core into the package.

    build_guides.py [REFERENCE_FOLDER]      default: ../shared

Reads `data/us-core/` of the reference data folder: the FHIR packages as published (CC0) and the lists of value set codes.
Writes `healthsynth/data/guides/*.json.gz`, the same bytes from the same packages.
"""

import gzip
import json
import sys
from pathlib import Path

from guides.base import HL7, types
from guides.packages import Json, Package, complete_sets, listed_codes
from guides.profiles import Base, paths, profile
from guides.valuesets import Codes, code_systems

VERSIONS = ("6.1.0", "7.0.0")
OUT = Path(__file__).resolve().parent.parent / "healthsynth" / "data" / "guides"
# Profiles of R4 itself that hold for every Observation with one of their codes.
VITAL_SIGNS = (
    "vitalsigns", "vitalspanel", "resprate", "heartrate", "oxygensat", "bodytemp", "bodyheight", "headcircum", "bodyweight",
    "bmi", "bp",
)  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "data" / "us-core"
    core = Package().add(folder / "hl7.fhir.r4.core-4.0.1.tgz")
    sets: dict[str, Codes] = {}
    table = types(core, sets)
    currencies(folder.parent / "codes.csv.gz", table, sets)
    base = paths(table)
    profiles = {HL7 + name: profile(core.structures[HL7 + name], core, base, sets, {}) for name in VITAL_SIGNS}
    content = {"types": table, "profiles": profiles, "extensions": extensions(core, base, sets, {}), "sets": sets}
    write("r4-base", {**content, "systems": code_systems(core)})
    for version in VERSIONS:
        guide(folder, version, base)


def guide(folder: Path, version: str, base: Base) -> None:
    package = Package().add(folder / "hl7.fhir.r4.core-4.0.1.tgz")
    known, systems = set(package.structures), set(package.codesystems)
    package.add(folder / "supplements.tgz", version)
    package.add(folder / f"hl7.fhir.us.core-{version}.tgz")
    full = complete_sets(folder / "valueset_summary.csv", version)
    listed = {
        url: codes for url, codes in listed_codes(folder / "valueset_codes.csv.gz", version).items() if url in full
    }
    sets: dict[str, Codes] = {}
    own = {url: each for url, each in sorted(package.structures.items()) if url not in known}
    profiles = {
        url: profile(each, package, base, sets, listed) for url, each in own.items() if each["kind"] == "resource"
    }
    more = {url: codes for url, codes in code_systems(package).items() if url not in systems}
    content = {"profiles": profiles, "extensions": extensions(package, base, sets, listed, set(own)), "sets": sets}
    write(f"us-core-{version}", {**content, "systems": more})


def extensions(
    package: Package, base: Base, sets: dict[str, Codes], listed: dict[str, Codes], only: set[str] | None = None
) -> dict[str, Json]:
    """Extension definitions by URL, with the elements they may stand on."""
    made = {}
    for url, each in sorted(package.structures.items()):
        if (
            each["type"] != "Extension"
            or each.get("derivation") != "constraint"
            or (only is not None and url not in only)
        ):
            continue
        made[url] = profile(each, package, base, sets, listed)
        made[url]["on"] = sorted(
            context["expression"] for context in each.get("context", []) if context["type"] == "element"
        )
    return made


def currencies(codes: Path, table: dict[str, Json], sets: dict[str, Codes]) -> None:
    """ISO 4217, which R4 binds and does not list."""
    found = set()
    with gzip.open(codes, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("urn:iso:std:iso:4217,"):
                found.add(line.split(",")[1])
    url = "http://hl7.org/fhir/ValueSet/currencies"
    sets[url] = {"urn:iso:std:iso:4217": sorted(found)}
    for row in table["Money"]["rows"]:
        if row[0] == "currency":
            row[5] = url


def write(name: str, content: Json) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path = OUT / f"{name}.json.gz"
    with open(path, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write(text.encode())
    counts = ", ".join(f"{len(part)} {key}" for key, part in sorted(content.items()))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {counts}")


if __name__ == "__main__":
    main()
