"""YAML in, plain data and the place of every value out.

Every scalar stays the text that the author wrote: what it means is decided by the field it stands in. Anchors, aliases,
tags, duplicate keys and absurd depth or size are refused, so a file cannot surprise its reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from healthsynth.errors import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
Path_ = tuple[str | int, ...]

try:
    _Loader: Any = yaml.CSafeLoader  # ten times faster; the same events and marks
except AttributeError:  # pragma: no cover - libyaml is in every wheel of PyYAML
    _Loader = yaml.SafeLoader


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its data (dicts, lists, texts) and, by path, where each value and key begins (line, column; 1-based)."""

    file: str
    text: str
    data: Any
    values: dict[Path_, tuple[int, int]]
    keys: dict[Path_, tuple[int, int]]

    def place(self, path: Path_) -> tuple[int, int]:
        """Where the value at `path` begins (its key, if it begins on a later line); the nearest enclosing thing if absent."""
        while path:
            value, key = self.values.get(path), self.keys.get(path)
            if value and key:
                return value if value[0] == key[0] else key
            if value or key:
                return value or key or (1, 1)
            path = path[:-1]
        return 1, 1

    def problem(self, path: Path_, code: str, message: str, hint: str = "", shift: int = 0) -> Problem:
        """A Problem at a path; `shift` characters into the text that stands there."""
        line, column = self.place(path)
        return Problem(self.file, line, column + shift, code, message, hint)


class _RefusedError(Exception):
    def __init__(self, mark: Any, code: str, message: str, hint: str = ""):
        self.mark, self.code, self.message, self.hint = mark, code, message, hint

    def problem(self, file: str) -> Problem:
        return Problem(file, self.mark.line + 1, self.mark.column + 1, self.code, self.message, self.hint)


def read(file: str | Path, text: str | None = None) -> tuple[Source | None, list[Problem]]:
    """Read one YAML file.

    Returns:
        The source, or None with the problem (code HS101 not YAML, HS102 refused construct, HS103 duplicate key).
    """
    name = str(file)
    if text is None:
        try:
            raw = Path(file).read_bytes()
            text = raw.decode("utf-8")
        except OSError as error:
            return None, [Problem(name, 1, 1, "HS101", f"cannot be read: {error.strerror}", "check the path")]
        except UnicodeDecodeError as error:
            return None, [Problem(name, 1, 1, "HS101", f"is not UTF-8 (byte {error.start})", "save it as UTF-8")]
    if len(text) > MAX_BYTES:
        return None, [Problem(name, 1, 1, "HS102", "is larger than 1 MB", "a module has under 400 lines")]
    values: dict[Path_, tuple[int, int]] = {}
    keys: dict[Path_, tuple[int, int]] = {}
    try:
        events = yaml.parse(text, Loader=_Loader)
        for event in events:
            if not isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
                data = _build(event, events, (), values, keys)
                break
        else:
            data = None
        if any(isinstance(event, yaml.DocumentStartEvent) for event in events):
            return None, [Problem(name, 1, 1, "HS102", "holds more than one document", "one module a file")]
    except _RefusedError as refused:
        return None, [refused.problem(name)]
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark
        line, column = (where.line + 1, where.column + 1) if where else (1, 1)
        hint = "texts with ': ' or that begin with a special sign need quotes; indent with spaces"
        return None, [Problem(name, line, column, "HS101", f"is not YAML: {error.problem}", hint)]
    except yaml.YAMLError as error:
        return None, [Problem(name, 1, 1, "HS101", f"is not YAML: {error}".splitlines()[0], "")]
    if not isinstance(data, dict):
        return None, [Problem(name, 1, 1, "HS101", "holds no keys", "start from `healthsynth module new`")]
    return Source(name, text, data, values, keys), []


def _build(event: Any, events: Iterator[Any], path: Path_, values: Any, keys: Any) -> Any:
    mark = event.start_mark
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _RefusedError(mark, "HS102", "uses an anchor or alias", "write the value out where it is used")
    if getattr(event, "tag", None):
        raise _RefusedError(mark, "HS102", f"uses the tag {event.tag}", "leave the tag away")
    if len(path) > MAX_DEPTH:
        raise _RefusedError(mark, "HS102", "is nested too deeply", "")
    values[path] = (mark.line + 1, mark.column + 1)
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Any] = []
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                return items
            items.append(_build(inner, events, (*path, len(items)), values, keys))
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, path, values, keys)
    if isinstance(event, (yaml.DocumentEndEvent, yaml.StreamEndEvent)):
        return None
    raise _RefusedError(mark, "HS101", "is not YAML", "")  # pragma: no cover - the parser gives no other event


def _mapping(events: Iterator[Any], path: Path_, values: Any, keys: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            break
        if isinstance(key, yaml.AliasEvent) or getattr(key, "anchor", None):
            raise _RefusedError(
                key.start_mark, "HS102", "uses an anchor or alias", "write the value out where it is used"
            )
        if not isinstance(key, yaml.ScalarEvent):
            raise _RefusedError(key.start_mark, "HS101", "has a key that is not a word", "")
        if key.value == "<<":
            raise _RefusedError(key.start_mark, "HS102", "uses a merge key", "write the keys out")
        if key.value in found:
            raise _RefusedError(key.start_mark, "HS103", f"has the key '{key.value}' twice", "join the two")
        here = (*path, key.value)
        mark: Any = key.start_mark
        keys[here] = (mark.line + 1, mark.column + 1)
        found[key.value] = _build(next(events), events, here, values, keys)
    return found
