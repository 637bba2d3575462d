"""Opening hours, lengths of visits, holidays and offsets from UTC."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from healthsynth.errors import UsageError
from healthsynth.people.holidays import closed_days, holidays
from healthsynth.people.hours import next_slot, typical_length
from healthsynth.people.zones import offset_text, utc_offset
from healthsynth.record.events import VISIT_KINDS
from healthsynth.units import DAY, HOUR, MINUTE, Clock, civil, clock


def at(text: str) -> Clock:
    moment = datetime.fromisoformat(text)
    return clock(moment.date(), moment.hour * HOUR + moment.minute * MINUTE + moment.second)


def said(moment: Clock) -> str:
    return f"{civil(moment)} {moment % DAY // HOUR:02d}:{moment % HOUR // MINUTE:02d}"


@pytest.mark.parametrize(
    ("kind", "asked", "draw", "start"),
    [
        # 2024-03-04 is a Monday, 2024-07-04 a Thursday and a holiday.
        ("wellness", "2024-03-04 00:00", 0.0, "2024-03-04 08:00"),
        ("wellness", "2024-03-04 00:00", 0.999, "2024-03-04 16:40"),
        ("outpatient", "2024-03-04 11:41", 0.0, "2024-03-04 13:00"),
        ("outpatient", "2024-03-04 16:40", 0.9, "2024-03-04 16:40"),
        ("outpatient", "2024-03-04 16:41", 0.0, "2024-03-05 08:00"),
        ("outpatient", "2024-03-08 17:00", 0.0, "2024-03-11 08:00"),
        ("outpatient", "2024-07-03 17:00", 0.0, "2024-07-05 08:00"),
        ("wellness", "2021-12-30 17:00", 0.0, "2022-01-03 08:00"),
        ("home", "2024-03-09 12:10", 0.0, "2024-03-09 13:00"),
        ("home", "2024-03-09 17:00", 0.0, "2024-03-11 09:00"),
        ("virtual", "2024-07-04 06:00", 0.0, "2024-07-04 07:00"),
        ("virtual", "2024-03-09 20:41", 0.0, "2024-03-11 07:00"),
        ("urgent", "2024-03-10 12:00:30", 0.5, "2024-03-10 12:01"),
        ("urgent", "2024-03-10 05:00", 0.0, "2024-03-10 08:00"),
        ("urgent", "2024-03-10 20:00", 0.5, "2024-03-11 09:30"),
        ("emergency", "2024-12-25 03:17", 0.5, "2024-12-25 03:17"),
        ("inpatient", "1969-12-31 23:59:30", 0.5, "1970-01-01 00:00"),
        ("outpatient", "1925-06-13 12:00", 0.0, "1925-06-15 08:00"),
    ],
)
def test_a_visit_starts_in_the_next_open_slot(kind: str, asked: str, draw: float, start: str):
    assert said(next_slot(kind, at(asked), draw)) == start


@pytest.mark.parametrize("kind", VISIT_KINDS)
def test_no_visit_starts_before_it_was_asked_for_and_a_slot_is_its_own_next_slot(kind: str):
    for n in range(500):
        asked = clock(date(1950, 1, 1)) + n * 4_999_961
        start = next_slot(kind, asked, n % 7 / 7)
        assert asked <= start < asked + 6 * DAY
        assert start % MINUTE == 0
        assert next_slot(kind, start, 0.0) == start


def test_planned_visits_spread_over_the_day():
    starts = {next_slot("wellness", at("2024-03-04 00:00"), n / 100) for n in range(100)}
    assert len(starts) == 24


@pytest.mark.parametrize("kind", VISIT_KINDS)
def test_lengths_are_whole_minutes_and_grow_with_the_draw(kind: str):
    lengths = [typical_length(kind, n / 1000) for n in range(1000)]
    assert lengths == sorted(lengths)
    assert lengths[0] >= 8 * MINUTE
    assert all(length % MINUTE == 0 for length in lengths)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("wellness", 30 * MINUTE, 40 * MINUTE), ("emergency", 2 * HOUR, 3.5 * HOUR), ("inpatient", 2.5 * DAY, 4 * DAY)],
)
def test_typical_lengths_are_typical(kind: str, low: float, high: float):
    assert low <= median(typical_length(kind, (n + 0.5) / 200) for n in range(200)) <= high


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (1960, "01-01 02-22 05-30 07-04 09-05 11-11 11-24 12-25"),
        (1975, "01-01 02-17 05-26 07-04 09-01 10-13 10-27 11-27 12-25"),
        (2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
    ],
)
def test_holidays_are_those_of_their_time(year: int, expected: str):
    assert " ".join(f"{day:%m-%d}" for day in holidays(year)) == expected


@pytest.mark.parametrize("day", ["2021-12-31", "2021-12-24", "2022-12-26", "2020-07-03", "2023-01-02"])
def test_a_holiday_on_a_weekend_is_kept_on_a_weekday(day: str):
    assert date.fromisoformat(day) in closed_days(int(day[:4]))


@pytest.mark.parametrize(
    ("zone", "moment", "text"),
    [
        ("America/New_York", "2024-01-15 12:00", "-05:00"),
        ("America/New_York", "2024-07-15 12:00", "-04:00"),
        ("America/New_York", "1943-01-15 12:00", "-04:00"),
        ("America/Phoenix", "2024-07-15 12:00", "-07:00"),
        ("Pacific/Honolulu", "1930-07-15 12:00", "-10:30"),
        ("America/Chicago", "2099-07-15 12:00", "-05:00"),
        ("Asia/Kolkata", "2024-07-15 12:00", "+05:30"),
        ("America/New_York", "2024-03-10 01:59", "-05:00"),
        ("America/New_York", "2024-03-10 02:30", "-04:30"),  # does not exist: the moment of the change
        ("America/New_York", "2024-03-10 03:00", "-04:00"),
        ("America/New_York", "2024-11-03 01:30", "-04:00"),  # comes twice: its first passing
        ("America/New_York", "2024-11-03 02:00", "-05:00"),
    ],
)
def test_the_offset_is_that_of_the_place_and_the_day(zone: str, moment: str, text: str):
    assert offset_text(zone, at(moment)) == text


@pytest.mark.parametrize("zone", ["America/New_York", "America/Denver", "America/Anchorage", "America/Boise"])
def test_outside_the_missing_hour_offsets_are_the_standard_librarys(zone: str):
    info = ZoneInfo(zone)
    checked = 0
    for n in range(3000):
        moment = clock(date(1911, 1, 1)) + n * 1_999_993
        local = datetime(1970, 1, 1) + timedelta(seconds=moment)
        standard = local.replace(tzinfo=info).utcoffset()
        if standard == local.replace(tzinfo=info, fold=1).utcoffset():
            assert standard is not None
            assert utc_offset(zone, moment) == standard.total_seconds()
            checked += 1
    assert checked > 2990


@pytest.mark.parametrize("day", ["2024-03-10", "2024-11-03", "1974-01-06", "1942-02-09", "1945-08-14"])
def test_instants_never_run_backwards(day: str):
    minutes = [at(day) - 6 * HOUR + n * MINUTE for n in range(36 * 60)]
    instants = [moment - utc_offset("America/New_York", moment) for moment in minutes]
    assert all(earlier <= later for earlier, later in pairwise(instants))


def test_an_unknown_zone_is_named():
    with pytest.raises(UsageError, match="Mars/Olympus"):
        utc_offset("Mars/Olympus", 0)
