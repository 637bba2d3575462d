"""A resource against base R4: known elements, types, cardinality, required codes, references, constraints."""

from typing import Any

from healthsynth.guides.findings import ERROR, Finding, Json, codings
from healthsynth.guides.shapes import CODED, Field, Shape, shape
from healthsynth.guides.tables import NONE, Codes, displays

_ELEMENT = "Element"


class Walk:
    """One pass over one resource; `found` collects, `extensions` are those met, with where they stand."""

    __slots__ = ("extensions", "found", "guide", "inside", "profiled", "root")

    def __init__(self, root: Json, guide: str = NONE, inside: bool = True):
        self.root = root
        self.guide = guide
        self.inside = inside  # whether to go into the entries of a Bundle
        self.found: list[Finding] = []
        # (extension, path, path of the element "extension" in the type)
        self.extensions: list[tuple[Json, str, str]] = []
        # contained and bundled resources: (resource, path)
        self.profiled: list[tuple[Json, str]] = []

    def error(self, path: str, code: str, message: str) -> None:
        self.found.append(Finding(path, code, message, ERROR))

    def resource(self, resource: Any, path: str, root: Json | None = None) -> None:
        """A whole resource; a bundled one is its own root, a contained one is not."""
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        known = shape(name) if isinstance(name, str) else None
        if known is None or known.kind != "resource":
            self.error(path or "resource", "type", f"'{name}' is not a resource type of R4")
            return
        if root is not None:
            self.root, outer = root, self.root
        self.profiled.append((resource, path))
        self.complex(resource, known, path or str(name), known.name)
        if root is not None:
            self.root = outer

    def complex(self, value: Json, known: Shape, path: str, where: str) -> None:
        """An object of a type: its keys one by one, then what is missing, then the type's rules."""
        if not value:
            self.error(path, "ele-1", "an empty object")
            return
        keys = known.keys
        for key, item in value.items():
            field = keys.get(key)
            if field is not None:
                self.field(item, field, f"{path}.{key}", where, value, key)
            elif key != "resourceType":
                self._other(key, item, keys, path, where)
        for name, options in known.required:
            for option in options:
                if option in value or "_" + option in value:
                    break
            else:
                self.error(f"{path}.{name}", "cardinality", f"{name} is missing")
        for group, options_set in known.choices:
            if len(options_set & value.keys()) > 1:
                self.error(f"{path}.{group}", "cardinality", f"more than one {group}")
        root = self.root
        for rule in known.rules:
            if not rule.holds(value, root):
                self.found.append(Finding(path, rule.key, rule.message, rule.severity))

    def _other(self, key: str, item: Any, keys: dict[str, Field], path: str, where: str) -> None:
        field = keys.get(key[1:]) if key.startswith("_") else None
        if field is None or field.primitive is None:
            self.error(f"{path}.{key}", "unknown-element", f"'{key}' is not an element of {where}")
            return
        known = shape(_ELEMENT)
        assert known is not None
        for n, each in enumerate(item if field.many and isinstance(item, list) else [item]):
            if isinstance(each, dict):
                self.complex(each, known, f"{path}.{key}[{n}]" if field.many else f"{path}.{key}", field.where)
            elif each is not None or not field.many:
                self.error(f"{path}.{key}", "type", "must hold the id and extensions of a primitive element")

    def field(self, item: Any, field: Field, path: str, where: str, parent: Json, key: str) -> None:
        """What stands under one key."""
        if not field.many:
            if isinstance(item, list):
                self.error(path, "type", "is a list, must be a single value")
            else:
                self.value(item, field, path)
        elif not isinstance(item, list):
            self.error(path, "type", "is a single value, must be a list")
        elif not item:
            self.error(path, "ele-1", "an empty list")
        else:
            twin = parent.get("_" + key) if field.primitive is not None else None
            for n, each in enumerate(item):
                if each is None and isinstance(twin, list) and n < len(twin) and twin[n]:
                    continue  # a primitive without a value, which has an extension in the twin
                self.value(each, field, f"{path}[{n}]")
        for rule in field.rules:
            for n, each in enumerate(item if isinstance(item, list) else [item]):
                if not rule.holds(each, parent):
                    at = f"{path}[{n}]" if field.many else path
                    self.found.append(Finding(at, rule.key, rule.message, rule.severity))

    def value(self, value: Any, field: Field, path: str) -> None:
        """One value of a field."""
        if field.primitive is not None:
            if field.plain is not None and value.__class__ is str:
                if value not in field.plain:
                    self.error(path, "required-binding", f"'{value}' is not one of {some(field.plain)}")
            elif not field.primitive(value):
                self.error(path, "value", f"{shown(value)} is not a valid {field.type}")
            return
        if value.__class__ is not dict:
            self.error(path, "type", f"{shown(value)} is not an object ({field.type})")
            return
        kind = field.type
        if kind == "Resource":
            contained = field.group == "contained"
            if contained or self.inside:
                self.resource(value, path, None if contained else value)
            return
        known = shape(kind)
        if known is None:
            return
        if kind == "Extension":
            self.extensions.append((value, path, field.where))
        self.complex(value, known, path, field.where if kind == "Extension" else known.name)
        if kind == "Reference":
            self.reference(value, field.targets, path)
        elif kind == "Coding":
            self.coding(value, path)
        if field.codes is not None and kind in CODED:
            self.coded(value, field.codes, path, kind)

    def coding(self, value: Json, path: str) -> None:
        """A code of a system that is known in full, and its display."""
        system, code, named = value.get("system"), value.get("code"), value.get("display")
        if system.__class__ is not str or code.__class__ is not str:
            return
        listed = displays(self.guide, system)
        if listed is None:
            return
        known = listed.get(code)
        if known is None:
            if not any(code.casefold() == each.casefold() for each in listed):
                self.error(path, "unknown-code", f"'{code}' is not a code of {system}")
        elif named.__class__ is str and known and named.casefold() not in known.split("|"):
            self.error(path, "wrong-display", f"'{named}' is not the display of {code} ({known.split('|')[0]})")

    def coded(self, value: Json, allowed: Codes, path: str, kind: str) -> None:
        if kind == "Quantity" and "code" not in value:
            return
        listed = codings(value)
        if not any((each.get("system"), each.get("code")) in allowed for each in listed):
            given = ", ".join(str(each.get("code")) for each in listed) or "no code"
            self.error(path, "required-binding", f"{given}: none of {some({code for _, code in allowed})}")

    def reference(self, value: Json, allowed: frozenset[str], path: str) -> None:
        """The type that a reference points to, where it can be told."""
        target = value.get("reference")
        if not isinstance(target, str):
            return
        name = target_type(target, value, self.root)
        if name is None:
            return
        known = shape(name)
        if known is None or known.kind != "resource":
            if "://" not in target:
                self.error(f"{path}.reference", "reference", f"'{target}' names no resource type of R4")
        elif allowed and name not in allowed:
            self.error(path, "reference-type", f"points to {name}, allowed are {some(allowed)}")


def target_type(target: str, value: Json, root: Json) -> str | None:
    """The resource type of what a reference points to; None where the reference does not say."""
    if target.startswith("#"):
        for each in root.get("contained") or ():
            if isinstance(each, dict) and each.get("id") == target[1:]:
                return each.get("resourceType")
        return None
    if target.startswith("urn:"):
        said = value.get("type")
        return said if isinstance(said, str) else None
    plain = target.partition("?")[0]
    if plain != target:
        return plain.rsplit("/", 1)[-1]
    parts = plain.split("/_history/")[0].split("/")
    if len(parts) < 2:
        return None if "://" in plain else plain
    return parts[-2] if "://" not in plain or parts[-2][:1].isupper() else None


def some(names: frozenset[str] | set[str], most: int = 8) -> str:
    """The first few of many names."""
    listed = sorted(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def shown(value: Any) -> str:
    """A value in a message, cut short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
