"""Tables of known codes: the one that is shipped, and users' own beside it.

A user's table is CSV with a heading, gzipped or not. Columns, in any order; others are passed over:

| column | what |
|---|---|
| system | a URI, or snomed, loinc, rxnorm, cvx, icd10cm, or the letter that the shipped table has (S, L, R, C, I). Rows of other systems are passed over |
| code | needed |
| display, or displays | one, or several with a bar between them; a code may have several rows |
| preferred | 1 on the row whose display is the one to use; else the first counts |
| kind, or kinds | condition, procedure, ... with a bar between them, as far as known |
| status | inactive, or empty |
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from healthsynth import resources
from healthsynth.errors import UsageError, near
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, SYSTEMS

LETTERS = {SNOMED: "S", LOINC: "L", RXNORM: "R", CVX: "C", ICD10CM: "I"}
_NAMES = {**LETTERS, **{name: LETTERS[uri] for name, uri in SYSTEMS.items()}, **{x: x for x in LETTERS.values()}}
_REMEDY = "--codes takes a table of codes as CSV in UTF-8 with the columns system, code and display, gzipped or not"

Key = tuple[str, str]  # (letter of the system, code)


@dataclass(frozen=True, slots=True)
class Known:
    """One code as a table has it; `displays[0]` is the one to use."""

    kinds: frozenset[str]
    inactive: bool
    displays: tuple[str, ...]

    def joined(self, other: "Known") -> "Known":
        """What two tables say of one code: its displays of both, the other's kinds where it has any."""
        displays = tuple(dict.fromkeys((*self.displays, *other.displays)))
        return Known(other.kinds or self.kinds, other.inactive, displays)


def known_codes(files: Iterable[Path] = ()) -> Mapping[Key, Known]:
    """The shipped table with users' tables added, by (system letter, code).

    Raises:
        UsageError: a file is no such table; with the place and a remedy.
    """
    return _joined(tuple(files))


def look_at(files: Iterable[Path]) -> None:
    """Read users' tables for their mistakes alone.

    Raises:
        UsageError: as `known_codes`.
    """
    for file in files:
        _table(file)


def forget() -> None:
    """Let go of what was read: nobody who generates looks up codes, and all of them are a hundred megabytes."""
    _joined.cache_clear()
    _shipped.cache_clear()


@lru_cache(maxsize=4)
def _joined(files: tuple[Path, ...]) -> Mapping[Key, Known]:
    if not files:
        return _shipped()
    found = dict(_shipped())
    for file in files:
        for key, known in _table(file).items():
            found[key] = found[key].joined(known) if key in found else known
    return found


def known_part(fits: Callable[[Key, tuple[str, ...]], bool]) -> dict[Key, Known]:
    """The rows of the shipped table that fit, by (system letter, code). Nothing else is kept in memory.

    Args:
        fits: of a code by its key and its displays, whether they are wanted.
    """
    return {key: known for key, known in _rows_shipped() if fits(key, known.displays)}


@lru_cache(maxsize=1)
def _shipped() -> dict[Key, Known]:
    return dict(_rows_shipped())


def _rows_shipped() -> Iterator[tuple[Key, Known]]:
    with gzip.open(resources.data() / "codes.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            system, code, kinds, status, displays = line.rstrip("\n").split("\t")
            yield (system, code), Known(_set(kinds), status == "inactive", _parts(displays))


def _parts(text: str) -> tuple[str, ...]:
    if "|" not in text:
        only = text.strip()
        return (only,) if only else ()
    return tuple(part.strip() for part in text.split("|") if part.strip())


@lru_cache(maxsize=256)  # a dozen kinds, hardly combined
def _set(text: str) -> frozenset[str]:
    return frozenset(_parts(text))


def _table(path: Path) -> dict[Key, Known]:
    """A user's table."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _columns(path, reader.fieldnames or ())
            found = _rows(path, reader)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as problem:
        words = getattr(problem, "strerror", None) or problem
        raise UsageError(f"cannot read {path}: {words}; {_REMEDY}") from None
    if not found:
        raise UsageError(
            f"{path} has no code of {', '.join(SYSTEMS)}: its column 'system' takes these words, or the URIs of FHIR"
        )
    return found


def _columns(path: Path, columns: Sequence[str]) -> None:
    for needed in ("system", "code"):
        if needed not in columns:
            raise UsageError(f"{path}:1: there is no column '{needed}'. {near(needed, columns) or _REMEDY}")


def _rows(path: Path, reader: "csv.DictReader[str]") -> dict[Key, Known]:
    found: dict[Key, Known] = {}
    for row in reader:
        system = (row["system"] or "").strip()
        letter = _NAMES.get(system) or _NAMES.get(system.casefold())
        if letter is None:
            if not system or None in row:
                raise UsageError(f"{path}:{reader.line_num}: {_wrong(system)}; {_REMEDY}")
            continue
        code = (row["code"] or "").strip()
        if not code or None in row or " " in code:
            raise UsageError(f"{path}:{reader.line_num}: {_wrong(system, code)}; {_REMEDY}")
        known = Known(
            _set(row.get("kind") or row.get("kinds") or ""),
            (row.get("status") or "").strip() == "inactive",
            _parts(row.get("displays") or (row.get("display") or "").replace("|", "/")),
        )
        before = found.get((letter, code))
        if before is not None:
            known = known.joined(before) if row.get("preferred") == "1" else before.joined(known)
        found[letter, code] = known
    return found


def _wrong(system: str, code: str = "x") -> str:
    if not system:
        return "the row has no system"
    if not code:
        return "the row has no code"
    return (
        f"'{code}' is no code"
        if " " in code
        else "the row has more fields than the heading; a comma in a text wants quotes around it"
    )
