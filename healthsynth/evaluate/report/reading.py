"""An output folder, or anyone's tables or FHIR files -> `Population`.

Read are CSV tables in the Synthea layout, else NDJSON, else bundles: the first of them that is there. A row or a resource that makes no
sense is counted, not guessed.
"""

import csv
import gzip
import json
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from healthsynth.errors import UsageError
from healthsynth.evaluate.report.fhir_reading import read_fhir
from healthsynth.evaluate.report.population import KINDS, YEAR, Patient, Population, Problem, day, nights
from healthsynth.vocabulary import ICD10CM, SNOMED

Row = list[str]
_SEXES = {"F": "female", "M": "male", "female": "female", "male": "male"}


def read(folder: Path, wanted: Collection[str]) -> Population:
    """The population of a folder.

    Args:
        wanted: codes of results and procedures that are looked at ("LOINC 8480-6"); others are passed over.
    Raises:
        UsageError: there is no such folder, or no patients in a form that can be read.
    """
    if not folder.exists():
        raise UsageError(f"there is no folder {folder}")
    manifest = _manifest(folder)
    settings = manifest.get("settings", {})
    tables = next((f for f in (folder / "csv", folder) if _table(f, "patients")), None)
    if tables is not None:
        found = _read_tables(tables, wanted)
    else:
        found = read_fhir(folder, wanted)
    if not found.patients:
        raise UsageError(
            f"{folder} has no patients that can be read: evaluate takes csv/patients.csv, ndjson/Patient.ndjson or fhir/*.json "
            "(healthsynth generate -f csv)"
        )
    found.settings = settings
    found.as_of = _as_of(found, manifest)
    found.since = _since(found.as_of, str(settings.get("history", "all")))
    return found


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.is_file():
        if (folder / ".healthsynth").is_dir():
            raise UsageError(f"{folder} holds an interrupted run: finish it with healthsynth generate --resume")
        return {}
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        raise UsageError(f"{path} is not JSON: generate again, or remove it to evaluate the files alone") from None
    return found if isinstance(found, dict) else {}


def _as_of(found: Population, manifest: dict[str, Any]) -> int:
    if "reference_date" in manifest:
        return day(manifest["reference_date"])
    last = [visit[0] for p in found.patients.values() for visit in p.visits]
    return max(last, default=max(p.birth for p in found.patients.values()))


def _since(as_of: int, history: str) -> int | None:
    if not history.rstrip("y").isdigit():
        return None
    return as_of - int(int(history.rstrip("y")) * YEAR)


# --- tables ----------------------------------------------------------------------------------------------------------
def _table(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if p.is_file()), None)


def _rows(folder: Path, name: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """The columns asked for, of each row of a table; nothing if the table is not there."""
    path = _table(folder, name)
    if path is None:
        return
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        heading = next(reader, [])
        missing = [column for column in columns if column not in heading]
        if missing:
            raise UsageError(f"{path}:1: there is no column {missing[0]}; evaluate reads tables in the Synthea layout")
        places = [heading.index(column) for column in columns]
        width = len(heading)
        for row in reader:
            yield [row[i] for i in places] if len(row) == width else []


def _read_tables(folder: Path, wanted: Collection[str]) -> Population:
    found = Population({}, 0, None, {}, "csv")
    columns = ("Id", "BIRTHDATE", "DEATHDATE", "GENDER", "RACE", "ETHNICITY", "FIRST", "LAST", "ZIP", "CITY", "STATE")
    for row in _rows(folder, "patients", columns):
        try:
            key, born, died, sex, race, ethnicity, given, family, code, city, state = row
            hispanic = "hispanic" if ethnicity == "hispanic" else "non_hispanic"
            found.patients[key] = Patient(
                key, day(born), day(died) if died else None, _SEXES.get(sex, ""), _race(race), hispanic,
                given, family, code, city, state,
            )  # fmt: skip
        except ValueError:
            found.skipped += 1
    for name, needed, keep in _TABLES:
        for row in _rows(folder, name, needed):
            try:
                patient = found.patients.get(row[0]) if row else None
                if patient is None:
                    raise ValueError
                keep(patient, row[1:], wanted)
            except ValueError:
                found.skipped += 1
    return found


def _race(text: str) -> str:
    return {"hawaiian": "pacific"}.get(text, text)


def _condition(p: Patient, row: Row, wanted: Collection[str]) -> None:
    system, code, start, stop = row
    codes = {f"ICD10 {code}"} if "icd" in system.casefold() else {f"SNOMED {code}", *classified().get(code, ())}
    p.problems.append(Problem(frozenset(codes), day(start), day(stop) if stop else None))


def _observation(p: Patient, row: Row, wanted: Collection[str]) -> None:
    code = f"LOINC {row[0]}"
    if code in wanted:
        p.note(code, day(row[1]), float(row[2]) if row[3] == "numeric" else row[2])


def _procedure(p: Patient, row: Row, wanted: Collection[str]) -> None:
    code = f"SNOMED {row[0]}"
    if code in wanted:
        p.note(code, day(row[1]), "")


def _visit(p: Patient, row: Row, wanted: Collection[str]) -> None:
    kind, start, stop = row
    lasted = nights(start, stop) if stop else 0.0
    p.visits.append((day(start), KINDS.get(kind, kind), lasted))


def _dose(p: Patient, row: Row, wanted: Collection[str]) -> None:
    p.doses.append((day(row[1]), f"CVX {row[0].zfill(2)}"))


_TABLES: tuple[tuple[str, tuple[str, ...], Callable[[Patient, Row, Collection[str]], None]], ...] = (
    ("conditions", ("PATIENT", "SYSTEM", "CODE", "START", "STOP"), _condition),
    ("observations", ("PATIENT", "CODE", "DATE", "VALUE", "TYPE"), _observation),
    ("procedures", ("PATIENT", "CODE", "START"), _procedure),
    ("encounters", ("PATIENT", "ENCOUNTERCLASS", "START", "STOP"), _visit),
    ("immunizations", ("PATIENT", "CODE", "DATE"), _dose),
)


@cache
def classified() -> dict[str, frozenset[str]]:
    """SNOMED CT code -> "ICD10 ..." codes, as the built-in vocabulary pairs them: tables have SNOMED CT alone."""
    from healthsynth.compile.library import program

    found: dict[str, frozenset[str]] = {}
    for concept in program().concepts.values():
        icd = frozenset(f"ICD10 {code.code}" for code in concept.codes if code.system == ICD10CM)
        for code in concept.codes:
            if code.system == SNOMED and icd:
                found[code.code] = found.get(code.code, frozenset()) | icd
    return found
