"""Values that a module gives an observation and that no human being has."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.codings import letter
from healthsynth.spec.gmf.places import JsonPath
from healthsynth.spec.gmf.values import Exact, Range


class Limits(Protocol):
    """What a quantity can be in a human being, in a unit of UCUM."""

    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def observations(state: s.State) -> Iterator[tuple[JsonPath, s.Observed]]:
    """What a state observes, with the path of each."""
    path: JsonPath = ("states", state.name)
    if isinstance(state, s.Observation):
        yield path, state.observed
    elif isinstance(state, (s.MultiObservation, s.DiagnosticReport)):
        yield from (((*path, "observations", i), one) for i, one in enumerate(state.observations))


def impossible(observed: s.Observed, limits: Mapping[str, Limits]) -> Range | Exact | None:
    """The value of an observation that reaches beyond the limits; None for others, and for one in another unit.

    Args:
        limits: by LOINC code.
    """
    found, value = _limits(observed, limits), observed.range or observed.exact
    if found is None or value is None or (observed.unit or value.unit) != found.unit:
        return None
    low, high = (value.low, value.high) if isinstance(value, Range) else (value.quantity, value.quantity)
    if isinstance(low, str) or isinstance(high, str):
        return None
    return None if found.low <= low and high <= found.high else value


def cut(observed: s.Observed, limits: Mapping[str, Limits]) -> s.Observed:
    """The observation with its range cut off at the limits; as it was where nothing would be left, or it has no range."""
    found, value = _limits(observed, limits), impossible(observed, limits)
    if found is None or not isinstance(value, Range):
        return observed
    low, high = max(value.low, found.low), min(value.high, found.high)
    return replace(observed, range=replace(value, low=low, high=high)) if low < high else observed


def _limits(observed: s.Observed, limits: Mapping[str, Limits]) -> Limits | None:
    return next(
        (limits[code.code] for code in observed.codes if letter(code.system) == "L" and code.code in limits), None
    )
