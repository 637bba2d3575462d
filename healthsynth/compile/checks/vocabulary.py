"""HS5: vocabulary entries that can be charted; their codes are checked in compile/codes.py."""

from collections.abc import Iterable

from healthsynth.compile.linked import Linked
from healthsynth.errors import Problem, near
from healthsynth.vocabulary import CVX, ICD10CM, LOINC, RXNORM, SNOMED, Concept

# kind -> systems its primary code may come from
SYSTEM_OF_KIND = {
    "condition": (SNOMED,),
    "finding": (SNOMED, LOINC),
    "lab": (LOINC,),
    "vital": (LOINC,),
    "survey": (LOINC, SNOMED),
    "social": (LOINC,),
    "panel": (LOINC,),
    "medication": (RXNORM,),
    "vaccine": (CVX,),
    "procedure": (SNOMED,),
    "imaging": (SNOMED,),
    "careplan": (SNOMED,),
    "activity": (SNOMED,),
    "device": (SNOMED,),
    "supply": (SNOMED,),
    "allergy": (SNOMED, RXNORM),
    "specialty": (SNOMED,),
    "body_site": (SNOMED,),
    "cause": (SNOMED, ICD10CM),
    "answer": (SNOMED, LOINC),
}


def files(linked: Linked) -> Iterable[Problem]:
    """Vocabulary files that modules name exist."""
    for spec in linked.specs:
        for i, name in enumerate(spec.module.vocabulary):
            if name not in linked.vocabularies:
                hint = near(name, linked.vocabularies) or "add clinical_modules/vocabulary/" + name + ".yaml"
                yield spec.source.problem(("vocabulary", i), "HS505", f"there is no vocabulary '{name}'", hint)


def entries(linked: Linked) -> Iterable[Problem]:
    """Codes come from the right system; what is measured has a unit."""
    numeric = {
        name
        for spec in linked.specs
        for name, measure in spec.module.measures.items()
        if measure.of is None and measure.answers is None
    }
    for vocabulary in linked.vocabularies.values():
        for name, concept in vocabulary.concepts.items():
            systems = SYSTEM_OF_KIND.get(concept.kind)
            if concept.codes and systems and concept.primary.system not in systems:
                message = f"a {concept.kind} does not take its first code from {concept.primary.system}"
                yield vocabulary.source.problem((name,), "HS504", message, "")
            if name in numeric and _wants_unit(concept) and concept.unit is None:
                yield vocabulary.source.problem((name,), "HS506", f"'{name}' has no unit", "add unit: (UCUM)")


def _wants_unit(concept: Concept) -> bool:
    return concept.kind in ("lab", "vital") and not concept.members


def members(linked: Linked) -> Iterable[Problem]:
    """Members, activities, reactions and measures that entries name exist."""
    for vocabulary in linked.vocabularies.values():
        for name, concept in vocabulary.concepts.items():
            for key, wanted in _named(concept):
                if wanted not in linked.concepts:
                    hint = near(wanted, linked.concepts) or "add it to a vocabulary file"
                    yield vocabulary.source.problem((name, key), "HS501", f"'{wanted}' is in no vocabulary", hint)


def _named(concept: Concept) -> Iterable[tuple[str, str]]:
    key = {"vital": "components", "careplan": "activities"}.get(concept.kind, "members")
    for member in concept.members:
        yield key, member
    for pair in concept.more.get("reactions", "").split():
        yield "reactions", pair.split(":")[0]
    if "measure" in concept.more:
        yield "measure", concept.more["measure"]
    if "body_site" in concept.more:
        yield "body site", concept.more["body_site"]
