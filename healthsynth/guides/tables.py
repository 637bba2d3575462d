"""The rule tables that `scripts/build_guides.py` wrote, read once when first needed."""

import gzip
from functools import cache
from typing import Any

import orjson

from healthsynth.errors import HealthsynthError, UsageError, near
from healthsynth.resources import data

VERSIONS = ("6.1.0", "7.0.0")
NONE = "none"  # base R4 only
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
Codes = frozenset[tuple[str, str]]  # (system, code); the code "*" stands for all of the system


def known(guide: str) -> str:
    """The guide itself.

    Raises:
        UsageError: there is no such guide.
    """
    if guide in VERSIONS or guide == NONE:
        return guide
    names = (*VERSIONS, NONE)
    raise UsageError(f"there are no rules for US Core '{guide}': {', '.join(names)}  {near(guide, names)}".rstrip())


@cache
def load(name: str) -> dict[str, Any]:
    """One table: "r4-base" or "us-core-6.1.0".

    Raises:
        HealthsynthError: the file is missing or broken.
    """
    path = data() / "guides" / f"{name}.json.gz"
    try:
        content: dict[str, Any] = orjson.loads(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError) as problem:
        raise HealthsynthError(f"the installation is broken: {path}: {problem}") from problem
    return content


def guide_table(guide: str) -> dict[str, Any]:
    """The table of a guide; an empty one for "none"."""
    return {"profiles": {}, "extensions": {}, "sets": {}, "systems": {}} if guide == NONE else load(f"us-core-{guide}")


@cache
def codes(guide: str, url: str) -> Codes | None:
    """The (system, code) pairs of a value set, None where they are not listed. A guide's own list goes first."""
    found = guide_table(guide)["sets"].get(url) or load("r4-base")["sets"].get(url)
    if found is None:
        return None
    return frozenset((system, code) for system, listed in found.items() for code in listed)


@cache
def displays(guide: str, system: str) -> dict[str, str] | None:
    """Code -> displays, case folded and joined with bars, of a code system that is listed in full; None for others."""
    found = load("r4-base")["systems"].get(system) or guide_table(guide)["systems"].get(system)
    return None if found is None else {code: named.casefold() for code, named in found.items()}
