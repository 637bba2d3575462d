"""The US immunisation schedule as it was in each year, and who took it up."""

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from healthsynth.errors import ProblemsError
from healthsynth.people.immunisation import COLUMNS, Acceptance, DueDose, Schedule
from healthsynth.units import DAY, MONTH, Clock, add_months, age_years, clock

MODULES = Path(__file__).parents[2] / "clinical_modules"
SCHEDULE = Schedule.from_csv(MODULES / "tables/immunisation_schedule.csv")
CHILD_MONTHS = (1, 2, 4, 6, 9, 12, 15, 18, 24, 30)

Accepts = Callable[[str, int, float], bool]
Given = dict[str, tuple[Clock, ...]]


def everybody(series: str, which: int, uptake: float) -> bool:
    return True


def nobody(series: str, which: int, uptake: float) -> bool:
    return False


def live(birth: Clock, sex: str, until: Clock, accepts: Accepts = everybody) -> list[tuple[Clock, DueDose]]:
    """All doses of somebody who goes to every well-child visit, and once a year in October after that."""
    visits = [birth + 3 * DAY, *(add_months(birth, month) + DAY for month in CHILD_MONTHS)]
    visits += [clock(date(year, 10, 15)) for year in range(1970 + birth // (365 * DAY) + 3, 2027)]
    given: Given = {}
    doses = []
    for visit in (v for v in visits if v < until):
        for dose in SCHEDULE.due(birth, sex, visit, given, accepts):
            given[dose.series] = (*given.get(dose.series, ()), visit)
            doses.append((visit, dose))
    return doses


def doses_of(year: int, sex: str, month: int = 5) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, dose in live(clock(date(year, month, 17)), sex, clock(date(2026, 7, 1))):
        counts[dose.vaccine] = counts.get(dose.vaccine, 0) + 1
    return counts


@pytest.mark.parametrize(
    ("year", "sex", "vaccines"),
    [
        (1950, "female", {"smallpox": 1, "dtp": 5, "polio_inactivated": 3, "polio_oral": 1, "zoster_live": 1}),
        (1950, "male", {"mmr": 0, "hepatitis_b_child": 0, "varicella": 0, "hib_prp_t": 0, "pneumococcal_pcv13": 1}),
        (
            1965,
            "male",
            {"smallpox": 1, "measles": 1, "polio_oral": 4, "rubella": 1, "mmr": 0, "dtp": 5, "zoster_recombinant": 2},
        ),
        (1985, "female", {"mmr": 2, "dtp": 5, "hepatitis_b_child": 3, "smallpox": 0, "hpv_quadrivalent": 3}),
        (1985, "male", {"hpv_quadrivalent": 0, "hpv_9_valent": 0, "hib_prp_d": 1, "hib_prp_t": 0}),
        (1995, "male", {"dtp": 3, "dtap": 2, "polio_oral": 4, "hepatitis_b_child": 3, "varicella": 2, "tdap": 1}),
        (
            2004,
            "female",
            {"pneumococcal_pcv7": 4, "rotavirus_pentavalent": 0, "hpv_quadrivalent": 1, "hpv_9_valent": 1, "dtap": 5},
        ),
        (2012, "male", {"pneumococcal_pcv13": 4, "rotavirus_pentavalent": 3, "hepatitis_a_child": 2, "mmr": 2}),
        (2012, "female", {"polio_inactivated": 4, "polio_oral": 0, "tdap": 1, "meningococcal_acwy_tt": 1, "td": 0}),
        (2024, "female", {"pneumococcal_pcv20": 4, "covid_19_season_3mcg": 0, "rsv_antibody_50mg": 0}),
    ],
)
def test_each_generation_has_the_vaccines_of_its_time(year: int, sex: str, vaccines: dict[str, int]):
    given = doses_of(year, sex)
    assert {name: given.get(name, 0) for name in vaccines} == vaccines


@pytest.mark.parametrize("year", [1930, 1962, 1988, 1999, 2006, 2019])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_doses_of_a_series_count_up_and_keep_their_distance(year: int, sex: str):
    last: dict[str, tuple[int, Clock]] = {}
    for at, dose in live(clock(date(year, 5, 17)), sex, clock(date(2026, 7, 1))):
        number, before = last.get(dose.series, (0, at - 1000 * DAY))
        assert dose.dose_number == number + 1
        assert at - before >= 17 * DAY
        last[dose.series] = dose.dose_number, at


def test_those_who_refuse_everything_are_given_nothing():
    assert live(clock(date(2012, 5, 17)), "male", clock(date(2026, 7, 1)), nobody) == []


@pytest.mark.parametrize(("days", "due"), [(40, False), (42, True)])
def test_the_first_doses_are_not_due_before_six_weeks_less_four_days(days: int, due: bool):
    birth = clock(date(2015, 3, 1))
    given: Given = {}
    assert (
        bool([d for d in SCHEDULE.due(birth, "male", birth + days * DAY, given, everybody) if d.series == "dtp"]) == due
    )


def test_rotavirus_is_not_begun_late():
    birth = clock(date(2015, 3, 1))
    assert all(d.series != "rotavirus" for d in SCHEDULE.due(birth, "male", add_months(birth, 4), {}, everybody))


@pytest.mark.parametrize(
    ("day", "given", "due"),
    [
        (date(2022, 7, 15), None, False),
        (date(2022, 8, 1), None, True),
        (date(2023, 3, 31), None, True),
        (date(2023, 4, 1), None, False),
        (date(2023, 2, 1), date(2022, 9, 1), False),
        (date(2023, 8, 1), date(2023, 3, 1), True),
    ],
)
def test_influenza_is_given_once_a_season(day: date, given: date | None, due: bool):
    before: Given = {"influenza": (clock(given),)} if given else {}
    doses = SCHEDULE.due(clock(date(1980, 1, 1)), "male", clock(day), before, everybody)
    assert ("influenza" in [dose.series for dose in doses]) == due


def test_seasonal_covid_vaccines_are_for_those_who_had_the_first_ones():
    birth, day = clock(date(1980, 1, 1)), clock(date(2023, 10, 1))
    for given, expected in (({}, False), ({"covid_19": (day - 500 * DAY,)}, True)):
        doses = SCHEDULE.due(birth, "male", day, given, everybody)
        assert ("covid_19_season" in [dose.series for dose in doses]) == expected


def test_a_tetanus_booster_is_due_ten_years_after_the_last():
    birth, last = clock(date(1980, 1, 1)), clock(date(2010, 6, 1))
    for years, due in ((9, False), (10, True)):
        doses = SCHEDULE.due(birth, "male", add_months(last, 12 * years), {"tetanus_booster": (last,)}, everybody)
        assert ("tetanus_booster" in [dose.series for dose in doses]) == due


def test_the_next_dose_of_a_series_under_way_can_be_planned():
    birth, first = clock(date(1960, 1, 1)), clock(date(2021, 5, 1))
    following = SCHEDULE.next_dose(birth, "male", first, {"covid_19": (first,)}, everybody)
    assert following is not None
    assert 15 * DAY < following - first < 22 * DAY
    assert SCHEDULE.next_dose(birth, "male", first, {}, everybody) is None
    assert SCHEDULE.next_dose(birth, "male", first, {"covid_19": (first,)}, nobody) is None


def share(year: int, series: str, number: int, age_months: int, people: int = 1500) -> float:
    birth = clock(date(year, 5, 17))
    until = add_months(birth, age_months)
    have = 0
    for person in range(people):
        doses = live(birth, "female", until, Acceptance(1, person))
        have += any(dose.series == series and dose.dose_number == number for _, dose in doses)
    return have / people


@pytest.mark.parametrize(
    ("series", "dose", "months", "published"),
    [("mmr", 1, 24, 0.916), ("hepatitis_b", 3, 24, 0.927), ("polio", 3, 24, 0.934), ("hepatitis_a", 2, 24, 0.473)],
)
def test_coverage_at_two_years_is_that_of_the_survey(series: str, dose: int, months: int, published: float):
    """NIS-Child 2023, born 2018-2019. Binomial, n = 1500, four standard errors: false alarm 1 in 16,000."""
    within = 4 * math.sqrt(published * (1 - published) / 1500)
    assert abs(share(2018, series, dose, months) - published) < within


def test_half_of_a_habit_comes_to_the_uptake_of_the_season():
    """Women of 40 in 2021-22: 37.1 % (FluVaxView). Binomial, n = 4000, four standard errors: 1 in 16,000."""
    birth, this, last = clock(date(1981, 5, 1)), clock(date(2021, 10, 15)), clock(date(2020, 10, 15))
    both = now = 0
    for person in range(4000):
        accepts = Acceptance(3, person)
        flu = [
            any(d.series == "influenza" for d in SCHEDULE.due(birth, "female", at, {}, accepts)) for at in (last, this)
        ]
        now += flu[1]
        both += all(flu)
    assert abs(now / 4000 - 0.371) < 4 * math.sqrt(0.371 * 0.629 / 4000)
    assert both / now > 0.65


def test_an_answer_stays_the_same_and_belongs_to_one_person():
    one, again, other = Acceptance(1, 7), Acceptance(1, 7), Acceptance(1, 8)
    asked = [("mmr", n, 0.5) for n in range(200)]
    assert [one(*a) for a in asked] == [again(*a) for a in reversed(asked)][::-1] == [one(*a) for a in asked]
    assert [one(*a) for a in asked] != [other(*a) for a in asked]


def test_a_refused_series_does_not_begin_with_a_later_dose():
    for person in range(200):
        doses = live(clock(date(2018, 5, 17)), "male", clock(date(2024, 7, 1)), Acceptance(5, person))
        for series in ("dtp", "polio", "mmr"):
            numbers = [dose.dose_number for _, dose in doses if dose.series == series]
            assert numbers == list(range(1, len(numbers) + 1))


def test_all_vaccines_of_the_schedule_are_in_the_vocabulary():
    entries = yaml.safe_load((MODULES / "vocabulary/vaccines.yaml").read_text())
    assert set(SCHEDULE.vaccines) <= set(entries)
    codes = [entry["cvx"] for entry in entries.values()]
    assert len(set(codes)) == len(codes)
    assert all(isinstance(code, str) for code in codes)


def test_nobody_is_given_anything_before_birth_or_out_of_its_ages():
    birth = clock(date(2018, 5, 17))
    for at, dose in live(birth, "female", clock(date(2026, 7, 1))):
        assert at >= birth
        if dose.vaccine.startswith("hpv"):
            assert age_years(birth, at) >= 11 or birth + 132 * MONTH - 4 * DAY <= at


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("uptake", "1.2", "share from 0 to 1"),
        ("sex", "women", "female, male or blank"),
        ("dose_number", "first", "each or yearly"),
        ("source", "", "must not be blank"),
        ("age_max_months", "1", "before it begins"),
        ("season", "13-2", "two months"),
    ],
)
def test_a_mistake_in_the_table_is_shown_with_its_line(tmp_path: Path, column: str, value: str, message: str):
    cells = dict.fromkeys(COLUMNS, "") | {
        "vaccine": "mmr", "series": "mmr", "dose_number": "1", "age_min_months": "12", "from_year": "1971",
        "uptake": "0.9", "source": "ACIP",
    }  # fmt: skip
    cells[column] = value
    table = tmp_path / "schedule.csv"
    table.write_text(",".join(COLUMNS) + "\n" + ",".join(cells[name] for name in COLUMNS) + "\n")
    with pytest.raises(ProblemsError, match=message) as caught:
        Schedule.from_csv(table)
    assert caught.value.problems[0].line == 2
