"""Formats by name: those that are built in and those that other packages register."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from healthsynth.errors import HealthsynthError, UsageError, near
from healthsynth.export.formats import BUILT_IN

GROUP = "healthsynth.exporters"


def names() -> list[str]:
    """Every format there is, in alphabetical order."""
    return sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})


def maker(name: str) -> Callable[..., Any]:
    """The function `(settings, program) -> Exporter` of a format.

    Raises:
        UsageError: there is no such format; near names are offered.
        HealthsynthError: it is installed but cannot be imported; the cause is chained.
    """
    if name in BUILT_IN:
        return _load(EntryPoint(name, BUILT_IN[name], GROUP))
    for point in entry_points(group=GROUP):
        if point.name == name:
            return _load(point)
    known = names()
    raise UsageError(f"there is no format '{name}' ({', '.join(known)}). {near(name, known)}".strip())


def _load(point: EntryPoint) -> Callable[..., Any]:
    try:
        found = getattr(import_module(point.module), point.attr)
    except (ImportError, AttributeError) as error:
        raise HealthsynthError(f"the format '{point.name}' is installed but broken: {error}") from error
    if not callable(found):
        raise HealthsynthError(f"the format '{point.name}' is installed but broken: {point.value} is no function")
    made: Callable[..., Any] = found
    return made
