"""The codes of a GMF module as its JSON has them, the code systems by their letters, and what makes two names the same."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.uses import objects, raw

# How modules spell a code system, in capitals -> its letter in tables of codes; and how the format spells it.
LETTERS = {
    "SNOMED-CT": "S", "SNOMED": "S", "LOINC": "L", "RXNORM": "R", "CVX": "C", "ICD10-CM": "I", "ICD-10-CM": "I",
}  # fmt: skip
SPELLINGS = {"S": "SNOMED-CT", "L": "LOINC", "R": "RxNorm", "C": "CVX", "I": "ICD10-CM"}
_OTHERS = frozenset({"NUBC", "NULLFLAVOR", "UNK", "HCPCS", "CPT", "NCI"})
_EXTENSION = re.compile(r"\d{8,15}1[012]\d")  # the digit before the last two tells who issued a SNOMED CT identifier


class Coding(NamedTuple):
    """A code as the JSON has it; two places with equal ones are repaired alike."""

    system: str
    code: str
    display: str


class Names(Protocol):
    """What a table knows of a code."""

    @property
    def displays(self) -> tuple[str, ...]:
        """Its displays, the one to use first."""


class Row(Names, Protocol):
    """What a table of codes knows of a code."""

    @property
    def inactive(self) -> bool:
        """Whether its system has given it up."""


def codings(module: GmfModule) -> Iterator[tuple[JsonPath, Coding]]:
    """Every code of a module with the path of its object."""
    for path, found in objects(raw(module)):
        system, code, display = found.get("system"), found.get("code"), found.get("display")
        if isinstance(system, str) and isinstance(code, (str, int)):
            yield path, Coding(system, str(code), display if isinstance(display, str) else "")


def letter(system: str) -> str | None:
    """The letter of a code system that tables have; None for others."""
    return LETTERS.get(system.upper())


def is_other(system: str) -> bool:
    """Whether it is a code system of the format that no table has."""
    return system.upper() in _OTHERS or system.upper().startswith("DICOM")


def is_extension(system: str, code: str) -> bool:
    """Whether a SNOMED CT code is of a national or other extension: those are not shipped, so nothing is known of it."""
    return letter(system) == "S" and _EXTENSION.fullmatch(code) is not None


def plain(display: str) -> str:
    """Without case, spaces at the ends and the kind in brackets."""
    text = display.strip().casefold()
    return text.rpartition(" (")[0] if text.endswith(")") and " (" in text else text
