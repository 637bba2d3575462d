"""Conditions from JSON. White space in `condition_type` counts for nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

from healthsynth.errors import near
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf.fields import Fields
from healthsynth.spec.gmf.read_values import code, codes, exact_time, scalar

RACES = ("white", "black", "asian", "native", "hawaiian", "other", "hispanic")
MAX_DEPTH = 100
_BOUNDS = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}


def condition(f: Fields) -> c.Condition:
    """One condition with all that it holds; a wrong one is reported and read as False."""
    kind = "".join(f.text("condition_type", required=True).split())
    if len(f.path) > 2 * MAX_DEPTH:
        f.wrong("", f"is nested more than {MAX_DEPTH} levels deep", "join the levels", "GM105")
        return c.Constant(False)
    read = _KINDS.get(kind)
    if read is None:
        if kind:
            known = ("Active Condition", "Active Medication", "Vital Sign", *_KINDS)
            hint = near(kind, known) or "the kinds are " + ", ".join(_KINDS)
            f.wrong("condition_type", f"'{kind}' is not a kind of condition", hint, "GM203")
        f.seen.update(f.data)
        return c.Constant(False)
    return read(f)


def required(f: Fields, name: str) -> c.Condition:
    """A condition that has to be there."""
    if not f.has(name):
        f.wrong("", f"'{name}' is missing", "add a condition", "GM104")
    return f.inner(name, condition) or c.Constant(False)


def _attribute(f: Fields) -> c.AttributeIs:
    operator = f.operator()
    value = None if isinstance(f.data.get("value"), dict) else scalar(f, "value")
    coded = f.inner("value_code", code) or (f.inner("value", code) if isinstance(f.data.get("value"), dict) else None)
    if value is None and coded is None and "nil" not in operator:
        f.wrong("", f"'value' is missing beside {operator}", "add a value, or ask `is nil`", "GM104")
    return c.AttributeIs(f.text("attribute", required=True), operator, value, coded)


def _age(f: Fields) -> c.AgeIs:
    f.seen.add("value")  # stands beside many and means nothing
    return c.AgeIs(
        f.operator(), f.number("quantity", required=True), f.one_of("unit", ("years", "months"), "years", True)
    )


def _date(f: Fields) -> c.DateIs:
    operator = f.operator()
    if f.has("year"):
        return c.DateIs(operator, year=f.whole("year"))
    if f.has("month"):
        month = f.whole("month")
        if not 1 <= month <= 12:
            f.wrong("month", f"is {month}", "months are 1 to 12", "GM107")
        return c.DateIs(operator, month=month)
    if f.has("date"):
        return c.DateIs(operator, instant=f.inner("date", _instant) or 0)
    f.wrong("", "has none of year, month, date", "add one of them", "GM104")
    return c.DateIs(operator, year=0)


def _instant(f: Fields) -> int:
    parts = [f.whole("year", 1970, required=True)]
    for name, (low, high) in _BOUNDS.items():
        value = f.whole(name, low)
        if not low <= value <= high:
            f.wrong(name, f"is {value}", f"it is {low} to {high}", "GM107")
            value = low
        parts.append(value)
    try:
        year, month, day, hour, minute, second = parts
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        f.wrong("", f"is no date: {error}", "write a day that exists", "GM107")
        return 0
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    return int(seconds) * 1000 + f.whole("millisecond")


def _race(f: Fields) -> c.RaceIs:
    return c.RaceIs(f.one_of("race", RACES, "white", True, fold=True))


def _socioeconomic(f: Fields) -> c.SocioeconomicIs:
    return c.SocioeconomicIs(f.one_of("category", ("High", "Middle", "Low"), "Low", True))


def _valued(f: Fields, operator: str) -> bool | int | float | str | None:
    value = scalar(f, "value")
    if value is None and "nil" not in operator:
        f.wrong("", f"'value' is missing beside {operator}", "add a value", "GM104")
    return value


def _symptom(f: Fields) -> c.SymptomIs:
    operator = f.operator()
    return c.SymptomIs(f.text("symptom", required=True), operator, _valued(f, operator))


def _vital_sign(f: Fields) -> c.VitalSignIs:
    operator = f.operator()
    return c.VitalSignIs(f.text("vital_sign", required=True), operator, _valued(f, operator))


def _observation(f: Fields) -> c.ObservationIs:
    operator = f.operator()
    coded = f.inner("value_code", code)
    value = scalar(f, "value") if coded else _valued(f, operator)
    found = c.ObservationIs(operator, codes(f), f.text("referenced_by_attribute"), value, coded)
    _needs_a_reference(f, bool(found.codes), found.attribute)
    return found


def _prior(f: Fields) -> c.PriorState:
    f.seen.discard("name")
    return c.PriorState(f.text("name", required=True), f.text("since"), f.inner("within", exact_time))


def _active(kind: str) -> Callable[[Fields], c.Active]:
    def read(f: Fields) -> c.Active:
        found = c.Active(kind, codes(f), f.text("referenced_by_attribute"))
        _needs_a_reference(f, bool(found.codes), found.attribute)
        return found

    return read


def _needs_a_reference(f: Fields, coded: bool, attribute: str) -> None:
    if not coded and not attribute:
        f.wrong("", "has neither codes nor referenced_by_attribute", "add codes", "GM104")


def _several(f: Fields) -> tuple[c.Condition, ...]:
    if not f.has("conditions"):
        f.wrong("", "'conditions' is missing", "add a list of conditions", "GM104")
    return f.items("conditions", condition)


_KINDS: dict[str, Callable[[Fields], c.Condition]] = {
    "Attribute": _attribute,
    "Age": _age,
    "Date": _date,
    "Gender": lambda f: c.GenderIs(f.one_of("gender", ("M", "F"), "F", True)),
    "Race": _race,
    "SocioeconomicStatus": _socioeconomic,
    "Symptom": _symptom,
    "VitalSign": _vital_sign,
    "Observation": _observation,
    "PriorState": _prior,
    "ActiveCondition": _active("condition"),
    "ActiveAllergy": _active("allergy"),
    "ActiveMedication": _active("medication"),
    "ActiveCarePlan": _active("careplan"),
    "And": lambda f: c.And(_several(f)),
    "Or": lambda f: c.Or(_several(f)),
    "Not": lambda f: c.Not(required(f, "condition")),
    "AtLeast": lambda f: c.AtLeast(f.whole("minimum", required=True), _several(f)),
    "AtMost": lambda f: c.AtMost(f.whole("maximum", required=True), _several(f)),
    "True": lambda _: c.Constant(True),
    "False": lambda _: c.Constant(False),
}
