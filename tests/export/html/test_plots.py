"""Curves, growth charts and axes."""

import re
from dataclasses import replace
from datetime import date

import pytest

from healthsynth.export.html import growth, plots, words
from healthsynth.export.html.axis import Times, round_values
from healthsynth.export.html.series import items, results
from healthsynth.people.growth import at_rank, lms
from healthsynth.record.events import Report, Result
from healthsynth.record.record import Record
from healthsynth.units import DAY, MONTH, YEAR, clock
from healthsynth.vocabulary import Concept, Range
from tests.export.records import CONCEPTS, long_record, sample_record

BIRTH = clock(date(2020, 1, 1))
SODIUM = Concept("sodium", "lab", (), "Sodium", unit="mmol/L")
NORMAL = Range(135.0, 145.0)


def result(
    number: int, at: int, value: float, flag: str = "", concept: Concept = SODIUM, found: Range | None = NORMAL
) -> Result:
    return Result(number, 0, at, concept, value, found, flag, (), 0)


def series_of(*values: tuple[float, str]) -> "plots.Series":
    found = tuple(result(n, BIRTH + n * YEAR, value, flag) for n, (value, flag) in enumerate(values))
    return plots.Series(SODIUM, "Sodium", found)


def drawn(series) -> str:
    return str(plots.plot(series, plots.Frame(Times(BIRTH - DAY, BIRTH + 5 * YEAR))))


def test_values_out_of_range_have_a_shape_of_their_own():
    svg = drawn(series_of((140, "N"), (150, "H"), (130, "L"), (141, "")))
    inside, outside = (re.search(f'<path class="{kind}" d="([^"]+)"', svg) for kind in "po")
    assert inside is not None
    assert outside is not None
    assert inside[1].count("M") == 2
    assert outside[1].count("M") == 2


def test_higher_values_lie_higher_and_all_lie_within_the_field():
    svg = drawn(series_of((120, "L"), (140, "N"), (160, "H")))
    line = re.search(r'class="l" d="M([^"]+)"', svg)
    assert line is not None
    points = [tuple(map(float, point.split())) for point in line[1].split("L")]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    heights = [y for _, y in points]
    assert plots.TOP <= heights[2] < heights[1] < heights[0] <= plots.BOTTOM


def test_a_plot_is_told_in_a_sentence():
    assert plots.spoken(series_of((140, "N"), (150, "H"))) == (
        "Sodium: 2 values from 2020-01-01 to 2020-12-31, between 140 and 150; the latest is 150 mmol/L, high; 1 out of range."
    )


def test_the_band_changes_with_the_range_half_way_between_two_values():
    values = [
        result(1, BIRTH, 140),
        result(2, BIRTH + YEAR, 140),
        result(3, BIRTH + 2 * YEAR, 140, found=Range(136.0, None)),
    ]
    svg = drawn(plots.Series(SODIUM, "Sodium", tuple(values)))
    bands = re.findall(r'class="n" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', svg)
    assert len(bands) == 2
    (x, _, width), (next_x, top, _) = bands
    assert float(x) == plots.LEFT
    assert float(x) + float(width) == pytest.approx(float(next_x), abs=0.11)
    assert float(top) == plots.TOP  # no upper limit


def test_pressures_are_two_tracks_with_the_ranges_of_the_vocabulary():
    top = replace(CONCEPTS["systolic"], ranges=(Range(90.0, 120.0),))
    low = replace(CONCEPTS["diastolic"], ranges=(Range(60.0, 80.0),))
    base = sample_record(1)
    event = Result(
        5,
        1,
        base.visits[0].start,
        CONCEPTS["blood_pressure"],
        None,
        None,
        "",
        ((top, 150.0, None, ""), (low, 70.0, None, "")),
        0,
    )
    later = event._replace(number=6, time=event.time + YEAR)
    record = Record(base.person, base.as_of, base.visits, (event, later), {}, None)
    (pressure,) = results(record, frozenset()).vitals
    assert words.flag(pressure.latest) == "systolic high"
    svg = str(plots.plot(pressure, plots.Frame(Times(event.time - DAY, later.time))))
    assert svg.count('class="l"') == svg.count('class="n"') == 2
    assert svg.count('class="o"') == 1


