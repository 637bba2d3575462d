"""The state diagram of a module's courses: as text, or as an SVG drawn without any other program.

A state is a box that lists its ways out, a line each; an arrow leads from the line to the next state. States stand in columns by
their distance from those that people are born in, so every arrow spans one gap between columns and crosses no box. A way back to an
earlier column is an arrow that leaves to the left; its line says where to.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from healthsynth.spec import ast
from healthsynth.spec.model import Course, Module, State
from healthsynth.spec.say import Reader

MARGIN, GAP_X, GAP_Y, STUB = 28, 90, 20, 16
HEAD, LINE, PAD = 28, 18, 14  # heights of the name and of a way out; room at the left and right of a text
_NAME_PX, _WAY_PX = 8.4, 7.1  # of a letter, on average and a little more: fonts differ
_LONGEST = 60  # letters of a way out; the rest is in its title
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.t{font-size:15px;font-weight:bold}.n{font-size:13.5px;font-weight:bold}"
    ".s{fill:#f3f7fb;stroke:#35618e}.b{fill:#dce9f5;stroke:#35618e}.r{stroke:#c9d6e2}"
    ".e{fill:none;stroke:#4f6f8f;stroke-width:1.2;marker-end:url(#a)}.q{fill:#555}"
)
_ARROW = (
    '<defs><marker id="a" markerWidth="9" markerHeight="7" refX="8" refY="3.5" orient="auto">'
    '<path d="M0,0 L9,3.5 L0,7 z" fill="#4f6f8f"/></marker></defs>'
)


def edges(course: Course, reader: Reader) -> Iterator[tuple[str, str, str]]:
    """(from, to, words) of every way between states."""
    for state, rules in course.states.items():
        for target, way in rules.exits.items():
            yield state, target, _short(way, reader)
        yield from _choices(state, rules, reader)


def _short(way: ast.Exit, reader: Reader) -> str:
    if way.kind == "rate" and isinstance(way.by, ast.Ref):
        return way.by.name.replace("_", " ")
    if way.kind == "after":
        return f"after {_time(way.by, reader)}"
    return f"when {reader.condition(way.condition)}"


def _time(by: object, reader: Reader) -> str:
    """The time itself, where it is one for everybody; the name of the number otherwise."""
    if isinstance(by, ast.Ref):
        number = reader.module.numbers.get(by.name)
        return by.name.replace("_", " ") if number is None or number.banded else reader.figures(number)
    return reader.when(by)


def _choices(state: str, rules: State, reader: Reader) -> Iterator[tuple[str, str, str]]:
    for option in rules.choose:
        if option.shares is not None:
            number = reader.module.numbers.get(option.shares)
            for target, share in number.bands[0][3] if number is not None else ():
                yield state, target, f"{share * 100:g}%"
        elif option.chance is not None:
            yield state, str(option.to), option.chance.replace("_", " ")
        elif option.when is not None:
            yield state, str(option.to), f"if {reader.condition(option.when)}"
        else:
            yield state, str(option.otherwise), "otherwise"


def text(module: Module) -> str:
    """One line for each way between states."""
    reader = Reader(module, {})
    lines = []
    for name, course in module.course.items():
        lines.append(name)
        lines += [f"  {a} -> {b}  ({words})" for a, b, words in edges(course, reader)]
    return "\n".join(lines) or "this module has no course"


class _Box(NamedTuple):
    """A state on the sheet."""

    x: float
    y: float
    width: float
    column: int
    ways: list[tuple[str, str]]  # (to, words)

    @property
    def height(self) -> float:
        return HEAD + LINE * len(self.ways) + (6 if self.ways else 0)

    def way_y(self, place: int) -> float:
        return self.y + HEAD + LINE * place + 11


class Diagram(NamedTuple):
    """States (the first one leftmost if people are born in all or none) and the ways between them: (from, to, words)."""

    title: str
    born: tuple[str, ...]
    states: Sequence[str]
    ways: Sequence[tuple[str, str, str]]


def svg(module: Module) -> str:
    """All courses, one below the other."""
    reader = Reader(module, {})
    courses = module.course.items()
    return page(
        module.title,
        [Diagram(_words(name), _born(c), tuple(c.states), tuple(edges(c, reader))) for name, c in courses],
    )


def page(title: str, diagrams: Sequence[Diagram]) -> str:
    """An SVG of diagrams, one below the other."""
    parts: list[str] = []
    top, width = float(MARGIN), 320.0
    for diagram in diagrams:
        boxes = _placed(diagram, top + 34)
        parts.append(f'<text class="t" x="{MARGIN}" y="{top + 14:g}">{escape(diagram.title)}</text>')
        parts += _drawn(diagram, boxes)
        top = max(box.y + box.height for box in boxes.values()) + 2 * GAP_Y
        width = max(width, *(box.x + box.width for box in boxes.values()))
    size = f"{width + MARGIN:g} {top + MARGIN - 2 * GAP_Y:g}"
    wide, high = size.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {size}" role="img">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{_ARROW}"
        f'<rect width="{wide}" height="{high}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _born(course: Course) -> tuple[str, ...]:
    """The states that people are born in."""
    starts = course.starts
    if starts.state is not None:
        return (starts.state,)
    found = tuple(name for name in (starts.yes, starts.no) if name is not None)
    return found or tuple(course.states)


def _columns(diagram: Diagram) -> dict[str, int]:
    """State -> column: breadth first from the states of birth, or, if those are all, from the first."""
    states, born = diagram.states, diagram.born
    after: dict[str, list[str]] = {}
    for a, b, _ in diagram.ways:
        after.setdefault(a, []).append(b)
    queue = list(born) if len(born) < len(states) else [states[0]]
    column = dict.fromkeys(queue, 0)
    for state in queue:
        for b in after.get(state, ()):
            if b not in column:
                column[b] = column[state] + 1
                queue.append(b)
    return {**column, **{state: 0 for state in states if state not in column}}


def _placed(diagram: Diagram, top: float) -> dict[str, _Box]:
    """Every state with its place, column by column."""
    columns = _columns(diagram)
    boxes: dict[str, _Box] = {}
    x = float(MARGIN + STUB)
    for column in range(max(columns.values()) + 1):
        y, widest = top, 0.0
        for state in [state for state, at in columns.items() if at == column]:
            out = [(b, words) for a, b, words in diagram.ways if a == state]
            longest = max((len(_line(b, words)) for b, words in out), default=0) * _WAY_PX
            width = max(len(state) * _NAME_PX + 56, longest) + 2 * PAD
            boxes[state] = _Box(x, y, width, column, out)
            y += boxes[state].height + GAP_Y
            widest = max(widest, width)
        for state in [state for state, at in columns.items() if at == column]:
            boxes[state] = boxes[state]._replace(width=widest)
        x += widest + GAP_X
    return boxes


def _drawn(diagram: Diagram, boxes: dict[str, _Box]) -> Iterator[str]:
    born = diagram.born
    for state, box in boxes.items():
        kind = "b" if state in born else "s"
        size = f'width="{box.width:g}" height="{box.height:g}"'
        yield f'<rect class="{kind}" rx="5" x="{box.x:g}" y="{box.y:g}" {size}/>'
        yield f'<text class="n" x="{box.x + PAD:g}" y="{box.y + 19:g}">{escape(_words(state))}</text>'
        if state in born:
            yield f'<text class="q" text-anchor="end" x="{box.x + box.width - PAD:g}" y="{box.y + 19:g}">at birth</text>'
        if box.ways:
            yield f'<path class="r" d="M{box.x:g} {box.y + HEAD:g}h{box.width:g}"/>'
        for place, (target, words) in enumerate(box.ways):
            y = box.way_y(place)
            title = f"<title>{escape(words)}</title>" if len(words) > _LONGEST else ""
            yield f'<text x="{box.x + PAD:g}" y="{y + 4:g}">{title}{escape(_line(target, words))}</text>'
            yield _arrow(box, y, boxes[target])


def _line(target: str, words: str) -> str:
    """'bad colds → with a cold', shortened if need be."""
    said = words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"
    return f"{said} → {_words(target)}"


def _arrow(box: _Box, y: float, target: _Box) -> str:
    """To the next column as a curve that ends beside the name; back, or within the column, as a stub to the left."""
    if target.column <= box.column:
        return f'<path class="e" d="M{box.x:g} {y:g}h{-STUB}"/>'
    x1, x2, y2 = box.x + box.width, target.x, target.y + HEAD / 2
    half = (x2 - x1) / 2
    return f'<path class="e" d="M{x1:g} {y:g}C{x1 + half:g} {y:g} {x2 - half:g} {y2:g} {x2:g} {y2:g}"/>'


def _words(name: str) -> str:
    return name.replace("_", " ")
