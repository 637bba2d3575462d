"""Codes and displays of a GMF module against a table of known codes."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from healthsynth.errors import Problem
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.uses import objects, raw

LETTERS = {"SNOMED-CT": "S", "SNOMED": "S", "LOINC": "L", "RXNORM": "R", "CVX": "C"}
_OTHERS = frozenset(
    {"NUBC", "NULLFLAVOR", "DICOM-DCM", "DICOM-SOP", "UNK", "ICD-10-CM", "ICD10-CM", "HCPCS", "CPT", "NCI"}
)


class Names(Protocol):
    """What is known of a code."""

    @property
    def displays(self) -> tuple[str, ...]:
        """Its displays, the one to use first."""


def codes(module: GmfModule, known: Mapping[tuple[str, str], Names]) -> Iterator[Problem]:
    """GM505: codes outside the table; GM506: displays that belong to no code of that number."""
    for path, found in objects(raw(module)):
        system, code = found.get("system"), found.get("code")
        if not isinstance(system, str) or not isinstance(code, (str, int)):
            continue
        letter = LETTERS.get(system.upper())
        if letter is None:
            if system.upper() not in _OTHERS and not system.upper().startswith("DICOM"):
                yield module.source.problem(
                    path, "GM505", f"'{system}' is no code system that is known here", "check it"
                )
            continue
        names = known.get((letter, str(code)))
        display = str(found.get("display", ""))
        if names is None:
            text = f"{system} {code} ({display}) is not in the table of known codes"
            yield module.source.problem(
                path, "GM505", text, "check it: it may be mistyped, retired, or of an extension"
            )
        elif names.displays and _plain(display) not in {_plain(name) for name in names.displays}:
            text = f"'{display}' is not a name of {system} {code}"
            yield module.source.problem(path, "GM506", text, f"it is '{names.displays[0]}'")


def _plain(display: str) -> str:
    """Without case, spaces at the ends and the kind in brackets."""
    text = display.strip().casefold()
    return text.rpartition(" (")[0] if text.endswith(")") and " (" in text else text
