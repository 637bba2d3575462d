"""Walking a module with the path of everything, as the author wrote it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from healthsynth.spec import ast
from healthsynth.spec.model import GATHERED, Every, Number, Step
from healthsynth.spec.source import Path_


def walk(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every model and every parsed text below `node`, with its author path."""
    found: list[tuple[Path_, Any]] = []
    _gather(node, path, found)
    return iter(found)


def _gather(node: Any, path: Path_, found: list[tuple[Path_, Any]]) -> None:
    """Into one list: generators inside generators would hand every node up through all levels."""
    if node is None or isinstance(node, (str, int, float)):
        return
    if isinstance(node, BaseModel):
        if path:
            found.append((path, node))
        if isinstance(node, (Number, Every)):
            found.extend(_inside(node, path))
        else:
            _gather_fields(node, path, found)
    elif isinstance(node, dict):
        for key, item in node.items():
            _gather(item, (*path, key), found)
    elif isinstance(node, tuple) and not hasattr(node, "_fields"):
        for i, item in enumerate(node):
            _gather(item, (*path, i), found)
    elif is_dataclass(node):
        found.append((path, node))


def _gather_fields(node: BaseModel, path: Path_, found: list[tuple[Path_, Any]]) -> None:
    for name, key in _keys(type(node)):
        value = getattr(node, name)
        if value is None:
            continue
        if name in GATHERED:
            for rest, item in value.items():
                _gather(item, (*path, GATHERED[name] + rest), found)
        elif name == "states":
            for state, item in value.items():
                _gather(item, (*path, state), found)
        else:
            _gather(value, (*path, key), found)


@cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """(name, as authors write it) of a model's fields."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


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
    found: list[Any] = []
    _plant(node, found)
    return iter(found)


def _plant(node: Any, found: list[Any]) -> None:
    if isinstance(node, tuple):
        for item in node:
            _plant(item, found)
        return
    kind: Any = type(node)
    names = _branches(kind)
    if names is not None:
        found.append(node)
        for name in names:
            _plant(getattr(node, name), found)


@cache
def _branches(kind: type[object]) -> tuple[str, ...] | None:
    """The fields of a kind of tree; None for what is no tree."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


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
