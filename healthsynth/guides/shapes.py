"""Base R4 compiled: for every type, what each key of its JSON may hold."""

from functools import cache

from healthsynth.guides.invariants import Rule, at, at_field
from healthsynth.guides.primitives import CHECKS, Check
from healthsynth.guides.tables import Codes, codes, load

CODED = ("CodeableConcept", "Coding", "Quantity")


class Field:
    """One key of a type: `valueQuantity` of Observation, say."""

    __slots__ = ("codes", "group", "many", "plain", "primitive", "rules", "targets", "type", "where")

    def __init__(self, type_name: str, many: bool, where: str, group: str, targets: list[str], bound: Codes | None):
        self.type = type_name
        self.many = many
        self.where = where  # the element's path: "Observation.value[x]"
        self.group = group  # the element's name: "value[x]"
        self.primitive: Check | None = CHECKS.get(type_name)
        self.targets = frozenset(targets)
        self.codes = bound
        self.plain = frozenset(code for _, code in bound) if bound is not None else None
        self.rules: tuple[Rule, ...] = ()


class Shape:
    """A type, or an element with elements of its own: its keys, those it must have, choices, rules."""

    __slots__ = ("choices", "keys", "kind", "name", "required", "rules", "where")

    def __init__(self, name: str, where: str, kind: str):
        self.name = name  # the type's name; for elements inside a type the path
        self.where = where
        self.kind = kind  # "resource", "complex-type"
        self.keys: dict[str, Field] = {}
        self.required: list[tuple[str, tuple[str, ...]]] = []  # (element, the keys of which one must be there)
        self.choices: list[tuple[str, frozenset[str]]] = []
        self.rules: tuple[Rule, ...] = ()


@cache
def shape(name: str) -> Shape | None:
    """The shape of a type ("Patient", "HumanName") or of an element inside one ("Patient.contact"); None if unknown."""
    type_name, _, inside = name.partition(".")
    table = load("r4-base")["types"].get(type_name)
    if table is None:
        return None
    made = Shape(name, name, table["kind"] if not inside else "complex-type")
    for path, least, most, types, targets, bound in table["rows"]:
        parent, _, last = path.rpartition(".")
        if parent != inside:
            continue
        keys = _keys(last, types)
        for key, kind in keys:
            kind = _inner(type_name, path, kind)
            made.keys[key] = Field(kind, most != 1, f"{type_name}.{path}", last, targets, _bound(bound))
        if least:
            made.required.append((last.removesuffix("[x]"), tuple(key for key, _ in keys)))
        if len(keys) > 1:
            made.choices.append((last, frozenset(key for key, _ in keys)))
    made.rules = at(made.name, made.kind)
    for field in made.keys.values():
        field.rules = at_field(field.where)
    return made if made.keys else None


def _bound(url: str) -> Codes | None:
    return codes("none", url) if url else None


def _keys(name: str, types: list[str]) -> list[tuple[str, str]]:
    if name.endswith("[x]"):
        stem = name[:-3]
        # SimpleQuantity is a profile of Quantity: its key is valueQuantity.
        return [
            (stem + each.removeprefix("Simple")[0].upper() + each.removeprefix("Simple")[1:], each) for each in types
        ]
    return [(name, types[0])]


def _inner(type_name: str, path: str, kind: str) -> str:
    """Elements written out in place have a shape under their own path; so have those that another path describes."""
    if kind.startswith("#"):
        return f"{type_name}.{kind[1:]}"
    return f"{type_name}.{path}" if kind in ("BackboneElement", "Element") else kind
