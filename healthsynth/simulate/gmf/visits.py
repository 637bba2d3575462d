"""Encounters: the one that is under way, who owns it, and into which of them something is written."""

from typing import Final

from healthsynth.simulate.gmf.charting.concepts import VISIT_KINDS
from healthsynth.simulate.gmf.state import CHECK_UPS, GmfLife, Seen
from healthsynth.simulate.gmf.times import length
from healthsynth.units import DAY, MINUTE, Clock
from healthsynth.vocabulary import Concept

_LEAST: Final = {"emergency": 60 * MINUTE, "inpatient": DAY, "hospice": DAY, "snf": DAY}
_SHORT: Final = 15 * MINUTE
_STAYS: Final = ("inpatient", "hospice", "snf")
_BEFORE: Final = length(60, "days")  # a visit that began so long before the history may still reach into it
_DISCHARGES: Final = {"20": "exp", "21": "home", "02": "hosp", "05": "hosp"}  # NUBC; others go home


def open_visit(
    life: GmfLife, kind: str, at: Clock, what: Concept | None, reason: Concept | None, origin: int, name: str = "",
    specialty: str = "",
) -> Seen:  # fmt: skip
    """Begin a visit and make it the newest."""
    number = life.chart.visit(VISIT_KINDS[kind], at, what, reason, origin, name, specialty)
    visit = Seen(number, kind, name, at, at >= life.chart_from - _BEFORE)
    life.visits.append(visit)
    if kind == "wellness":
        life.last_wellness = at
    return visit


def close_visit(life: GmfLife, visit: Seen, at: Clock, discharge: str | None = None) -> None:
    """End a visit: not before its least length, nor before what happened in it ends."""
    if not visit.is_open:
        return
    visit.is_open = False
    end = max(visit.start + _LEAST.get(visit.kind, _SHORT), at, visit.last)
    if discharge is None and visit.kind in ("emergency", "inpatient"):
        discharge = "home"
    life.chart.close(visit.number, min(end, life.end), discharge)


def discharged(code: str) -> str:
    """Our word for a discharge disposition."""
    return _DISCHARGES.get(code, "home")


def current(life: GmfLife, at: Clock) -> Seen:
    """The newest visit that began by a moment, be it open or not; else the oldest; else a new one."""
    visits = life.visits
    if visits and visits[-1].start <= at:
        return visits[-1]
    for visit in reversed(visits):
        if visit.start <= at:
            return visit
    if visits:
        return visits[0]
    visit = open_visit(life, "wellness", at, None, None, life.process.module.initial.origin)
    close_visit(life, visit, at)
    return visit


def end_of_life(life: GmfLife, last: Clock) -> None:
    """Close what is still open when a life is told: stays go on to the reference date, others end with the last step.

    Args:
        last: the last grid point that was lived.
    """
    visit = life.visit
    if visit is None or not visit.is_open:
        return
    if life.death is not None:
        close_visit(life, visit, min(last, life.death), "exp" if visit.kind in ("emergency", "inpatient") else None)
    elif visit.kind not in _STAYS:
        close_visit(life, visit, last)


def take_lock(life: GmfLife, order: int, visit: Seen) -> None:
    """From now on nobody else begins an encounter."""
    life.lock, life.visit = order, visit


def is_check_up(life: GmfLife) -> bool:
    """Whether the encounter under way is one of the cast's."""
    return life.lock == CHECK_UPS
