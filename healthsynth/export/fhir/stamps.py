"""Text with markers -> a function that writes it with the slots filled in, made as source code, e.g.

    def stamp(e, v, end, link):
        s0 = v.heads[1]
        s1 = numbers[e.number]
        return f'{c0}{s0}{s1}{c1}{v.patient}{c2}{v.instants[e.time]}{c3}{decimals1[e.value]}{c4}'

where c0, c1, ... are the constant stretches of JSON between the slots. Generated code is used because an f-string only
copies; `%` on a template of a kilobyte reads it all again for every instance. It is made from this package's own expressions
and never from data: what comes from modules stands in the constants.

Events that differ in a few fields alone, as the fills of a drug do, are written in a row, where everything else is put together once:

    def stamp(e, v, end, link, rows):
        k0 = f'{c0}{v.heads[18]}'
        k1 = f'{c1}{v.patient}{c2}'
        made = []
        for x0, x1 in rows:
            made.append(f'{k0}{numbers[x0]}{k1}{v.instants[x1]}{c3}')
        return made
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from sys import intern
from types import CodeType, FunctionType
from typing import Any

from healthsynth.export.fhir.slots import MARKER, Slot

# (event, values, its end or None, what it is linked to or None) -> text
Stamp = Callable[[Any, Any, Any, Any], str]
Lines = Callable[[Any, Any, Any, Any], tuple[str, ...]]
# the same and the values of the fields that differ, a tuple an event -> a text, or a tuple of lines, of each
Rows = Callable[[Any, Any, Any, Any, Any], list[Any]]
Fields = tuple[str, ...]  # those that differ, in the order of the values; "" for a value that is not needed
Parts = Sequence[tuple[str, Sequence[Slot]]]  # texts with markers, and their slots

# For each text: (number of a constant or None, the expression that follows it or "")
_Pattern = tuple[tuple[tuple[int | None, str], ...], ...]
_Pieces = list[tuple[str, str]]  # (constant or "", expression or "")
_MARKER = re.compile(MARKER)


def compile_stamp(parts: Parts, names: Mapping[str, Any]) -> Stamp:
    """The function that writes these texts, comma separated."""
    made: Stamp = _function([_joined(parts)], names, alone=True)
    return made


def compile_lines(parts: Parts, names: Mapping[str, Any]) -> Lines:
    """The function that writes these texts one by one."""
    made: Lines = _function([_pieces(*part) for part in parts], names, alone=False)
    return made


def compile_rows(parts: Parts, names: Mapping[str, Any], fields: Fields, alone: bool) -> Rows:
    """The function that writes these texts for several events; `alone`: comma separated, else one by one."""
    pieces = [_joined(parts)] if alone else [_pieces(*part) for part in parts]
    made: Rows = _function(pieces, names, alone, fields)
    return made


def _joined(parts: Parts) -> _Pieces:
    joined: _Pieces = []
    for text, slots in parts:
        joined += [(",", "")] if joined else []
        joined += _pieces(text, slots)
    return joined


def _pieces(text: str, slots: Sequence[Slot]) -> _Pieces:
    texts = _MARKER.split(text)
    pieces: _Pieces = []
    for constant, raw, inside in zip(texts[::3], [*texts[1::3], None], [*texts[2::3], None], strict=True):
        slot = raw or inside
        first, *others = slots[int(slot)].expressions if slot else ("",)
        pieces += [(constant, first), *[("", other) for other in others]]
    return pieces


def _function(parts: Sequence[_Pieces], names: Mapping[str, Any], alone: bool, fields: Fields = ()) -> Any:
    """A stamp that writes texts; `alone`: the only one as it is, else a tuple of them."""
    constants: dict[str, int] = {}
    pattern = tuple([
        tuple([
            (constants.setdefault(text, len(constants)) if text else None, expression) for text, expression in pieces
        ])
        for pieces in parts
    ])  # fmt: skip
    code, used = _code(pattern, tuple(names), alone, fields)
    return FunctionType(code, {}, "stamp", (*map(intern, constants), *[names[name] for name in used]))


@cache
def _code(pattern: _Pattern, names: tuple[str, ...], alone: bool, fields: Fields) -> tuple[CodeType, tuple[str, ...]]:
    """The code of a stamp, and which of the names it needs. Shapes that differ in their constants alone share it, and what they
    share stays in the processor's cache."""
    words = set(re.findall(r"\w+", " ".join(expression for pieces in pattern for _, expression in pieces)))
    used = tuple([name for name in names if name in words])
    constants = sorted({constant for pieces in pattern for constant, _ in pieces if constant is not None})
    arguments = ", ".join(
        ["e", "v", "end", "link", *(["rows"] if fields else []), *[f"c{n}" for n in constants], *used]
    )
    body = _of_rows(pattern, alone, fields) if fields else _of_one(pattern, alone)
    scope: dict[str, Any] = {}
    exec(f"def stamp({arguments}):\n{body}", scope)
    made: CodeType = scope["stamp"].__code__
    return made, used


def _of_one(pattern: _Pattern, alone: bool) -> str:
    """The body of a stamp for one event. What is needed more than once is looked up once."""
    texts = [_split(pieces) for pieces in pattern]
    local = _repeated(texts)
    first = "".join(f"    {name} = {expression}\n" for expression, name in local.items())
    return f"{first}    return {_result([_text(text, local) for text in texts], alone)}\n"


def _of_rows(pattern: _Pattern, alone: bool, fields: Fields) -> str:
    """The body of a stamp for events that differ in some fields."""
    values = {field: f"x{n}" for n, field in enumerate(fields) if field}
    field = re.compile(rf"\be\.({'|'.join(values)})\b")
    common: dict[str, str] = {}  # what all have in common, as text -> its name
    texts: list[list[str]] = []
    for pieces in pattern:
        text: list[str] = []
        for differs, run in groupby(_split(pieces), lambda part: field.search(part) is not None):
            if differs:
                text += [field.sub(lambda found: values[found[1]], part) for part in run]
            else:
                text.append(common.setdefault(_text(run, {}), f"k{len(common)}"))
        texts.append(text)
    local = _repeated([[part for part in text if not part.startswith("k")] for text in texts])
    targets = ", ".join([*[values.get(field, "_") for field in fields], ""])
    return "".join(
        [
            *[f"    {name} = f'{text}'\n" for text, name in common.items()],
            f"    made = []\n    for {targets} in rows:\n",
            *[f"        {name} = {expression}\n" for expression, name in local.items()],
            f"        made.append({_result([_text(text, local) for text in texts], alone)})\n    return made\n",
        ]
    )


def _split(pieces: Sequence[tuple[int | None, str]]) -> list[str]:
    """What a text is made of, in its order: names of constants, and expressions."""
    return [
        part
        for constant, expression in pieces
        for part in ("" if constant is None else f"c{constant}", expression)
        if part
    ]


def _repeated(texts: Sequence[Sequence[str]]) -> dict[str, str]:
    """Expressions that are needed more than once, each with a name."""
    counts = Counter(part for text in texts for part in text if not part.isidentifier())
    return {part: f"s{n}" for n, part in enumerate(part for part in counts if counts[part] > 1)}


def _text(parts: Iterable[str], local: Mapping[str, str]) -> str:
    return "".join([f"{{{local.get(part, part)}}}" for part in parts])


def _result(texts: Sequence[str], alone: bool) -> str:
    quoted = [f"f'{text}'" for text in texts]
    return "".join(quoted) if alone else f"({', '.join(quoted)},)"
