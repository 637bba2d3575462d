"""Times that contradict each other: within a resource, and against a life."""

from collections.abc import Iterator

from healthsynth.guides.findings import Json, section
from healthsynth.validate.facts import Life, Moment, Visit
from healthsynth.validate.faults import Fault
from healthsynth.validate.plausibility import Problem
from healthsynth.validate.times import span, surely_before

# (type, earlier element, later element): the second is not before the first.
_ORDER = (
    ("AllergyIntolerance", "onsetDateTime", "recordedDate"),
    ("AllergyIntolerance", "onsetDateTime", "lastOccurrence"),
    ("Condition", "onsetDateTime", "abatementDateTime"),
    ("Condition", "onsetDateTime", "recordedDate"),
    ("DiagnosticReport", "effectiveDateTime", "issued"),
    ("DiagnosticReport", "effectivePeriod.start", "issued"),
    ("Immunization", "occurrenceDateTime", "recorded"),
    ("MedicationDispense", "whenPrepared", "whenHandedOver"),
    ("Observation", "effectiveDateTime", "issued"),
    ("Observation", "effectivePeriod.start", "issued"),
    ("Patient", "birthDate", "deceasedDateTime"),
)
_RECORDED = ("recordedDate", "issued", "authoredOn", "date", "recorded", "created", "birthDate", "deceasedDateTime")
_PERIODS = ("period", "effectivePeriod", "performedPeriod", "onsetPeriod", "billablePeriod")
_DAY = 86400


def _at(resource: Json, path: str) -> str:
    first, _, rest = path.partition(".")
    value = resource.get(first)
    value = section(value).get(rest) if rest else value
    return value if isinstance(value, str) else ""


def disordered(resource: Json, as_of: str) -> Iterator[Problem]:
    """Contradictions inside one resource, and what lies after the reference date (a date; "" for none)."""
    kind = resource.get("resourceType")
    for of, earlier, later in _ORDER:
        if of == kind:
            one, other = _at(resource, earlier), _at(resource, later)
            if one and other and _before(other, one):
                yield Problem(later, "order", f"{later} {other} is before {earlier} {one}")
    for name in _PERIODS:
        start, end = _at(resource, f"{name}.start"), _at(resource, f"{name}.end")
        if start and end and _before(end, start):
            yield Problem(name, "order", f"ends {end}, before it starts {start}")
    if as_of:
        for name in (*_RECORDED, "effectiveDateTime", "performedDateTime", "occurrenceDateTime", "period.start"):
            time = _at(resource, name)
            if time and kind not in ("Coverage", "Appointment") and _before(as_of, time):
                yield Problem(name, "future", f"{time} is after the reference date {as_of}")


def _before(one: str, other: str) -> bool:
    first, second = span(one), span(other)
    return first is not None and second is not None and surely_before(first, second)


def outside_life(file: str, life: Life, times: list[Moment]) -> Iterator[Fault]:
    """What happened to a patient before birth or after death. An encounter may end within a day of the death."""
    birth = span(life.birth) if life.birth else None
    death = span(life.death) if life.death else None
    if birth is None and death is None:
        return
    for each in times:
        at = span(each.time)
        if at is None:
            continue
        if birth is not None and not each.is_end and surely_before(at, birth):
            message = f"{each.time} is before birth, {life.birth}"
            yield Fault(file, each.line, each.resource, "timeline", "before-birth", each.path, message)
        elif death is not None and surely_before(death, at) and not (each.is_end and at.first - death.last <= _DAY):
            message = f"{each.time} is after death, {life.death}"
            yield Fault(file, each.line, each.resource, "timeline", "after-death", each.path, message)


def overlapping(file: str, visits: list[Visit]) -> Iterator[Fault]:
    """Encounters of one patient that overlap; one may begin at the second at which another ends."""
    known = []
    for each in visits:
        start, end = span(each.start), span(each.end)
        if start is not None and end is not None and len(each.start) > 10 and len(each.end) > 10:
            known.append((start.first, end.first, each))
    known.sort(key=lambda row: (row[0], row[1], row[2].resource))
    latest: tuple[float, Visit] | None = None
    for start_at, end_at, each in known:
        if latest is not None and start_at < latest[0]:
            message = f"{each.start} to {each.end} overlaps {latest[1].resource} ({latest[1].start} to {latest[1].end})"
            yield Fault(file, each.line, each.resource, "timeline", "overlap", "period", message)
        if latest is None or end_at > latest[0]:
            latest = (end_at, each)
