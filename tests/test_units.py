"""Time: months and ages by the calendar, against the calendar of Python."""

from datetime import date, timedelta

import pytest

from healthsynth.units import DAY, add_months, age_months, age_years, civil, clock

FIRST, LAST = date(1700, 1, 1), date(2499, 10, 1)


def test_every_day_lies_in_its_month():
    """No months on: the same day, for all days that there are tables for, to the second."""
    for days in range((FIRST - date(1970, 1, 1)).days, (LAST - date(1970, 1, 1)).days, 3):
        assert add_months(days * DAY + 5, 0) == days * DAY + 5
        assert civil(add_months(days * DAY, 1)).month == civil(days * DAY).month % 12 + 1


@pytest.mark.parametrize(
    ("born", "now", "months"),
    [
        ("1990-04-11", "1990-04-11", 0),
        ("1990-04-11", "1990-05-10", 0),
        ("1990-04-11", "1990-05-11", 1),
        ("1990-04-11", "2026-04-10", 431),
        ("1990-04-11", "2026-04-11", 432),
        ("1992-02-29", "1993-02-28", 11),
        ("1992-02-29", "1993-03-01", 12),
        ("1990-04-11", "1990-04-10", -1),
        ("1990-04-11", "1989-04-11", -12),
    ],
)
def test_ages_are_counted_in_whole_months_and_years(born, now, months):
    birth, at = clock(date.fromisoformat(born), 9 * 3600), clock(date.fromisoformat(now))
    assert age_months(birth, at) == months
    assert age_years(birth, at) == months // 12


def test_ages_in_years_are_those_of_the_calendar():
    born = date(1936, 2, 29)
    for days in range(0, 40_000, 7):
        now = born + timedelta(days)
        expected = now.year - born.year - ((now.month, now.day) < (born.month, born.day))
        assert age_years(clock(born), clock(now)) == expected
