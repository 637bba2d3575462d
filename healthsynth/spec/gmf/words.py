"""GMF values in plain words."""

from datetime import UTC, datetime, timedelta

from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf.transitions import AttributeWeight
from healthsynth.spec.gmf.values import Code, Distribution, Exact, Range

_OPERATORS = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "is nil": "is not set", "is not nil": "is set",
}  # fmt: skip
_KINDS = {"condition": "has", "allergy": "is allergic:", "medication": "takes", "careplan": "follows the plan"}


def coded(codes: tuple[Code, ...]) -> str:
    """'Diabetes mellitus (SNOMED-CT 44054006)', several joined by 'or'."""
    return " or ".join(f"{code.display or code.code} ({code.system} {code.code})" for code in codes) or "nothing"


def number(value: float) -> str:
    """Without needless digits."""
    return f"{value:g}"


def share(weight: float | AttributeWeight) -> str:
    """'30%', or the attribute that says it."""
    if isinstance(weight, AttributeWeight):
        return f"what '{weight.attribute}' says, else {weight.default * 100:g}%"
    return f"{weight * 100:g}%"


def amount(exact: Exact | None, range_: Range | None, distribution: Distribution | None, unit: str = "") -> str:
    """A value in whichever form it is given."""
    if exact is not None:
        return f"{exact.quantity} {exact.unit or unit}".strip()
    if range_ is not None:
        return f"{number(range_.low)} to {number(range_.high)} {range_.unit or unit}".strip()
    if distribution is None:
        return ""
    d = distribution
    text = {
        "EXACT": number(d.value),
        "UNIFORM": f"{number(d.low)} to {number(d.high)}",
        "GAUSSIAN": f"about {number(d.mean)} (sd {number(d.sd)})",
        "EXPONENTIAL": f"1 and more, exponentially, on average {number(d.mean + 1)}",
        "TRIANGULAR": f"{number(d.minimum or 0)} to {number(d.maximum or 0)}, mostly {number(d.mode)}",
    }[d.kind]
    limits = [f"at least {number(d.minimum)}"] if d.kind == "GAUSSIAN" and d.minimum is not None else []
    limits += [f"at most {number(d.maximum)}"] if d.kind == "GAUSSIAN" and d.maximum is not None else []
    return ", ".join([f"{text} {unit}".strip(), *limits])


def condition(asked: c.Condition) -> str:
    """A condition as a clause."""
    match asked:
        case c.And(conditions=several):
            return " and ".join(_bracketed(inner) for inner in several) or "always"
        case c.Or(conditions=several):
            return " or ".join(_bracketed(inner) for inner in several) or "never"
        case c.Not(condition=inner):
            return f"not {_bracketed(inner)}"
        case c.AtLeast(minimum=least, conditions=several):
            return f"at least {least} of ({'; '.join(condition(inner) for inner in several)})"
        case c.AtMost(maximum=most, conditions=several):
            return f"at most {most} of ({'; '.join(condition(inner) for inner in several)})"
        case c.Constant(value=value):
            return "always" if value else "never"
    return _leaf(asked)


def _bracketed(inner: c.Condition) -> str:
    several = isinstance(inner, (c.And, c.Or)) and len(inner.conditions) > 1
    return f"({condition(inner)})" if several else condition(inner)


def _leaf(asked: c.Condition) -> str:
    match asked:
        case c.AttributeIs():
            right = coded((asked.value_code,)) if asked.value_code else _value(asked.value)
            return _compared(f"'{asked.attribute}'", asked.operator, right)
        case c.AgeIs():
            return _compared("the age", asked.operator, f"{number(asked.quantity)} {asked.unit}")
        case c.DateIs():
            return _date(asked)
        case c.GenderIs():
            return "the person is male" if asked.gender == "M" else "the person is female"
        case c.RaceIs():
            return f"the race is {asked.race}"
        case c.SocioeconomicIs():
            return f"the socioeconomic category is {asked.category}"
        case c.SymptomIs():
            return _compared(f"the symptom '{asked.symptom}'", asked.operator, _value(asked.value))
        case c.VitalSignIs():
            return _compared(asked.vital_sign, asked.operator, _value(asked.value))
        case c.ObservationIs():
            what = f"in '{asked.attribute}'" if asked.attribute else f"of {coded(asked.codes)}"
            right = coded((asked.value_code,)) if asked.value_code else _value(asked.value)
            return _compared(f"the latest observation {what}", asked.operator, right)
        case c.PriorState():
            since = f" since '{asked.since}'" if asked.since else ""
            within = f" within {amount(asked.within, None, None)}" if asked.within else ""
            return f"'{asked.name}' came before{since}{within}"
        case c.Active():
            return f"the person {_KINDS[asked.kind]} {coded(asked.codes) if asked.codes else repr(asked.attribute)}"
    return "always"


def _compared(left: str, operator: str, right: str) -> str:
    return f"{left} {_OPERATORS[operator]}" + ("" if "nil" in operator else f" {right}")


def _value(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _date(asked: c.DateIs) -> str:
    if asked.year is not None:
        return _compared("the year", asked.operator, str(asked.year))
    if asked.month is not None:
        return _compared("the month", asked.operator, str(asked.month))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=asked.instant or 0)
    return _compared("the time", asked.operator, moment.strftime("%Y-%m-%d %H:%M"))
