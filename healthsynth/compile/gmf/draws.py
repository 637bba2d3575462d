"""Draws: a sampler is a function of a life, and takes its numbers from the stream of the module that runs."""

from collections.abc import Callable
from math import log, sqrt
from statistics import NormalDist
from typing import Any

from healthsynth.compile.gmf.times import half_up, length, whole_length
from healthsynth.spec.gmf.values import Distribution, Exact, Range
from healthsynth.units import Clock

Life = Any  # simulate/gmf/state.GmfLife: this layer only needs its `draw`
Sampler = Callable[[Life], float]
Length = Callable[[Life], Clock]
_NORMAL = NormalDist()
_LEAST = 1e-15


def sampler(given: Distribution, corrected: bool = False) -> Sampler:
    """A number from a distribution.

    Args:
        corrected: an exponential has the mean that it says; Synthea's has one more, and is never below one.
    """
    made = _KINDS[given.kind](given, corrected)
    if not given.round:
        return made
    return lambda life: half_up(made(life))


def _exact(given: Distribution, corrected: bool) -> Sampler:
    value = given.value
    return lambda life: value


def _uniform(given: Distribution, corrected: bool) -> Sampler:
    return _between(given.low, given.high)


def _between(low: float, high: float) -> Sampler:
    width = high - low

    def draw(life: Life) -> float:
        return low + width * float(life.draw())

    return draw


def _gaussian(given: Distribution, corrected: bool) -> Sampler:
    mean, sd, low, high = given.mean, given.sd, given.minimum, given.maximum

    def draw(life: Life) -> float:
        value = mean + sd * _NORMAL.inv_cdf(max(life.draw(), _LEAST))
        if low is not None and value < low:
            return low
        return high if high is not None and value > high else value

    return draw


def _exponential(given: Distribution, corrected: bool) -> Sampler:
    mean, least = given.mean, 0.0 if corrected else 1.0
    return lambda life: least - mean * log(1.0 - life.draw())


def _triangular(given: Distribution, corrected: bool) -> Sampler:
    low, high, mode = given.minimum or 0.0, given.maximum or 0.0, given.mode
    turn = (mode - low) / (high - low) if high > low else 0.0

    def draw(life: Life) -> float:
        u = life.draw()
        if u < turn:
            return low + sqrt(u * (high - low) * (mode - low))
        return high - sqrt((1 - u) * (high - low) * (high - mode))

    return draw


_KINDS = {
    "EXACT": _exact,
    "UNIFORM": _uniform,
    "GAUSSIAN": _gaussian,
    "EXPONENTIAL": _exponential,
    "TRIANGULAR": _triangular,
}


def from_range(given: Range) -> Sampler:
    """Uniform on [low, high), rounded where it says so."""
    made, places = _between(given.low, given.high), given.decimals
    if places is None:
        return made
    return lambda life: half_up(made(life), places)


def number(given: Exact) -> float:
    """The quantity of what cannot be a text."""
    return float(given.quantity)


def delay(exact: Exact | None, span: Range | None, given: Distribution | None, unit: str, corrected: bool) -> Length:
    """How long a Delay is: never negative."""
    if exact is not None:
        fixed = max(length(number(exact), exact.unit), 0)
        return lambda life: fixed
    if span is not None:
        return _spanned(span)
    assert given is not None
    sample = sampler(given, corrected)
    return lambda life: max(whole_length(sample(life), unit), 0)


def _spanned(span: Range) -> Length:
    sample, unit = _between(span.low, span.high), span.unit
    return lambda life: max(length(sample(life), unit), 0)


def duration(span: Range | None, given: Distribution | None, unit: str, corrected: bool) -> Length | None:
    """How long a Procedure is; None where it takes no time of the module."""
    if span is not None:
        return _spanned(span)
    if given is None:
        return None
    sample = sampler(given, corrected)
    return lambda life: max(length(sample(life), unit), 0)


def some_time(exact: Exact | None, span: Range | None) -> Length | None:
    """How long until a Death; None: at once."""
    if exact is not None:
        fixed = max(length(number(exact), exact.unit), 0)
        return lambda life: fixed
    return _spanned(span) if span is not None else None
