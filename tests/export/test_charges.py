"""Fills of a drug in a row: where they stand, when they are, who pays."""

from dataclasses import replace

import pytest

from healthsynth.export.charges import Charges, Fills
from healthsynth.people.person import Coverage
from healthsynth.record.events import Prescription
from healthsynth.record.record import Record
from healthsynth.units import DAY
from tests.export.records import PAYERS, sample_record

MONTH = 30 * DAY
INSURED, _, UNINSURED = PAYERS
RECORD = sample_record()
DRUG = next(e for e in RECORD.events if isinstance(e, Prescription))._replace(lasting=None)


def insured(*periods: tuple[int, int | None, bool]) -> Record:
    """The sample in the tenth month of a drug, with insurance from a day of it, to a day of it, or without."""
    coverage = tuple(
        Coverage(DRUG.time + start * DAY, None if end is None else DRUG.time + end * DAY, INSURED if pays else UNINSURED, "")
        for start, end, pays in periods
    )  # fmt: skip
    return replace(RECORD, as_of=DRUG.time + 290 * DAY, ends={}, person=replace(RECORD.person, coverage=coverage))


def fills(record: Record) -> list[Fills]:
    return Charges().fills(DRUG, "MA", record)


@pytest.mark.parametrize(
    ("periods", "places"),
    [
        ([(0, None, True)], {0: range(10)}),
        ([(-900, 100, True), (100, None, True)], {0: range(4), 1: range(4, 10)}),
        ([(-900, 90, True), (90, None, True)], {0: range(3), 1: range(3, 10)}),  # a change holds from its day on
        ([(-900, 100, True), (200, None, True)], {0: range(4), None: range(4, 7), 1: range(7, 10)}),  # a gap
        ([(50, None, True)], {None: range(2), 0: range(2, 10)}),
        ([(-900, None, False)], {None: range(10)}),
    ],
)
def test_who_insures_on_the_day_pays(periods, places):
    assert {each.coverage: each.places for each in fills(insured(*periods))} == places


def test_nobody_pays_where_nobody_insures():
    without, with_insurance = fills(insured((50, None, True)))
    assert (without.covered, without.price) == (0, with_insurance.price)
    assert 0 < with_insurance.covered < with_insurance.price


def test_fills_follow_each_other_at_their_length():
    for each in fills(insured((-900, 100, True), (200, None, True))):
        assert list(each.times) == [DRUG.time + place * MONTH for place in each.places]


def test_a_part_stands_where_it_stood():
    (whole,) = fills(insured((0, None, True)))
    part = whole.part(3, 7)
    assert part.places == range(3, 7)
    assert list(part.times) == list(whole.times)[3:7]
    assert part._replace(place=whole.place, number=whole.number, time=whole.time) == whole
