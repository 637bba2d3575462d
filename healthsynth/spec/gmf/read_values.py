"""Codes, amounts, distributions and the other small values, from JSON."""

import json

from healthsynth.spec.gmf.fields import Fields
from healthsynth.spec.gmf.values import (
    Attachment,
    Code,
    Distribution,
    Dosage,
    Exact,
    Goal,
    Instance,
    Prescription,
    Range,
    Reaction,
    SampledData,
    Series,
    Supply,
)

LEVELS = ("severe", "moderate", "mild", "none")
_NEEDS = {
    "EXACT": ("value",),
    "UNIFORM": ("low", "high"),
    "GAUSSIAN": ("mean", "standardDeviation"),
    "EXPONENTIAL": ("mean",),
    "TRIANGULAR": ("min", "mode", "max"),
}


def code(f: Fields) -> Code:
    """A code, which may be written as a number."""
    value = f.data.get("code")
    if isinstance(value, int) and not isinstance(value, bool):
        f.seen.add("code")
        text = str(value)
    else:
        text = f.text("code", required=True)
    return Code(f.text("system", required=True), text, f.text("display"), f.text("value_set"), f.text("version"))


def codes(f: Fields, name: str = "codes", required: bool = False) -> tuple[Code, ...]:
    """A list of codes."""
    return f.items(name, code, required)


def some_code(f: Fields, name: str) -> Code:
    """A single code that has to be there."""
    found = f.inner(name, code)
    if found is None and not f.has(name):
        f.wrong("", f"'{name}' is missing", "add an object with system, code and display", "GM104")
    return found or Code("", "")


def exact_time(f: Fields) -> Exact:
    """A fixed time."""
    return Exact(f.number("quantity", required=True), f.unit())


def exact(f: Fields) -> Exact:
    """A fixed value, a number or a text, with any unit."""
    value = f.data.get("quantity")
    if isinstance(value, str):
        f.seen.add("quantity")
        return Exact(value, f.text("unit"))
    return Exact(f.number("quantity", required=True), f.text("unit"))


def range_time(f: Fields) -> Range:
    """A span of times."""
    return _ordered(f, Range(f.number("low", required=True), f.number("high", required=True), f.unit()))


def range_(f: Fields) -> Range:
    """A span of values with any unit."""
    places = f.whole("decimals") if f.has("decimals") else None
    return _ordered(f, Range(f.number("low", required=True), f.number("high", required=True), f.text("unit"), places))


def _ordered(f: Fields, found: Range) -> Range:
    if found.low > found.high:
        f.odd("low", f"{found.low:g} is above high, {found.high:g}", "exchange the two")
    return found


def distribution(f: Fields) -> Distribution:
    """A distribution with the parameters its kind needs."""
    kind = f.one_of("kind", tuple(_NEEDS), "EXACT", required=True) or "EXACT"
    rounded = f.flag("round")
    given = f.inner("parameters", lambda p: _parameters(p, kind))
    if given is None:
        if not f.has("parameters"):
            f.wrong("", "'parameters' is missing", f"{kind} needs {', '.join(_NEEDS[kind])}", "GM104")
        given = {}
    if kind == "UNIFORM" and given.get("low", 0) > given.get("high", 0):
        f.odd("parameters", "low is above high", "exchange the two")
    if given.get("standardDeviation", 0) < 0:
        f.wrong("parameters", "the standard deviation is negative", "take away the sign", "GM107")
    return Distribution(
        kind,  # type: ignore[arg-type]  # one of _NEEDS
        given.get("value", 0.0),
        given.get("low", 0.0),
        given.get("high", 0.0),
        given.get("mean", 0.0),
        given.get("standardDeviation", 0.0),
        given.get("mode", 0.0),
        given.get("min"),
        given.get("max"),
        rounded,
    )


def _parameters(f: Fields, kind: str) -> dict[str, float]:
    found = {name: f.number(name, required=True) for name in _NEEDS[kind]}
    if kind == "GAUSSIAN":
        found |= {name: f.number(name) for name in ("min", "max") if f.has(name)}
    return found


def prescription(f: Fields) -> Prescription:
    """What stands on a prescription."""
    return Prescription(
        f.flag("as_needed"),
        "as_needed" in f.data,
        f.whole("refills"),
        f.inner("dosage", _dosage),
        f.inner("duration", exact_time),
        codes(f, "instructions"),
    )


def _dosage(f: Fields) -> Dosage:
    found = Dosage(
        f.number("amount", required=True),
        f.number("frequency", required=True),
        f.number("period", required=True),
        f.unit(),
    )
    if found.period <= 0:
        f.wrong("period", f"is {found.period:g}", "a dose is taken every so often: write a number above 0", "GM107")
    return found


def reaction(f: Fields) -> Reaction:
    """A reaction; weights add to at most 1.001."""
    levels = f.items(
        "possible_severities",
        lambda s: (s.one_of("level", LEVELS, "none", True), s.number("value", required=True)),
        True,
    )
    total = sum(weight for _, weight in levels)
    if total > 1.001:
        f.wrong("possible_severities", f"the values add to {total:g}", "they may add to 1", "GM107")
    return Reaction(some_code(f, "reaction"), levels)


def goal(f: Fields) -> Goal:
    """A goal; `addresses` holds plain texts."""
    observed = f.inner("observation", lambda o: (codes(o), o.operator(), scalar(o, "value")))
    return Goal(f.text("text"), codes(f), observed, f.texts("addresses"))


def scalar(f: Fields, name: str) -> bool | int | float | str | None:
    """A plain value of any kind."""
    f.seen.add(name)
    value = f.data.get(name)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    f.wrong(name, "is a list or an object, not a plain value", "write a number, a text, true or false")
    return None


def series(f: Fields) -> Series:
    """A series of pictures."""
    return Series(
        f.inner("body_site", code),
        some_code(f, "modality"),
        f.items("instances", lambda i: Instance(i.text("title"), some_code(i, "sop_class")), True),
        f.whole("min_number_instances"),
        f.whole("max_number_instances"),
    )


def supply(f: Fields) -> Supply:
    """Things handed over."""
    return Supply(some_code(f, "code"), f.number("quantity", 1.0))


def sampled(f: Fields) -> SampledData:
    """A curve in attributes."""
    limit = {name: f.number(name) if f.has(name) else None for name in ("lower_limit", "upper_limit")}
    return SampledData(
        f.texts("attributes"),
        f.number("origin_value"),
        f.number("factor", 1.0),
        limit["lower_limit"],
        limit["upper_limit"],
        f.text("decimal_format"),
    )


def attachment(f: Fields) -> Attachment:
    """Media; its inside is kept as it is."""
    f.seen.update(f.data)
    return Attachment(
        str(f.data.get("title", "")), str(f.data.get("content_type", "")), json.dumps(f.data, sort_keys=True)
    )
