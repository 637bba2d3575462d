"""One reading of a measure: the true value, the noise of the method, inside the limits, rounded."""

from statistics import NormalDist
from typing import Final

from healthsynth.randomness import key, mixed
from healthsynth.simulate.measures import BoundMeasure
from healthsynth.simulate.nodes import Amount
from healthsynth.simulate.patient import Patient, Reading
from healthsynth.spec import ast

# A standard normal by table: 14 random bits choose one of 16,384 equally likely quantiles (|z| < 4.01). What is read
# is rounded afterwards, so the steps cannot be seen; `Random.gauss` costs four times as much.
_BITS: Final = 14
_NORMALS: Final = [NormalDist().inv_cdf((i + 0.5) / 2**_BITS) for i in range(2**_BITS)]


class _Exact(Reading):
    def __init__(self, value: Amount, low: float, high: float, decimals: int):
        self.value = value
        self.low = low
        self.high = high
        self.decimals = decimals

    def read(self, p: Patient) -> float:
        return round(min(max(self.value.at(p), self.low), self.high), self.decimals)


class _Noisy(Reading):
    """The noise is a function of the visit (`Patient.noise`) and of the measure: not to read one moves no other."""

    def __init__(self, name: str, value: Amount, noise: ast.Noise, low: float, high: float, decimals: int):
        self.value = value
        self.sd = float(noise.sd)
        self.percent = bool(noise.percent)
        self.low = low
        self.high = high
        self.decimals = decimals
        self.own = key(0, "noise of", name) >> 64

    def read(self, p: Patient) -> float:
        found = self.value.at(p)
        spread = found * self.sd / 100 if self.percent else self.sd
        found += spread * _NORMALS[mixed(p.noise, self.own) >> 64 - _BITS]
        return round(self.low if found < self.low else self.high if found > self.high else found, self.decimals)


def bind_reading(measure: BoundMeasure, decimals: int) -> Reading:
    """One reading of a measure: the true value, the noise of the method, inside the limits, rounded."""
    low, high = measure.limits if measure.limits is not None else (-1e18, 1e18)
    if measure.noise is None:
        return _Exact(measure.node, float(low), float(high), decimals)
    return _Noisy(measure.name, measure.node, measure.noise, float(low), float(high), decimals)
