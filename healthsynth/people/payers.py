"""Health insurance from birth to the reference date: invented insurers, the public programmes, or none.

A simple model with shares that are assumed, chosen so that the insured at the reference date agree with NHANES 2017-2020 (94.8 %
of children, 83.8 % of adults under 65, 98.1 % over 65). Limits of Medicaid are those of the states.
"""

from functools import cache
from random import Random
from typing import NamedTuple

from healthsynth.people.person import Coverage, Payer
from healthsynth.people.tables import rows
from healthsynth.record.ids import stable
from healthsynth.units import DAY, YEAR, Clock, birthday

_PRIVATE = (
    ("Blue Heron Mutual Health", 0.26),
    ("Copperleaf Assurance", 0.22),
    ("Northwind Benefit Plan", 0.18),
    ("Tern Harbor Health", 0.14),
    ("Silver Birch Insurance", 0.12),
    ("Juniper Ridge Health Plan", 0.08),
)
_MEDICARE_BEGAN: Clock = -1280 * DAY  # 1 July 1966
_EXPANSION: Clock = 16_071 * DAY  # 1 January 2014: Medicaid for adults without children, in states that chose it
_SPELL_YEARS = 8.0  # mean time with one insurer as an adult; assumed
_POVERTY_YEAR = "2015"  # as the incomes
_CHILD_ENDS, _ADULT_ENDS = 19, 65


class _Shares(NamedTuple):
    """Chances of (private, Medicaid); the rest have no insurance."""

    private: float
    medicaid: float


# Adults by income as a multiple of the poverty guideline, in states with and without Medicaid for adults.
_ADULTS = (
    (1.38, _Shares(0.26, 0.56), _Shares(0.36, 0.24)),
    (2.50, _Shares(0.68, 0.08), _Shares(0.61, 0.05)),
    (4.00, _Shares(0.81, 0.02), _Shares(0.78, 0.01)),
    (1e9, _Shares(0.94, 0.0), _Shares(0.925, 0.0)),
)
_CHILDREN_UNDER_LIMIT, _CHILDREN_OVER_LIMIT = _Shares(0.10, 0.845), _Shares(0.95, 0.0)
_CHILDREN_BEFORE_1966 = _Shares(0.75, 0.0)
_OLD_NONE, _OLD_DUAL = 0.015, 0.75  # without any; of the poor, both programmes


@cache
def payers() -> dict[str, Payer]:
    """Every payer there is, by name; ids are the same in every run."""
    named = [(name, "private") for name, _ in _PRIVATE]
    named += [("Medicare", "medicare"), ("Medicaid", "medicaid"), ("Medicare and Medicaid", "dual")]
    named += [("No insurance", "none")]
    return {name: Payer(stable("payer", name), name, kind) for name, kind in named}


def _private(draw: float) -> Payer:
    for name, share in _PRIVATE:
        draw -= share
        if draw < 0:
            return payers()[name]
    return payers()[_PRIVATE[0][0]]


@cache
def _limits(state: str) -> tuple[float, float]:
    """(children, adults): the limits of Medicaid and CHIP as multiples of the poverty guideline; 0 where there is none."""
    for row in rows("medicaid_limits.csv"):
        if row["state"] == state:
            return float(row["age_6_18"]), float(row["adult"])
    raise KeyError(state)


@cache
def _guideline() -> tuple[int, int]:
    row = next(row for row in rows("poverty_guidelines.csv") if row["year"] == _POVERTY_YEAR)
    return int(row["first_person"]), int(row["each_additional"])


def poverty_ratio(income: int, size: int) -> float:
    """Household income as a multiple of the poverty guideline for its size (2015)."""
    first, more = _guideline()
    return income / (first + more * (size - 1))


def coverage(member: str, birth: Clock, as_of: Clock, state: str, ratio: float, random: Random) -> tuple[Coverage, ...]:
    """Periods from birth to the reference date, without gaps or overlaps; the last one is open.

    Args:
        member: what member numbers begin with; unique in the run.
        birth, as_of: clocks.
        state: full name.
        ratio: income as a multiple of the poverty guideline, taken as lifelong.
        random: the person's stream for this; the number of draws depends on the length of the life.
    """
    grown, old = birthday(birth, _CHILD_ENDS), birthday(birth, _ADULT_ENDS)
    spells: list[tuple[Clock, Payer]] = [(birth, _child(birth, state, ratio, random))]
    start = grown
    while start < min(old, as_of):
        end = start + int(max(random.expovariate(1 / _SPELL_YEARS), 0.5) * YEAR) // DAY * DAY
        if start < _EXPANSION < end:
            end = _EXPANSION
        spells.append((start, _adult(start, state, ratio, random)))
        start = end
    entitled = max(old, _MEDICARE_BEGAN)
    if entitled < as_of:
        spells.append((entitled, _old(ratio, random)))
    return _joined(member, [spell for spell in spells if spell[0] < as_of])


def _child(birth: Clock, state: str, ratio: float, random: Random) -> Payer:
    shares = _CHILDREN_UNDER_LIMIT if ratio <= _limits(state)[0] else _CHILDREN_OVER_LIMIT
    return _drawn(_CHILDREN_BEFORE_1966 if birth < _MEDICARE_BEGAN else shares, random)


def _adult(start: Clock, state: str, ratio: float, random: Random) -> Payer:
    expanded = start >= _EXPANSION and _limits(state)[1] > 0
    shares = next(with_it if expanded else without for limit, with_it, without in _ADULTS if ratio < limit)
    if start < _MEDICARE_BEGAN:
        shares = _Shares(shares.private, 0.0)
    return _drawn(shares, random)


def _old(ratio: float, random: Random) -> Payer:
    draw = random.random()
    if draw < _OLD_NONE:
        return payers()["No insurance"]
    poor = ratio < 1.0 and draw < _OLD_NONE + _OLD_DUAL
    return payers()["Medicare and Medicaid" if poor else "Medicare"]


def _drawn(shares: _Shares, random: Random) -> Payer:
    draw, which = random.random(), random.random()
    if draw < shares.private:
        return _private(which)
    return payers()["Medicaid" if draw < shares.private + shares.medicaid else "No insurance"]


def _joined(member: str, spells: list[tuple[Clock, Payer]]) -> tuple[Coverage, ...]:
    """Spells with the same payer, one after the other, are one period."""
    kept = [spell for at, spell in enumerate(spells) if at == 0 or spell[1] is not spells[at - 1][1]]
    ends: list[Clock | None] = [spell[0] for spell in kept[1:]]
    ends.append(None)
    return tuple(
        Coverage(start, end, payer, "" if payer.kind == "none" else f"{member}{at + 1:02d}")
        for at, ((start, payer), end) in enumerate(zip(kept, ends, strict=True))
    )
