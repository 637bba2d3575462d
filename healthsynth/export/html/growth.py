"""Growth charts: a child's measures over the percentiles of the CDC charts of 2000.

| chart | ages | measures |
|---|---|---|
| infant | birth to 24 months | length, weight, head circumference |
| child | 2 to 20 years | stature, weight, body mass index |
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

from markupsafe import Markup, escape

from healthsynth.export.html import words
from healthsynth.export.html.axis import round_values
from healthsynth.export.html.series import Series
from healthsynth.people.growth import at_rank, lms
from healthsynth.people.person import Person
from healthsynth.record.events import Result
from healthsynth.units import MONTH, Clock

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 390.0, 8.0, 278.0
_PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
_LABELLED = frozenset({5, 50, 95})
_NORMAL = NormalDist()
_ENDS = (84, 144, 240)  # months at which the chart of children may end
_EXTENDED = 95  # the BMI chart of 2000 is not meant to rank above this


class Chart(NamedTuple):
    """One chart of the CDC: what it is called, and the ages in months that it is for."""

    concept: str
    measure: str
    title: str
    low: int
    high: int


CHARTS = (
    Chart("height", "length_cm", "Length for age", 0, 24),
    Chart("weight", "weight_kg", "Weight for age", 0, 24),
    Chart("head_circumference", "head_circumference_cm", "Head circumference for age", 0, 24),
    Chart("height", "height_cm", "Stature for age", 24, 240),
    Chart("weight", "weight_kg", "Weight for age", 24, 240),
    Chart("bmi", "bmi", "Body mass index for age", 24, 240),
)


class Measured(NamedTuple):
    """One point: when, at which age in months, the value and its percentile in words."""

    time: Clock
    months: float
    value: float
    percentile: str


class GrowthPlot(NamedTuple):
    """A chart with a child's points, ready for the template."""

    title: str
    unit: str
    svg: Markup
    latest: str
    percentile: str
    rows: list[tuple[str, str, str, str]]  # day, age, value, percentile; the latest first


def growth(person: Person, series: Sequence[Series], until: Clock) -> list[GrowthPlot]:
    """The charts that have a point of this child; the chart of the present age comes first."""
    by_name = {found.concept.name: found for found in series}
    made = []
    for whole in CHARTS:
        chart = _short(whole, (until - person.birth) / MONTH)
        found = by_name.get(chart.concept)
        points = _points(person, chart, found.results) if found else []
        if found and points:
            made.append((chart, _plot(person, chart, found, points)))
    made.sort(key=lambda pair: -pair[0].low)
    return [plot for _, plot in made]


def _short(chart: Chart, months: float) -> Chart:
    """A chart of children that ends not long after the child's age, so that the points do not crowd in a corner."""
    if chart.low == 0:
        return chart
    return chart._replace(high=next((end for end in _ENDS if months < end), chart.high))


def percentile(measure: str, sex: str, months: float, value: float) -> str:
    """'37', or '<1', '>99'; '>95' for the body mass index, since the chart ranks no higher."""
    power, median, spread = lms(measure, sex, months)
    z = ((value / median) ** power - 1) / (power * spread)
    found = _NORMAL.cdf(z) * 100
    highest = _EXTENDED if measure == "bmi" else 99
    if found > highest:
        return f">{highest}"
    return "<1" if found < 1 else f"{found:.0f}"


def _points(person: Person, chart: Chart, results: Sequence[Result]) -> list[Measured]:
    found = []
    for result in results:
        months = (result.time - person.birth) / MONTH
        if chart.low <= months <= chart.high and isinstance(result.value, int | float):
            value = float(result.value)
            rank = percentile(chart.measure, person.sex, months, value)
            found.append(Measured(result.time, months, value, rank))
    return found


def _plot(person: Person, chart: Chart, series: Series, points: list[Measured]) -> GrowthPlot:
    low, high = _limits(chart, person.sex)
    values = [point.value for point in points]
    low, high = min(low, min(values)), max(high, max(values))
    scale = (_BOTTOM - _TOP) / (high - low)
    dots = [(_x(chart, point.months), _BOTTOM - (point.value - low) * scale) for point in points]
    latest = points[-1]
    text = words.with_unit(words.number(latest.value, series.concept), series.concept)
    said = (
        f"{chart.title}: {len(points)} values over the percentiles of the CDC; the latest is {text} at "
        f"{words.age(person.birth, latest.time)}, percentile {latest.percentile}."
    )
    line = "L".join([f"{x:.1f} {y:.1f}" for x, y in dots])
    marks = "".join([f"M{x:.1f} {y:.1f}h0" for x, y in dots])
    svg = (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said)}">'
        f'{_background(chart, person.sex, low, high)}<path class="l" d="M{line}"/><path class="p" d="{marks}"/></svg>'
    )
    rows = [
        (
            words.day(point.time),
            words.age(person.birth, point.time),
            words.number(point.value, series.concept),
            point.percentile,
        )
        for point in reversed(points)
    ]
    ages = "birth to 24 months" if chart.low == 0 else f"2 to {chart.high // 12} years"
    return GrowthPlot(f"{chart.title}, {ages}", words.unit(series.concept), Markup(svg), text, latest.percentile, rows)


def _x(chart: Chart, months: float) -> float:
    return _LEFT + (months - chart.low) / (chart.high - chart.low) * (_RIGHT - _LEFT)


@lru_cache(maxsize=64)
def _limits(chart: Chart, sex: str) -> tuple[float, float]:
    """Values that hold all percentiles, with a little room."""
    ages = range(chart.low, chart.high + 1)
    low = min(at_rank(lms(chart.measure, sex, months), _NORMAL.inv_cdf(0.05)) for months in ages)
    high = max(at_rank(lms(chart.measure, sex, months), _NORMAL.inv_cdf(0.95)) for months in ages)
    return low - 0.08 * (high - low), high + 0.05 * (high - low)


@lru_cache(maxsize=256)
def _background(chart: Chart, sex: str, low: float, high: float) -> str:
    """Grid, percentile curves and labels; most children share them."""
    scale = (_BOTTOM - _TOP) / (high - low)
    out = []
    for value in round_values(low, high, 8):
        y = _BOTTOM - (value - low) * scale
        out.append(f'<path class="g" d="M{_LEFT:g} {y:.1f}H{_RIGHT:g}"/>')
        out.append(f'<text x="{_LEFT - 4:g}" y="{y + 3.5:.1f}" text-anchor="end">{value:g}</text>')
    for months in range(chart.low, chart.high + 1, 3 if chart.low == 0 else 12 if chart.high <= 144 else 24):
        x = _x(chart, months)
        text = f"{months} mo" if chart.low == 0 else f"{months // 12} y"
        out.append(f'<path class="g" d="M{x:.1f} {_TOP:g}V{_BOTTOM:g}"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{text}</text>')
    step = 1 if chart.low == 0 else 6
    for percent in _PERCENTILES:
        z = _NORMAL.inv_cdf(percent / 100)
        points = [
            (_x(chart, months), _BOTTOM - (at_rank(lms(chart.measure, sex, months), z) - low) * scale)
            for months in range(chart.low, chart.high + 1, step)
        ]
        line = "L".join([f"{x:.1f} {y:.1f}" for x, y in points])
        out.append(f'<path class="{"m" if percent == 50 else "c"}" d="M{line}"/>')
        if percent in _LABELLED:
            out.append(f'<text x="{_RIGHT + 4:g}" y="{points[-1][1] + 3.5:.1f}">{percent}%</text>')
    return "".join(out)
