"""A visit while it is under way, and the running of its steps."""

from collections.abc import Callable

from healthsynth.people.facility import Clinician, Facility
from healthsynth.people.hours import next_slot, typical_length
from healthsynth.people.specialties import facility_kind, usual_specialty
from healthsynth.randomness import mixed
from healthsynth.record.events import Visit
from healthsynth.simulate.nodes import Test
from healthsynth.simulate.numbers import When
from healthsynth.simulate.patient import FOREVER, PLAN, VISIT, Patient
from healthsynth.units import DAY, HOUR, MINUTE, YEAR, Clock
from healthsynth.vocabulary import Concept


class Step:
    """Something done in a visit. It leaves nothing to do, more steps, or a wait in seconds (a stay goes on)."""

    def act(self, p: Patient) -> "Steps | int | None":
        raise NotImplementedError


Steps = tuple[Step, ...]

HOSPITAL_KINDS = ("emergency", "inpatient")


class VisitPlan:
    """What a rule or a pathway asks for: the kind of visit, why, and what is done in it."""

    def __init__(
        self,
        kind: str,
        name: str,
        module: str,
        origin: int,
        reason: Concept | None = None,
        specialty: str | None = None,
        lasting: When | None = None,
        do: Steps = (),
        wanted: Test | None = None,
        after: Callable[[Patient], None] | None = None,
    ):
        self.kind = kind
        self.name = name
        self.module = module
        self.origin = origin
        self.reason = reason
        self.specialty = specialty
        self.lasting = lasting
        self.do = do
        self.wanted = wanted  # asked when the visit's hour has come
        self.after = after  # told when the visit has ended


class Encounter:
    """One visit under way. `clock` moves on as things are done; the body is as it is at `Patient.now`."""

    def __init__(self, p: Patient, plan: VisitPlan, start: Clock):
        self.plan = plan
        self.kind = plan.kind
        self.name = plan.name
        self.reason = plan.reason
        self.origin = plan.origin
        self.start = start
        self.clock = start + 4 * MINUTE if plan.kind != "virtual" else start
        self.number = p.number()
        self.charting = start >= p.chart_from
        self.mark = len(p.events)
        self.follows: int | None = None
        self.tested: dict[str, int | None] = {}
        p.noise = mixed(mixed(p.noise_key, self.start), p.now)
        self.length: int | None = None
        self._place(p)

    def _place(self, p: Patient) -> None:
        providers, address = p.engine.providers, p.person.address
        specialty = self.plan.specialty or usual_specialty(self.kind, (self.start - p.birth) // YEAR)
        kind = facility_kind(self.kind, specialty)
        self.facility: Facility = providers.nearest(address, kind)
        self.clinician: Clinician = providers.clinician(self.facility, specialty, p.person.number)


def ask_for(p: Patient, plan: VisitPlan, at: Clock) -> None:
    """Find the hour for a visit wanted at `at` (not before now), and put it on the agenda."""
    start = next_slot(plan.kind, max(at, p.now), p.draw(plan.module))
    p.at(start, VISIT, lambda p: begin(p, plan))


def begin(p: Patient, plan: VisitPlan) -> None:
    """The hour has come: be seen, or, being in another visit, wait for its end."""
    if plan.wanted is not None and not plan.wanted.holds(p):
        return
    if p.encounter is not None or p.now < p.busy_until:
        free = max(p.busy_until, p.now) if p.encounter is None else p.now + DAY
        ask_for(p, plan, free + HOUR)
        return
    encounter = p.encounter = Encounter(p, plan, p.now)
    if p.gmf is not None and plan.kind == "wellness":
        p.gmf.announce(p, encounter.number, p.now)
    if plan.lasting is not None:
        encounter.length = plan.lasting.after(p, p.now) - p.now
    p.busy_until = FOREVER
    more = p.engine.rules_at(plan.kind, plan.name, (p.now - p.birth) // YEAR)
    carry_on(p, [Frame(more), Frame(plan.do)] if more else [Frame(plan.do)])


class Frame:
    """A list of steps, and how far they are done."""

    def __init__(self, steps: Steps):
        self.steps = steps
        self.done = 0


def carry_on(p: Patient, rest: list[Frame]) -> None:
    """Do the steps that are left, the last frame first; a wait puts the rest on the agenda."""
    while rest:
        frame = rest[-1]
        steps, i = frame.steps, frame.done
        if i == len(steps):
            rest.pop()
            continue
        frame.done = i + 1
        left = steps[i].act(p)
        if left is None:
            continue
        if isinstance(left, int):
            _pause(p, left, rest)
            return
        rest.append(Frame(left))
    _finish(p)


def _pause(p: Patient, wait: int, rest: list[Frame]) -> None:
    encounter = p.encounter
    assert encounter is not None
    until = max(encounter.clock, p.now) + wait
    p.settle()

    def resume(p: Patient) -> None:
        if p.encounter is encounter:
            encounter.clock = p.now
            p.noise = mixed(mixed(p.noise_key, encounter.start), p.now)
            encounter.tested = {}  # another day: what was measured then may be measured again
            carry_on(p, rest)

    p.at(until, PLAN, resume)


def _finish(p: Patient) -> None:
    """All steps are done: short visits end now, stays when their time has come."""
    encounter = p.encounter
    assert encounter is not None
    if encounter.length is None:
        length = typical_length(encounter.kind, p.draw("lengths"))
        end = max(encounter.start + length, encounter.clock + MINUTE)
    else:
        end = max(encounter.start + encounter.length, encounter.clock + MINUTE)
    if encounter.kind == "inpatient" and end > p.now + DAY // 2:
        p.at(end, PLAN, lambda p: close(p, p.now) if p.encounter is encounter else None)
    else:
        close(p, end)


def close(p: Patient, end: Clock | None, discharge: str | None = None) -> None:
    """End the visit; `end` None: it goes on at the reference date."""
    encounter = p.encounter
    assert encounter is not None
    kind = encounter.kind
    if kind in HOSPITAL_KINDS and end is not None:
        discharge = discharge or "home"
    if encounter.charting or len(p.events) > encounter.mark:
        p.visits.append(
            Visit(
                encounter.number,
                kind,
                encounter.start,
                end,
                encounter.reason,
                encounter.facility,
                encounter.clinician,
                encounter.origin,
                encounter.name,
                discharge,
                encounter.follows,
            )
        )
    p.encounter = None
    p.pending.clear()  # nobody reads them any more
    p.busy_until = p.end if end is None else end
    if p.dead is None and end is not None and discharge != "hosp" and encounter.plan.after is not None:
        encounter.plan.after(p)


def admit(p: Patient, plan: VisitPlan, lasting: When) -> None:
    """From an emergency or office visit into hospital: that visit ends, the stay begins where it ended."""
    before = p.encounter
    assert before is not None
    end = max(before.clock + MINUTE, before.start + typical_length(before.kind, p.draw("lengths")))
    after = before.plan.after
    before.plan, number = plan, before.number
    p.settle()
    close(p, end, "hosp" if before.kind == "emergency" else None)
    plan.after = after
    stay = p.encounter = Encounter(p, plan, end)
    stay.follows = number
    stay.length = lasting.after(p, end) - end
    p.busy_until = FOREVER
