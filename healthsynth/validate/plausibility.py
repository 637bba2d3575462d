"""Values: inside the limits of what can be alive, in a unit that fits, and equal to the formulas they come from."""

from collections.abc import Iterator
from typing import NamedTuple

from healthsynth.compile.plausible import Limits, limits
from healthsynth.guides.findings import Json, codings, objects, section
from healthsynth.guides.ucum import factor, unit
from healthsynth.validate.facts import Life, Value
from healthsynth.validate.faults import Fault
from healthsynth.validate.times import span

_UCUM, _LOINC = "http://unitsofmeasure.org", "http://loinc.org"
HEIGHT, WEIGHT, BMI = ("8302-2", "8306-3", "3137-7"), ("29463-7", "3141-9"), "39156-5"
CREATININE, EGFR = "2160-0", "98979-8"
TOTAL, HDL, LDL, TRIGLYCERIDE = "2093-3", "2085-9", "13457-7", "2571-8"
_KEPT = frozenset({*HEIGHT, *WEIGHT, BMI, CREATININE, EGFR, TOTAL, HDL, LDL, TRIGLYCERIDE})
_MOST_FOR_FRIEDEWALD = 400  # mg/dL of triglyceride; beyond it the formula does not hold
_YEAR = 31_557_600
_WHETHER = "{presence}"  # 0 or 1 of a strip: whether there is any, not how much


class Problem(NamedTuple):
    path: str
    code: str
    message: str
    severity: str = "error"


def implausible(resource: Json) -> Iterator[Problem]:
    """Values and units of an Observation and of its components that cannot be."""
    if resource.get("status") == "entered-in-error":
        return
    yield from _value(resource, "")
    for n, component in enumerate(objects(resource.get("component"))):
        yield from _value(component, f"component[{n}].")


def _value(holder: Json, path: str) -> Iterator[Problem]:
    quantity = section(holder.get("valueQuantity"))
    number = quantity.get("value")
    if not isinstance(number, int | float) or isinstance(number, bool):
        return
    known = next((limits()[code] for code in loinc(holder) if code in limits()), None)
    if known is None:
        return
    value = converted(number, quantity, known.unit)
    if value is None:
        code = quantity.get("code")
        if quantity.get("system") == _UCUM and isinstance(code, str) and not _arbitrary(code, known.unit):
            yield Problem(
                f"{path}valueQuantity.code", "unit", f"{known.name} in {code}, which does not convert to {known.unit}"
            )
        return
    if not known.low <= value <= known.high:
        shown = f"{number:g} {quantity.get('code') or quantity.get('unit') or ''}".rstrip()
        message = f"{known.name} of {shown}; possible are {known.low:g} to {known.high:g} {known.unit}"
        yield Problem(f"{path}valueQuantity.value", "limits", message)


def loinc(holder: Json) -> list[str]:
    """The LOINC codes of an Observation or component."""
    found = codings(holder.get("code"))
    return [code for each in found if each.get("system") == _LOINC and isinstance(code := each.get("code"), str)]


def _arbitrary(code: str, wanted: str) -> bool:
    """Whether the two cannot be compared: an unknown unit (reported elsewhere), units of an assay, or a yes or no as a number."""
    if code == _WHETHER:
        return True
    one, other = unit(code), unit(wanted)
    if one is None or other is None:
        return True
    return any(name.startswith("[") or name == "U" for name, _ in (*one.dimension, *other.dimension))


def converted(number: float, quantity: Json, wanted: str) -> float | None:
    """A quantity's number in another unit; None where that cannot be."""
    code = quantity.get("code")
    if not isinstance(code, str) or quantity.get("system") != _UCUM:
        return None
    if code == "[degF]" and wanted == "Cel":
        return (number - 32) / 1.8
    times = factor(code, wanted)
    return None if times is None else number * times


