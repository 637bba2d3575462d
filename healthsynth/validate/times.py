"""FHIR dates and times as seconds, for comparing them."""

from calendar import monthrange
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

_DAY = 86400


class Span(NamedTuple):
    """What a date may mean: a year is a span of a year. Seconds since 1970, UTC; dates without a zone are widened by a day's zones.

    `day` is the local calendar day as written, with "" for what is less precise.
    """

    first: float
    last: float
    day: str


@lru_cache(maxsize=1 << 15)
def span(text: str) -> Span | None:
    """The span of a FHIR date, dateTime or instant; None where it is none (which `guides` reports)."""
    try:
        if len(text) > 10:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                return None
            seconds = at.timestamp()
            return Span(seconds, seconds + (1 if "." not in text else 0), text[:10])
        parts = [int(part) for part in text.split("-")]
        year, month, day = (*parts, 0, 0)[:3] if len(parts) <= 3 else (0, 0, 0)
        first = datetime(year, month or 1, day or 1, tzinfo=UTC)
        last = datetime(year, month or 12, day or monthrange(year, month or 12)[1], tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    # The day begins at UTC+14 and ends at UTC-12.
    return Span(first.timestamp() - 14 * 3600, last.timestamp() + _DAY + 12 * 3600, text if day else "")


def surely_before(one: Span, other: Span) -> bool:
    """Whether all of one span is before all of the other. Between days as written no zone matters."""
    if one.day and other.day and (one.last - one.first > 2 or other.last - other.first > 2):
        return one.day < other.day
    return one.last <= other.first and one.first < other.first
