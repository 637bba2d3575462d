"""The weekly loop over all modules, and the run of one module with its rewinding clock."""

from collections.abc import Iterator
from typing import Any

from healthsynth.people.person import Person
from healthsynth.simulate.gmf.cast import covid
from healthsynth.simulate.gmf.cast.ages import STEP
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf import uses
from healthsynth.spec.gmf.conditions import AgeIs, DateIs, PriorState, leaves
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule
from healthsynth.spec.gmf.values import Code
from healthsynth.units import MINUTE, Clock
from tests.conformance.gmf_literal.acts import ACTS
from tests.conformance.gmf_literal.life import SCHEDULER, Frame, Life, Visit
from tests.conformance.gmf_literal.logic import Way, way

_CERTIFICATE = Code("SNOMED-CT", "308646001", "Death Certification")
_LOOPS = 100_000
_NEVER = 1 << 60
_KEPT = (s.Encounter, s.ConditionOnset, s.AllergyOnset)


class Literal:
    """All modules of a library, ready to be lived through."""

    def __init__(self, library: GmfLibrary, providers: Any):
        self.library, self.providers = library, providers
        self.top = list(library.top())
        self.ways: dict[int, Way] = {}
        self.kept: set[str] = set()
        self.timed: set[int] = set()  # guards that may open without anybody's doing
        for module in library.modules.values():
            for state in module.states.values():
                self.ways[id(state)] = way(state.transition, library.tables)
                for condition in uses.asked(state):
                    for leaf in leaves(condition):
                        if isinstance(state, s.Guard) and isinstance(leaf, (AgeIs, DateIs, PriorState)):
                            self.timed.add(id(state))
                        if isinstance(leaf, PriorState):
                            self.kept |= {leaf.name, leaf.since}
                self.kept.add(getattr(state, "reason", ""))

    # --- one module ------------------------------------------------------------------------------------------------
    def leave(self, frame: Frame, visit: Visit) -> None:
        if isinstance(visit.state, _KEPT) or visit.state.name in self.kept:
            frame.history.append(visit)

    def advance(self, life: Life, frame: Frame, t: Clock) -> bool:
        """Run a module at a time; whether it has finished."""
        if not life.alive(t):
            return True
        life.tokens.setdefault(frame.runtime, False)
        loops = 0
        while life.alive(t):
            visit = frame.cur
            if visit.entered is None:
                visit.entered = t
            visit.exit = t
            if isinstance(visit.state, s.CallSubmodule):
                if not self.call(life, frame, visit, t):
                    break
            elif not ACTS[type(visit.state)](life, frame, visit, t):
                break
            x = visit.exit
            name = self.ways[id(visit.state)](life, frame, t)
            visit.exited = x
            self.leave(frame, visit)
            frame.cur = Visit(frame.module.states[name])
            loops += 1
            if loops > _LOOPS:
                raise RuntimeError(f"{frame.module.key} runs on and on at {name}")
            if x < t and (not life.alive(x) or self.advance(life, frame, x)):
                return True
        return isinstance(frame.cur.state, s.Terminal)

    def call(self, life: Life, frame: Frame, visit: Visit, t: Clock) -> bool:
        child = frame.child
        if child is None:
            called: GmfModule = self.library.modules[visit.state.submodule]  # type: ignore[attr-defined]
            child = frame.child = Frame(called, frame.runtime)
        if not self.advance(life, child, t):
            return False
        visit.exit = child.cur.entered if child.cur.entered is not None else t
        frame.history += child.history
        self.leave(frame, child.cur)
        self.leave(frame, visit)
        frame.child = None
        return True

    # --- one life --------------------------------------------------------------------------------------------------
    def live(self, person: Person, until: Clock) -> Life:
        """From birth to a moment, or death."""
        life = Life(person, self.providers, until)
        frames: list[Frame | None] = [Frame(module, module.runtime_name) for module in self.top]
        wake: list[Clock] = [life.birth] * len(frames)
        waits: list[str] = [""] * len(frames)
        due = life.birth
        while until > life.T and life.alive(life.T):
            self.step(life, frames, wake, waits, due)
            if life.lock == SCHEDULER:
                assert life.meeting is not None
                life.close(life.meeting, life.T)
                life.release()
                self._stir(waits, wake, "lock", -1, life.T)
            now = life.T + STEP
            due = life.cast.next_check_up(life.last_wellness, now, bool(life.chronic))
            soonest = min(min(wake), life.cast.next_time(), _NEVER if life.lock else due)
            if life.symptoms_changed and life.lock is None:
                soonest = now
            life.T = now + -(-max(soonest - now, 0) // STEP) * STEP
        self.finish(life)
        return life

    def step(self, life: Life, frames: list[Frame | None], wake: list[Clock], waits: list[str], due: Clock) -> None:
        now = life.T
        self.background(life)
        if life.lock is None:
            self.schedule(life, due, wake, waits)
        for i, frame in enumerate(frames):
            if frame is None or wake[i] > now:
                continue
            if not life.alive(now):
                return
            changed, freed = life.changed, life.freed
            life.early = frame.module.key < "Lifecycle"
            done = self.advance(life, frame, now)
            if done:
                if isinstance(frame.cur.state, s.Terminal):
                    frames[i], wake[i], waits[i] = None, _NEVER, ""
                    if life.lock == frame.runtime and life.meeting is not None:
                        life.close(life.meeting, now)
                        life.release()
            else:
                wake[i], waits[i] = self.sleep(life, frame)
            if life.freed != freed:
                self._stir(waits, wake, "lock", i, now)
            if life.changed != changed:
                self._stir(waits, wake, "change", i, now)

    @staticmethod
    def _stir(waits: list[str], wake: list[Clock], what: str, i: int, now: Clock) -> None:
        for j, waiting in enumerate(waits):
            if waiting == what:
                wake[j] = min(wake[j], now if j > i >= 0 else now + STEP)

    def sleep(self, life: Life, frame: Frame) -> tuple[Clock, str]:
        """When a module must be looked at again, and what else wakes it."""
        while frame.child is not None:
            frame = frame.child
        visit, now = frame.cur, life.T
        state = visit.state
        if isinstance(state, (s.Delay, s.Procedure)):
            assert visit.deadline is not None
            return max(visit.deadline, now + STEP), ""
        if isinstance(state, s.Guard):
            return (now + STEP if id(state) in self.timed else _NEVER), "change"
        if isinstance(state, s.Encounter) and state.wellness:
            return _NEVER, "visit"
        if isinstance(state, (s.Encounter, s.EncounterEnd)):
            return (now + STEP if life.lock is None else _NEVER), "lock"
        return now + STEP, ""

    def background(self, life: Life) -> None:
        """Changes with age, and COVID-19 vaccination."""
        now = life.T
        for name, value in life.cast.changes(now):
            life.set(name, value)
        dose = life.cast.covid_dose(now)
        if dose is not None:
            meeting = life.meeting
            if meeting is None:
                code = Code("SNOMED-CT", *covid.VISIT)
                meeting = life.open("outpatient", now, concepts.concept("procedure", (code,)), None, "", "")
                life.close(meeting, now + 15 * MINUTE)
            self.inject(life, meeting.number, dose.product.cvx, dose.product.display, dose.dose_number)
            if dose.is_last:
                life.set("C19_FULLY_VACCINATED", True)

    @staticmethod
    def inject(life: Life, visit: int, cvx: str, display: str, number: int) -> None:
        what = concepts.concept("vaccine", (Code("CVX", cvx, display),))
        life.chart.vaccination(visit, life.T, what, number, 0)

    def schedule(self, life: Life, due: Clock, wake: list[Clock], waits: list[str]) -> None:
        """A check-up, or a visit for symptoms."""
        now = life.T
        call = None
        if now >= due:
            call = life.cast.check_up(now)
        elif life.symptoms_changed:
            total = life.total()
            call = life.cast.call_for(total, life.last_total)
            if call is not None:
                life.last_total = total
                life.address_worst()
            life.symptoms_changed = call is not None  # what is left may still be too much, and differs now
        if call is None:
            return
        what = concepts.concept("procedure", (Code("SNOMED-CT", call.code, call.display),))
        life.meeting = life.open(call.encounter_class, now, what, None, "", "")
        life.lock = SCHEDULER
        life.visits += 1
        for vaccine in life.cast.vaccines(now):
            self.inject(life, life.meeting.number, vaccine.vaccine.cvx, vaccine.vaccine.display, vaccine.dose_number)
        for j, waiting in enumerate(waits):
            if waiting == "visit":
                wake[j] = now

    def finish(self, life: Life) -> None:
        """Close what is open, and certify a death."""
        if life.meeting is not None and life.meeting.is_open:
            life.close(life.meeting, min(life.T, life.until))
        if life.died is not None and life.died <= life.until:
            visit = None
            at = min(life.birth + -(-(life.died - life.birth) // STEP) * STEP, life.until)
            cause = life.cause
            if cause is not None:
                visit = life.open("wellness", at, concepts.concept("procedure", (_CERTIFICATE,)), cause, "", "").number
                life.chart.close(visit, at + 15 * MINUTE)
            else:
                cause = concepts.concept("condition", (Code("SNOMED-CT", "419620001", "Death"),))
            life.chart.death(visit, life.died, cause, 0)


def lives(literal: Literal, people: Any, number: int, until: Clock) -> Iterator[Life]:
    """Those who died in a slot of the population, then the one who lives."""
    attempt = 0
    while True:
        life = literal.live(people.person(number, attempt), until)
        yield life
        if life.died is None or life.died > until:
            return
        attempt += 1