def values(resource: Json, name: str, line: int) -> Iterator[Value]:
    """The numbers of an Observation that take part in a formula, in the units of the table."""
    if resource.get("status") == "entered-in-error":
        return
    time = resource.get("effectiveDateTime")
    quantity = section(resource.get("valueQuantity"))
    number = quantity.get("value")
    if not isinstance(time, str) or not isinstance(number, int | float) or isinstance(number, bool):
        return
    if "comparator" in quantity:
        return
    for code in loinc(resource):
        if code in _KEPT:
            value = converted(number, quantity, limits()[code].unit)
            if value is not None:
                yield Value(code, value, str(quantity.get("code")), time, name, line)


def formulas(file: str, given: list[Value], patient: Life | None) -> Iterator[Fault]:
    """Values of one patient that do not fit those they are computed from, taken at the same time."""
    together: dict[str, dict[str, Value]] = {}
    for each in given:
        together.setdefault(each.time, {})[each.loinc] = each
    for found in together.values():
        for code, check in ((BMI, _bmi), (TOTAL, _total), (EGFR, _egfr)):
            if code in found:
                message = check(found, patient)
                if message:
                    at = found[code]
                    yield Fault(file, at.line, at.resource, "plausibility", "formula", "valueQuantity.value", message)


def _first(found: dict[str, Value], codes: tuple[str, ...]) -> Value | None:
    return next((found[code] for code in codes if code in found), None)


def _bmi(found: dict[str, Value], patient: Life | None) -> str:
    height, weight = _first(found, HEIGHT), _first(found, WEIGHT)
    if height is None or weight is None or height.number <= 0:
        return ""
    wanted = weight.number / (height.number / 100) ** 2
    given = found[BMI].number
    # Heights of 0.1 cm and weights of 0.1 kg, both rounded, and the index itself to 0.1.
    slack = 0.06 + wanted * (0.11 / height.number + 0.06 / weight.number)
    return "" if abs(given - wanted) <= slack else f"body mass index {given:g}, weight / height^2 is {wanted:.2f}"


def _total(found: dict[str, Value], patient: Life | None) -> str:
    parts = [found.get(code) for code in (HDL, LDL, TRIGLYCERIDE)]
    if any(part is None for part in parts):
        return ""
    hdl, ldl, fat = (part.number for part in parts if part is not None)
    if fat > _MOST_FOR_FRIEDEWALD:
        return ""
    wanted, given = hdl + ldl + fat / 5, found[TOTAL].number
    return (
        ""
        if abs(given - wanted) <= 2.1
        else f"total cholesterol {given:g}, HDL + LDL + triglyceride / 5 is {wanted:.1f}"
    )


def ckd_epi_2021(creatinine: float, age_years: float, female: bool) -> float:
    """Estimated filtration rate in mL/min/1.73 m2 from serum creatinine in mg/dL.

    Source: Inker et al., New Engl J Med 2021;385:1737, the equation without race.
    """
    ratio = creatinine / (0.7 if female else 0.9)
    rate = 142 * min(ratio, 1) ** (-0.241 if female else -0.302) * max(ratio, 1) ** -1.2 * 0.9938**age_years
    return float(rate * (1.012 if female else 1))


def _egfr(found: dict[str, Value], patient: Life | None) -> str:
    creatinine = found.get(CREATININE)
    if creatinine is None or patient is None or patient.sex not in ("female", "male") or creatinine.number <= 0.02:
        return ""
    birth, now = span(patient.birth), span(creatinine.time)
    if birth is None or now is None:
        return ""
    age = (now.first - birth.first) / _YEAR
    if age < 18:
        return ""  # the equation is for adults
    female = patient.sex == "female"
    wanted = ckd_epi_2021(creatinine.number, age, female)
    # Creatinine is rounded to 0.01, the rate to a whole number, the age to a year.
    most = ckd_epi_2021(creatinine.number - 0.0051, age - 1, female) + 0.6
    least = ckd_epi_2021(creatinine.number + 0.0051, age + 1, female) - 0.6
    given = found[EGFR].number
    return "" if least <= given <= most else f"filtration rate {given:g}, CKD-EPI 2021 gives {wanted:.1f}"


__all__ = ["Limits", "Problem", "ckd_epi_2021", "formulas", "implausible", "limits", "values"]
