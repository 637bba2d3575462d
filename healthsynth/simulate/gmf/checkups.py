"""Visits that no module asks for: check-ups, visits for symptoms, vaccinations in both; and the certificate of a death."""

from typing import Final

from healthsynth.simulate.gmf import visits
from healthsynth.simulate.gmf.cast.ages import age_months, on_grid
from healthsynth.simulate.gmf.cast.visits import Call, interval
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.state import CHECK_UPS, CLOSING, FROM_SYMPTOMS, GmfLife, Seen
from healthsynth.simulate.gmf.times import length
from healthsynth.spec.gmf.values import Code
from healthsynth.units import MINUTE, WEEK, Clock
from healthsynth.vocabulary import Concept

_OUTPATIENT: Final = Call("outpatient", "33879002", "Administration of vaccine to produce active immunity (procedure)")
_CERTIFICATE: Final = (Code("SNOMED-CT", "308646001", "Death Certification"),)
_CAUSE: Final = (Code("LOINC", "69453-9", "Cause of Death [US Standard Certificate of Death]"),)
_CERTIFICATE_REPORT: Final = (Code("LOINC", "69409-1", "U.S. standard certificate of death - 2003 revision"),)
# Synthea's words, and a code of SNOMED CT that means them.
_UNKNOWN: Final = concepts.concept("cause", (Code("SNOMED-CT", "184305005", "Cause of death unknown"),))
_UNKNOWN_CORRECTED: Final = concepts.concept("cause", (Code("SNOMED-CT", "87309006", "Death of unknown cause"),))
_SHORT: Final = length(15, "minutes")
_INTO_VISIT: Final = length(10, "minutes")


def look(life: GmfLife) -> None:
    """The first turn of a grid point: is a check-up due, or are symptoms too much?"""
    grid = life.grid
    last = life.last_wellness
    months = age_months(life.birth, grid)
    is_due = last is None or grid - last >= interval(months, bool(life.chronic))
    if life.lock is not None:
        life.wants_lock = True
        return
    if life.guests:
        visit = life.guests.pop(0)
        if visit.charting:
            life.visits.append(visit)
        else:  # it may not be in the chart at all: what lasts needs a visit of its own
            visit = _open(life, life.cast.check_up(grid))
        life.last_wellness = visit.start
        _let_in(life, visit)
        if life.guests:
            life.wake(CHECK_UPS)
        return
    call = None
    if not life.engine.checks_up:
        is_due = False
    if is_due:
        call = life.cast.check_up(grid)
        if life.total > FROM_SYMPTOMS:
            life.wake(CHECK_UPS)
    elif life.total > FROM_SYMPTOMS:
        call = life.cast.call_for(life.total, life.last_total)
        if call is not None:
            life.last_total = life.total
            life.address()
            life.wake(CHECK_UPS)
    if call is not None:
        _see(life, call)
    if not life.engine.checks_up:
        return
    next_at = life.cast.next_check_up(life.last_wellness, grid + WEEK, bool(life.chronic))
    if next_at < life.end:
        life.wake_at(CHECK_UPS, next_at)


def announce(life: GmfLife, number: int, start: Clock) -> None:
    """A check-up in one of our own modules: modules that wait for one take part at the next grid point."""
    visit = Seen(number, "wellness", "", start, start >= life.chart_from)
    visit.ends = start + _INTO_VISIT
    life.guests.append(visit)
    if visit.charting:
        life.chart.expect(number)
    life.wake_at(CHECK_UPS, start)


def _let_in(life: GmfLife, visit: Seen) -> None:
    """A visit that modules may take part in that only wait for one."""
    visits.take_lock(life, CHECK_UPS, visit)
    life.wake(CLOSING)
    gates, life.gates = life.gates, {}
    for order in gates:
        life.wake(order)


def _see(life: GmfLife, call: Call) -> None:
    visit = _open(life, call)
    _let_in(life, visit)
    if not life.engine.checks_up:
        return
    for due in life.cast.vaccines(life.grid):
        _give(life, visit, due.vaccine.cvx, due.vaccine.display, due.dose_number)


def _open(life: GmfLife, call: Call) -> Seen:
    what = concepts.concept("procedure", (Code("SNOMED-CT", call.code, call.display),))
    return visits.open_visit(life, call.encounter_class, life.grid, what, None, life.engine.origin)


def leave(life: GmfLife) -> None:
    """The last turn of a grid point: the cast's visit is over."""
    if life.lock == CHECK_UPS and life.visit is not None:
        if life.visit.ends is None:
            visits.close_visit(life, life.visit, life.grid)
        life.release()


def _give(life: GmfLife, visit: Seen, cvx: str, display: str, dose: int) -> None:
    if visit.charting:
        what = concepts.concept("vaccine", (Code("CVX", cvx, display),))
        life.chart.vaccination(visit.number, visit.time(life.grid), what, dose, life.engine.origin)
    else:
        life.chart.skip()


def vaccinate(life: GmfLife) -> None:
    """A dose against COVID-19, in the encounter under way or in one of its own."""
    due = life.cast.covid_dose(life.grid)
    if due is not None:
        if life.engine.checks_up:
            visit = life.visit
            if visit is None:
                visit = _open(life, _OUTPATIENT)
                visits.close_visit(life, visit, life.grid)
            _give(life, visit, due.product.cvx, due.product.display, due.dose_number)
        if due.is_last:
            life.set("C19_FULLY_VACCINATED", True)


def unknown_cause(life: GmfLife) -> Concept:
    """Of a death to which its module gives none."""
    return _UNKNOWN_CORRECTED if life.engine.corrected else _UNKNOWN


def certify(life: GmfLife) -> None:
    """A death with a cause is certified at the first grid point after it."""
    assert life.death is not None
    cause = life.death_cause
    if cause is None:
        life.chart.death(None, life.death, unknown_cause(life), life.death_origin)
        return
    at = on_grid(life.birth, life.death)
    what = concepts.concept("procedure", _CERTIFICATE)
    reason = cause if cause.kind in ("condition", "finding") else None
    visit = visits.open_visit(life, "wellness", at, what, reason, life.death_origin)
    _certificate(life, visit.number, at, cause)
    life.chart.close(visit.number, at + _SHORT)
    life.chart.death(visit.number, life.death, cause, life.death_origin)


def _certificate(life: GmfLife, visit: int, at: Clock, cause: Concept) -> None:
    asked = concepts.concept("finding", _CAUSE)
    answer = Concept(f"answer:{cause.primary.code}", "answer", cause.codes, cause.text)
    found = life.chart.result(visit, at, asked, answer, life.death_origin)
    report = concepts.concept("panel", _CERTIFICATE_REPORT)
    life.chart.report(visit, at + MINUTE, report, (found,), life.death_origin)
