"""Walking a module with the path of everything, as the author wrote it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from healthsynth.spec import ast
from healthsynth.spec.model import GATHERED, Every, Number, Step
from healthsynth.spec.source import Path_


def walk(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every model and every parsed text below `node`, with its author path."""
    if isinstance(node, BaseModel):
        if path:
            yield path, node
        if isinstance(node, (Number, Every)):
            yield from _inside(node, path)
            return
        for name, field in type(node).model_fields.items():
            value = getattr(node, name)
            if value is None:
                continue
            if name in GATHERED:
                for key, item in value.items():
                    yield from walk(item, (*path, GATHERED[name] + key))
            elif name == "states":
                for key, item in value.items():
                    yield from walk(item, (*path, key))
            else:
                yield from walk(value, (*path, field.alias or name))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from walk(item, (*path, key))
    elif isinstance(node, tuple) and not hasattr(node, "_fields"):
        for i, item in enumerate(node):
            yield from walk(item, (*path, i))
    elif is_dataclass(node):
        yield path, node


def _inside(node: Number | Every, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(node, Number):
        for i, factor in enumerate(node.times):
            yield (*path, "times", i), factor
        return
    for i, (condition, by) in enumerate(node.options):
        if condition is not None:
            yield (*path, i, "while"), condition
        yield (*path, i, "every") if condition is not None else path, by
    for _, _, by in node.bands:
        yield path, by


def trees(node: Any) -> Iterator[Any]:
    """A tree of the grammar and all trees inside it."""
    if isinstance(node, tuple):
        for item in node:
            yield from trees(item)
    elif is_dataclass(node):
        yield node
        for field in fields(node):
            yield from trees(getattr(node, field.name))


def steps(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Step]]:
    """Every step below a node."""
    for here, found in walk(node, path):
        if isinstance(found, Step):
            yield here, found


def names_of(node: Any) -> Iterator[str]:
    """Every bare name in the expressions of a tree."""
    for tree in trees(node):
        if isinstance(tree, ast.Name):
            yield tree.name
