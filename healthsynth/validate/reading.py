"""Files of FHIR JSON, whatever state they are in: Bundles, single resources, lists of them, NDJSON; gzipped or not.

A file is read resource by resource. Small files are parsed whole; of big ones only a window is in memory, so that the size
of a Bundle does not matter, only that of its largest entry.
"""

import codecs
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from healthsynth.export.packing import SUFFIX, opened
from healthsynth.validate.faults import Fault

Json = dict[str, Any]
SUFFIXES = (".json", ".ndjson", ".jsonl")
_LINES = (".ndjson", ".jsonl")
_SMALL = 8 << 20  # bytes; bigger files are read through a window
_CHUNK = 1 << 20
_MOST = 512 << 20  # characters of one value; more is refused
_OURS = ("manifest.json",)  # not FHIR, but part of every output folder


class Found(NamedTuple):
    """One thing in a file: a resource, what is around the entries of a Bundle, or why it cannot be read."""

    line: int  # line of NDJSON, or entry of a Bundle, from 1; 0 for the file
    resource: Json | None = None
    entry: Json | None = None  # the Bundle.entry without its resource
    bundle: Json | None = None  # the Bundle without its entries; comes last
    fault: Fault | None = None


def files(paths: list[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The files to read, sorted, each once; and what was left out, with the reason.

    Of a folder only files with the suffixes above are taken, or with `.gz` behind them; a file that was named itself is
    always taken.
    """
    taken: dict[Path, None] = {}
    skipped: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            for each in sorted(path.rglob("*")):
                if not each.is_file() or any(part.startswith(".") for part in each.relative_to(path).parts):
                    continue  # hidden files are nobody's output
                if each.name in _OURS or _suffix(each) not in SUFFIXES:
                    skipped.append((each, "not FHIR JSON by its name"))
                else:
                    taken[each] = None
        else:
            taken[path] = None
    return list(taken), skipped


def read(path: Path) -> Iterator[Found]:
    """Everything in a file, faults of reading included. Never raises for what is in the file, nor for a missing one."""
    name = str(path)
    try:
        lines = _suffix(path) in _LINES
        with opened(path) as stream:
            content = stream.read(1 if lines else _SMALL + 1)
        if not content:
            yield _fault(name, "empty", "the file is empty")
        elif lines:
            yield from _lines(path, name)
        elif len(content) <= _SMALL:
            yield from _whole(path, name, content)
        elif _begins_with_a_line(path):
            yield from _lines(path, name)
        else:
            del content
            yield from _window(path, name)
    except OSError as problem:
        yield _fault(name, "unreadable", f"cannot be read: {problem.strerror or problem}")
    except (EOFError, zlib.error) as problem:
        yield _fault(name, "unreadable", f"is not a whole gzip file: {problem}")


def _suffix(path: Path) -> str:
    """What kind of file it is, by its name; `.gz` does not count."""
    name = path.name.lower()
    return Path(name.removesuffix(SUFFIX)).suffix


def _fault(name: str, code: str, message: str, line: int = 0) -> Found:
    return Found(line, fault=Fault(name, line, "", "file", code, "", message))


def _whole(path: Path, name: str, content: bytes) -> Iterator[Found]:
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        yield _fault(name, "empty", "the file is empty")
        return
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        if _is_lines(content):
            yield from _lines(path, name)
        elif not _is_utf8(content):
            yield _fault(name, "encoding", "is not UTF-8")
        elif not content.lstrip().startswith((b"{", b"[")):
            yield _fault(name, "not-json", "is not JSON")
        else:
            # What stands before the damage is still read.
            yield from _window(path, name, f"line {problem.lineno}, column {problem.colno}: {problem.msg}")
        return
    yield from _value(value, name)


def _is_lines(content: bytes) -> bool:
    first, _, rest = content.strip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _begins_with_a_line(path: Path) -> bool:
    """Whether the first line is a whole object: NDJSON under another name."""
    with opened(path) as stream:
        first = stream.readline(_CHUNK)
    return first.endswith(b"\n") and _is_lines(first + b"{}")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _value(value: Any, name: str) -> Iterator[Found]:
    """What a whole parsed file holds."""
    if isinstance(value, list):
        for n, each in enumerate(value):
            yield from _one(each, name, n + 1)
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
        entries = value.pop("entry", None)
        for n, entry in enumerate(entries if isinstance(entries, list) else []):
            yield _entry(entry, name, n + 1)
        if entries is not None and (not isinstance(entries, list) or not entries):
            value["entry"] = entries
        yield Found(0, bundle=value)
    else:
        yield from _one(value, name, 0)


def _one(value: Any, name: str, line: int) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield _fault(name, "not-fhir", "is JSON, but no resource", line)
    elif "resourceType" not in value:
        yield _fault(name, "not-fhir", "is JSON, but has no resourceType", line)
    elif value["resourceType"] == "Bundle" and line:
        for found in _value(value, name):  # a Bundle on a line of NDJSON
            yield found._replace(line=line)
    else:
        yield Found(line, resource=value)


def _entry(entry: Any, name: str, number: int) -> Found:
    if not isinstance(entry, dict):
        return _fault(name, "not-fhir", "the entry of a Bundle is not an object", number)
    resource = entry.pop("resource", None)
    if resource is not None and not (isinstance(resource, dict) and "resourceType" in resource):
        return _fault(name, "not-fhir", "the entry of a Bundle holds no resource", number)
    return Found(number, resource=resource, entry=entry)


def _lines(path: Path, name: str) -> Iterator[Found]:
    with opened(path) as stream:
        number = 0
        while raw := stream.readline(_MOST):
            number += 1
            raw = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            if not raw.strip():
                continue
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError as problem:
                code = "broken-json" if _is_utf8(raw) else "encoding"
                message = f"column {problem.colno}: {problem.msg}" if code == "broken-json" else "is not UTF-8"
                yield _fault(name, code, message, number)
                continue
            yield from _one(value, name, number)


class _BrokenError(Exception):
    """The text ends or goes wrong here."""


def _window(path: Path, name: str, damage: str = "") -> Iterator[Found]:
    """A file through a window; `damage` says what is already known to be wrong with it."""
    read_to = 0
    try:
        with io.TextIOWrapper(opened(path), encoding="utf-8-sig", newline="") as stream:
            window = _Window(stream.read)
            for found in _values(window, name):
                read_to = max(read_to, found.line)
                yield found
            return
    except UnicodeDecodeError:
        yield _fault(name, "encoding", f"is not UTF-8; {_kept(read_to)}")
        return
    except (_BrokenError, RecursionError) as problem:
        message = damage or str(problem) or "nested too deeply"
    yield _fault(name, "broken-json", f"{message}; {_kept(read_to)}")


def _kept(number: int) -> str:
    return f"{number} entries before it were checked" if number else "nothing before it could be checked"


def _values(window: "_Window", name: str) -> Iterator[Found]:
    first = window.peek()
    if first == "[":
        for n, value in enumerate(window.array()):
            yield from _one(value, name, n + 1)
        return
    if first != "{":
        raise _BrokenError("is not JSON")
    whole: Json = {}
    number = 0
    for key in window.object():
        if key == "entry" and window.peek() == "[" and whole.get("resourceType", "Bundle") == "Bundle":
            for entry in window.array():
                number += 1
                yield _entry(entry, name, number)
            if not number:
                whole["entry"] = []
        else:
            whole[key] = window.value()
    if window.peek(end=True):
        raise _BrokenError("more text after the end")
    if number and whole.get("resourceType") != "Bundle":
        yield _fault(name, "not-fhir", "has entries, but is not a Bundle")
    yield from [Found(0, bundle=whole)] if whole.get("resourceType") == "Bundle" else _one(whole, name, 0)


def _no_constant(name: str) -> Any:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


class _Window:
    """A stretch of JSON text that moves along; values are parsed by the standard library's scanner, in C."""

    def __init__(self, read: Any):
        self._read = read
        self._text = ""
        self._at = 0
        self._ended = False
        self._decode = json.JSONDecoder(parse_constant=_no_constant).raw_decode

    def _more(self, size: int = _CHUNK) -> bool:
        if self._ended:
            return False
        chunk = self._read(size)
        self._ended = not chunk
        self._text, self._at = self._text[self._at :] + chunk, 0
        return not self._ended

    def peek(self, end: bool = False) -> str:
        """The next character that is not white space, still to be read; "" at the end, if that is allowed."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in " \t\r\n":
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._more():
                if end:
                    return ""
                raise _BrokenError("the text ends too early")

    def take(self, expected: str) -> str:
        """Read one character out of those expected."""
        found = self.peek()
        if found not in expected:
            raise _BrokenError(f"'{found}' where one of {expected} should be")
        self._at += 1
        return found

    def value(self) -> Any:
        """The next value whole."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except ValueError as problem:
                size = len(self._text) - self._at
                # Cut off by the window's edge, or broken: more text tells. Doubling keeps the cost linear.
                if (
                    size > _MOST
                    or (size > 64 * _CHUNK and not self._near_edge(problem))
                    or not self._more(max(_CHUNK, size))
                ):
                    said = getattr(problem, "msg", str(problem))
                    raise _BrokenError(f"{said[:1].lower()}{said[1:]}") from problem
                continue
            # A number may go on behind the edge.
            if end == len(self._text) and self._more():
                continue
            self._at = end
            return value

    def _near_edge(self, problem: ValueError) -> bool:
        place = getattr(problem, "pos", len(self._text))
        return bool(place >= len(self._text) - 4096)

    def array(self) -> Iterator[Any]:
        """The values of an array, one by one."""
        self.take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return

    def object(self) -> Iterator[str]:
        """The keys of an object; the caller reads each value before the next key."""
        self.take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise _BrokenError("a key in quotes should be here")
            key = self.value()
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return
