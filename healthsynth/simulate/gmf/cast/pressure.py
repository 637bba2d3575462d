"""Blood pressure: a personal baseline, what drugs and a healthy life take off it, and the hour's variation."""

from collections.abc import Collection
from functools import cache
from typing import Final

from healthsynth.people.tables import rows
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, Clock

SYSTOLIC: Final = "systolic"
DIASTOLIC: Final = "diastolic"
_NORMAL: Final = {SYSTOLIC: (100, 139), DIASTOLIC: (70, 89)}
_HYPERTENSIVE: Final = {SYSTOLIC: (140, 160), DIASTOLIC: (90, 120)}
_SEVERE: Final = (160, 200)
_VARIATION: Final = {SYSTOLIC: 8.0, DIASTOLIC: 5.0}
_AIM: Final = {
    SYSTOLIC: (124, 14),
    DIASTOLIC: (78, 8),
}  # a healthy life lowers towards the first, by the second at most
_ADHERENT: Final = 0.15
_FULL_EFFECT: Final = 365 * DAY
_HALF_DAY: Final = DAY // 2
LIFESTYLE: Final = "443402002"  # SNOMED, care plan


@cache
def drugs() -> dict[str, dict[str, tuple[float, float]]]:
    """RxNorm code -> the range of its effect on each pressure, mmHg."""
    return {
        row["rxnorm"]: {
            SYSTOLIC: (float(row["systolic_most"]), float(row["systolic_least"])),
            DIASTOLIC: (float(row["diastolic_most"]), float(row["diastolic_least"])),
        }
        for row in rows("gmf/drugs_on_pressure.csv")
    }


@cache
def drug_codes() -> frozenset[str]:
    """The codes of `drugs`."""
    return frozenset(drugs())


def baseline(which: str, draws: Draws, sex: str, *, hypertension: bool, severe: bool) -> float:
    """Drawn once with and once without hypertension; severe hypertension moves the systolic one."""
    low, high = _NORMAL[which]
    if hypertension:
        low, high = _SEVERE if severe and which == SYSTOLIC else _HYPERTENSIVE[which]
    return draws.between(low, high, f"baseline {which}", hypertension) + (1.0 if sex == "male" else -1.0)


def drug_effect(which: str, draws: Draws, active: Collection[str]) -> float:
    """The sum over active drugs of a personal effect each, mmHg, at most 0.

    Args:
        active: RxNorm codes, those of `drugs` at least; a set or a mapping by code is quickest.
    """
    total = 0.0
    if not active:
        return total
    for code, effects in drugs().items():
        if code in active:
            total += draws.between(*effects[which], f"{which} {code}")
    return total


def lifestyle_effect(which: str, draws: Draws, base: float, since: Clock | None, at: Clock) -> float:
    """What the care plan for a healthy life has reached by now, for the few who keep to it."""
    if since is None or draws.uniform("adherent to lifestyle") >= _ADHERENT:
        return 0.0
    aim, most = _AIM[which]
    return -min(abs(base - aim), most) * min((at - since) / _FULL_EFFECT, 1.0)


def variation(which: str, draws: Draws, at: Clock) -> float:
    """Up in one half of the day, down in the other; the same for one moment."""
    size = abs(draws.normal(f"variation {which}", at)) * _VARIATION[which]
    return size if at // _HALF_DAY % 2 == 0 else -size
