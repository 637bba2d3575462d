"""What one charted value must be, given the others that were charted with it; written apart from the simulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

HEIGHT, LENGTH, WEIGHT, BMI = "8302-2", "8306-3", "29463-7", "39156-5"
CREATININE, EGFR = "2160-0", "98979-8"
HDL, LDL, TRIGLYCERIDES, CHOLESTEROL = "2085-9", "13457-7", "2571-8", "2093-3"
HBA1C, GLUCOSE = "4548-4", "2345-7"
PROTEIN, ALBUMIN, GLOBULIN = "2885-2", "1751-7", "10834-0"
SODIUM, CHLORIDE, BICARBONATE, ANION_GAP = "2951-2", "2075-0", "2028-9", "33037-3"
WHITE_CELLS, NEUTROPHILS_PERCENT, NEUTROPHILS = "6690-2", "770-8", "751-8"
OTHER_PERCENTS = ("736-9", "5905-5", "713-8", "706-2")  # lymphocytes, monocytes, eosinophils, basophils


@dataclass(frozen=True, slots=True)
class Charted:
    """A number as it was written, with how many decimals."""

    value: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Who:
    """What formulas need to know of a patient at that time."""

    female: bool
    age_years: int


def body_mass_index(charted: Mapping[str, Charted], who: Who) -> float | None:
    height, weight = charted.get(HEIGHT) or charted.get(LENGTH), charted.get(WEIGHT)
    return None if height is None or weight is None else weight.value / (height.value / 100) ** 2


def ckd_epi_2021(charted: Mapping[str, Charted], who: Who) -> float | None:
    """Source: Inker et al., N Engl J Med 2021;385:1737-49: creatinine alone, without race. Adults only."""
    creatinine = charted.get(CREATININE)
    if creatinine is None or who.age_years < 18:
        return None
    kappa, alpha = (0.7, -0.241) if who.female else (0.9, -0.302)
    ratio = creatinine.value / kappa
    result: float = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**who.age_years
    return result * 1.012 if who.female else result


def friedewald(charted: Mapping[str, Charted], who: Who) -> float | None:
    """Source: Friedewald et al., Clin Chem 1972;18:499-502: LDL = total - HDL - triglycerides / 5, in mg/dL."""
    parts = charted.get(HDL), charted.get(LDL), charted.get(TRIGLYCERIDES)
    hdl, ldl, triglycerides = parts
    if hdl is None or ldl is None or triglycerides is None:
        return None
    return hdl.value + ldl.value + triglycerides.value / 5


def _numbers(charted: Mapping[str, Charted], *codes: str) -> list[float] | None:
    found = [charted[code].value for code in codes if code in charted]
    return found if len(found) == len(codes) else None


def globulin(charted: Mapping[str, Charted], who: Who) -> float | None:
    found = _numbers(charted, PROTEIN, ALBUMIN)
    return None if found is None else found[0] - found[1]


def anion_gap(charted: Mapping[str, Charted], who: Who) -> float | None:
    """Without potassium, as US laboratories report it."""
    found = _numbers(charted, SODIUM, CHLORIDE, BICARBONATE)
    return None if found is None else found[0] - found[1] - found[2]


def neutrophils_percent(charted: Mapping[str, Charted], who: Who) -> float | None:
    """The five kinds of a differential are 100 %."""
    found = _numbers(charted, *OTHER_PERCENTS)
    return None if found is None else 100 - sum(found)


def neutrophils(charted: Mapping[str, Charted], who: Who) -> float | None:
    found = _numbers(charted, WHITE_CELLS, NEUTROPHILS_PERCENT)
    return None if found is None else found[0] * found[1] / 100


FORMULAS: Mapping[str, tuple[str, Callable[[Mapping[str, Charted], Who], float | None]]] = {
    BMI: ("BMI", body_mass_index),
    EGFR: ("eGFR", ckd_epi_2021),
    CHOLESTEROL: ("total cholesterol", friedewald),
    GLOBULIN: ("globulin", globulin),
    ANION_GAP: ("anion gap", anion_gap),
    NEUTROPHILS_PERCENT: ("neutrophils %", neutrophils_percent),
    NEUTROPHILS: ("neutrophils", neutrophils),
}


def agrees(written: Charted, computed: float) -> bool:
    """Equal to the decimals that were written."""
    half: float = 0.5 * 10.0**-written.decimals
    return abs(written.value - computed) <= half + 1e-9
