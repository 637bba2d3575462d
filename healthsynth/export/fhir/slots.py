"""Slots: the places of a shape that differ between its instances, each of a type that cannot break the shape.

A builder gets an event and a `Values`. What differs between instances it may only pass to a method of `Values`:

    plain     (`Scope`)   the method returns the value itself, ready for JSON
    traced    (`Tracer`)  the event's fields are `Var`s; the method returns a marker, from which a template is made

A builder that looks at a `Var` (compares it, prints it) is refused, so that a template cannot depend on one instance.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple, NoReturn, Protocol

import orjson

from healthsynth.errors import HealthsynthError
from healthsynth.export.fhir.datatypes import coding, concept
from healthsynth.export.moments import DAYS
from healthsynth.people.npi import FACILITY_BASE, invented, is_valid
from healthsynth.record.ids import EVENT
from healthsynth.units import DAY
from healthsynth.vocabulary import Concept

Json = dict[str, Any]
_MOST_KEPT = 1 << 13  # entries of a cache; beyond that a value is made again each time


class ShapeError(HealthsynthError):
    """A builder or a value that would break the promise of its shape."""


class Var:
    """A value that differs between the instances of a shape; `source` says where an instance has it."""

    __slots__ = ("source",)

    def __init__(self, source: str):
        self.source = source

    def __add__(self, other: object) -> "Var":
        return Var(f"({self.source} + {source(other)})")

    def __floordiv__(self, other: object) -> "Var":
        return Var(f"({self.source} // {source(other)})")

    def _refuse(self, *_: object) -> NoReturn:
        raise ShapeError(f"a builder looks at {self.source}, which differs between instances")

    __bool__ = __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __str__ = __format__ = __iter__ = _refuse


class Coded(Var):
    """A coded answer, a `Concept`, that differs."""

    __slots__ = ()


def source(value: object) -> str:
    """The expression for a `Var` or a constant number."""
    return value.source if isinstance(value, Var) else repr(value)


def prune(value: Any) -> Any:
    """Without `None`s, and without the objects and lists that have nothing else."""
    if isinstance(value, dict):
        kept = {key: pruned for key, item in value.items() if (pruned := prune(item)) is not None}
        return kept or None
    if isinstance(value, list | tuple):
        return [pruned for item in value if (pruned := prune(item)) is not None] or None
    return value


class Choices:
    """A closed table of known JSON values: a slot for it can only hold one of them."""

    def __init__(self, rows: Mapping[str, Any]):
        self.rows = {key: prune(value) for key, value in rows.items()}
        self.texts = {key: orjson.dumps(value).decode() for key, value in self.rows.items()}
        self.values = tuple({self.texts[key]: value for key, value in self.rows.items()}.values())  # each of them once


class Part:
    """One element of a list that is made apart from its resource, and validated in a sample of it (see bills.py).

    Args:
        json: the element without its `sequence`, which is written last.
    """

    __slots__ = ("_head",)

    def __init__(self, json: Json):
        self._head = orjson.dumps(prune(json)).decode()[:-1]

    @property
    def json(self) -> Json:
        """The element without its place."""
        found: Json = orjson.loads(self._head + "}")
        return found

    def text(self, sequence: int) -> str:
        """Its JSON at a place of the list."""
        return f'{self._head},"sequence":{sequence}}}'


# Any element, for tracing: parts bring their own validation.
_SAMPLE_PART = {"sequence": 99, "productOrService": {"text": "sample"}}


class Values(Protocol):
    """What a builder may ask for. Ids are without their type; times are `Clock`s of the patient's place."""

    patient: str
    encounter: str
    clinician: str
    organization: str
    location: str
    kind: str  # of the visit; part of the shape only where the family says so

    def id(self, number: Any, lane: int = EVENT) -> str: ...
    def instant(self, at: Any) -> str: ...
    def day(self, at: Any) -> str: ...
    def decimal(self, value: Any, places: int) -> Any: ...
    def integer(self, value: Any) -> Any: ...
    def digits(self, value: Any) -> str: ...
    def money(self, cents: Any) -> Any: ...
    def text(self, value: Any) -> str: ...
    def given_id(self, value: Any) -> str: ...
    def npi(self, value: Any) -> str: ...
    def references(self, targets: Any) -> Any: ...
    def wrapped(self, targets: Any, key: str, numbered: bool = False) -> Any: ...
    def parts(self, parts: Any, first: int) -> list[Any]: ...
    def base64(self, value: Any) -> str: ...
    def uid(self, number: Any, lane: int = EVENT) -> str: ...
    def answer(self, value: Any) -> Any: ...
    def codeable(self, value: Any) -> Any: ...
    def choice(self, choices: Choices, key: Any) -> Any: ...
    def meta(self, kind: str) -> Json | None: ...


class _Numbers(dict[int, str]):
    """A number -> the last twelve digits of its id."""

    def __missing__(self, number: int) -> str:
        digits = f"{number:012x}"
        if len(digits) > 12:
            raise ShapeError(f"there is no id for number {number}")
        if number < _MOST_KEPT:  # large ones hardly ever come again
            self[number] = digits
        return digits


