"""The state diagram of a module's courses: as text, or as an SVG drawn without any other program."""

from collections.abc import Iterator
from html import escape

from healthsynth.spec import ast
from healthsynth.spec.model import Course, Module, State
from healthsynth.spec.say import _Reader

BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 170, 34, 190, 74, 24


def edges(course: Course, reader: _Reader) -> Iterator[tuple[str, str, str]]:
    """(from, to, words) of every way between states."""
    for state, rules in course.states.items():
        for target, way in rules.exits.items():
            yield state, target, _short(way)
        yield from _choices(state, rules, reader)


def _short(way: ast.Exit) -> str:
    if way.kind == "rate" and isinstance(way.by, ast.Ref):
        return way.by.name.replace("_", " ")
    return {"after": "after a time", "when": "when"}[way.kind]


def _choices(state: str, rules: State, reader: _Reader) -> Iterator[tuple[str, str, str]]:
    for option in rules.choose:
        if option.shares is not None:
            number = reader.module.numbers.get(option.shares)
            for target, share in number.bands[0][3] if number is not None else ():
                yield state, target, f"{share * 100:g}%"
        else:
            target = str(option.to or option.otherwise)
            yield (
                state,
                target,
                (option.chance or ("when" if option.when is not None else "otherwise")).replace("_", " "),
            )


def text(module: Module) -> str:
    """One line for each way between states."""
    reader = _Reader(module, {})
    lines = []
    for name, course in module.course.items():
        lines.append(name)
        lines += [f"  {a} -> {b}  ({words})" for a, b, words in edges(course, reader)]
    return "\n".join(lines) or "this module has no course"


def svg(module: Module) -> str:
    """All courses, one below the other; states in columns by their distance from the start."""
    reader = _Reader(module, {})
    parts: list[str] = []
    top, width = MARGIN, 0
    for name, course in module.course.items():
        drawn, height, right = _course(name, course, reader, top)
        parts += drawn
        top += height
        width = max(width, right)
    style = (
        "<style>text{font:13px sans-serif;fill:#222}.s{fill:#eef4fb;stroke:#35618e}.t{font-weight:bold}"
        ".e{fill:none;stroke:#777;marker-end:url(#a)}.w{font-size:11px;fill:#555}</style>"
    )
    arrow = (
        '<defs><marker id="a" markerWidth="9" markerHeight="7" refX="8" refY="3.5" orient="auto">'
        '<path d="M0,0 L9,3.5 L0,7 z" fill="#777"/></marker></defs>'
    )
    size = f'width="{width + MARGIN}" height="{top + MARGIN}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}{arrow}{"".join(parts)}</svg>\n'


def _columns(course: Course, ways: list[tuple[str, str, str]]) -> dict[str, tuple[int, int]]:
    """State -> (column, row): breadth first from the first state."""
    first = course.starts.state or next(iter(course.states))
    column = {first: 0}
    queue = [first]
    for state in queue:
        for a, b, _ in ways:
            if a == state and b not in column:
                column[b] = column[a] + 1
                queue.append(b)
    for state in course.states:
        column.setdefault(state, 0)
    rows: dict[int, int] = {}
    places = {}
    for state, c in column.items():
        places[state] = (c, rows.get(c, 0))
        rows[c] = rows.get(c, 0) + 1
    return places


def _course(name: str, course: Course, reader: _Reader, top: int) -> tuple[list[str], int, int]:
    ways = list(edges(course, reader))
    places = _columns(course, ways)
    at = {state: (MARGIN + c * (BOX_W + GAP_X), top + 30 + r * (BOX_H + GAP_Y)) for state, (c, r) in places.items()}
    parts = [f'<text class="t" x="{MARGIN}" y="{top + 12}">{escape(name.replace("_", " "))}</text>']
    for i, (a, b, words) in enumerate(ways):
        parts.append(_edge(at[a], at[b], words, i))
    for state, (x, y) in at.items():
        parts.append(f'<rect class="s" rx="6" x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}"/>')
        parts.append(
            f'<text x="{x + BOX_W / 2}" y="{y + 22}" text-anchor="middle">{escape(state.replace("_", " "))}</text>'
        )
    bottom = max(y for _, y in at.values()) + BOX_H + GAP_Y
    return parts, bottom - top, max(x for x, _ in at.values()) + BOX_W


def _edge(a: tuple[int, int], b: tuple[int, int], words: str, i: int) -> str:
    """A way forward runs from the right side; a way back bends below the boxes."""
    shift = (i % 3 - 1) * 7
    x1: float
    x2: float
    y1: float
    y2: float
    if b[0] > a[0]:
        x1, y1, x2, y2 = a[0] + BOX_W, a[1] + BOX_H / 2 + shift, b[0], b[1] + BOX_H / 2 + shift
        path = f"M{x1},{y1} C{x1 + 70},{y1} {x2 - 70},{y2} {x2},{y2}"
        tx, ty = (x1 + x2) / 2, (y1 + y2) / 2 - 5
    else:
        x1, y1, x2, y2 = a[0] + BOX_W / 2 + shift, a[1] + BOX_H, b[0] + BOX_W / 2 + shift, b[1] + BOX_H
        deep = max(y1, y2) + 34 + abs(shift)
        path = f"M{x1},{y1} C{x1},{deep} {x2},{deep} {x2},{y2}"
        tx, ty = (x1 + x2) / 2, deep - 4
    return f'<path class="e" d="{path}"/><text class="w" x="{tx}" y="{ty}" text-anchor="middle">{escape(words)}</text>'
