"""Random numbers of one person by purpose and count: the same whenever, and however often, they are asked for.

What the cast draws every week (vital signs above all) is read a few times a year. A number that is a function of the
person, the purpose and the week costs nothing until somebody looks, and nobody's looking moves another number.
"""

from functools import cache
from statistics import NormalDist
from typing import Final

from healthsynth.randomness import key

_MASK: Final = (1 << 64) - 1
_STEP: Final = 0x9E3779B97F4A7C15
_NORMAL: Final = NormalDist()


@cache
def _purpose(name: str) -> int:
    return key(0, "cast", name) & _MASK


class Draws:
    """Counted draws of one person.

    Args:
        seed, number, attempt: the run and the life, as for `randomness.stream`.
    Source: the mixing is splitmix64 (Steele, Lea, Flood 2014).
    """

    __slots__ = ("_first", "_own")

    def __init__(self, seed: int, number: int, attempt: int):
        self._own = key(seed, number, attempt, "cast") & _MASK
        self._first: dict[str, float] = {}  # what is drawn once in a life is asked for again and again

    def uniform(self, purpose: str, n: int = 0) -> float:
        """Uniform in [0, 1); `n` counts the draws of a purpose and may be negative."""
        if n != 0:
            return self._drawn(purpose, n)
        found = self._first.get(purpose)
        if found is None:
            found = self._first[purpose] = self._drawn(purpose, 0)
        return found

    def _drawn(self, purpose: str, n: int) -> float:
        z = ((self._own ^ _purpose(purpose)) + n * _STEP) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53

    def between(self, low: float, high: float, purpose: str, n: int = 0) -> float:
        """Uniform in [low, high)."""
        return low + (high - low) * self.uniform(purpose, n)

    def normal(self, purpose: str, n: int = 0) -> float:
        """Standard normal, by inversion."""
        return _NORMAL.inv_cdf(max(self.uniform(purpose, n), 1e-15))
