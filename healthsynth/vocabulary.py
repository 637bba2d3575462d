"""Concepts: what a module's short names stand for. Data only; `spec/vocabulary.py` reads them from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"

# The key an author writes -> the code system it stands for.
SYSTEMS = {"snomed": SNOMED, "loinc": LOINC, "rxnorm": RXNORM, "cvx": CVX, "icd10cm": ICD10CM}

KINDS = (
    "condition", "lab", "vital", "survey", "social", "finding", "panel", "group", "medication", "vaccine",
    "procedure", "imaging", "careplan", "activity", "goal", "device", "supply", "allergy", "answer", "specialty",
    "body_site", "cause",
)  # fmt: skip


class Code(NamedTuple):
    """One code with the display that its system gives it."""

    system: str
    code: str
    display: str


class Range(NamedTuple):
    """A reference range, for a sex (None: both) and an age in years [age_low, age_high)."""

    low: float | None
    high: float | None
    sex: str | None = None
    age_low: float = 0.0
    age_high: float = 200.0


@dataclass(frozen=True, slots=True, eq=False)
class Concept:
    """One entry of a vocabulary file. Compared by identity: there is one per name in a program."""

    name: str  # the short name, e.g. "hba1c"
    kind: str  # one of KINDS
    codes: tuple[Code, ...]  # the first is the primary one; empty only for kind "group"
    text: str  # plain words for people, e.g. "Hemoglobin A1c"
    unit: str | None = None  # UCUM; kinds lab, vital, survey with a numeric value
    decimals: int = 0
    ranges: tuple[Range, ...] = ()
    critical: tuple[float | None, float | None] = (None, None)
    limits: tuple[float, float] | None = None  # physiological: nothing outside is ever charted
    members: tuple[
        str, ...
    ] = ()  # names: of a panel, a group, a survey, a care plan's activities, components of a vital
    more: Mapping[str, str] = field(default_factory=dict)  # per kind, see docs/module-language.md "Vocabulary"

    @property
    def primary(self) -> Code:
        return self.codes[0]
