"""Vital signs by their names in the framework: functions of the person, the week and what modules have made known.

Every sign but the pressures and the rates is one value a week. Reading draws nothing: see `draws.py`.
"""

from collections.abc import Callable, Collection
from math import floor
from typing import Any, Final

from healthsynth.simulate.gmf.cast import pressure
from healthsynth.simulate.gmf.cast.ages import STEP
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import Clock, age_years

_LOW_HDL: Final = {"female": 0.085, "male": 0.266}
_HIGH_CHOLESTEROL: Final = 0.114
_TRIGLYCERIDES: Final = (100, 150, 199, 499, 550, 600)
_HDL: Final = (80, 59, 40, 20, 10, 0)
_TOTAL: Final = (160, 200, 239, 259, 279, 300)
_GLUCOSE: Final = (64, 100, 125, 200)
_SUGAR_DRUGS: Final = (
    ("860975", 1.5),
    ("897122", 0.5),
    ("1373463", 0.5),
    ("106892", 3.0),
    ("865098", 6.0),
)  # off HbA1c
_EGFR: Final = {1: (60, 90), 2: (30, 59), 3: (15, 29), 4: (1, 15)}
_EGFR_HEALTHY: Final = {"female": (56, 161), "male": (77, 160)}
_ALBUMIN: Final = {2: (17, 30), 3: (30, 300), 4: (300, 600)}
_PLAIN: Final = {
    "Urea Nitrogen": (7.0, 20.0),
    "Calcium": (8.5, 10.2),
    "Chloride": (101.0, 111.0),
    "Potassium": (3.7, 5.2),
    "Carbon Dioxide": (20.0, 29.0),
    "Sodium": (136.0, 144.0),
}
_RATES: Final = {"Heart Rate": (60.0, 100.0), "Respiration Rate": (12.0, 16.0)}
_WHOLE: Final = frozenset(("Systolic Blood Pressure", "Diastolic Blood Pressure", *_RATES))
_TENTHS: Final = frozenset(("Height", "Weight"))


class Owner:
    """What the signs read of a life. Codes stand for active entries of the record."""

    sex: str  # female or male
    birth: Clock
    attributes: dict[str, Any]
    body: Body
    draws: Draws

    def active_medications(self) -> Collection[str]:
        """RxNorm codes of active orders."""
        raise NotImplementedError

    def care_plan_since(self, code: str) -> Clock | None:
        """When an active care plan began."""
        raise NotImplementedError


Sign = Callable[[Owner, Clock], float | None]


def rounded(name: str, value: float) -> float:
    """As every reading is: half up, to 0, 1 or 2 places by the sign."""
    places = 0 if name in _WHOLE else 1 if name in _TENTHS else 2
    scale = (1, 10, 100)[places]
    return floor(value * scale + 0.5) / scale


def read(owner: Owner, name: str, week: Clock, at: Clock) -> float | None:
    """A vital sign, rounded; None for one that nothing has ever set.

    Args:
        week: the grid point whose values hold: the one before for modules that run ahead of the lifecycle.
        at: the moment of reading; matters for pressures and rates.
    """
    if name in _PRESSURES:
        return rounded(name, blood_pressure(owner, _PRESSURES[name], at))
    if name in _RATES:
        return rounded(name, _rate(owner, name, week, at))
    sign = _SIGNS.get(name)
    if sign is None:
        return None
    value = sign(owner, week)
    return None if value is None else rounded(name, value)


def blood_pressure(owner: Owner, which: str, at: Clock) -> float:
    """mmHg, not rounded."""
    attributes, draws = owner.attributes, owner.draws
    hypertension = attributes.get("hypertension") is True
    base = pressure.baseline(
        which, draws, owner.sex, hypertension=hypertension, severe=attributes.get("hypertension_severe") is True
    )
    return (
        base
        + pressure.drug_effect(which, draws, owner.active_medications())
        + pressure.lifestyle_effect(which, draws, base, owner.care_plan_since(pressure.LIFESTYLE), at)
        + pressure.variation(which, draws, at)
    )


_PRESSURES: Final = {"Systolic Blood Pressure": pressure.SYSTOLIC, "Diastolic Blood Pressure": pressure.DIASTOLIC}


def _week(owner: Owner, at: Clock) -> int:
    return (at - owner.birth) // STEP


def _level(owner: Owner, name: str) -> int:
    """A severity kept in an attribute: a whole number, 0 if unset."""
    value = owner.attributes.get(name)
    return int(value) if isinstance(value, (int, float)) else 0


def _rate(owner: Owner, name: str, week: Clock, at: Clock) -> float:
    """Normal around a mean that moves over the week between two draws, drawn again until it is in range."""
    low, high = _RATES[name]
    n = _week(owner, week)
    first, last = owner.draws.between(low, high, name, 2 * n), owner.draws.between(low, high, name, 2 * n + 1)
    mean = first + (last - first) * min(max((at - week) / STEP, 0.0), 1.0)
    for attempt in range(50):
        value = mean + owner.draws.normal(f"{name} read", at * 64 + attempt)
        if low <= value <= high:
            return value
    return mean


