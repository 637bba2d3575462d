"""Ages and dates as clocks: whoever asks whether somebody is 18 compares two numbers."""

from bisect import bisect_right
from datetime import date

from healthsynth.units import DAY, Clock, civil, clock


def turns(birth: Clock, months: int) -> Clock:
    """The beginning of the day on which somebody is so many whole months old: dates alone count, not the hour of birth."""
    born = civil(birth)
    count = born.year * 12 + born.month - 1 + months
    year, month = divmod(count, 12)
    try:
        return clock(date(year, month + 1, born.day))
    except ValueError:  # the 31st, or 29 February: the day after the month's last
        year, month = divmod(count + 1, 12)
        return clock(date(year, month + 1, 1))


class AgeTable:
    """The birthdays of one person, each worked out when first asked for."""

    __slots__ = ("_birth", "_birthdays", "_turns")

    def __init__(self, birth: Clock):
        self._birth = birth
        self._turns: dict[int, Clock] = {}
        self._birthdays: list[Clock] = [birth // DAY * DAY]

    def at(self, months: int) -> Clock:
        """When somebody is so many months old."""
        found = self._turns.get(months)
        if found is None:
            found = self._turns[months] = turns(self._birth, months) if months > 0 else -(1 << 60)
        return found

    def years(self, now: Clock) -> int:
        """Completed years; 0 before birth."""
        birthdays = self._birthdays
        while birthdays[-1] <= now:
            birthdays.append(self.at(12 * len(birthdays)))
        return max(bisect_right(birthdays, now) - 1, 0)
