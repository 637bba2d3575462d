"""Quality of life: years lost to illness and to early death. No module reads it.

Disability weights are not in this package (their licence is not free); those who have a table of them give it as a
mapping from SNOMED code to weight.
"""

from collections.abc import Iterable, Mapping
from math import exp
from typing import Final

_AGE_SCALE: Final = 0.1658
_AGE_FALL: Final = 0.04


def age_weight(age: int) -> float:
    """How much a year counts at an age (Global Burden of Disease 1990-2004)."""
    return _AGE_SCALE * age * exp(-_AGE_FALL * age)


def disability(codes: Iterable[str], weights: Mapping[str, float], age: int) -> float:
    """Years lived with disability in the year of an age: the weights of active conditions, 1 at most."""
    return min(sum(weights.get(code, 0.0) for code in codes) * age_weight(age), 1.0)


def years_lost(age: int) -> float:
    """Years of life lost by a death at an age."""
    return max(6e-5 * age**3 - 0.0054 * age**2 - 0.8502 * age + 86.16, 0.0)


def adjusted(yearly: Iterable[float], died_at: int | None, lived: int) -> tuple[float, float]:
    """(DALY, QALY) of a life: disability by year, and the age at death if there was one."""
    daly = sum(yearly) + (years_lost(died_at) if died_at is not None else 0.0)
    return daly, lived - daly
