"""States that begin and end encounters: they wait until nobody else has one, or until there is a check-up."""

from typing import Final

from healthsynth.simulate.gmf import entries, visits
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.nodes import Gate
from healthsynth.simulate.gmf.onsets import diagnose
from healthsynth.simulate.gmf.program import BoundState
from healthsynth.simulate.gmf.state import CHECK_UPS, UNUSED, USED, GmfLife
from healthsynth.spec.gmf import states as spec
from healthsynth.units import DAY, HOUR, Clock
from healthsynth.vocabulary import Concept

# From when on a visit may be virtual where that is possible, and the chance of it.
_COVID: Final = 18_353 * DAY + 12 * HOUR
_VIRTUAL_SINCE_COVID: Final = 0.15
_BEFORE_COVID: Final = 16_801 * DAY + 12 * HOUR
_VIRTUAL_BEFORE_COVID: Final = 0.004


class CheckUp(Gate):
    """Opens in a visit of the cast's, once for each module in each."""

    def __init__(self, name: str):
        self.name = name

    def opens(self, life: GmfLife) -> bool:
        process = life.process
        if life.lock != CHECK_UPS or process.token != UNUSED:
            life.gates[process.order] = None
            return False
        process.token = USED
        diagnose(life, self.name)
        visit = life.visit
        if visit is not None and not visit.renewed and life.chronic:
            visit.renewed = True
            entries.renew(life)
        return True


class OwnEncounter(Gate):
    """Opens when nobody else has the one encounter that there is."""

    def __init__(self, state: BoundState, given: spec.Encounter):
        self.name = state.name
        self.specialty = state.module.specialty
        self.origin = state.origin
        self.kind = given.encounter_class
        self.telemedicine = given.telemedicine
        self.what: Concept | None = concepts.concept("procedure", given.codes) if given.codes else None
        self.reason = entries.Reason(given.reason, state.module)

    def opens(self, life: GmfLife) -> bool:
        order, at = life.process.order, life.clock
        lock = life.lock
        if lock is not None:
            if lock != order:
                life.lock_waiters[order] = None
                return False
            if life.visit is not None:
                visits.close_visit(life, life.visit, at)
        kind = "virtual" if self._is_virtual(life, at) else self.kind
        visit = visits.open_visit(life, kind, at, self.what, None, self.origin, self.name, self.specialty)
        visits.take_lock(life, order, visit)
        diagnose(life, self.name)
        why = self.reason.of(life)
        if why is not None:
            life.chart.because(visit.number, why)
        return True

    def _is_virtual(self, life: GmfLife, at: Clock) -> bool:
        if self.telemedicine == "possible":
            chance = _VIRTUAL_SINCE_COVID if at >= _COVID else _VIRTUAL_BEFORE_COVID if at >= _BEFORE_COVID else 0.0
            return life.draw() < chance
        return self.telemedicine == "always"


class LeaveEncounter(Gate):
    """Ends an encounter of the module's own, or its part in a check-up."""

    def __init__(self, given: spec.EncounterEnd):
        code = given.discharge_disposition
        self.discharge: str | None = visits.discharged(code.code) if code is not None else None

    def opens(self, life: GmfLife) -> bool:
        process, lock = life.process, life.lock
        if lock == process.order:
            visit = life.visit
            assert visit is not None
            stay = self.discharge if visit.kind in ("inpatient", "emergency") else None
            visits.close_visit(life, visit, life.clock, stay)
            life.release()
        elif lock == CHECK_UPS or process.token:
            process.token = 0
        elif lock is not None:
            life.wake(process.order)  # its token is back at the next grid point
            return False
        return True
