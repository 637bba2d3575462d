"""Which results anybody decides by: the others need not be read before the history begins."""

from typing import Any

from pydantic import BaseModel

from healthsynth.compile.program import Program
from healthsynth.spec import ast


def results_needed(program: Program) -> frozenset[str]:
    """Names of measures whose charted results some condition of the program reads, with what they are made from."""
    found: set[str] = set()
    for module in program.modules:
        for block in (module.course, module.care, module.pathways, module.numbers, module.measures, module.death):
            _walk(block, found)
    for condition in program.conditions.values():
        _walk(condition, found)
    return frozenset(_with_parts(program, found))


def _walk(node: Any, found: set[str]) -> None:
    if isinstance(node, (ast.Result, ast.ResultIs, ast.Tested)):
        found.add(node.name)
    elif isinstance(node, ast.Name):
        found.add(node.name)  # bmi in care steps; harmless elsewhere
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            _walk(getattr(node, name), found)
    elif isinstance(node, dict):
        for value in node.values():
            _walk(value, found)
    elif isinstance(node, (list, tuple)):
        for value in node:
            _walk(value, found)
    elif hasattr(node, "__dataclass_fields__"):
        for name in node.__dataclass_fields__:
            _walk(getattr(node, name), found)


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
                _walk(expression, found)
        if len(found) == before:
            return found
