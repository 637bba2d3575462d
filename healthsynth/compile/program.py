"""A Program: checked modules, linked by name, frozen and shared by every patient and process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from healthsynth.spec.ast import Condition
from healthsynth.spec.gmf.mending import Repair
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.model import Module
from healthsynth.spec.source import Path_
from healthsynth.vocabulary import Concept


class Origin(NamedTuple):
    """Where something in a record comes from."""

    module: str
    state: str  # the block and name, e.g. "care.screening"
    line: int


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """`table:` of a measure: per sex, ages (years, middle of each band) with mean, sd and skew."""

    female: tuple[tuple[float, float, float, float], ...]
    male: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class GmfProgram:
    """Modules of Synthea's format in a program.

    `running`: keys of the top-level modules that run. `origins` maps (module key, state) to an index into the program's origins;
    `origin` is that of what no module asks for. `checks_up`: check-ups and vaccinations are those of Synthea, since no module of
    ours plans any.
    """

    library: GmfLibrary
    running: tuple[str, ...]
    corrected: bool
    corrections: tuple[str, ...]  # what is repaired, for the manifest
    origins: Mapping[tuple[str, str], int]
    origin: int
    checks_up: bool
    repairs: tuple[Repair, ...] = ()  # of codes and values in the corrected mode, with what could not be repaired


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that the engine needs, and nothing that moves.

    `origin_at` maps (module, path of the step or rule) to an index into `origins`.
    """

    modules: tuple[Module, ...]
    concepts: Mapping[str, Concept]
    tables: Mapping[str, MeasureTable]
    conditions: Mapping[str, Condition]  # those that stand in keys, by their text
    origins: tuple[Origin, ...]
    origin_at: Mapping[tuple[str, Path_], int]
    digest: str = ""  # of the files it was made from
    files: tuple[str, ...] = field(default=())
    gmf: GmfProgram | None = None
