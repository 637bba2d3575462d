"""A resource against one profile."""

from typing import Any

from healthsynth.guides.base import shown, some, target_type
from healthsynth.guides.findings import ERROR, WARNING, Finding, Json, codings
from healthsynth.guides.nodes import Node, Profile, in_codes, matches

Found = list[Finding]
_Values = list[tuple[Any, str, str]]  # (value, path, key)


# FHIR's list of types of identifiers is a part of HL7's table 0203; US Core itself asks for MB, a member number, which it lacks.
_WIDER = frozenset({"http://terminology.hl7.org/CodeSystem/v2-0203"})


class Conform:
    """Checks of one resource; `warnings` asks for extensible bindings as well."""

    __slots__ = ("found", "label", "root", "warnings")

    def __init__(self, root: Json, found: Found, warnings: bool):
        self.root, self.found, self.warnings, self.label = root, found, warnings, ""

    def profile(self, value: Json, profile: Profile, path: str) -> None:
        """The value against a profile of its type."""
        self.label = profile.name
        node = profile.node
        self._rules(value, node, path, value)
        for child in node.children:
            self.element(value, child, path)

    def error(self, path: str, code: str, message: str) -> None:
        self.found.append(Finding(path, code, f"{message} ({self.label})", ERROR))

    def element(self, parent: Json, node: Node, path: str) -> None:
        """One element of an object: how often, of which type, then each value and slice."""
        values = self._values(parent, node, path)
        self._count(len(values), node, f"{path}.{node.name}", "")
        for value, at, key in values:
            if node.keys and key not in node.keys:
                self.error(at, "type", f"{key} is not allowed here, only {some(node.keys)}")
            self.value(value, node, at, parent)
        if node.slices:
            self._slices(values, node, f"{path}.{node.name}", parent)

    def _values(self, parent: Json, node: Node, path: str) -> _Values:
        stem = node.stem
        if stem:
            size = len(stem)
            keys = [key for key in parent if key.startswith(stem) and key[size : size + 1].isupper()]
            if not keys:
                keys = [key[1:] for key in parent if key.startswith("_" + stem) and key[size + 1 : size + 2].isupper()]
            return [(parent.get(key), f"{path}.{key}", key) for key in keys]
        name = node.name
        found = parent.get(name)
        if found is None:
            return [(None, f"{path}.{name}", name)] if "_" + name in parent else []
        if isinstance(found, list):
            return [(each, f"{path}.{name}[{n}]", name) for n, each in enumerate(found)]
        return [(found, f"{path}.{name}", name)]

    def _count(self, number: int, node: Node, path: str, which: str) -> None:
        if number < node.least:
            needed = "is missing" if node.least == 1 else f"stands {number} times, at least {node.least} needed"
            self.error(path, "cardinality", f"{which or node.name} {needed}")
        elif node.most is not None and number > node.most:
            self.error(path, "cardinality", f"{which or node.name} stands {number} times, at most {node.most} allowed")

    def value(self, value: Any, node: Node, path: str, parent: Json) -> None:
        """One value: fixed, pattern, codes, target, rules, children."""
        if value is None:
            return  # a primitive without a value, with an extension
        if node.has_fixed() and value != node.fixed:
            self.error(path, "fixed", f"is {shown(value)}, must be {shown(node.fixed)}")
        if node.has_pattern() and not matches(value, node.pattern):
            self.error(path, "pattern", f"does not have {shown(node.pattern)}")
        if node.codes is not None:
            self._bound(value, node, path)
        if node.extensible is not None and self.warnings:
            self._extensible(value, node, path)
        if node.targets and isinstance(value, dict):
            self._target(value, node.targets, path)
        self._rules(value, node, path, parent)
        if node.children and isinstance(value, dict):
            for child in node.children:
                self.element(value, child, path)

    def _rules(self, value: Any, node: Node, path: str, parent: Json) -> None:
        if not isinstance(value, dict | str):
            return  # of a wrong type, which the walk has reported
        for rule in node.rules:
            # us-core-8, -9, -10 and others stand on the resource; a rule on an element sees the element.
            if not rule.holds(value, parent):
                self.found.append(Finding(path, rule.key, f"{rule.message} ({self.label})", rule.severity))

    def _bound(self, value: Any, node: Node, path: str) -> None:
        assert node.codes is not None
        assert node.plain is not None
        if isinstance(value, str):
            if value not in node.plain:
                self.error(path, "required-binding", f"'{value}' is not one of {some(node.plain)}")
        elif isinstance(value, dict) and not in_codes(value, node.codes):
            listed = codings(value)
            given = ", ".join(str(each.get("code")) for each in listed) or "no code"
            message = f"{given}: none of {some(node.plain)}"
            if "value" in value and "coding" not in value:
                # A unit: the profiles that mean it fix the unit's code as well, the others list only common units.
                if listed and self.warnings:
                    self.found.append(Finding(path, "required-binding", f"{message} ({self.label})", WARNING))
            else:
                self.error(path, "required-binding", message)

    def _extensible(self, value: Any, node: Node, path: str) -> None:
        assert node.extensible is not None
        allowed = node.extensible
        if isinstance(value, str):
            given, known = value, any(value == code for _, code in allowed)
        else:
            listed = codings(value)
            given = ", ".join(str(each.get("code")) for each in listed)
            # A code of another system is taken for a meaning that the value set lacks.
            systems = {system for system, _ in allowed} - _WIDER
            known = in_codes(value, allowed) or not all(each.get("system") in systems for each in listed) or not listed
        if not known:
            message = f"{given}: none of {some({code for _, code in allowed})} ({self.label})"
            self.found.append(Finding(path, "extensible-binding", message, WARNING))

    def _target(self, value: Json, allowed: frozenset[str], path: str) -> None:
        target = value.get("reference")
        name = target_type(target, value, self.root) if isinstance(target, str) else None
        if name is not None and name not in allowed:
            self.error(path, "reference-type", f"points to {name}, allowed are {some(allowed)}")

    def _slices(self, values: _Values, node: Node, path: str, parent: Json) -> None:
        taken = 0
        for each in node.slices:
            if each.test is None:
                mine = [value for value in values if value[2] == each.id or value[2] in each.keys]
            else:
                mine = [value for value in values if value[0] is not None and each.test(value[0])]
            taken += len(mine)
            self._count(len(mine), each, f"{path}:{each.id}", f"{node.name} '{each.id}'")
            for value, at, _ in mine:
                self.value(value, each, at, parent)
        if node.slicing == "closed" and taken < len(values):
            self.error(path, "slice", f"only {', '.join(each.id for each in node.slices)} are allowed")
