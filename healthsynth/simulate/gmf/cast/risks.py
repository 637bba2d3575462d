"""Cardiovascular risks, as numbers that modules use for weights of transitions.

Published ten-year risks are turned into risks of a week or a month. -1 means "not applicable" and becomes a small
negative weight, as modules of the framework expect.
"""

from bisect import bisect_left
from math import exp, log
from typing import Final

TEN_YEARS: Final = 3650  # days
NOT_APPLICABLE: Final = -1.0
_WEEK: Final = 7
_MONTH: Final = 30
_ALMOST_CERTAIN: Final = 0.99  # no ten-year risk is above

# 2013 ACC/AHA pooled cohort equations (Goff et al., Circulation 2014;129(25 Suppl 2):S49-73, appendix 7, table A):
# ln age, ln age squared, ln TC, ln age x ln TC, ln HDL, ln age x ln HDL, treated ln SBP, ln age x that, untreated ln SBP,
# ln age x that, smoker, ln age x smoker, diabetes; mean; baseline survival.
_POOLED: Final[dict[tuple[str, bool], tuple[tuple[float, ...], float, float]]] = {
    ("female", False): ((-29.799, 4.884, 13.540, -3.114, -13.578, 3.149, 2.019, 0.0, 1.957, 0.0, 7.574, -1.665, 0.661),
                        -29.18, 0.9665),
    ("female", True): ((17.114, 0.0, 0.940, 0.0, -18.920, 4.475, 29.291, -6.432, 27.820, -6.087, 0.691, 0.0, 0.874),
                       86.61, 0.9533),
    ("male", False): ((12.344, 0.0, 11.853, -2.664, -7.990, 1.769, 1.797, 0.0, 1.764, 0.0, 7.837, -1.795, 0.658),
                      61.18, 0.9144),
    ("male", True): ((2.469, 0.0, 0.302, 0.0, -0.307, 0.0, 1.916, 0.0, 1.809, 0.0, 0.549, 0.0, 0.645), 19.54, 0.8954),
}  # fmt: skip

# Framingham points for atrial fibrillation by five-year band from 45 (Schnabel et al., Lancet 2009;373:739-45).
_FIBRILLATION_AGES: Final = {"male": (1, 2, 3, 4, 5, 6, 7, 7, 8), "female": (-3, -2, 0, 1, 3, 4, 6, 7, 8)}
_FIBRILLATION_RISK: Final = (0.01, 0.02, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.16, 0.22, 0.30)

# Framingham points for stroke (Wolf et al., Stroke 1991;22:312-8). A value on a bound belongs to the lower interval.
_STROKE_AGES: Final = {
    "male": (54, 57, 60, 63, 66, 69, 73, 76, 79, 82, 85),
    "female": (54, 57, 60, 63, 65, 68, 71, 74, 77, 79, 82),
}
_UNTREATED: Final = {
    "male": (0, 106, 116, 126, 136, 146, 156, 166, 176, 185, 196),
    "female": (0, 95, 107, 119, 131, 144, 156, 168, 181, 193, 205),
}
_TREATED: Final = {
    "male": (0, 106, 113, 118, 124, 130, 136, 143, 151, 162, 177),
    "female": (0, 95, 107, 114, 120, 126, 132, 140, 149, 161, 205),
}
_STROKE_RISK: Final = {
    "male": (0, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10, 11, 13, 15, 17, 20, 22, 26, 29, 33, 37, 42, 47, 52, 57, 63, 68, 74, 79, 84, 88),
    "female": (0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 8, 9, 11, 13, 16, 19, 23, 27, 32, 37, 43, 50, 57, 64, 71, 78, 84),
}  # fmt: skip
_YOUNG_STROKE: Final = {"male": (0.002, 0.019), "female": (0.007, 0.022)}  # ten-year risks at 20-39 and 40-54
_DIABETES_POINTS: Final = {"male": 2, "female": 3}
_CORONARY_POINTS: Final = {"male": 4, "female": 2}
_FIBRILLATION_POINTS: Final = {"male": 4, "female": 6}


