"""HS502, HS503, HS504: codes and displays of a vocabulary against the table of known codes."""

from collections.abc import Iterable, Iterator, Mapping

from healthsynth.compile.code_tables import LETTERS, Key, Known, known_codes
from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem
from healthsynth.spec.vocabulary import Vocabulary
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept

_KEY = {SNOMED: "snomed", LOINC: "loinc", RXNORM: "rxnorm", CVX: "cvx", ICD10CM: "icd10cm"}

# What the table says a SNOMED CT code is -> the kinds of vocabulary entries that it cannot be. (A disorder is no procedure.)
_CANNOT_BE = {
    "condition": ("procedure", "imaging", "medication", "device", "body_site", "specialty"),
    "procedure": ("condition", "medication", "device", "body_site", "allergy"),
    "body-site": ("condition", "procedure", "imaging", "medication"),
    "device": ("condition", "procedure", "imaging"),
}


def codes(linked: Linked) -> Iterable[Problem]:
    """Every code is known, has its own display, and is of a kind that fits."""
    known = known_codes(linked.codes)
    for vocabulary in linked.vocabularies.values():
        for name, concept in vocabulary.concepts.items():
            for i, code in enumerate(concept.codes):
                yield from _code(vocabulary, name, concept, code, i == 0, known)


def _code(
    vocabulary: Vocabulary, name: str, concept: Concept, code: Code, primary: bool, known: Mapping[Key, Known]
) -> Iterator[Problem]:
    problem = vocabulary.source.problem
    key = _KEY[code.system]
    found = known.get((LETTERS[code.system], code.code))
    if found is None:
        yield problem(
            (name, key),
            "HS508",
            f"{key} {code.code} is not in the table of known codes",
            "check it, or add it with --codes FILE",
        )
        return
    if found.displays and code.display not in found.displays:
        where = "display" if primary else f"{key} display"
        hint = f"it is '{found.displays[0]}'"
        yield problem((name, where), "HS503", f"'{code.display}' is not the display of {key} {code.code}", hint)
    for kind in found.kinds:
        if primary and len(found.kinds) == 1 and concept.kind in _CANNOT_BE.get(kind, ()):
            yield problem((name, "kind"), "HS504", f"{key} {code.code} is a {kind}, not a {concept.kind}", "")
