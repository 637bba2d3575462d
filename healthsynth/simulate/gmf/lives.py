"""Modules of Synthea's format on the agenda of a patient: their next grid point stands there like anything else."""

from dataclasses import replace
from typing import TYPE_CHECKING

from healthsynth.people.population import at_death
from healthsynth.record.events import Death
from healthsynth.record.record import Record
from healthsynth.simulate.gmf import checkups
from healthsynth.simulate.gmf.cast.cast import NEVER
from healthsynth.simulate.patient import DEATH, PLAN, Patient
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.engine import GmfEngine


class Shared:
    """A life in modules of Synthea's format within that of a patient."""

    __slots__ = ("_asked", "living")

    def __init__(self, p: Patient, engine: "GmfEngine"):
        self.living = engine.life(p.person, p.end, p.chart_from, p)
        self._asked: Clock = NEVER

    def ask_for_turn(self, p: Patient) -> None:
        """Put the next grid point on the agenda, unless it or an earlier one stands there."""
        at = self.living.next()
        if at < self._asked:
            self._asked = at
            p.at(at, PLAN, self._turn)

    def _turn(self, p: Patient) -> None:
        """The grid point under way, and all that follow before anything else is due."""
        living = self.living
        known, self._asked = living.life.death, NEVER
        if living.next() <= p.now:
            living.step(p.now)
        living.run(p.agenda[0][0] if p.agenda else NEVER)
        death = living.life.death
        if death is not None and death != known:
            p.at(max(death, p.now), DEATH, self._die)
        self.ask_for_turn(p)

    def _die(self, p: Patient) -> None:
        """A death that a module of Synthea's format caused ends the life in all others."""
        life = self.living.life
        if p.dead is None and life.death is not None and life.death <= p.now:
            cause: Concept = life.death_cause or checkups.unknown_cause(life)
            p.dead = Death(p.number(), None, life.death, cause, life.death_origin)

    def announce(self, p: Patient, number: int, start: Clock) -> None:
        """A check-up that one of our own modules planned begins."""
        checkups.announce(self.living.life, number, start)
        self.ask_for_turn(p)

    def record(self, p: Patient) -> Record:
        """The finished chart, of both kinds of modules."""
        life, is_ours = self.living.life, False
        if p.dead is not None and (life.death is None or p.dead.time < life.death):
            life.death, is_ours = p.dead.time, True
        self.living.finish(not is_ours)
        life.chart.adopt(p.visits, p.events, p.ends)
        record = life.chart.record(p.end)
        death = p.dead if is_ours else record.death
        person = at_death(p.person, death.time) if death is not None else p.person
        return replace(record, person=person, death=death, truth=tuple(p.truth))


def set_in_motion(p: Patient, engine: "GmfEngine") -> None:
    """Put the first grid point on the agenda."""
    p.gmf = Shared(p, engine)
    p.gmf.ask_for_turn(p)
