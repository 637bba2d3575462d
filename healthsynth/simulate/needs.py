"""Which results anybody decides by: the others need not be read before the history begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from healthsynth.compile.program import Program
from healthsynth.compile.walk import names_of, trees, walk
from healthsynth.spec import ast
from healthsynth.spec.model import Every, Module, Pathway, Rule, Step


@dataclass(frozen=True, slots=True)
class Needs:
    """Measures whose charted values are read somewhere, and those of which only the time of the test matters."""

    values: frozenset[str]
    times: frozenset[str]


def results_needed(program: Program) -> Needs:
    """What the conditions of a program read of the chart, with what calculated results are made from."""
    values: set[str] = set()
    times: set[str] = set()
    for module in program.modules:
        for tree in _trees(module):
            if isinstance(tree, (ast.Result, ast.ResultIs)):
                values.add(tree.name)
            elif isinstance(tree, ast.Tested):
                times.add(tree.name)
        for condition in _of_care(module):
            values.update(names_of(condition))  # `bmi >= 30` in a step is the charted one
    for condition in program.conditions.values():
        for tree in trees(condition):
            if isinstance(tree, (ast.Result, ast.ResultIs)):
                values.add(tree.name)
            elif isinstance(tree, ast.Tested):
                times.add(tree.name)
    return Needs(frozenset(_with_parts(program, values)), frozenset(times - values))


def _trees(module: Module) -> Iterator[Any]:
    for block in (module.course, module.care, module.pathways, module.numbers, module.measures, module.death):
        for _, node in walk(block, ("",)):
            yield from trees(node)


def _of_care(module: Module) -> Iterator[Any]:
    """The conditions that read the chart where they say a bare name."""
    for block in (module.care, module.pathways):
        for path, node in walk(block, ("",)):
            if isinstance(node, Step):
                yield from (node.when, node.unless, node.until)
                yield from (choice.when for choice in node.choose or ())
            elif isinstance(node, Pathway):
                yield from (node.until, node.unless, node.who)
            elif isinstance(node, Every):
                yield from (condition for condition, _ in node.options)
            elif isinstance(node, Rule) and node.at is not None:
                yield from (node.who, node.when)
            del path


def _with_parts(program: Program, found: set[str]) -> set[str]:
    """Calculated results need their parts."""
    calculated = {
        name: measure.calculated
        for module in program.modules
        for name, measure in module.measures.items()
        if measure.calculated is not None
    }
    if "bmi" in found:
        found |= {"height", "weight"}
    while True:
        before = len(found)
        for name, expression in calculated.items():
            if name in found:
                found.update(names_of(expression))
        if len(found) == before:
            return found
