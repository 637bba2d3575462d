"""Conditions, transitions and draws, made into functions once."""

import operator
from collections.abc import Callable
from functools import cache
from math import floor, log
from statistics import NormalDist
from typing import Any

from healthsynth.simulate.gmf.cast.ages import age_months
from healthsynth.spec.gmf import conditions as c
from healthsynth.spec.gmf import transitions as tr
from healthsynth.spec.gmf.model import LookupTable
from healthsynth.spec.gmf.values import Code, Distribution, Exact, Range
from healthsynth.units import DAY, HOUR, MINUTE, WEEK, Clock, age_years, civil
from tests.conformance.gmf_literal.life import Entry, Frame, Life

Test = Callable[[Life, Frame, Clock], bool]
Way = Callable[[Life, Frame, Clock], str]
_OPERATORS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NORMAL = NormalDist()
_CARE = (((0.65, 0.35, 0.0), (0.75, 0.25, 0.0)), ((0.66, 0.25, 0.09), (0.56, 0.20, 0.24)))
_VIRTUAL_FROM = 50 * 365 * DAY + 12 * DAY  # 2020-01-01


def seconds(quantity: float, unit: str) -> int:
    """Decimal quantities of time."""
    match unit:
        case "years":
            return int(365.25 * quantity) * DAY
        case "months":
            return int(30 * quantity) * DAY
        case "weeks":
            return int(7 * quantity) * DAY
        case "days":
            return int(24 * quantity) * HOUR
        case "hours":
            return int(60 * quantity) * MINUTE
        case "minutes":
            return int(60 * quantity)
    return int(quantity)


def whole_seconds(count: int, unit: str) -> int:
    """Whole quantities: years are 365 days."""
    return count * {"years": 365 * DAY, "months": 30 * DAY, "weeks": WEEK, "days": DAY, "hours": HOUR,
                    "minutes": MINUTE, "seconds": 1}[unit]  # fmt: skip


def sample(life: Life, d: Distribution) -> float:
    u = life.random()
    match d.kind:
        case "EXACT":
            value = d.value
        case "UNIFORM":
            value = d.low + (d.high - d.low) * u
        case "GAUSSIAN":
            value = d.mean + d.sd * _NORMAL.inv_cdf(max(u, 1e-15))
            value = value if d.minimum is None else max(value, d.minimum)
            value = value if d.maximum is None else min(value, d.maximum)
        case "EXPONENTIAL":
            value = 1 - d.mean * log(1 - u)
        case _:
            low, high, mode = d.minimum or 0.0, d.maximum or 0.0, d.mode
            cut = (mode - low) / (high - low)
            if u < cut:
                value = low + ((high - low) * (mode - low) * u) ** 0.5
            else:
                value = high - ((high - low) * (high - mode) * (1 - u)) ** 0.5
    return float(floor(value + 0.5)) if d.round else value


def spread(life: Life, r: Range) -> float:
    value = r.low + (r.high - r.low) * life.random()
    return value if r.decimals is None else floor(value * 10**r.decimals + 0.5) / 10**r.decimals


def length(life: Life, exact: Exact | None, range_: Range | None) -> int:
    if exact is not None:
        return seconds(float(exact.quantity), exact.unit)
    assert range_ is not None
    return seconds(range_.low + (range_.high - range_.low) * life.random(), range_.unit)


def compare(left: Any, op: str, right: Any) -> bool:
    if op == "is nil":
        return left is None
    if op == "is not nil":
        return left is not None
    if left is None or right is None:
        return False
    if isinstance(left, bool) and isinstance(right, bool):
        return (left == right) if op == "==" else left != right
    if (
        isinstance(left, (int, float))
        and isinstance(right, (int, float))
        and not isinstance(left, bool)
        and not isinstance(right, bool)
    ):
        return bool(_OPERATORS[op](left, right))
    if isinstance(left, str) and isinstance(right, str):
        return bool(_OPERATORS[op](left, right))
    if isinstance(left, Code) and isinstance(right, Code):
        same = (left.system, left.code) == (right.system, right.code)
        return same if op == "==" else not same if op == "!=" else False
    return False


def prior(frame: Frame, cond: c.PriorState, t: Clock) -> bool:
    before = t - seconds(float(cond.within.quantity), cond.within.unit) if cond.within else None
    for visit in (frame.cur, *reversed(frame.history)):
        if before is not None and visit.exited is not None and visit.exited <= before:
            return False
        if cond.since and visit.state.name == cond.since:
            return False
        if visit.state.name == cond.name:
            return True
    return False


def _active(life: Life, cond: c.Active) -> bool:
    if cond.attribute:
        entry = life.attributes.get(cond.attribute)
        keys = [entry.code] if isinstance(entry, Entry) else []
    else:
        keys = [code.code for code in cond.codes]
    for key in keys:
        entry = life.present.get(key)
        if entry is not None and (cond.kind in ("condition", "allergy") or entry.stop is None):
            return True
    return False


def _observation(life: Life, cond: c.ObservationIs) -> bool:
    right = cond.value_code if cond.value_code is not None else cond.value
    if cond.attribute:
        entry = life.attributes.get(cond.attribute)
        return entry is not None and compare(getattr(entry, "more", None), cond.operator, right)
    for code in cond.codes:
        exists, value = life.latest(code.code)
        if exists:
            return cond.operator == "is not nil" or (cond.operator != "is nil" and compare(value, cond.operator, right))
    return cond.operator == "is nil"


