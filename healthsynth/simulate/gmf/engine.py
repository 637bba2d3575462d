"""The modules of Synthea's format in one life: grid points at which something is due, and the turns in each.

engine = GmfEngine(program, providers)
life = engine.begin(person, end, chart_from)
life.run(); life.finish()
"""

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, Final

from healthsynth.compile.program import Program
from healthsynth.people.person import Person
from healthsynth.simulate.gmf import checkups, visits
from healthsynth.simulate.gmf.binding import bind, family, readers, written
from healthsynth.simulate.gmf.cast.cast import COMPUTED, NEVER, Cast
from healthsynth.simulate.gmf.charting import concepts
from healthsynth.simulate.gmf.charting.chart import Chart
from healthsynth.simulate.gmf.conditions import Binder
from healthsynth.simulate.gmf.running import advance, begin
from healthsynth.simulate.gmf.state import CHECK_UPS, CLOSING, ORDERS, GmfLife, Process
from healthsynth.spec.gmf.values import Code
from healthsynth.units import WEEK, Clock
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.patient import Patient

# What Synthea has in its program stands among the modules as if it had these keys.
COVID: Final = "COVID-19 Immunization Module"
LIFECYCLE: Final = "Lifecycle"
_OTHERS: Final = ("Cardiovascular Disease", "Quality Of Life", "Weight Loss")


class GmfEngine:
    """Everything bound once per process.

    Args:
        program: with `gmf`.
        providers: `people.providers.Providers`.
    """

    def __init__(self, program: Program, providers: Any):
        assert program.gmf is not None
        given = program.gmf
        self.corrected = given.corrected
        self.providers = providers
        self.modules = bind(given.library, Binder(COMPUTED, given.corrected, ("days_until_death",)), given.origins)
        keys = sorted([*[key for key in given.running if key in self.modules], COVID, LIFECYCLE, *_OTHERS])
        self.orders = {key: order for order, key in enumerate(keys, start=1)}
        self.covid, self.lifecycle = self.orders[COVID], self.orders[LIFECYCLE]
        tops = {key: order for key, order in self.orders.items() if key in self.modules}
        self.tops = tuple((order, self.modules[key]) for key, order in tops.items())
        self.written = written(self.modules.values())
        self.readers = readers(self.modules, tops)
        self.origin = given.origin
        self.checks_up = given.checks_up

    def coded_reason(self, code: Any) -> Concept | None:
        """A code in an attribute as a reason or a cause."""
        return concepts.concept("condition", (code,)) if isinstance(code, Code) else None

    def origins_of(self, key: str) -> frozenset[int]:
        """Where what a module charts, or one that it calls, comes from."""
        return frozenset(state.origin for module in family(self.modules, key) for state in module.states.values())

    def life(self, person: Person, end: Clock, chart_from: Clock, patient: "Patient | None" = None) -> "Living":
        """Somebody at birth.

        Args:
            end: nothing happens at or after it.
            chart_from: of what was before, only what lasts is charted.
            patient: gives the numbers of visits and entries, where others chart for this person too.
        """
        return Living(self, person, end, chart_from, patient)


class Living:
    """One life on the grid."""

    __slots__ = ("engine", "last", "life")

    def __init__(
        self, engine: GmfEngine, person: Person, end: Clock, chart_from: Clock, patient: "Patient | None" = None
    ):
        self.engine = engine
        chart = Chart(person, engine.providers, patient)
        life = self.life = GmfLife(engine, person, end, chart_from, chart)
        self.last: Clock = person.birth
        life.cast = cast = Cast(person, life.shown, end)
        life.attributes.update(cast.fixed)
        processes: list[Process | None] = [None] * (len(engine.orders) + 1)
        for order, module in engine.tops:
            process = processes[order] = Process(order, module, order < engine.lifecycle)
            begin(life, process)
            life.agenda.append(order)
        life.processes = processes
        if engine.checks_up:
            life.agenda.append(CHECK_UPS)
        self._plan_cast()
        heapify(life.agenda)

    def next(self) -> Clock:
        """The next grid point at which somebody has a turn; NEVER if there is none in this life."""
        life = self.life
        if not life.agenda:
            return NEVER
        at: Clock = life.birth + (life.agenda[0] // ORDERS) * WEEK
        return NEVER if at >= life.end or (life.death is not None and life.death <= at) else at

    def run(self, until: Clock = NEVER) -> None:
        """Live all grid points before `until`, as far as the life goes."""
        while (at := self.next()) < until:
            self.step(at)

    def step(self, at: Clock) -> None:
        """All turns of one grid point, in order; nobody has any more after a death."""
        life = self.life
        agenda, processes = life.agenda, life.processes
        week = (at - life.birth) // WEEK
        life.week, life.grid, life.clock = week, at, at
        end, before = (week + 1) * ORDERS, -1
        while agenda and agenda[0] < end:
            entry = heappop(agenda)
            if entry == before:
                continue
            before = entry
            order = life.now_order = entry - week * ORDERS
            if order == CHECK_UPS:
                checkups.look(life)
            elif order == CLOSING:
                checkups.leave(life)
            elif (process := processes[order]) is not None:
                if not process.finished:
                    advance(life, process)
                    if life.death is not None and life.death <= at:
                        break
            else:
                self._act_cast(order)
        life.now_order = CLOSING
        self.last = at

    def _act_cast(self, order: int) -> None:
        life = self.life
        if order == self.engine.covid:
            checkups.vaccinate(life)
        elif order == self.engine.lifecycle:
            for name, value in life.cast.changes(life.grid):
                life.set(name, value)
            self._plan_cast()

    def _plan_cast(self) -> None:
        """Turns for what the cast does next."""
        life, engine = self.life, self.engine
        at = life.cast.next_time()
        if at < life.end:
            week = max((at - life.birth) // WEEK, life.week)
            for order in (engine.covid, engine.lifecycle):
                if week > life.week or order > life.now_order:
                    heappush(life.agenda, week * ORDERS + order)
                else:
                    heappush(life.agenda, (week + 1) * ORDERS + order)

    def finish(self, certify: bool = True) -> GmfLife:
        """The life is over, or told to the reference date.

        Args:
            certify: a death is to be certified here.
        """
        life = self.life
        visits.end_of_life(life, self.last)
        if certify and life.death is not None and life.death < life.end:
            checkups.certify(life)
        return life
