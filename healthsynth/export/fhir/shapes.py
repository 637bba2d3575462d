"""Trace once, stamp many: a builder's dict for one shape -> a function that writes the text of each instance.

A *family* says which builders make resources of one kind of event, and which of the event's fields differ between the
instances of a shape. All other fields, and which optional ones are there, are the shape's key. For a new key each
builder is called with `Var`s for what differs; the dict is validated, and made into a function that writes text (stamps.py).
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import compress, decompress

import orjson

from healthsynth.export.fhir.slots import NAMES, Coded, Json, Slot, Tracer, Values, Var, prune
from healthsynth.export.fhir.stamps import Fields, Lines, Rows, Stamp, compile_lines, compile_rows, compile_stamp
from healthsynth.vocabulary import Concept

BASE_URL = "https://healthsynth.example.org/fhir"
# (event, values, its end or None, what it is linked to or None) -> resource
Builder = Callable[[Any, Any, Any, Any], Json]


class Role(NamedTuple):
    """How a field takes part: its contribution to the key (an expression, "" for none), and what a builder sees of it."""

    key: Callable[[str], str]
    trace: Callable[[Any, str], Any]


def _components(value: Any, source: str) -> Any:
    return tuple((part[0], _component(part[1], f"{source}[{n}][1]"), *part[2:]) for n, part in enumerate(value))


def _component(value: Any, source: str) -> Any:
    return None if value is None else Coded(source) if isinstance(value, Concept) else Var(source)


def _answered(value: Any, source: str) -> Any:
    return tuple((part[0], Var(f"{source}[{n}][1]")) for n, part in enumerate(value))


def _measured(value: Any, source: str) -> Any:
    return value if value is None or isinstance(value, Concept) else Var(source)


CONSTANT = Role(lambda e: e, lambda value, e: value)
VARYING = Role(lambda e: "", lambda value, e: Var(e))
OPTIONAL = Role(lambda e: f"{e} is None", lambda value, e: None if value is None else Var(e))
COUNTED = Role(lambda e: f"len({e})", lambda value, e: tuple(Var(f"{e}[{n}]") for n in range(len(value))))
# A number differs; a coded answer, and having no value, belong to the shape.
MEASURED = Role(lambda e: f"({e} if {e}.__class__ is Concept else {e} is None)", _measured)
# Of components, whether they are coded: the answers to the questions of a long form are new with nearly every patient.
COMPONENTS = Role(
    lambda e: (
        f"({e} and tuple([('coded' if part[1].__class__ is Concept else part[1] is None, part[0], *part[2:])"
        f" for part in {e}]))"
    ),
    _components,
)
# Questions belong to the shape, whatever the answers.
ANSWERED = Role(lambda e: f"tuple([part[0] for part in {e}])", _answered)
# A lane belongs to the shape, the number in it does not.
LANED = Role(lambda e: f"({e} and {e}[0])", lambda value, e: value and (value[0], Var(f"{e}[1]")))
PAIR = Role(lambda e: f"{e}[1] is None", lambda value, e: (Var(f"{e}[0]"), value[1] and Var(f"{e}[1]")))


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What one kind of event (a NamedTuple) becomes, and its fields' roles; fields not named are constant."""

    event: type
    builders: tuple[Builder, ...]
    roles: Mapping[str, Role]
    link: Role = OPTIONAL
    by_kind: bool = False  # the kind of the visit belongs to the shape
    key: Callable[[Any, Any, Any, Any], Hashable] = field(init=False)

    def __post_init__(self) -> None:
        parts = [self.roles.get(name, CONSTANT).key(f"e.{name}") for name in self._names()]
        parts += [self.link.key("link"), "end is None or end.reason", "v.kind" if self.by_kind else ""]
        code = f"lambda e, v, end, link: ({', '.join(part for part in parts if part)},)"
        object.__setattr__(self, "key", eval(code, {"Concept": Concept, "len": len, "tuple": tuple}))

    def _names(self) -> tuple[str, ...]:
        return self.event._fields  # type: ignore[attr-defined,no-any-return]

    def trace(self, e: Any, end: Any, link: Any) -> tuple[Any, Any, Any]:
        """The event, its end and its link as a builder may see them."""
        seen = {name: role.trace(getattr(e, name), f"e.{name}") for name, role in self.roles.items()}
        traced_end = end and end._replace(time=Var("end.time"), visit=Var("end.visit"))
        return e._replace(**seen), traced_end, None if link is None else self.link.trace(link, "link")