@cache
def test(cond: c.Condition) -> Test:
    """A condition as a function."""
    match cond:
        case c.AttributeIs():
            right = cond.value_code if cond.value_code is not None else cond.value
            name, op = cond.attribute, cond.operator
            return lambda life, frame, t: compare(life.get(name), op, right)
        case c.AgeIs(operator=op, quantity=quantity, unit=unit):
            age = age_years if unit == "years" else age_months
            return lambda life, frame, t: compare(age(life.birth, t), op, quantity)
        case c.DateIs(operator=op, year=year, month=month, instant=instant):
            if year is not None:
                return lambda life, frame, t: compare(civil(t).year, op, year)
            if month is not None:
                return lambda life, frame, t: compare(civil(t).month, op, month)
            return lambda life, frame, t: compare(t, op, (instant or 0) / 1000)
        case c.GenderIs(gender=gender):
            return lambda life, frame, t: life.attributes["gender"] == gender
        case c.RaceIs(race=race):
            return lambda life, frame, t: life.attributes["race"] == race.lower()
        case c.SocioeconomicIs(category=category):
            return lambda life, frame, t: life.attributes["socioeconomic_category"] == category
        case c.SymptomIs():
            return lambda life, frame, t: compare(life.symptom(cond.symptom), cond.operator, cond.value)
        case c.VitalSignIs():
            return lambda life, frame, t: compare(sign(life, cond.vital_sign, t), cond.operator, cond.value)
        case c.ObservationIs():
            return lambda life, frame, t: _observation(life, cond)
        case c.PriorState():
            return lambda life, frame, t: prior(frame, cond, t)
        case c.Active():
            return lambda life, frame, t: _active(life, cond)
        case c.And(conditions=many):
            tests = [test(each) for each in many]
            return lambda life, frame, t: all(each(life, frame, t) for each in tests)
        case c.Or(conditions=many):
            tests = [test(each) for each in many]
            return lambda life, frame, t: any(each(life, frame, t) for each in tests)
        case c.Not(condition=inner):
            found = test(inner)
            return lambda life, frame, t: not found(life, frame, t)
        case c.AtLeast(minimum=least, conditions=many):
            tests = [test(each) for each in many]
            return lambda life, frame, t: sum(each(life, frame, t) for each in tests) >= least
        case c.AtMost(maximum=most, conditions=many):
            tests = [test(each) for each in many]
            return lambda life, frame, t: sum(each(life, frame, t) for each in tests) <= most
        case c.Constant(value=value):
            return lambda life, frame, t: value
    raise AssertionError(cond)


def sign(life: Life, name: str, t: Clock) -> Any:
    made = life.signs.get(name)
    if made is not None and (made[0] is None or made[0] == life.T):
        return made[1]()
    return life.cast.vital(name, life.T, t, life.early)


def draw(life: Life, shares: tuple[tr.Share, ...]) -> str:
    left = life.random()
    for share in shares:
        weight = share.weight
        if isinstance(weight, tr.AttributeWeight):
            value = life.get(weight.attribute)
            weight = value if isinstance(value, (int, float)) else weight.default
        left -= weight
        if left < 0:
            return share.to
    return shares[-1].to


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _rows(table: LookupTable) -> dict[tuple[str, ...], list[Any]]:
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in table.rows:
        found.setdefault(row.texts, []).append(row)
    return found


def way(transition: tr.Transition | None, tables: Any) -> Way:
    """A transition as a function: the name of the next state."""
    match transition:
        case tr.Direct(to=to):
            return lambda life, frame, t: to
        case tr.Distributed(shares=shares):
            return lambda life, frame, t: draw(life, shares)
        case tr.Conditional(options=options) | tr.Complex(options=options):
            tests = [(None if option.condition is None else test(option.condition), option) for option in options]

            def choose(life: Life, frame: Frame, t: Clock) -> str:
                option = options[-1]
                for found, option in tests:  # noqa: B007
                    if found is None or found(life, frame, t):
                        break
                return option.to or draw(life, option.shares)

            return choose
        case tr.Lookup(table=name, defaults=defaults):
            table = tables[name]
            rows = _rows(table)
            fitting: dict[tuple[tuple[str, ...], int], list[Any]] = {}

            def look(life: Life, frame: Frame, t: Clock) -> str:
                age, at = age_years(life.birth, life.T), life.T * 1000
                texts = tuple(_text(life.get(each)) for each in table.attributes)
                found = fitting.get((texts, age))
                if found is None:
                    found = fitting[texts, age] = [
                        row for row in rows.get(texts, ()) if row.age is None or row.age[0] <= age <= row.age[1]
                    ]
                if found and found[0].time is not None and not found[0].time[0] <= at <= found[-1].time[1]:
                    return draw(life, defaults)  # tables are in order of time
                for row in found:
                    if row.time is None or row.time[0] <= at <= row.time[1]:
                        left = life.random()
                        for state, weight in zip(table.states, row.weights, strict=True):
                            left -= weight
                            if left < 0:
                                return str(state)
                        return str(table.states[-1])
                return draw(life, defaults)

            return look
        case tr.TypeOfCare():

            def care(life: Life, frame: Frame, t: Clock) -> str:
                much = life.attributes.get("insurance_status") in ("medicaid", "dual eligible", "none")
                weights = _CARE[t >= _VIRTUAL_FROM][not much]
                left = life.random()
                for weight, to in zip(
                    weights, (transition.ambulatory, transition.emergency, transition.telemedicine), strict=True
                ):
                    left -= weight
                    if left < 0:
                        return to
                return transition.telemedicine

            return care
    return lambda life, frame, t: ""
