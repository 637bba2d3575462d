"""Local clocks to instants: the offset from UTC that a FHIR instant or a UTC column shows.

A Clock is civil time without a zone, so two nights a year are awkward.

* Autumn, the hour that comes twice: a clock in it means its first passing, so the second passing never occurs.
* Spring, the hour that does not exist: a clock in it gets the offset that makes it the moment of the change. Without
  this, 02:50 would be an instant after 03:10. Instants of clocks in whole minutes therefore never run backwards, at the
  price of an odd but legal offset (02:30 in New York becomes -04:30) for what happens in that one hour a year.

Offsets are whole minutes: FHIR has no seconds in them, and local mean times of before 1910 are rounded.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

from healthsynth.errors import UsageError
from healthsynth.units import DAY, MINUTE, Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STRETCH = 22  # bits: clocks are looked up in stretches of 2**22 seconds, 48.5 days
_LOOK = 5 * DAY  # no zone has changed its offset and changed back within this time


class _Change(NamedTuple):
    """A change of offset, in local time: up to `first` the old one holds, from `second` on the new one."""

    first: Clock
    second: Clock
    instant: int  # seconds since 1970-01-01T00:00Z
    before: int
    after: int


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        # From the pinned package, not from the machine: its rules may be older or newer, and the bytes must not differ.
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError) as error:
        raise UsageError(f"there is no time zone '{name}'") from error


def _offset_at(zone: ZoneInfo, instant: int) -> int:
    """Seconds east of UTC at an instant, rounded to minutes."""
    offset = (_EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / MINUTE) * MINUTE


@lru_cache(maxsize=1 << 13)
def _stretch(name: str, number: int) -> tuple[int, tuple[_Change, ...]]:
    """The offset at the beginning of a stretch (and a day before), and the changes in it, in order."""
    zone = _zone(name)
    start = (number << _STRETCH) - DAY
    end = (number + 1 << _STRETCH) + DAY
    first = before = _offset_at(zone, start)
    changes = []
    while start < end:
        until = min(start + _LOOK, end)
        after = _offset_at(zone, until)
        if after != before:
            instant = _find_change(zone, start, until, before)
            changes.append(_Change(instant + before, instant + after, instant, before, after))
        start, before = until, after
    return first, tuple(changes)


def _find_change(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The first instant in (low, high] at which the offset is no longer `before`, to the minute."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_at(zone, middle) == before else (low, middle)
    return high // MINUTE * MINUTE


def utc_offset(zone: str, at: Clock) -> int:
    """Seconds to take from a local clock to get UTC; whole minutes, negative in the Americas.

    Args:
        zone: an IANA name, e.g. "America/New_York".
        at: local civil time, in the years 1900 to 2100.
    Raises:
        UsageError: the zone is unknown.
    """
    offset, changes = _stretch(zone, at >> _STRETCH)
    for change in changes:
        if at < change.first:
            return change.before
        if at < change.second:
            return at // MINUTE * MINUTE - change.instant
        offset = change.after
    return offset


@lru_cache(maxsize=4096)
def _text(offset: int) -> str:
    minutes = abs(offset) // MINUTE
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def offset_text(zone: str, at: Clock) -> str:
    """The offset as FHIR writes it, e.g. "-05:00"; see `utc_offset`."""
    return _text(utc_offset(zone, at))
