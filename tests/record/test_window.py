"""The history window: what of a life's chart is written."""

from dataclasses import replace
from datetime import date

import pytest

from healthsynth.record.events import (
    Allergy,
    DeviceGiven,
    Diagnosis,
    End,
    Event,
    Goal,
    Plan,
    Prescription,
    Result,
    Vaccination,
)
from healthsynth.record.record import Record
from healthsynth.record.window import within
from healthsynth.units import DAY, clock
from tests.export.records import long_record, sample_record

OPENING = clock(date(2024, 1, 1))
RECORD = sample_record()
NARROW = within(RECORD, OPENING)


def before(record: Record, kind: type) -> list[Event]:
    """What is kept from before the window, of a kind."""
    return [event for event in record.events if isinstance(event, kind) and event.time < OPENING]


def test_a_window_that_holds_everything_changes_nothing():
    assert within(RECORD, RECORD.visits[0].start) is RECORD


def test_everything_inside_is_kept():
    inside = [event for event in RECORD.events if event.time >= OPENING]
    assert [event for event in NARROW.events if event.time >= OPENING] == inside


def test_order_numbers_person_and_reference_date_stay():
    places = {event.number: place for place, event in enumerate(RECORD.events)}
    order = [places[event.number] for event in NARROW.events]
    assert order == sorted(order)
    assert (NARROW.person, NARROW.as_of, NARROW.truth) == (RECORD.person, RECORD.as_of, RECORD.truth)
    starts = [visit.start for visit in NARROW.visits]
    assert starts == sorted(starts)


@pytest.mark.parametrize("kind", [Result, Vaccination])
def test_results_and_vaccines_from_before_are_left_out(kind: type):
    assert before(NARROW, kind) == []
    assert before(RECORD, kind) != []


def test_active_problems_are_kept_and_healed_ones_are_not():
    names = [event.concept.name for event in before(NARROW, Diagnosis)]
    assert names == ["type_2_diabetes", "hypertension"]  # not the fracture of 2023


def test_a_drug_that_was_stopped_is_left_out_and_one_that_is_taken_is_kept():
    assert [event.concept.name for event in before(NARROW, Prescription)] == ["lisinopril_10mg"]


def test_what_goes_on_into_the_window_is_kept_with_its_end():
    diagnosis = before(RECORD, Diagnosis)[0]
    ends = {**RECORD.ends, diagnosis.number: End(OPENING + DAY, None, "resolved")}
    kept = within(replace(RECORD, ends=ends), OPENING)
    assert diagnosis in kept.events
    assert kept.ends[diagnosis.number].time == OPENING + DAY


def test_what_ends_at_the_opening_is_over():
    diagnosis = before(RECORD, Diagnosis)[0]
    ends = {**RECORD.ends, diagnosis.number: End(OPENING, None, "resolved")}
    assert diagnosis not in within(replace(RECORD, ends=ends), OPENING).events


def test_devices_in_use_are_kept():
    assert [event.concept.name for event in before(NARROW, DeviceGiven)] == ["pacemaker"]


def test_an_allergy_is_never_forgotten():
    allergy = before(RECORD, Allergy)[0]
    ends = {**RECORD.ends, allergy.number: End(OPENING - 99 * DAY, None, "resolved")}
    assert allergy in within(replace(RECORD, ends=ends), OPENING).events


def test_a_plan_that_goes_on_brings_its_goals_even_reached_ones():
    plan = before(RECORD, Plan)[0]
    going = {number: end for number, end in RECORD.ends.items() if number != plan.number}
    kept = within(replace(RECORD, ends=going), OPENING)
    goals = {event.number for event in kept.events if isinstance(event, Goal)}
    assert plan in kept.events
    assert set(plan.goals) <= goals
    assert any(goal in going for goal in plan.goals)


def test_a_plan_that_ended_leaves_its_reached_goal_behind():
    assert before(NARROW, Plan) == []
    assert [goal.text for goal in before(NARROW, Goal)] == ["Walk half an hour a day & enjoy it"]


@pytest.mark.parametrize("months", range(0, 60, 4))
def test_every_reference_has_its_target(months: int):
    kept = within(RECORD, clock(date(2021 + months // 12, months % 12 + 1, 1)))
    visits = {visit.number for visit in kept.visits}
    numbers = {event.number for event in kept.events}
    assert {event.visit for event in kept.events} <= visits
    assert set(kept.ends) <= numbers
    assert {end.visit for end in kept.ends.values()} <= visits | {None}
    assert {visit.follows for visit in kept.visits} <= visits | {None}
    for event in kept.events:
        if isinstance(event, Plan):
            assert set(event.goals) <= numbers


def test_a_visit_under_way_at_the_opening_is_inside():
    stay = next(visit for visit in RECORD.visits if visit.kind == "inpatient")
    kept = within(RECORD, stay.start + DAY)
    assert stay in kept.visits
    assert [event for event in kept.events if event.visit == stay.number] == [
        event for event in RECORD.events if event.visit == stay.number
    ]


def test_a_stay_brings_the_emergency_visit_it_continues():
    stay = next(visit for visit in RECORD.visits if visit.follows is not None)
    assert stay.follows in {visit.number for visit in within(RECORD, stay.start).visits}


def test_a_visit_nothing_refers_to_is_left_out():
    kept = {visit.number for visit in NARROW.visits}
    fracture = next(visit for visit in RECORD.visits if visit.reason and visit.reason.name == "broken_radius")
    assert fracture.number not in kept


def test_the_death_is_always_there():
    dead = sample_record(dead=True)
    kept = within(dead, dead.as_of)
    assert kept.death == dead.death


def test_a_narrower_window_holds_less():
    record = long_record(visits=20)
    sizes = [len(within(record, visit.start).events) for visit in record.visits]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
