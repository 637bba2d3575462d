"""Events in a row: alike but for a few fields, as the fills of a drug are. What they have in common is written once."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from healthsynth.export.fhir.shapes import Shape
from healthsynth.export.fhir.stamps import Fields


class Part(NamedTuple):
    """One kind of event in a row: its shape, the first of them, the fields that differ in the order of the row's values."""

    shape: Shape
    first: Any
    fields: Fields


class Row:
    """Stamps a row as a `Shape` stamps an event: first the first of each part, then the second of each, and so on.

    Args:
        parts: events without an end and a link.
        values: of the fields that differ, a tuple for each event.
    """

    __slots__ = ("_parts", "_values", "types")

    def __init__(self, parts: Sequence[Part], values: Sequence[tuple[Any, ...]]):
        self._parts, self._values = parts, values
        self.types = tuple([kind for part in parts for kind in part.shape.types]) * len(values)

    def entry(self, e: Any, v: Any, end: None, link: None) -> str:
        """As `Shape.entry` does."""
        return ",".join(chain.from_iterable(self._written(v, as_entries=True)))

    def lines(self, e: Any, v: Any, end: None, link: None) -> tuple[str, ...]:
        """As `Shape.lines` does."""
        return tuple(chain.from_iterable(chain.from_iterable(self._written(v, as_entries=False))))

    def single(self) -> list[tuple[Shape, Any]]:
        """Each event by itself, with its shape."""
        return [
            (shape, first._replace(**{field: value for field, value in zip(fields, values, strict=True) if field}))
            for values in self._values
            for shape, first, fields in self._parts
        ]

    def _written(self, v: Any, as_entries: bool) -> Any:
        parts = [
            shape.rows(fields, as_entries)(first, v, None, None, self._values) for shape, first, fields in self._parts
        ]
        return zip(*parts, strict=True)
