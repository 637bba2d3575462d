"""Days and times of day as ISO 8601 writes them, made once: all formats ask for the same ones again and again."""

from datetime import date, timedelta

from healthsynth.units import MINUTE

_MOST = 1 << 13  # of each that are kept; beyond that a text is made again each time
_HOUR = 60 * MINUTE


class _Days(dict[int, str]):
    """Days since 1970-01-01 -> YYYY-MM-DD."""

    def __missing__(self, days: int) -> str:
        text = (date(1970, 1, 1) + timedelta(days=days)).isoformat()
        if len(self) < _MOST:
            self[days] = text
        return text


class _Times(dict[int, str]):
    """Seconds after midnight -> THH:MM:SS."""

    def __missing__(self, second: int) -> str:
        text = f"T{second // _HOUR:02d}:{second // MINUTE % 60:02d}:{second % MINUTE:02d}"
        if len(self) < _MOST:
            self[second] = text
        return text


DAYS = _Days()
TIMES = _Times()