class _Decimals(dict[float, str]):
    """A number -> its decimal with a fixed number of places."""

    def __init__(self, places: int):
        self._form = f"%.{places}f"

    def __missing__(self, value: float) -> str:
        if not isfinite(value):
            raise ShapeError(f"{value} is not a decimal")
        return _keep(self, value, self._form % (value + 0.0))


class _Integers(dict[int, str]):
    def __missing__(self, value: int) -> str:
        if type(value) is not int:
            raise ShapeError(f"{value!r} is not an integer")
        return _keep(self, value, str(value))


class _Money(dict[int, str]):
    """Cents -> USD, with two decimals."""

    def __missing__(self, cents: int) -> str:
        if type(cents) is not int or cents < 0:
            raise ShapeError(f"{cents!r} is not an amount")
        return _keep(self, cents, f"{cents // 100}.{cents % 100:02d}")


class _Texts(dict[str, str]):
    """A string -> the same, escaped for JSON. FHIR has no empty strings and no control characters."""

    def __missing__(self, text: str) -> str:
        if not text.strip() or any(c < " " and c not in "\t\r\n" for c in text):
            raise ShapeError(f"{text!r} cannot be a FHIR string")
        return _keep(self, text, orjson.dumps(text).decode()[1:-1])


class _GivenIds(dict[str, str]):
    """An id that was made elsewhere, as it is."""

    def __missing__(self, identity: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,64}", identity):
            raise ShapeError(f"{identity!r} cannot be a FHIR id")
        return _keep(self, identity, identity)


class _Npis(dict[str, str]):
    """A national provider identifier, as it is; US Core checks its last digit."""

    def __missing__(self, npi: str) -> str:
        if not is_valid(npi):
            raise ShapeError(f"{npi!r} cannot be an NPI")
        return _keep(self, npi, npi)


class _Answers(dict[Any, str]):
    """An answer to a question, a number or a concept, as an element of QuestionnaireResponse.item.answer."""

    def __missing__(self, value: Any) -> str:
        return _keep(self, value, orjson.dumps(answer(value)).decode())


def answer(value: float | Concept) -> Json:
    """A coded answer as its Coding, a number as it is."""
    if isinstance(value, Concept):
        return {"valueCoding": coding(value.primary)}
    return {"valueInteger": int(value)} if value == int(value) else {"valueDecimal": value}


class _Codeables(dict[Concept, str]):
    """A concept as a CodeableConcept. What a shape's validation would see of its codes is looked at here."""

    def __missing__(self, entry: Concept) -> str:
        TEXTS[entry.text]
        for code in entry.codes:
            TEXTS[code.display]
            if not re.fullmatch(r"\S+( \S+)*", code.code):
                raise ShapeError(f"{code.code!r} cannot be a FHIR code")
        return _keep(self, entry, orjson.dumps(prune(concept(entry))).decode())


def _keep(cache: dict[Any, str], key: Any, text: str) -> str:
    if len(cache) < _MOST_KEPT:
        cache[key] = text
    return text


NUMBERS = _Numbers()
DECIMALS = tuple(_Decimals(places) for places in range(7))
INTEGERS = _Integers()
MONEY = _Money()
TEXTS = _Texts()
GIVEN_IDS = _GivenIds()
NPIS = _Npis()
ANSWERS = _Answers()
CODEABLES = _Codeables()


def base64_text(text: str) -> str:
    """A document's bytes as FHIR's base64Binary, which is never empty."""
    if not text:
        raise ShapeError("a document without a text")
    return b64encode(text.encode()).decode()


def references_text(targets: tuple[str, ...]) -> str:
    """A JSON list of references to "Type/id"s; at least one."""
    return '[{"reference":"' + '"},{"reference":"'.join(targets) + '"}]'


def wrapped_text(targets: tuple[str, ...], key: str, numbered: bool) -> str:
    """A JSON list of {key: reference}, numbered from 1 if asked for; at least one."""
    opening = f'"{key}":{{"reference":"'
    if not numbered:
        return "[{" + opening + f'"}}}},{{{opening}'.join(targets) + '"}}]'
    return "[" + ",".join([f'{{"sequence":{n},{opening}{target}"}}}}' for n, target in enumerate(targets, 1)]) + "]"


def parts_text(parts: Sequence[Part], first: int) -> str:
    """Elements of a JSON list, without its brackets; at least one."""
    return ",".join([part.text(n) for n, part in enumerate(parts, first)]) if len(parts) > 1 else parts[0].text(first)


def dicom_uid(uuid: str) -> str:
    """A UUID as an OID (DICOM PS3.5 B.2)."""
    return f"2.25.{int(uuid.replace('-', ''), 16)}"


