"""Draws: amounts and lengths that take their numbers from the stream of the module that runs."""

from collections.abc import Callable
from math import log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from healthsynth.simulate.gmf.nodes import Amount, Length
from healthsynth.simulate.gmf.times import cut, half_up_to, length, whole
from healthsynth.spec.gmf.values import Distribution, Exact, Range
from healthsynth.units import Clock

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.state import GmfLife

_NORMAL: Final = NormalDist()
_LEAST: Final = 1e-15


# --- amounts --------------------------------------------------------------------------------------------------------
class Constant(Amount):
    """The same for everybody, always; draws nothing."""

    def __init__(self, value: float):
        self.value = value

    def at(self, life: "GmfLife") -> float:
        return self.value


class _Uniform(Amount):
    def __init__(self, low: float, high: float):
        self.low = low
        self.width = high - low

    def at(self, life: "GmfLife") -> float:
        return self.low + self.width * life.draw()


class _Gaussian(Amount):
    def __init__(self, mean: float, sd: float, low: float, high: float):
        self.mean = mean
        self.sd = sd
        self.low = low
        self.high = high

    def at(self, life: "GmfLife") -> float:
        value = self.mean + self.sd * _NORMAL.inv_cdf(max(life.draw(), _LEAST))
        if value < self.low:
            return self.low
        return self.high if value > self.high else value


class _Exponential(Amount):
    def __init__(self, mean: float, least: float):
        self.mean = mean
        self.least = least

    def at(self, life: "GmfLife") -> float:
        return self.least - self.mean * log(1.0 - life.draw())


class _Triangular(Amount):
    def __init__(self, low: float, high: float, mode: float):
        self.low = low
        self.high = high
        self.mode = mode
        self.turn = (mode - low) / (high - low) if high > low else 0.0

    def at(self, life: "GmfLife") -> float:
        u, low, high, mode = life.draw(), self.low, self.high, self.mode
        if u < self.turn:
            return low + sqrt(u * (high - low) * (mode - low))
        return high - sqrt((1 - u) * (high - low) * (high - mode))


class _Rounded(Amount):
    def __init__(self, amount: Amount, places: int):
        self.amount = amount
        self.scale = 10.0**places

    def at(self, life: "GmfLife") -> float:
        return half_up_to(self.amount.at(life), self.scale)


def sampler(given: Distribution, corrected: bool = False) -> Amount:
    """A number from a distribution.

    Args:
        corrected: an exponential has the mean that it says; Synthea's has one more, and is never below one.
    """
    made = _KINDS[given.kind](given, corrected)
    return _Rounded(made, 0) if given.round else made


def _exact(given: Distribution, corrected: bool) -> Amount:
    return Constant(float(given.value))


def _uniform(given: Distribution, corrected: bool) -> Amount:
    return _Uniform(float(given.low), float(given.high))


def _gaussian(given: Distribution, corrected: bool) -> Amount:
    low = float("-inf") if given.minimum is None else float(given.minimum)
    high = float("inf") if given.maximum is None else float(given.maximum)
    return _Gaussian(float(given.mean), float(given.sd), low, high)


def _exponential(given: Distribution, corrected: bool) -> Amount:
    return _Exponential(float(given.mean), 0.0 if corrected else 1.0)


def _triangular(given: Distribution, corrected: bool) -> Amount:
    return _Triangular(float(given.minimum or 0.0), float(given.maximum or 0.0), float(given.mode))


_KINDS: Final[dict[str, Callable[[Distribution, bool], Amount]]] = {
    "EXACT": _exact,
    "UNIFORM": _uniform,
    "GAUSSIAN": _gaussian,
    "EXPONENTIAL": _exponential,
    "TRIANGULAR": _triangular,
}


def from_range(given: Range) -> Amount:
    """Uniform on [low, high), rounded where it says so."""
    made = _Uniform(float(given.low), float(given.high))
    return made if given.decimals is None else _Rounded(made, given.decimals)


def number(given: Exact) -> float:
    """The quantity of what cannot be a text."""
    return float(given.quantity)


# --- lengths --------------------------------------------------------------------------------------------------------
class FixedLength(Length):
    """The same for everybody, always."""

    def __init__(self, seconds: Clock):
        self.seconds = seconds

    def of(self, life: "GmfLife") -> Clock:
        return self.seconds


class _Spanned(Length):
    """Uniform, cut to whole numbers of a smaller unit."""

    def __init__(self, amount: Amount, unit: str):
        self.amount = amount
        self.factor, self.smaller = cut(unit)

    def of(self, life: "GmfLife") -> Clock:
        return max(int(self.amount.at(life) * self.factor) * self.smaller, 0)


class _Whole(Length):
    """A sample that is cut to a whole number of its unit."""

    def __init__(self, amount: Amount, unit: str):
        self.amount = amount
        self.seconds = whole(unit)

    def of(self, life: "GmfLife") -> Clock:
        return max(int(self.amount.at(life)) * self.seconds, 0)


def delay(exact: Exact | None, span: Range | None, given: Distribution | None, unit: str, corrected: bool) -> Length:
    """How long a Delay is."""
    if exact is not None:
        return _fixed(exact)
    if span is not None:
        return _spanned(span)
    assert given is not None
    return _Whole(sampler(given, corrected), unit)


def _fixed(exact: Exact) -> Length:
    return FixedLength(max(length(number(exact), exact.unit), 0))


def _spanned(span: Range) -> Length:
    return _Spanned(_Uniform(float(span.low), float(span.high)), span.unit)


def duration(span: Range | None, given: Distribution | None, unit: str, corrected: bool) -> Length | None:
    """How long a Procedure is; None where it takes no time of the module."""
    if span is not None:
        return _spanned(span)
    return _Spanned(sampler(given, corrected), unit) if given is not None else None


def some_time(exact: Exact | None, span: Range | None) -> Length | None:
    """How long until a Death; None: at once."""
    if exact is not None:
        return _fixed(exact)
    return _spanned(span) if span is not None else None