def test_results_of_a_panel_stand_together_and_single_tests_first():
    found = results(long_record(visits=3), frozenset())
    names = [name for name, _ in found.panels]
    panel = next(event for event in long_record(visits=3).events if type(event) is Report)
    assert names[0] == "Single tests"
    assert words.label(panel.concept) in names
    assert len(names) == 2


def test_questions_of_a_questionnaire_are_left_to_the_notes_and_its_total_is_not():
    asked = Concept("phq2", "survey", (), "PHQ-2", members=("interest", "down", "phq2_score"))
    assert items([asked, SODIUM]) == {"interest", "down"}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, [0, 5, 10]),
        (33, 61, [40, 50, 60]),
        (1.004, 1.031, [1.01, 1.02, 1.03]),
        (-3, 3, [-2, 0, 2]),
        (0.9, 1.1, [0.9, 0.95, 1.0, 1.05, 1.1]),
    ],
)
def test_axes_have_round_values(low, high, expected):
    assert round_values(low, high) == pytest.approx(expected)


def test_years_or_months_stand_at_their_first_days():
    long = Times(clock(date(2015, 6, 1)), clock(date(2026, 1, 1))).ticks(5)
    assert [tick.text for tick in long] == ["2020", "2025"]
    short = Times(clock(date(2024, 11, 20)), clock(date(2025, 6, 1))).ticks(5)
    assert [tick.text for tick in short] == ["Jan 2025", "Mar 2025", "May 2025"]
    assert all(0 <= tick.part <= 1 for tick in long + short)


@pytest.mark.parametrize("measure", ["length_cm", "weight_kg", "head_circumference_cm"])
@pytest.mark.parametrize(("z", "expected"), [(-3.5, "<1"), (-1.2816, "10"), (0.0, "50"), (1.6449, "95"), (3.0, ">99")])
def test_a_percentile_undoes_the_chart(measure, z, expected):
    assert growth.percentile(measure, "female", 12.0, at_rank(lms(measure, "female", 12.0), z)) == expected


def test_the_body_mass_index_is_ranked_to_95_and_no_further():
    assert growth.percentile("bmi", "male", 120.0, at_rank(lms("bmi", "male", 120.0), 2.2)) == ">95"


def test_a_toddler_has_both_charts_and_an_adult_none():
    base = sample_record(1)
    child = replace(base.person, birth=BIRTH)
    weight = CONCEPTS["weight"]
    values = tuple(
        result(n, BIRTH + months * MONTH, 4.0 + months / 3, concept=weight, found=None)
        for n, months in enumerate((2, 12, 30))
    )
    charts = growth.growth(child, [plots.Series(weight, "Weight", values)], BIRTH + 3 * YEAR)
    assert [chart.title for chart in charts] == ["Weight for age, 2 to 7 years", "Weight for age, birth to 24 months"]
    assert [len(chart.rows) for chart in charts] == [1, 2]
    assert charts[0].svg.count('class="c"') + charts[0].svg.count('class="m"') == 7
    assert growth.growth(replace(child, birth=BIRTH - 40 * YEAR), [plots.Series(weight, "Weight", values)], BIRTH) == []


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "1 day"), (5 * DAY, "5 days"), (30 * DAY, "4 weeks"), (7 * MONTH, "7 months"), (37 * YEAR + DAY, "37 years")],
)
def test_lengths_are_said_in_the_unit_that_people_take(seconds, expected):
    assert words.length(seconds) == expected


@pytest.mark.parametrize(("days", "expected"), [(3, "3-day-old"), (100, "3-month-old"), (800, "2-year-old")])
def test_ages_stand_before_a_noun(days, expected):
    assert words.aged(BIRTH, BIRTH + days * DAY) == expected
