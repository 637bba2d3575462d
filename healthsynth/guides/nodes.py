"""Profiles compiled: a tree of the elements on which a profile says more than the base type."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from healthsynth.guides.findings import Json, codings
from healthsynth.guides.invariants import Rule, by_key
from healthsynth.guides.tables import Codes, codes, guide_table, load

Test = Callable[[Any], bool]
_ABSENT = object()


class Node:
    """One element of a profile, or one slice of it."""

    __slots__ = (
        "children", "codes", "extensible", "fixed", "id", "keys", "least", "most", "must_support", "name", "pattern", "plain", "profiles",
        "rules", "slices", "slicing", "stem", "targets", "test",
    )  # fmt: skip

    def __init__(self, row: Json, path: str, guide: str):
        self.name: str = row["n"].removesuffix("[x]")
        self.id: str = row.get("id", "")
        self.least: int = row.get("min", 0)
        self.most: int | None = row.get("max")
        self.must_support = "ms" in row
        self.stem = self.name if row["n"].endswith("[x]") else ""
        # For a choice: the keys that its types allow; none means as in the base.
        types = row.get("t", []) if self.stem else []
        self.keys = frozenset(self.stem + each[0].upper() + each[1:] for each in types)
        self.targets = frozenset(row.get("tp", ()))
        self.profiles = tuple(row.get("p", ()))
        self.fixed = row.get("f", _ABSENT)
        self.pattern = row.get("pt", _ABSENT)
        self.codes = codes(guide, row["b"]) if "b" in row else None
        self.extensible = codes(guide, row["e"]) if "e" in row else None
        self.plain = frozenset(code for _, code in self.codes) if self.codes is not None else None
        found = (by_key(key, path, guide) for key in row.get("k", ()))
        self.rules: tuple[Rule, ...] = tuple(rule for rule in found if rule is not None)
        self.children = [Node(each, f"{path}.{each['n']}", guide) for each in row.get("c", ())]
        self.slicing: str = row.get("r", "open")
        self.slices = [Node(each, path, guide) for each in row.get("s", ())]
        self.test: Test | None = None
        for each in self.slices:
            each.test = _discriminate(each, row.get("d", []))

    def has_fixed(self) -> bool:
        return self.fixed is not _ABSENT

    def has_pattern(self) -> bool:
        return self.pattern is not _ABSENT


class Profile:
    """A profile: the type it constrains, its root node, for extensions also where they may stand."""

    __slots__ = ("name", "node", "on", "type", "url")

    def __init__(self, url: str, row: Json, guide: str):
        self.url = url
        self.name = url.rsplit("/", 1)[1]
        self.type: str = row["type"]
        self.on: frozenset[str] = frozenset(row.get("on", ()))
        self.node = Node(row["node"], self.type, guide)


@cache
def profile(guide: str, url: str) -> Profile | None:
    """A profile of the guide, or of base R4; None if neither has it."""
    return _find(guide, url, "profiles")


@cache
def extension(guide: str, url: str) -> Profile | None:
    """The definition of an extension; None if neither the guide nor base R4 has it."""
    return _find(guide, url, "extensions")


def _find(guide: str, url: str, kind: str) -> Profile | None:
    row = guide_table(guide)[kind].get(url) or load("r4-base")[kind].get(url)
    return None if row is None else Profile(url, row, guide)


def matches(value: Any, pattern: Any) -> bool:
    """Whether a value has at least what a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(value[key], part) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(matches(each, part) for each in value) for part in pattern)
    return bool(value == pattern)


def in_codes(value: Any, allowed: Codes) -> bool:
    """Whether a Coding, CodeableConcept or Quantity has one of the codes."""
    return any(
        (each.get("system"), each.get("code")) in allowed or (each.get("system"), "*") in allowed
        for each in codings(value)
    )


def _discriminate(node: Node, discriminators: list[list[str]]) -> Test | None:
    """A predicate: does a value belong to the slice? None for slices by type, which the key decides."""
    tests = []
    for kind, path in discriminators:
        if kind == "type":
            return None
        test = _test(node, [] if path == "$this" else path.split("."))
        if test is not None:
            tests.append(test)
    return lambda value: all(test(value) for test in tests)


def _test(node: Node, path: list[str]) -> Test | None:
    """What the slice demands at the end of a path, as a test of a value; None if it demands nothing there."""
    if path == ["url"] and node.profiles:
        urls = node.profiles
        return lambda value: isinstance(value, dict) and value.get("url") in urls
    if not path:
        return _demand(node)
    name = path[0]
    for child in node.children:
        # The demand may stand on a slice of the element: code.coding:SBPCode.code
        for each in (child, *child.slices) if child.name == name else ():
            inner = _test(each, path[1:])
            if inner is not None:
                return partial(_any_at, inner, name)
    demanded: Any = node.pattern if node.has_pattern() else node.fixed
    for name in path:
        demanded = demanded.get(name) if isinstance(demanded, dict) else None
        demanded = demanded[0] if isinstance(demanded, list) and demanded else demanded
    if demanded is None:
        return None
    return lambda value: any(matches(each, demanded) for each in _reach(value, path))


def _any_at(inner: Test, name: str, value: Any) -> bool:
    return any(inner(each) for each in _at(value, name))


def _demand(node: Node) -> Test | None:
    if node.has_fixed():
        fixed = node.fixed
        return lambda value: bool(value == fixed)
    if node.has_pattern():
        pattern = node.pattern
        return lambda value: matches(value, pattern)
    if node.codes is not None:
        allowed = node.codes
        return lambda value: (
            in_codes(value, allowed) if isinstance(value, dict) else any(value == c for _, c in allowed)
        )
    inner = [(child.name, test) for child in node.children if child.least and (test := _demand(child)) is not None]
    return (lambda value: all(_any_at(test, name, value) for name, test in inner)) if inner else None


def _at(value: Any, name: str) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    found = value.get(name)
    if isinstance(found, list):
        yield from found
    elif found is not None:
        yield found


def _reach(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
        return
    for each in _at(value, path[0]):
        yield from _reach(each, path[1:])
