"""The states of a GMF module that follow one another without choice or wait, taken together: each run is one state of a course."""

from dataclasses import dataclass

from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.convert.names import distinct
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.say import order
from healthsynth.spec.gmf.transitions import Direct, Transition, targets
from healthsynth.spec.gmf.uses import reachable

_ALONE = (s.Delay, s.Guard, s.Terminal, s.Death, s.CallSubmodule)


@dataclass(frozen=True, slots=True)
class Run:
    """`name` of the course's state; the GMF states in their order; the way out; the visit under way at its beginning."""

    name: str
    states: tuple[s.State, ...]
    way: Transition | None
    visit: s.Encounter | None


def runs(module: GmfModule) -> dict[str, Run]:
    """By the title of the first GMF state, in the order in which one comes to them."""
    found = reachable(module)
    comes: dict[str, int] = {}
    for title in found:
        for to in targets(module.states[title].transition):
            comes[to] = comes.get(to, 0) + 1
    heads = [t for t in order(module) if t in found and _heads(module, t, comes)]
    names = distinct(heads)
    bodies = {head: _body(module, head, set(heads)) for head in heads}
    visits = _visits(module, bodies)
    return {head: Run(names[head], body, body[-1].transition, visits.get(head)) for head, body in bodies.items()}


def _heads(module: GmfModule, title: str, comes: dict[str, int]) -> bool:
    state = module.states[title]
    if title == "Initial" or comes.get(title, 0) != 1 or isinstance(state, (*_ALONE, s.Encounter)):
        return True
    before = next(st for st in module.states.values() if title in targets(st.transition))
    return isinstance(before, _ALONE) or not isinstance(before.transition, Direct)


def _body(module: GmfModule, head: str, heads: set[str]) -> tuple[s.State, ...]:
    found = [module.states[head]]
    while isinstance(found[-1].transition, Direct) and not isinstance(found[-1], _ALONE):
        to = found[-1].transition.to
        if to in heads or to not in module.states:
            break
        found.append(module.states[to])
    return tuple(found)


def _visits(module: GmfModule, bodies: dict[str, tuple[s.State, ...]]) -> dict[str, s.Encounter | None]:
    """The visit that is under way when a run begins: that of the first way which leads there."""
    found: dict[str, s.Encounter | None] = {"Initial": None}
    queue = ["Initial"]
    for head in queue:
        visit = found[head]
        for state in bodies[head]:
            if isinstance(state, s.Encounter):
                visit = state
            elif isinstance(state, s.EncounterEnd):
                visit = None
        for to in targets(bodies[head][-1].transition):
            if to in bodies and to not in found:
                found[to] = visit
                queue.append(to)
    return found
