"""Values of primitive types: their JSON type and their form."""

import re
from calendar import monthrange
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

# Source of the forms: FHIR R4 4.0.1, datatypes (the regular expression of each type).
_DAY = r"(?P<y>[1-9]\d{3}|0\d{3})(-(?P<m>0[1-9]|1[0-2])(-(?P<d>0[1-9]|[12]\d|3[01])%s)?)?"
_ZONE = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_DATE = re.compile(_DAY % "")
_DATE_TIME = re.compile(_DAY % f"(T{_TIME}{_ZONE})?")
_INSTANT = re.compile(rf"(?P<y>[1-9]\d{{3}}|0\d{{3}})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])T{_TIME}{_ZONE}")
_DIV = "{http://www.w3.org/1999/xhtml}div"

Check = Callable[[Any], bool]


def _dated(form: re.Pattern[str]) -> Check:
    def check(value: Any) -> bool:
        if value.__class__ is not str:
            return False
        found = form.fullmatch(value)
        if found is None:
            return False
        day = found["d"]
        return day is None or day < "29" or int(day) <= monthrange(int(found["y"]) or 4, int(found["m"]))[1]

    # Days repeat in a file: most answers come from here.
    kept = lru_cache(maxsize=1 << 14)(check)
    return lambda value: value.__class__ is str and kept(value)


def _form(pattern: str) -> Check:
    match = re.compile(pattern).fullmatch
    return lambda value: value.__class__ is str and match(value) is not None


def _string(value: Any) -> bool:
    return value.__class__ is str and value != "" and not value.isspace()


def _integer(low: int, high: int = 2**31 - 1) -> Check:
    return lambda value: value.__class__ is int and low <= value <= high


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and value.__class__ is not bool


def _base64(value: Any) -> bool:
    if value.__class__ is not str or not value:
        return False
    packed = value if value.isascii() and " " not in value and "\n" not in value else "".join(value.split())
    return len(packed) % 4 == 0 and re.fullmatch(r"[0-9A-Za-z+/]*={0,2}", packed) is not None


@lru_cache(maxsize=1024)
def _narrative(text: str) -> bool:
    if "<!" in text or not text.lstrip().startswith("<"):  # no document types, hence no entities of one's own
        return False
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return False
    return root.tag == _DIV and bool("".join(root.itertext()).strip() or root.find(f".//{_DIV[:-3]}img") is not None)


CHECKS: dict[str, Check] = {
    "base64Binary": _base64,
    "boolean": lambda value: value.__class__ is bool,
    "canonical": _form(r"#\S+|\S+:\S+"),
    "code": _form(r"\S+(\s\S+)*"),
    "date": _dated(_DATE),
    "dateTime": _dated(_DATE_TIME),
    "decimal": _number,
    "id": _form(r"[A-Za-z0-9.-]{1,64}"),
    "instant": _dated(_INSTANT),
    "integer": _integer(-(2**31)),
    "markdown": _string,
    "oid": _form(r"urn:oid:[0-2](\.(0|[1-9]\d*))+"),
    "positiveInt": _integer(1),
    "string": _string,
    "time": _form(_TIME),
    "unsignedInt": _integer(0),
    "uri": _form(r"\S+"),
    "url": _form(r"\S+"),
    "uuid": _form(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "xhtml": lambda value: value.__class__ is str and _narrative(value),
}
