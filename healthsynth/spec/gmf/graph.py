"""The state diagram of a GMF module, as text or as an SVG."""

from collections.abc import Iterator

from healthsynth.spec.gmf import transitions as t
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.say import order
from healthsynth.spec.gmf.words import condition, share
from healthsynth.spec.graph import Diagram, page


def edges(module: GmfModule) -> Iterator[tuple[str, str, str]]:
    """(from, to, words) of every way between states."""
    for title in order(module):
        for to, words in _ways(module.states[title].transition):
            yield title, to, words


def _ways(way: t.Transition | None) -> Iterator[tuple[str, str]]:
    match way:
        case t.Direct(to=to):
            yield to, ""
        case t.Distributed(shares=shares):
            yield from ((one.to, share(one.weight)) for one in shares)
        case t.Conditional(options=options) | t.Complex(options=options):
            for option in options:
                asked = condition(option.condition) if option.condition is not None else "otherwise"
                if option.to:
                    yield option.to, asked
                else:
                    yield from ((one.to, f"{share(one.weight)} if {asked}") for one in option.shares)
        case t.Lookup(table=table, defaults=shares):
            yield from ((one.to, f"by {table}") for one in shares)
        case t.TypeOfCare(ambulatory=a, emergency=e, telemedicine=v):
            yield from ((a, "office"), (e, "emergency"), (v, "video"))
        case None:
            return


def text(module: GmfModule) -> str:
    """One line for each way between states."""
    return "\n".join(f"{a} -> {b}" + (f"  ({words})" if words else "") for a, b, words in edges(module))


def svg(module: GmfModule) -> str:
    """States in columns by their distance from Initial."""
    known = [way for way in edges(module) if way[1] in module.states]
    first = ("Initial",) if "Initial" in module.states else ()
    return page(module.name, [Diagram(module.name, first, order(module), known)] if module.states else [])
