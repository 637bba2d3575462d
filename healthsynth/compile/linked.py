"""All modules and vocabularies of a library, joined by name: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from healthsynth.compile.program import MeasureTable
from healthsynth.spec.ast import Condition
from healthsynth.spec.load import Spec
from healthsynth.spec.vocabulary import Vocabulary
from healthsynth.vocabulary import Concept


@dataclass(frozen=True, slots=True)
class Linked:
    specs: tuple[Spec, ...]
    vocabularies: Mapping[str, Vocabulary]
    concepts: Mapping[str, Concept]
    tables: Mapping[str, MeasureTable]
    conditions: Mapping[str, Condition]
    codes: tuple[Path, ...] = ()  # users' own tables of codes, beside the shipped one