def over(risk: float, days: float) -> float:
    """The risk of some days out of that of ten years; -1 gives a small negative number."""
    return float(1.0 - (1.0 - risk) ** (days / TEN_YEARS))


def ascvd(
    sex: str, black: bool, age: int, systolic: float, total: float, hdl: float, *, treated: bool, smoker: bool,
    diabetes: bool,
) -> float:  # fmt: skip
    """Ten-year risk of a first heart attack, coronary death or stroke at 40 to 79 whole years; -1 at other ages.

    Args:
        systolic: mmHg.
        total, hdl: cholesterol, mg/dL, above 0.
    """
    if not 40 <= age <= 79:
        return NOT_APPLICABLE
    c, mean, survival = _POOLED[sex, black]
    a, t, h, s = log(age), log(total), log(max(hdl, 1.0)), log(systolic)
    pressure = c[6] + c[7] * a if treated else c[8] + c[9] * a
    found = a * (c[0] + c[1] * a) + t * (c[2] + c[3] * a) + h * (c[4] + c[5] * a) + s * pressure
    if smoker:
        found += c[10] + c[11] * a
    if diabetes:
        found += c[12]
    return min(float(1.0 - survival ** exp(found - mean)), _ALMOST_CERTAIN)


def heart_attack(ten_years: float) -> float:
    """The 30-day risk of a heart attack."""
    return over(ten_years, _MONTH)


def ischaemia(ten_years: float) -> float:
    """The 30-day risk of ischaemic heart disease: five times that of a heart attack."""
    return 5.0 * over(ten_years, _MONTH)


def cardiac(ten_years: float) -> float:
    """The seven-day risk."""
    return over(ten_years, _WEEK)


def fibrillation(sex: str, age: int, bmi: float, systolic: float, *, treated: bool) -> float:
    """The seven-day risk of atrial fibrillation, from 45 years on."""
    if age < 45:
        return over(NOT_APPLICABLE, _WEEK)
    points = _FIBRILLATION_AGES[sex][min((age - 45) // 5, 8)] + (bmi >= 30) + (systolic >= 160) + treated
    return over(_FIBRILLATION_RISK[min(max(points, 0), len(_FIBRILLATION_RISK) - 1)], _WEEK)


def stroke(
    sex: str, age: int, systolic: float, *, treated: bool, smoker: bool, diabetes: bool, hypertrophy: bool = False,
    coronary: bool = False, fibrillating: bool = False,
) -> float:  # fmt: skip
    """The seven-day risk of stroke, from 20 years on."""
    if age < 20:
        return over(NOT_APPLICABLE, _WEEK)
    if age < 55:
        return over(_YOUNG_STROKE[sex][age >= 40], _WEEK)
    points = bisect_left(_STROKE_AGES[sex], age) - 1
    points += max(bisect_left((_TREATED if treated else _UNTREATED)[sex], systolic) - 1, 0)
    points += 3 * smoker + 5 * hypertrophy + diabetes * _DIABETES_POINTS[sex]
    points += coronary * _CORONARY_POINTS[sex] + fibrillating * _FIBRILLATION_POINTS[sex]
    table = _STROKE_RISK[sex]
    return over(table[min(max(points, 0), len(table) - 1)] / 100, _WEEK)


# By the attribute that has it: the ages in whole years (first, last) outside which there is no risk; and no risk is ever greater.
AGES: Final = {
    "mi_risk": (40, 79), "ihd_risk": (40, 79), "cardio_risk": (40, 79), "atrial_fibrillation_risk": (45, 200),
    "stroke_risk": (20, 200),
}  # fmt: skip
GREATEST: Final = {
    "mi_risk": heart_attack(_ALMOST_CERTAIN),
    "ihd_risk": ischaemia(_ALMOST_CERTAIN),
    "cardio_risk": cardiac(_ALMOST_CERTAIN),
    "atrial_fibrillation_risk": over(max(_FIBRILLATION_RISK), _WEEK),
    "stroke_risk": over(max(max(table) for table in _STROKE_RISK.values()) / 100, _WEEK),
}
