"""Constraints of datatypes and of all resources."""

from collections.abc import Iterator
from typing import Any

from healthsynth.guides.findings import choice, items, objects, section
from healthsynth.guides.invariants.rule import UCUM, Rule, any_of, at_least_zero, needs, not_after, not_both, number
from healthsynth.guides.ucum import unit


def _ext_1(value: Any, root: Any) -> bool:
    has_value = bool(choice(value, "value")[0]) or bool(choice(value, "_value")[0])
    return ("extension" in value) != has_value


def _ref_1(value: Any, root: Any) -> bool:
    target = value.get("reference")
    if not isinstance(target, str) or not target.startswith("#") or target == "#":
        return True
    return any(each.get("id") == target[1:] for each in objects(root.get("contained")))


def _rng_2(value: Any, root: Any) -> bool:
    low, high = section(value.get("low")), section(value.get("high"))
    least, most = number(low.get("value")), number(high.get("value"))
    return least is None or most is None or low.get("code") != high.get("code") or least <= most


def _rat_1(value: Any, root: Any) -> bool:
    above, below = "numerator" in value, "denominator" in value
    return above == below and (above or "extension" in value)


def _age_1(value: Any, root: Any) -> bool:
    size = number(value.get("value"))
    return _dis_1(value, root) and (size is None or size > 0)


def _dis_1(value: Any, root: Any) -> bool:
    return ("code" in value or "value" not in value) and value.get("system") in (None, UCUM)


def _cnt_3(value: Any, root: Any) -> bool:
    whole = value.get("value") is None or isinstance(value.get("value"), int)
    return _dis_1(value, root) and value.get("code") in (None, "1") and whole


def _drt_1(value: Any, root: Any) -> bool:
    return "code" not in value or (value.get("system") == UCUM and "value" in value)


def _tim_9(value: Any, root: Any) -> bool:
    return "offset" not in value or bool({*map(str, items(value.get("when")))} - {"C", "CM", "CD", "CV"})


def _ucum(value: Any, root: Any) -> bool:
    code = value.get("code")
    return value.get("system") != UCUM or not isinstance(code, str) or unit(code) is not None


def _absolute(value: Any, root: Any) -> bool:
    system = value.get("system")
    return not isinstance(system, str) or ":" in system


def _named(name: str, *kinds: str) -> Any:
    return lambda value, root: value.get("type") not in kinds or bool(choice(value, name)[0] or name in value)


def references(value: Any, depth: int = 0) -> Iterator[str]:
    """Every `reference` inside a value, and every text that starts with '#' (canonicals and URIs)."""
    if isinstance(value, dict):
        for each in value.values():
            yield from references(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from references(each, depth + 1)
    elif isinstance(value, str) and value.startswith("#"):
        yield value


def _dom_3(value: Any, root: Any) -> bool:
    if "contained" not in value:
        return True
    used = set(references(value))
    return all(f"#{each.get('id')}" in used or "#" in set(references(each)) for each in objects(value["contained"]))


def _inside(*path: str) -> Any:
    """No contained resource has the element."""

    def absent(each: Any) -> bool:
        for name in path:
            if not isinstance(each, dict) or name not in each:
                return True
            each = each[name]
        return False

    def holds(value: Any, root: Any) -> bool:
        return "contained" not in value or all(map(absent, objects(value["contained"])))

    return holds


_UNIT = Rule("ucum", "the unit is no code of UCUM", _ucum)
_SYSTEM = Rule("qty-3", "a unit code without a system", needs("code", "system"))
_ABSOLUTE = Rule("absolute", "the system is not an absolute URI", _absolute)

DOMAIN: tuple[Rule, ...] = (
    Rule("dom-2", "a contained resource contains resources itself", _inside("contained")),
    Rule("dom-3", "a contained resource is referred to by nothing", _dom_3),
    Rule("dom-4", "a contained resource has a version", lambda value, root: "contained" not in value or (
        _inside("meta", "versionId")(value, root) and _inside("meta", "lastUpdated")(value, root))),
    Rule("dom-5", "a contained resource has security labels", _inside("meta", "security")),
)  # fmt: skip

TYPES: dict[str, tuple[Rule, ...]] = {
    "Age": (Rule("age-1", "an age is positive, with a UCUM code", _age_1), _SYSTEM),
    "Attachment": (Rule("att-1", "data without a contentType", needs("data", "contentType")),),
    "Coding": (_ABSOLUTE,),
    "ContactPoint": (Rule("cpt-2", "a value without a system", needs("value", "system")),),
    "Count": (Rule("cnt-3", "a count is whole, with the UCUM code 1", _cnt_3),),
    "Distance": (Rule("dis-1", "a distance has a UCUM code", _dis_1),),
    "Duration": (Rule("drt-1", "a duration has a value and a UCUM code", _drt_1),
                 _SYSTEM),
    "Expression": (Rule("exp-1", "neither expression nor reference", any_of("expression", "reference")),),
    "Extension": (Rule("ext-1", "an extension has either a value or extensions", _ext_1),),
    "Identifier": (_ABSOLUTE,),
    "Period": (Rule("per-1", "starts after its end", lambda value, root: not_after(value.get("start"), value.get("end"))),),
    "Quantity": (_SYSTEM, _UNIT),
    "Range": (Rule("rng-2", "low is above high", _rng_2),),
    "Ratio": (Rule("rat-1", "numerator and denominator only together", _rat_1),),
    "Reference": (Rule("ref-1", "nothing of that id is contained", _ref_1),),
    "SimpleQuantity": (_SYSTEM, _UNIT,
                       Rule("sqty-1", "a comparator is not allowed here", lambda value, root: "comparator" not in value)),
    "Timing.repeat": (
        Rule("tim-1", "duration without a unit", needs("duration", "durationUnit")),
        Rule("tim-2", "period without a unit", needs("period", "periodUnit")),
        Rule("tim-4", "duration is negative", at_least_zero("duration")),
        Rule("tim-5", "period is negative", at_least_zero("period")),
        Rule("tim-6", "periodMax without a period", needs("periodMax", "period")),
        Rule("tim-7", "durationMax without a duration", needs("durationMax", "duration")),
        Rule("tim-8", "countMax without a count", needs("countMax", "count")),
        Rule("tim-9", "offset needs a 'when' that is not a meal itself", _tim_9),
        Rule("tim-10", "timeOfDay and when exclude each other", not_both("timeOfDay", "when")),
    ),
    "TriggerDefinition": (
        Rule("trd-1", "data and timing exclude each other", lambda value, root: "data" not in value or not
             choice(value, "timing")[0]),
        Rule("trd-2", "condition without data", needs("condition", "data")),
        Rule("trd-3", "a named event has a name, a periodic one a timing", lambda value, root:
             _named("name", "named-event")(value, root) and _named("timing", "periodic")(value, root)),
    ),
}  # fmt: skip
