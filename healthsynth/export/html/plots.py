"""Curves of results over time as SVG: a band for the reference range, dots within it, diamonds outside of it.

Colour never says anything alone: what is out of range has another shape, and every plot has its values as a table.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from healthsynth.export.html import words
from healthsynth.export.html.axis import Times, round_values
from healthsynth.export.html.series import Series
from healthsynth.record.events import Result
from healthsynth.vocabulary import Range

WIDTH, HEIGHT = 320, 110
LEFT, RIGHT, TOP, BOTTOM = 32.0, 314.0, 7.0, 92.0  # of the field in which values lie
_OUTSIDE = frozenset({"L", "H", "LL", "HH", "A"})
_ROOM = 0.08  # above and below the values, as a part of their range

Y = Callable[[float], float]
Point = tuple[float, float, Range | None, str]  # x, value, reference range, flag


class Frame:
    """What all plots of a page share: the axis of time with its labels, made once."""

    __slots__ = ("svg", "times")

    def __init__(self, times: Times):
        self.times = times
        parts = []
        for tick in times.ticks(5):
            x = LEFT + tick.part * (RIGHT - LEFT)
            parts.append(f'<path class="g" d="M{x:.1f} {TOP:g}V{BOTTOM:g}"/>')
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 5}" text-anchor="{tick.anchor}">{tick.text}</text>')
        self.svg = "".join(parts)

    def x(self, at: int) -> float:
        return LEFT + self.times.part(at) * (RIGHT - LEFT)


def plot(series: Series, frame: Frame) -> Markup:
    """The SVG of one series, whose values are numbers or pairs of numbers (blood pressure)."""
    tracks = _tracks(series.results, frame)
    low, high = _limits(tracks)
    scale = (BOTTOM - TOP) / (high - low)

    def y(value: float) -> float:
        return BOTTOM - (value - low) * scale

    out = [f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(spoken(series))}">']
    for track in tracks:
        out.extend(_bands(track, y))
    out.append(frame.svg)
    for value in round_values(low, high):
        at = y(value)
        if TOP - 1 <= at <= BOTTOM + 1:
            out.append(f'<path class="g" d="M{LEFT:g} {at:.1f}H{RIGHT:g}"/>')
            out.append(f'<text x="{LEFT - 4:g}" y="{at + 3.5:.1f}" text-anchor="end">{value:g}</text>')
    for track in tracks:
        out.extend(_marks(track, y))
    out.append("</svg>")
    return Markup("".join(out))


def spoken(series: Series) -> str:
    """What the plot shows, in a sentence."""
    found, latest = series.results, series.latest
    flag = words.flag(latest)
    outside = sum(1 for result in found if words.flag(result))
    text = f"{series.name}: {len(found)} values from {words.day(found[0].time)} to {words.day(latest.time)}"
    if latest.value is not None:
        numbers = [float(result.value) for result in found if isinstance(result.value, int | float)]
        low, high = words.number(min(numbers), latest.concept), words.number(max(numbers), latest.concept)
        text += f", between {low} and {high}"
    text += f"; the latest is {words.value(latest)}{', ' + flag if flag else ''}"
    return f"{text}; {outside} out of range." if outside else f"{text}."


def _tracks(results: Sequence[Result], frame: Frame) -> list[list[Point]]:
    """One list of points, or one for each component."""
    if results[-1].value is not None:
        return [
            [(frame.x(r.time), float(r.value), r.range, r.flag) for r in results if isinstance(r.value, int | float)]
        ]
    width = len(results[-1].components)
    return [
        [(frame.x(r.time), r.components[i][1], r.components[i][2], r.components[i][3]) for r in results]
        for i in range(width)
    ]


def _limits(tracks: Sequence[Sequence[Point]]) -> tuple[float, float]:
    """The lowest and the highest value to be shown: all values, and the reference ranges."""
    values = [point[1] for track in tracks for point in track]
    for track in tracks:
        for _, _, found, _ in track:
            if found is not None:
                values += [bound for bound in (found.low, found.high) if bound is not None]
    low, high = min(values), max(values)
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    return (max(low - room, 0.0) if low >= 0 else low - room), high + room


def _bands(track: Sequence[Point], y: Y) -> Iterable[str]:
    """A rectangle for each stretch with one reference range; ranges change with age, half way between two values."""
    edges = [LEFT, *((a[0] + b[0]) / 2 for a, b in pairwise(track)), RIGHT]
    start = 0
    for index, point in enumerate(track):
        if index + 1 < len(track) and track[index + 1][2] == point[2]:
            continue
        found, left, right = point[2], edges[start], edges[index + 1]
        start = index + 1
        if found is None:
            continue
        top = TOP if found.high is None else max(y(found.high), TOP)
        bottom = BOTTOM if found.low is None else min(y(found.low), BOTTOM)
        yield f'<rect class="n" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"/>'


def _marks(track: Sequence[Point], y: Y) -> Iterable[str]:
    line = "L".join([f"{x:.1f} {y(value):.1f}" for x, value, _, _ in track])
    yield f'<path class="l" d="M{line}"/>'
    inside = "".join([f"M{x:.1f} {y(value):.1f}h0" for x, value, _, flag in track if flag not in _OUTSIDE])
    if inside:
        yield f'<path class="p" d="{inside}"/>'
    outside = "".join([f"M{x:.1f} {y(value) - 4:.1f}l4 4-4 4-4-4z" for x, value, _, flag in track if flag in _OUTSIDE])
    if outside:
        yield f'<path class="o" d="{outside}"/>'
