"""Where in a JSON text something stands: looked for only when there is something to say about it."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

JsonPath = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^\s,\]}]*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def spelled(path: JsonPath) -> str:
    """`states.Delay.exact`, `states["Is it?"].codes[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.match(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text or "$"


def places(text: str) -> dict[JsonPath, int]:
    """The offset of every value (of its key, inside an object) of a JSON text that can be parsed."""
    found: dict[JsonPath, int] = {(): 0}
    _value(text, _skip(text, 0), (), found)
    return found


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """1-based."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int, path: JsonPath, found: dict[JsonPath, int]) -> int:
    first = text[at]
    if first == "{":
        return _object(text, at, path, found)
    if first == "[":
        return _array(text, at, path, found)
    if first == '"':
        return int(scanstring(text, at + 1)[1])
    match = _SCALAR.match(text, at)
    return match.end() if match else at


def _object(text: str, at: int, path: JsonPath, found: dict[JsonPath, int]) -> int:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1)
        here = (*path, key)
        found[here] = at
        at = _skip(text, _value(text, _skip(text, _skip(text, end) + 1), here, found))
        if text[at] == ",":
            at = _skip(text, at + 1)
    return at + 1


def _array(text: str, at: int, path: JsonPath, found: dict[JsonPath, int]) -> int:
    at, i = _skip(text, at + 1), 0
    while text[at] != "]":
        here = (*path, i)
        found[here] = at
        at = _skip(text, _value(text, at, here, found))
        if text[at] == ",":
            at = _skip(text, at + 1)
        i += 1
    return at + 1