def _between_bounds(owner: Owner, bounds: tuple[float, ...], level: int, name: str, at: Clock) -> float:
    level = min(level, len(bounds) - 2)
    low, high = sorted((bounds[level], bounds[level + 1]))
    return owner.draws.between(low, high, name, _week(owner, at))


def _triglycerides(owner: Owner, at: Clock) -> float:
    return _between_bounds(owner, _TRIGLYCERIDES, _level(owner, "diabetes_severity"), "Triglycerides", at)


def _hdl(owner: Owner, at: Clock) -> float:
    severity = _level(owner, "diabetes_severity")
    if severity:
        return _between_bounds(owner, _HDL, severity, "HDL", at)
    low = owner.draws.uniform("low HDL") < _LOW_HDL[owner.sex]
    z = owner.draws.normal("HDL", _week(owner, at))
    return 30 + 3 * z if low else 55 + 5 * z


def _total_cholesterol(owner: Owner, at: Clock) -> float:
    severity = _level(owner, "diabetes_severity")
    if severity:
        return _between_bounds(owner, _TOTAL, severity, "Total Cholesterol", at)
    high = owner.draws.uniform("high cholesterol") < _HIGH_CHOLESTEROL
    z = owner.draws.normal("Total Cholesterol", _week(owner, at))
    return 280 + 20 * z if high else 170 + 30 * z


def _ldl(owner: Owner, at: Clock) -> float:
    return _total_cholesterol(owner, at) - _hdl(owner, at) - 0.2 * _triglycerides(owner, at)


def _hba1c(owner: Owner, at: Clock) -> float:
    """Named Blood Glucose in the framework; percent."""
    attributes, n = owner.attributes, _week(owner, at)
    diabetes, prediabetes = attributes.get("diabetes") is True, attributes.get("prediabetes") is True
    if diabetes:
        bmi = owner.body.bmi(at)
        value = 12.0 if bmi > 48 else 6.6 if bmi <= 27 else bmi / 4
    elif prediabetes:
        value = owner.draws.between(5.8, 6.4, "HbA1c", n)
    else:
        return owner.draws.between(5.0, 5.7, "HbA1c", n)
    active = owner.active_medications()
    return value - sum(effect for code, effect in _SUGAR_DRUGS if code in active)


def _glucose(owner: Owner, at: Clock) -> float:
    return _between_bounds(owner, _GLUCOSE, min(_level(owner, "diabetes_severity"), 2), "Glucose", at)


def _oxygen(owner: Owner, at: Clock) -> float:
    low, high = (75, 89) if "chf" in owner.attributes else (90, 99)
    return float(int(owner.draws.between(low, high, "Oxygen Saturation", _week(owner, at))))


def _egfr(owner: Owner, at: Clock) -> float:
    low, high = _EGFR.get(_level(owner, "ckd"), _EGFR_HEALTHY[owner.sex])
    return owner.draws.between(low, high, "EGFR", _week(owner, at))


def _albumin(owner: Owner, at: Clock) -> float:
    low, high = _ALBUMIN.get(_level(owner, "ckd"), (0, 17))
    return owner.draws.between(low, high, "Microalbumin Creatinine Ratio", _week(owner, at))


def _creatinine(owner: Owner, at: Clock) -> float:
    clearance = min(max(_egfr(owner, at), 1.0), 100.0)
    value = (140 - age_years(owner.birth, at)) * owner.body.weight_kg(at) / (72 * clearance)
    return 0.85 * value if owner.sex == "female" else value


def _plain(name: str) -> Sign:
    low, high = _PLAIN[name]
    return lambda owner, at: owner.draws.between(low, high, name, _week(owner, at))


_SIGNS: Final[dict[str, Sign]] = {
    "Height": lambda owner, at: owner.body.height_cm(at),
    "Weight": lambda owner, at: owner.body.weight_kg(at),
    "BMI": lambda owner, at: owner.body.bmi(at),
    "Height Percentile": lambda owner, at: owner.body.height_rank(),
    "Weight Percentile": lambda owner, at: owner.body.weight_rank(at),
    "Head Circumference": lambda owner, at: owner.body.head_cm(at),
    "Head Circumference Percentile": lambda owner, at: 100 * min(1.0, owner.body.height_rank() + 0.025),
    "Oxygen Saturation": _oxygen,
    "Blood Glucose": _hba1c,
    "Glucose": _glucose,
    "Total Cholesterol": _total_cholesterol,
    "Triglycerides": _triglycerides,
    "LDL": _ldl,
    "HDL": _hdl,
    "EGFR": _egfr,
    "Microalbumin Creatinine Ratio": _albumin,
    "Creatinine": _creatinine,
    **{name: _plain(name) for name in _PLAIN},
}
NAMES: Final = frozenset((*_SIGNS, *_PRESSURES, *_RATES))
