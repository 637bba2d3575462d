"""The history window: how far back a written record reaches.

Kept is what happened in visits since the window opens, and of what was charted before it:

| kept from before | while |
|---|---|
| diagnoses, prescriptions, care plans, goals, devices | they go on at the opening of the window |
| allergies | always: a chart never forgets one |

What is kept brings the visits it refers to: where it was charted, where it ended, the emergency visit that a stay
continues; and a care plan brings its goals. Immunizations, results and procedures from before the window are left out.
"""

from healthsynth.record.events import Allergy, DeviceGiven, Diagnosis, End, Event, Goal, Plan, Prescription, Visit
from healthsynth.record.record import Record
from healthsynth.units import Clock

_LASTING = frozenset({Diagnosis, Prescription, Plan, Goal, DeviceGiven, Allergy})


def within(record: Record, since: Clock) -> Record:
    """The part of a record that a window shows.

    Args:
        since: the opening of the window. Visits that end later are inside, and so is a visit that goes on.
    Returns:
        A record of the same person, with numbers as before (so ids do not depend on the window), in the same order.
    """
    if not record.visits or record.visits[0].start >= since:
        return record
    inside: set[int | None] = {None}  # a death without a certificate's visit
    inside.update([visit.number for visit in record.visits if visit.end is None or visit.end > since])
    events, older = _events(record, inside, since)
    numbers = {event[0] for event in events}
    ends = {number: end for number, end in record.ends.items() if number in numbers}
    visits = _visits(record, inside, older, ends)
    return Record(record.person, record.as_of, visits, events, ends, record.death, record.truth, since)


def _events(record: Record, inside: set[int | None], since: Clock) -> tuple[tuple[Event, ...], list[Event]]:
    """What is kept, in the record's order; and that part of it which is from before the window."""
    ends = record.ends
    kept: list[Event] = []
    older: list[Event] = []
    for event in record.events:
        if event[1] in inside:  # its visit; by place, since this is done for every event of a life
            kept.append(event)
        elif type(event) in _LASTING:
            end = ends.get(event[0])
            if end is None or end.time > since or type(event) is Allergy:
                kept.append(event)
                older.append(event)
    known = {event.number for event in older}
    goals = {goal for event in older if type(event) is Plan for goal in event.goals} - known
    if goals:  # of a plan that goes on, reached before the window opened
        known |= goals
        older = [event for event in record.events if event.number in known]
        kept = [event for event in record.events if event.visit in inside or event.number in known]
    return tuple(kept), older


def _visits(record: Record, inside: set[int | None], older: list[Event], ends: dict[int, End]) -> tuple[Visit, ...]:
    needed = {*inside, *(event.visit for event in older), *(end.visit for end in ends.values())}
    needed.update([visit.follows for visit in record.visits if visit.number in needed])
    return tuple([visit for visit in record.visits if visit.number in needed])
