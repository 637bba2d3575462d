"""HS502, HS503, HS504: codes and displays of a vocabulary against the table of known codes."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from healthsynth import resources
from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem
from healthsynth.spec.vocabulary import Vocabulary
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept

LETTERS = {SNOMED: "S", LOINC: "L", RXNORM: "R", CVX: "C", ICD10CM: "I"}
_KEY = {SNOMED: "snomed", LOINC: "loinc", RXNORM: "rxnorm", CVX: "cvx", ICD10CM: "icd10cm"}

# What the table says a SNOMED CT code is -> the kinds of vocabulary entries that it cannot be. (A disorder is no procedure.)
_CANNOT_BE = {
    "condition": ("procedure", "imaging", "medication", "device", "body_site", "specialty"),
    "procedure": ("condition", "medication", "device", "body_site", "allergy"),
    "body-site": ("condition", "procedure", "imaging", "medication"),
    "device": ("condition", "procedure", "imaging"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """One code as the table has it; `displays[0]` is the one to use."""

    kinds: frozenset[str]
    inactive: bool
    displays: tuple[str, ...]


@lru_cache(maxsize=1)
def known_codes() -> dict[tuple[str, str], Known]:
    """The table of codes that is shipped, by (system letter, code)."""
    found = {}
    with gzip.open(resources.data() / "codes.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            system, code, kinds, status, displays = line.rstrip("\n").split("\t")
            names = tuple(displays.split("|")) if displays else ()
            found[system, code] = Known(frozenset(kinds.split("|")), status == "inactive", names)
    return found


def codes(linked: Linked) -> Iterable[Problem]:
    """Every code is known, has its own display, and is of a kind that fits."""
    for vocabulary in linked.vocabularies.values():
        for name, concept in vocabulary.concepts.items():
            for i, code in enumerate(concept.codes):
                yield from _code(vocabulary, name, concept, code, i == 0)


def _code(vocabulary: Vocabulary, name: str, concept: Concept, code: Code, primary: bool) -> Iterator[Problem]:
    problem = vocabulary.source.problem
    key = _KEY[code.system]
    found = known_codes().get((LETTERS[code.system], code.code))
    if found is None:
        yield problem(
            (name, key),
            "HS508",
            f"{key} {code.code} is not in the table of known codes",
            "check it, or add it with --codes",
        )
        return
    if found.displays and code.display not in found.displays:
        where = "display" if primary else f"{key} display"
        hint = f"it is '{found.displays[0]}'"
        yield problem((name, where), "HS503", f"'{code.display}' is not the display of {key} {code.code}", hint)
    for kind in found.kinds:
        if primary and len(found.kinds) == 1 and concept.kind in _CANNOT_BE.get(kind, ()):
            yield problem((name, "kind"), "HS504", f"{key} {code.code} is a {kind}, not a {concept.kind}", "")
