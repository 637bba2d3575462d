"""clinical_modules/vocabulary/*.yaml -> Concepts. Codes are checked against the reference table in compile/codes.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from healthsynth.errors import Problem
from healthsynth.spec.load import validated
from healthsynth.spec.model import Part, Text, Word, parse
from healthsynth.spec.sentences import SentenceError
from healthsynth.spec.source import Source, read
from healthsynth.vocabulary import KINDS, SYSTEMS, Code, Concept, Range


def _limits(text: Any) -> Any:
    """'4.0 to 5.6', 'below 5', 'above 60' -> (low, high)."""
    if not isinstance(text, str):
        return text
    word, _, number = text.partition(" ")
    try:
        if word in ("below", "above"):
            return (None, float(number)) if word == "below" else (float(number), None)
        quantity = parse("amount", text)
    except (SentenceError, ValueError):
        raise PydanticCustomError("shape", "a range is written '4.0 to 5.6', 'below 5' or 'above 60'", {}) from None
    if quantity.shape != "uniform":
        raise PydanticCustomError("shape", "a range is written '4.0 to 5.6', 'below 5' or 'above 60'", {})
    return quantity.a, quantity.b


Limits = Annotated[tuple[float | None, float | None], BeforeValidator(_limits)]


class Entry(Part):
    kind: Literal[KINDS]  # type: ignore[valid-type]
    text: Text | None = None
    display: Text | None = None
    snomed: Text | None = None
    loinc: Text | None = None
    rxnorm: Text | None = None
    cvx: Text | None = None
    icd10cm: Text | None = None
    icd10cm_display: Text | None = Field(None, alias="icd10cm display")
    loinc_display: Text | None = Field(None, alias="loinc display")
    chronic: bool = False
    unit: Text | None = None
    decimals: int = Field(0, ge=0, le=4)
    normal: Limits | None = None
    normal_by_sex: dict[Literal["female", "male"], Limits] | None = Field(None, alias="normal by sex")
    normal_by_age: dict[str, Any] | None = Field(None, alias="normal by age")
    normal_by_age_and_sex: dict[Literal["female", "male"], dict[str, Any]] | None = Field(
        None, alias="normal by age and sex"
    )
    critical: Limits | None = None
    limits: Limits | None = None
    specimen: Text | None = None
    members: tuple[Word, ...] = ()
    components: tuple[Word, ...] = ()
    activities: tuple[Word, ...] = ()
    ingredient: Word | None = None
    class_: tuple[Word, ...] = Field((), alias="class")
    route: Text | None = None
    form: Text | None = None
    since: int | None = Field(None, ge=1900, le=2100)
    takes: Text | None = None
    modality: Text | None = None
    body_site: Word | None = Field(None, alias="body site")
    measure: Word | None = None
    target: Text | None = None
    within: Text | None = None
    category: Text | None = None
    type: Text | None = None
    reactions: dict[Word, Literal["mild", "moderate", "severe"]] = Field(default_factory=dict)
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise PydanticCustomError("shape", "an entry is written {{kind: lab, loinc: ..., display: ...}}", {})
        one = data.get("class")
        return {**data, "class": [one]} if isinstance(one, str) else data


class File(RootModel[dict[Word, Entry]]):
    """One vocabulary file."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One file's concepts by short name, and where each stands."""

    name: str
    source: Source
    concepts: dict[str, Concept]


def load_vocabulary(files: Iterable[Path]) -> tuple[dict[str, Vocabulary], list[Problem]]:
    """Vocabulary files by name (the file's stem), and the problems of all of them."""
    found: dict[str, Vocabulary] = {}
    problems: list[Problem] = []
    for path in files:
        source, more = read(path)
        problems += more
        if source is None:
            continue
        entries, more = validated(File, source)
        problems += more
        if entries is None:
            continue
        concepts = {}
        for name, entry in entries.root.items():
            try:
                concepts[name] = _concept(name, entry)
            except ValueError as error:
                problems.append(source.problem((name,), "HS106", str(error)))
        found[path.stem] = Vocabulary(path.stem, source, concepts)
    return found, problems


_NO_CODE = ("group", "goal")
_MORE = ("specimen", "ingredient", "route", "form", "since", "takes", "modality", "body_site", "measure", "target", "within",
         "category", "type")  # fmt: skip


def _concept(name: str, entry: Entry) -> Concept:
    codes = _codes(entry)
    seconds: dict[str, str] = {}  # times as the engine wants them: whole seconds
    if not codes and entry.kind not in _NO_CODE:
        raise ValueError(f"'{name}' has no code; give one of {', '.join(SYSTEMS)} and its display")
    for key in ("takes", "within"):
        if getattr(entry, key) is not None:
            length = parse("span", getattr(entry, key))
            seconds[key] = str(round((length.a.total + (length.b or length.a).total) / 2))
    more = {key: str(getattr(entry, key)) for key in _MORE if getattr(entry, key) is not None} | seconds
    if entry.chronic:
        more["chronic"] = "true"
    if entry.class_:
        more["class"] = " ".join(entry.class_)
    if entry.reactions:
        more["reactions"] = " ".join(f"{reaction}:{severity}" for reaction, severity in entry.reactions.items())
    limits = entry.limits
    return Concept(
        name=name,
        kind=entry.kind,
        codes=codes,
        text=entry.text or entry.display or name.replace("_", " "),
        unit=entry.unit,
        decimals=entry.decimals,
        ranges=_ranges(entry),
        critical=entry.critical or (None, None),
        limits=(float(limits[0] or 0.0), float(limits[1])) if limits and limits[1] is not None else None,
        members=entry.members or entry.components or entry.activities,
        more=more,
    )


def _codes(entry: Entry) -> tuple[Code, ...]:
    """The primary code first: the first of snomed, loinc, rxnorm, cvx, icd10cm that is given and is not a second one."""
    codes: list[Code] = []
    for key, system in SYSTEMS.items():
        code = getattr(entry, key)
        if code is None:
            continue
        primary = not codes
        if primary:
            display = entry.display
        else:
            display = {"icd10cm": entry.icd10cm_display, "loinc": entry.loinc_display}.get(key) or entry.display
        if not display:
            raise ValueError(f"{key} {code} has no display")
        codes.append(Code(system, code, display))
    return tuple(codes)


def _ranges(entry: Entry) -> tuple[Range, ...]:
    if entry.normal:
        return (Range(*entry.normal),)
    if entry.normal_by_sex:
        return tuple(Range(*limits, sex=sex) for sex, limits in entry.normal_by_sex.items())
    tables: list[tuple[str | None, dict[str, Any]]] = []
    if entry.normal_by_age:
        tables.append((None, entry.normal_by_age))
    if entry.normal_by_age_and_sex:
        tables += list(entry.normal_by_age_and_sex.items())
    found = []
    for sex, table in tables:
        for key, text in table.items():
            low_age, high_age = parse("band", key)
            try:
                low, high = _limits(text)
            except PydanticCustomError as error:
                raise ValueError(str(error)) from None
            found.append(Range(low, high, sex, low_age, high_age))
    return tuple(found)
