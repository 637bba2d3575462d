"""A module in Synthea's Generic Module Framework as typed, frozen values, and all modules of a run together.

The values inside stand in states.py, transitions.py, conditions.py and values.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from healthsynth.errors import Problem
from healthsynth.spec.gmf.places import JsonPath, line_and_column, places, spelled
from healthsynth.spec.gmf.states import State

DEFAULT_SPECIALTY = "GENERAL PRACTICE"


@dataclass(frozen=True, slots=True)
class Text:
    """The file a module was read from, to say where something stands."""

    file: str
    text: str
    _places: dict[JsonPath, int] = field(default_factory=dict, compare=False, repr=False)

    def problem(self, path: JsonPath, code: str, message: str, hint: str = "") -> Problem:
        """A Problem at a JSON path (or at the nearest thing around it), with the path in its message."""
        known, near = self.paths(), path
        while near not in known:
            near = near[:-1]
        line, column = line_and_column(self.text, known[near])
        return Problem(self.file, line, column, code, f"{spelled(path)}: {message}", hint)

    def paths(self) -> Mapping[JsonPath, int]:
        """The offset of everything in the text, found when first asked for."""
        if not self._places:
            self._places.update(places(self.text))
        return self._places


@dataclass(frozen=True, slots=True)
class GmfModule:
    """One file. `key` is its path below the folder without `.json`; a key with a `/` is a submodule."""

    key: str
    name: str
    states: Mapping[str, State]
    source: Text
    specialty: str = DEFAULT_SPECIALTY
    gmf_version: float | None = None
    remarks: tuple[str, ...] = ()
    ignored: tuple[JsonPath, ...] = ()  # fields that nothing reads
    repeated: tuple[str, ...] = ()  # names of keys that stand twice in one object; the last one counts
    oddities: tuple[Problem, ...] = ()  # warnings: what can be run but can hardly be meant

    @property
    def runtime_name(self) -> str:
        """What encounters, wellness tokens and symptoms are kept under."""
        return f"{self.name} Module"

    @property
    def is_submodule(self) -> bool:
        """Whether only other modules call it."""
        return "/" in self.key


@dataclass(frozen=True, slots=True)
class LookupRow:
    """Who fits: whole years and milliseconds with both ends included, texts of the other columns; and the weights."""

    age: tuple[int, int] | None
    time: tuple[int, int] | None
    texts: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LookupTable:
    """`attributes` names the columns of `texts`; `states` those of `weights`, in the order of the CSV."""

    name: str
    file: str
    attributes: tuple[str, ...]
    states: tuple[str, ...]
    rows: tuple[LookupRow, ...]


@dataclass(frozen=True, slots=True)
class GmfLibrary:
    """All modules by key in code-point order, and the lookup tables that they use by file name."""

    modules: Mapping[str, GmfModule]
    tables: Mapping[str, LookupTable]

    def top(self) -> Iterator[GmfModule]:
        """The modules that run by themselves."""
        return (module for module in self.modules.values() if not module.is_submodule)
