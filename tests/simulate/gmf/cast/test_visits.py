"""When people see a doctor of themselves, and which vaccines they get there."""

from collections import defaultdict
from datetime import date

import pytest

from healthsynth.simulate.gmf.cast import covid, immunising, visits
from healthsynth.simulate.gmf.cast.ages import age_months, on_grid
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, WEEK, YEAR, birthday, civil, clock

BIRTH = clock(date(1990, 4, 11), 9 * 3600)


def check_ups(until: int, chronic: bool = False, since: int | None = None) -> list[int]:
    """Days since `since` (birth) of the check-ups of a life without other visits."""
    last, at, found = None, BIRTH if since is None else since, []
    start = at
    while at <= start + until * DAY:
        if last is None or at - last >= visits.interval(age_months(BIRTH, at), chronic):
            found.append((at - start) // DAY)
            last = at
        at += WEEK
    return found


def test_an_infant_is_seen_on_the_days_of_the_description() -> None:
    assert check_ups(707) == [0, 35, 98, 161, 252, 343, 434, 525, 707]


def test_a_young_adult_is_seen_every_third_year() -> None:
    at_25 = on_grid(BIRTH, birthday(BIRTH, 25))
    assert check_ups(2200, since=at_25) == [0, 1099, 2198]
    assert check_ups(1200, chronic=True, since=at_25) == [0, 371, 742, 1113]


@pytest.mark.parametrize("chronic", [False, True])
@pytest.mark.parametrize("first", [0, 100, 700, 7000, 13_000, 16_500])
def test_the_next_check_up_is_the_first_week_at_which_one_is_due(first: int, chronic: bool) -> None:
    last = BIRTH + first // 7 * WEEK
    for now in (last, last + 10 * WEEK, last + 120 * WEEK):
        at = now
        while at - last < visits.interval(age_months(BIRTH, at), chronic):
            at += WEEK
        assert visits.next_check_up(BIRTH, last, now, chronic) == at


@pytest.mark.parametrize(
    ("total", "last", "encounter_class"),
    [(301, 0, "outpatient"), (351, 0, "urgentcare"), (501, 0, "emergency"), (300, 0, None), (501, 501, None)],
)
def test_symptoms_send_to_where_their_sum_says(total: int, last: int, encounter_class: str | None) -> None:
    call = visits.call_for(total, last)
    assert (call and call.encounter_class) == encounter_class


def doses(birth: int, days: list[int]) -> dict[str, list[int]]:
    """Ages in months at the doses of a life seen on some days."""
    given: dict[str, list[int]] = defaultdict(list)
    for day in days:
        at = birth + day * DAY
        months = age_months(birth, at)
        for due in immunising.due(months, civil(at).year, given):
            assert due.dose_number == len(given[due.vaccine.cvx]) + 1
            given[due.vaccine.cvx].append(months)
    return given


def test_a_child_of_2010_has_all_vaccines_of_the_schedule_by_seven() -> None:
    birth = clock(date(2010, 6, 1))
    given = doses(birth, [0, 35, 98, 161, 252, 343, 434, 525, 707, 889, 1071, 1253, 1435, 1617, 1988, 2359])
    counts = {cvx: len(ages) for cvx, ages in given.items()}
    assert counts == {"08": 3, "119": 2, "20": 5, "49": 3, "133": 4, "10": 4, "140": 6, "03": 2, "21": 2, "83": 2}


def test_no_vaccine_is_given_before_it_existed() -> None:
    birth = clock(date(1960, 6, 1))
    assert set(doses(birth, [35 * n for n in range(1, 60)])) == {"10", "140"}


def test_a_dose_missed_by_four_years_is_dropped() -> None:
    measles = next(vaccine for vaccine in immunising.schedule() if vaccine.cvx == "03")
    assert immunising.is_due(measles, 59, 2000, [])
    assert immunising.is_due(measles, 61, 2000, [])  # the second dose's age stands in
    assert not immunising.is_due(measles, 96, 2000, [])


def test_covid_vaccination_reaches_the_published_shares() -> None:
    """1,500 people of 55: 81.7 % mean to and a tenth of the rest come round, in all 85 %; 4.5 standard errors are 4 points."""
    birth, until = clock(date(1965, 7, 1)), clock(date(2024, 1, 1))
    first = [covid.first_dose(birth, Draws(4, number, 0), until) for number in range(1500)]
    times = [at for at in first if at is not None]
    assert len(times) / 1500 == pytest.approx(0.853, abs=0.04)
    assert all((at - birth) % WEEK == 0 and at >= covid.BEGINS for at in times)
    assert sum(at < clock(date(2021, 7, 1)) for at in times) > 0.7 * len(times)


def test_nobody_is_vaccinated_too_young() -> None:
    birth = clock(date(2020, 1, 1))
    assert covid.first_dose(birth, Draws(4, 1, 0), birth + 6 * YEAR) is None


def test_the_second_dose_depends_on_the_product() -> None:
    first = on_grid(BIRTH, clock(date(2021, 4, 1)))
    assert covid.second_dose(BIRTH, first, covid.PFIZER) == first + 21 * DAY
    assert covid.second_dose(BIRTH, first, covid.JANSSEN) is None
    early = on_grid(BIRTH, covid.BEGINS)
    assert covid.product(Draws(1, 1, 0), early - WEEK) is covid.PFIZER
