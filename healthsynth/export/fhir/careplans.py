"""CarePlan with its CareTeam, and Goal."""

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import (
    clinician,
    coded,
    concept,
    encounter,
    narrative,
    organization,
    primary,
    quantity,
    reason,
    reference,
    subject,
)
from healthsynth.export.fhir.shapes import COUNTED, OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import End, Goal, Plan
from healthsynth.record.ids import CARE_TEAM

_PLAN_STATUS = {"": "active", "stopped": "revoked", "died": "revoked"}
_GOAL_STATUS = {"": "active", "stopped": "cancelled", "died": "cancelled"}


def care_plan(e: Plan, v: Values, end: End | None, link: int | None) -> Json:
    why = f" for {e.reason.text}" if e.reason else ""
    return {
        "resourceType": "CarePlan",
        "id": v.id(e.number),
        "meta": v.meta("CarePlan"),
        "text": narrative(f"{e.concept.text}{why}", [activity.text for activity in e.activities]),
        "status": _PLAN_STATUS.get(end.reason if end else "", "completed"),
        "intent": "order",
        "category": [coded(codes.ASSESS_PLAN), concept(e.concept)],
        "title": e.concept.text,
        "subject": subject(v),
        "encounter": encounter(v),
        "period": {"start": v.instant(e.time), "end": v.instant(end.time) if end else None},
        "author": clinician(v),
        "careTeam": [reference("CareTeam", v.id(e.number, CARE_TEAM))],
        "addresses": None if link is None else [reference("Condition", v.id(link))],
        "goal": [reference("Goal", v.id(number)) for number in e.goals],
        "activity": [
            {"detail": {"code": primary(activity), "status": "completed" if end else "in-progress"}}
            for activity in e.activities
        ],
    }


def care_team(e: Plan, v: Values, end: End | None, link: int | None) -> Json:
    members = (
        (codes.PATIENT, subject(v)),
        (codes.PROFESSIONAL, clinician(v)),
        (codes.SERVICES, organization(v)),
    )
    return {
        "resourceType": "CareTeam",
        "id": v.id(e.number, CARE_TEAM),
        "meta": v.meta("CareTeam"),
        "status": "inactive" if end else "active",
        "name": f"Care team: {e.concept.text}",
        "subject": subject(v),
        "encounter": encounter(v),
        "period": {"start": v.instant(e.time), "end": v.instant(end.time) if end else None},
        "participant": [{"role": [coded(role)], "member": member} for role, member in members],
        **reason(e.reason, link, v),
        "managingOrganization": [organization(v)],
    }


def goal(e: Goal, v: Values, end: End | None, link: int | None) -> Json:
    """A target for a measure is a range with one or both limits; without one it is its own words (gol-1)."""
    status = _GOAL_STATUS.get(end.reason if end else "", "completed")
    return {
        "resourceType": "Goal",
        "id": v.id(e.number),
        "meta": v.meta("Goal"),
        "lifecycleStatus": status,
        "achievementStatus": coded(codes.ACHIEVEMENT[status]),
        "description": {"text": v.text(e.text)},
        "subject": subject(v),
        "startDate": v.day(e.time),
        "target": _target(e, v),
        "statusDate": v.day(end.time) if end else None,
        "expressedBy": clinician(v),
        "addresses": None if link is None else [reference("Condition", v.id(link))],
    }


def _target(e: Goal, v: Values) -> list[Json] | None:
    detail: Json = {}
    if e.measure and not (e.low is None and e.high is None):
        unit = e.measure.unit or "1"
        detail = {
            "measure": concept(e.measure),
            "detailRange": {
                "low": None if e.low is None else quantity(e.low, unit),
                "high": None if e.high is None else quantity(e.high, unit),
            },
        }
    due = {} if e.due is None else {"dueDate": v.day(e.due)}
    return [{**detail, **due}] if detail or due else None


_ALL = {"number": VARYING, "visit": VARYING, "time": VARYING, "origin": VARYING}
PLAN = Family(Plan, (care_plan, care_team), {**_ALL, "goals": COUNTED})
GOAL = Family(Goal, (goal,), {**_ALL, "due": OPTIONAL, "text": VARYING})
