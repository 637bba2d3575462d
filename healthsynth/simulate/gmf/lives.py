"""Modules of Synthea's format on the agenda of a patient: their next grid point stands there like anything else."""

from dataclasses import replace
from typing import TYPE_CHECKING

from healthsynth.people.population import at_death
from healthsynth.record.events import Death
from healthsynth.record.record import Record
from healthsynth.simulate.gmf.cast.cast import NEVER
from healthsynth.simulate.gmf.checkups import UNKNOWN
from healthsynth.simulate.patient import DEATH, PLAN, Patient
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.gmf.engine import GmfEngine, Living


def set_in_motion(p: Patient, engine: "GmfEngine") -> None:
    """Put the first grid point on the agenda."""
    p.gmf = engine.life(p.person, p.end, p.chart_from, p.number)
    _ask_for_turn(p, p.gmf)


def _ask_for_turn(p: Patient, living: "Living") -> None:
    at = living.next()
    if at != NEVER:
        p.at(at, PLAN, _turn)


def _turn(p: Patient) -> None:
    """The grid point under way, and all that follow before anything else is due."""
    living: Living = p.gmf
    known = living.life.death
    living.step(p.now)
    living.run(p.agenda[0][0] if p.agenda else NEVER)
    death = living.life.death
    if death is not None and death != known:
        p.at(max(death, p.now), DEATH, _die)
    _ask_for_turn(p, living)


def _die(p: Patient) -> None:
    """A death that a module of Synthea's format caused ends the life in all others."""
    life = p.gmf.life
    if p.dead is None and life.death is not None and life.death <= p.now:
        cause: Concept = life.death_cause or UNKNOWN
        p.dead = Death(p.number(), None, life.death, cause, life.death_origin)


def joined(p: Patient) -> Record:
    """The finished chart, of both kinds of modules."""
    living: Living = p.gmf
    is_ours = False
    if p.dead is not None and (living.life.death is None or p.dead.time < living.life.death):
        is_ours = True
        living.life.death = p.dead.time
    life = living.finish(not is_ours)
    life.chart.adopt(p.visits, p.events, p.ends)
    record = life.chart.record(p.end)
    death = p.dead if is_ours else record.death
    person = at_death(p.person, death.time) if death is not None else p.person
    return replace(record, person=person, death=death, truth=tuple(p.truth))
