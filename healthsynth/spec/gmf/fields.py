"""Reading fields of a JSON object one by one: each has its kind, each mistake its place, and what nobody read is known."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from healthsynth.errors import Problem, near
from healthsynth.spec.gmf.model import Text
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.values import OPERATORS, UNITS

T = TypeVar("T")
SHAPES = {
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    int: "a whole number",
    float: "a number",
}
_LARGEST = 10**18


@dataclass(slots=True)
class Report:
    """What is wrong with one file, and the fields in it that nothing reads."""

    source: Text
    problems: list[Problem] = field(default_factory=list)
    ignored: list[JsonPath] = field(default_factory=list)
    oddities: list[Problem] = field(default_factory=list)  # what Synthea swallows: warnings

    def add(self, path: JsonPath, code: str, message: str, hint: str = "") -> None:
        self.problems.append(self.source.problem(path, code, message, hint))


class Fields:
    """A JSON object being read. Whatever is asked for counts as known; `done` notes the rest."""

    __slots__ = ("data", "path", "report", "seen")

    def __init__(self, data: Any, path: JsonPath, report: Report):
        self.path, self.report = path, report
        self.seen = {"remarks", "type", "name"}
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.wrong("", f"is {_shape(data)}, not an object", "put braces around its fields")

    def wrong(self, name: str, message: str, hint: str = "", code: str = "GM105") -> None:
        """A problem at a field (at the object itself where `name` is empty)."""
        self.report.add((*self.path, name) if name else self.path, code, message, hint)

    def odd(self, name: str, message: str, hint: str) -> None:
        """Something that can be run but can hardly be meant: a warning (GM501)."""
        path = (*self.path, name) if name else self.path
        self.report.oddities.append(self.report.source.problem(path, "GM501", message, hint))

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        self.seen.add(name)
        return self.data.get(name) is not None

    def _get(self, name: str, shape: type, default: T, required: bool) -> Any:
        self.seen.add(name)
        value = self.data.get(name)
        if value is None:
            if required:
                hint = near(name, [key for key in self.data if key not in self.seen]) or f"add {SHAPES[shape]}"
                self.wrong("", f"'{name}' is missing", hint, "GM104")
            return default
        if isinstance(value, shape) and not (shape in (int, float) and isinstance(value, bool)):
            return value
        self.wrong(name, f"is {_shape(value)}, not {SHAPES[shape]}", f"write {SHAPES[shape]}")
        return default

    def text(self, name: str, default: str = "", required: bool = False) -> str:
        """A text; blank counts as missing where it is required."""
        found: str = self._get(name, str, default, required)
        if required and name in self.data and isinstance(self.data[name], str) and not found.strip():
            self.wrong(name, "is empty", "write what it should be", "GM104")
        return found

    def flag(self, name: str) -> bool:
        """true or false; absent is false."""
        return bool(self._get(name, bool, False, False))

    def number(self, name: str, default: float = 0.0, required: bool = False) -> float:
        """A finite number; the JSON's own int or float."""
        value = self.data.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            self.seen.add(name)
            if abs(value) <= _LARGEST:
                return value
            self.wrong(name, "is larger than any number can be meant", "write a plain number", "GM107")
            return default
        found: float = self._get(name, float, default, required)
        if not math.isfinite(found):
            self.wrong(name, "is not a finite number", "write a plain number")
            return default
        return found

    def whole(self, name: str, default: int = 0, required: bool = False) -> int:
        """A whole number; 3.0 is one."""
        value = self.data.get(name)
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            self.seen.add(name)
            return int(value)
        return int(self._get(name, int, default, required))

    def one_of(
        self, name: str, known: Sequence[str], default: str = "", required: bool = False, fold: bool = False
    ) -> str:
        """A text out of a list; `fold`: without regard to case, in lower case."""
        found = self.text(name, default, required)
        found = found.lower() if fold else found
        if found and found not in known:
            hint = "it is one of " + ", ".join(known)
            hint = (near(found, known) if name != "operator" else "") or hint
            self.wrong(name, f"'{found}' is not known here", hint, "GM106")
            return default
        return found

    def operator(self) -> str:
        """The operator of a condition."""
        return self.one_of("operator", OPERATORS, "==", required=True)

    def unit(self, name: str = "unit", required: bool = True) -> str:
        """A unit of time."""
        return self.one_of(name, UNITS, "days" if required else "", required)

    def items(self, name: str, read: "Callable[[Fields], T]", required: bool = False) -> tuple[T, ...]:
        """A list of objects, each read by `read`."""
        found = []
        for i, item in enumerate(self._get(name, list, [], required)):
            inner = Fields(item, (*self.path, name, i), self.report)
            if isinstance(item, dict):
                found.append(read(inner))
                inner.done()
        if required and self.data.get(name) == []:
            self.wrong(name, "is empty", "at least one is needed", "GM104")
        return tuple(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        self.seen.add(name)
        value = self.data.get(name)
        return tuple(str(item) for item in (value if isinstance(value, list) else [value] if value is not None else []))

    def inner(self, name: str, read: "Callable[[Fields], T]") -> T | None:
        """An object, or None where it is absent."""
        if not self.has(name):
            return None
        inner = Fields(self.data[name], (*self.path, name), self.report)
        if not isinstance(self.data[name], dict):
            return None
        found = read(inner)
        inner.done()
        return found

    def done(self) -> None:
        """Notes the fields that nobody asked for."""
        self.report.ignored += [(*self.path, name) for name in self.data if name not in self.seen]


def _shape(value: Any) -> str:
    return "null" if value is None else SHAPES.get(type(value), type(value).__name__)