# What generated stamps can name, beside their arguments.
NAMES: dict[str, Any] = {
    "numbers": NUMBERS,
    "days": DAYS,
    **{f"decimals{places}": cache for places, cache in enumerate(DECIMALS)},
    "integers": INTEGERS,
    "money": MONEY,
    "texts": TEXTS,
    "given_ids": GIVEN_IDS,
    "npis": NPIS,
    "answers": ANSWERS,
    "codeables": CODEABLES,
    "base64_text": base64_text,
    "references_text": references_text,
    "wrapped_text": wrapped_text,
    "parts_text": parts_text,
    "dicom_uid": dicom_uid,
}

_ID = "0a1b2c3d-0a1b-8001-a0a1-00000000beef"
_SAMPLE_CODING = {"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}
_MARK, _RAW, _END = "\ue000", "\ue001", "\ue002"
MARKER = f'"{_RAW}(\\d+){_END}"|{_MARK}(\\d+){_END}'  # group 1: a slot with its quotes, group 2: inside a string


class Slot(NamedTuple):
    """One slot: the expressions that fill it, one after the other, and values of its type to validate the shape with."""

    expressions: tuple[str, ...]
    samples: tuple[Any, ...]


class Tracer:
    """The `Values` that make markers. `slots[n]` belongs to marker n."""

    patient = property(lambda self: self._mark("v.patient", _ID))
    encounter = property(lambda self: self._mark("v.encounter", _ID))
    clinician = property(lambda self: self._mark("v.clinician", _ID))
    organization = property(lambda self: self._mark("v.organization", _ID))
    location = property(lambda self: self._mark("v.location", _ID))

    def __init__(self, kind: Any, profiles: Mapping[str, str]):
        self.kind = kind
        self.slots: list[Slot] = []
        self.names: dict[str, Any] = {}
        self._profiles = profiles
        self._found: dict[tuple[tuple[str, ...], bool], int] = {}

    def id(self, number: Any, lane: int = EVENT) -> str:
        return self._mark((f"v.heads[{lane}]", f"numbers[{source(number)}]"), _ID)

    def instant(self, at: Any) -> str:
        return self._mark(f"v.instants[{source(at)}]", "2004-02-29T12:30:00-05:00")

    def day(self, at: Any) -> str:
        return self._mark(f"days[{source(at)} // {DAY}]", "2004-02-29")

    def decimal(self, value: Any, places: int) -> str:
        return self._mark(f"decimals{places}[{source(value)}]", round(12.3456789, places), raw=True)

    def integer(self, value: Any) -> str:
        return self._mark(f"integers[{source(value)}]", 12, raw=True)

    def digits(self, value: Any) -> str:
        return self._mark(f"integers[{source(value)}]", "12")

    def money(self, cents: Any) -> str:
        return self._mark(f"money[{source(cents)}]", 12.34, raw=True)

    def text(self, value: Any) -> str:
        return self._mark(f"texts[{source(value)}]", 'A "text" with é & <b>')

    def given_id(self, value: Any) -> str:
        return self._mark(f"given_ids[{source(value)}]", _ID)

    def npi(self, value: Any) -> str:
        return self._mark(f"npis[{source(value)}]", invented(FACILITY_BASE, 1))

    def references(self, targets: Any) -> str:
        return self._mark(f"references_text({source(targets)})", [{"reference": f"Patient/{_ID}"}], raw=True)

    def wrapped(self, targets: Any, key: str, numbered: bool = False) -> str:
        sample: Json = {key: {"reference": f"Condition/{_ID}"}}
        sample = {"sequence": 1, **sample} if numbered else sample
        return self._mark(f'wrapped_text({source(targets)}, "{key}", {numbered})', [sample], raw=True)

    def parts(self, parts: Any, first: int) -> list[Any]:
        return [self._mark(f"parts_text({source(parts)}, {first})", _SAMPLE_PART, raw=True)]

    def base64(self, value: Any) -> str:
        return self._mark(f"base64_text({source(value)})", "QQ==")

    def uid(self, number: Any, lane: int = EVENT) -> str:
        return self._mark(f"dicom_uid(v.heads[{lane}] + numbers[{source(number)}])", dicom_uid(_ID))

    def answer(self, value: Any) -> Any:
        return self._mark(f"answers[{source(value)}]", {"valueInteger": 2}, {"valueCoding": _SAMPLE_CODING}, raw=True)

    def codeable(self, value: Any) -> Any:
        return self._mark(f"codeables[{source(value)}]", {"coding": [_SAMPLE_CODING], "text": "Yes"}, raw=True)

    def choice(self, choices: Choices, key: Any) -> Any:
        name = f"choices{id(choices)}"
        self.names[name] = choices.texts
        return self._mark(f"{name}[{source(key)}]", *choices.values, raw=True)

    def meta(self, kind: str) -> Json | None:
        url = self._profiles.get(kind)
        return {"profile": [url]} if url else None

    def _mark(self, expression: str | tuple[str, str], *samples: Any, raw: bool = False) -> str:
        expressions = (expression,) if isinstance(expression, str) else expression
        number = self._found.get((expressions, raw))
        if number is None:
            number = self._found[expressions, raw] = len(self.slots)
            self.slots.append(Slot(expressions, samples))
        return f"{_RAW if raw else _MARK}{number}{_END}"