class Resource(NamedTuple):
    """One traced resource of a shape."""

    type: str
    place: str  # "Type/id", the id with markers
    packed: bytes  # JSON with markers, compressed: there are thousands of shapes, and it is seldom asked for
    slots: list[Slot]
    builder: Builder

    def template(self) -> Json:
        """The JSON, with markers."""
        found: Json = orjson.loads(self.text())
        return found

    def text(self) -> str:
        """Its JSON, with markers."""
        return decompress(self.packed).decode()

    def entry(self) -> str:
        """The text of `entry(self.template())`."""
        return (
            f'{{"fullUrl":"{BASE_URL}/{self.place}","resource":{self.text()},'
            f'"request":{{"method":"PUT","url":"{self.place}"}}}}'
        )

    def line(self) -> str:
        """The text as a line of NDJSON."""
        return f"{self.text()}\n"

    def samples(self) -> tuple[tuple[Any, ...], ...]:
        """The sample values of each slot."""
        return tuple([slot.samples for slot in self.slots])


class Shape:
    """A validated shape with its stamps; each is made when it is first called.

    Attributes:
        resources: one for each builder of the family.
        types: theirs.
        entry: writes them as entries of a bundle, comma separated.
        lines: writes each as a line, in the order of `types`.
    """

    __slots__ = ("_names", "_rows", "entry", "lines", "resources", "types")

    entry: Stamp
    lines: Lines

    def __init__(self, resources: tuple[Resource, ...], names: Mapping[str, Any]):
        self.resources = resources
        self.types = tuple(resource.type for resource in resources)
        self._names = names  # what its stamps can name
        self._rows: dict[tuple[Fields, bool], Rows] = {}
        self.entry, self.lines = self._first_entry, self._first_lines

    def rows(self, fields: Fields, as_entries: bool) -> Rows:
        """What writes events that differ in some fields alone: as entries, or a tuple of lines each; made when first asked for."""
        found = self._rows.get((fields, as_entries))
        if found is None:
            parts = [(each.entry() if as_entries else each.line(), each.slots) for each in self.resources]
            found = self._rows[fields, as_entries] = compile_rows(parts, self._names, fields, as_entries)
        return found

    def _first_entry(self, e: Any, v: Any, end: Any, link: Any) -> str:
        self.entry = compile_stamp([(each.entry(), each.slots) for each in self.resources], self._names)
        return self.entry(e, v, end, link)

    def _first_lines(self, e: Any, v: Any, end: Any, link: Any) -> tuple[str, ...]:
        self.lines = compile_lines([(each.line(), each.slots) for each in self.resources], self._names)
        return self.lines(e, v, end, link)


def entry(resource: Json) -> Json:
    """A resource as an entry of a transaction: PUT makes loading it twice the same as once."""
    place = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": f"{BASE_URL}/{place}", "resource": resource, "request": {"method": "PUT", "url": place}}


def build(builder: Builder, e: Any, v: Values, end: Any, link: Any) -> Json:
    """One resource by its builder."""
    made: Json = prune(builder(e, v, end, link))
    return made


def trace(family: Family, e: Any, v: Values, end: Any, link: Any, profiles: Mapping[str, str]) -> Shape:
    """The shape that an event belongs to."""
    seen = family.trace(e, end, link)
    resources, names = [], NAMES
    for builder in family.builders:
        tracer = Tracer(v.kind if family.by_kind else Var("v.kind"), profiles)
        made = build(builder, seen[0], tracer, *seen[1:])
        kind = made["resourceType"]
        packed = compress(orjson.dumps(made), level=1)
        resources.append(Resource(kind, f"{kind}/{made['id']}", packed, tracer.slots, builder))
        names = names | tracer.names if tracer.names else names
    return Shape(tuple(resources), names)


def samples(resource: Resource) -> list[Json]:
    """The resource with sample values: each value of each slot at least once."""
    most = max((len(slot.samples) for slot in resource.slots), default=1)
    traced = resource.template()
    return [_fill(traced, resource.slots, n) for n in range(most)]


def _fill(value: Any, slots: Sequence[Slot], number: int) -> Any:
    if isinstance(value, dict):
        return {key: _fill(item, slots, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, slots, number) for item in value]
    if not isinstance(value, str):
        return value

    def sample(found: re.Match[str]) -> Any:
        values = slots[int(found[1])].samples
        return values[min(number, len(values) - 1)]

    whole = re.fullmatch("[\ue000\ue001](\\d+)\ue002", value)
    return sample(whole) if whole else re.sub("\ue000(\\d+)\ue002", sample, value)
