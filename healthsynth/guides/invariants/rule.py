"""A constraint as a predicate, under the key that FHIR gives it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from healthsynth.guides.findings import ERROR

UCUM = "http://unitsofmeasure.org"


class Rule(NamedTuple):
    """A constraint: `holds(value, root)` is false where it is broken; root is the whole resource.

    The predicates see resources of any quality: they must not raise whatever JSON stands there.
    """

    key: str
    message: str
    holds: Callable[[Any, Any], bool]
    severity: str = ERROR


def not_after(start: Any, end: Any) -> bool:
    """start <= end for dates and times of any precision; true where it cannot be told."""
    if not isinstance(start, str) or not isinstance(end, str):
        return True
    if start[19:] == end[19:] and len(start) == len(end):
        return start <= end
    if len(start) >= 19 and len(end) >= 19:
        try:
            return datetime.fromisoformat(start) <= datetime.fromisoformat(end)
        except (ValueError, TypeError):
            return True
    size = min(len(start), len(end), 10)
    return start[:size] <= end[:size]


def number(value: Any) -> float | None:
    """A JSON number, not a boolean."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def any_of(*names: str) -> Callable[[Any, Any], bool]:
    """At least one of the elements is there."""
    return lambda value, root: any(name in value for name in names)


def not_both(first: str, second: str) -> Callable[[Any, Any], bool]:
    """The two elements exclude each other."""
    return lambda value, root: not (first in value and second in value)


def needs(first: str, second: str) -> Callable[[Any, Any], bool]:
    """Where the first element is, the second is too."""
    return lambda value, root: first not in value or second in value


def at_least_zero(name: str) -> Callable[[Any, Any], bool]:
    return lambda value, root: (number(value.get(name)) or 0) >= 0
