"""Words, days and numbers as the page writes them."""

from functools import lru_cache

from healthsynth.export.moments import DAYS
from healthsynth.export.note_lines import label, unit_text
from healthsynth.record.events import Result
from healthsynth.units import DAY, MONTH, WEEK, YEAR, Clock, age_years
from healthsynth.vocabulary import Concept, Range

VISITS = {
    "wellness": "Check-up", "outpatient": "Office visit", "urgent": "Urgent care", "emergency": "Emergency",
    "inpatient": "Hospital stay", "home": "Home visit", "virtual": "Video visit",
    "ambulatory": "Office visit", "snf": "Nursing facility", "hospice": "Hospice",
}  # fmt: skip
FLAGS = {"": "", "N": "", "L": "low", "H": "high", "LL": "critically low", "HH": "critically high", "A": "abnormal"}
SEXES = {"female": "Female", "male": "Male"}
RACES = {
    "white": "White", "black": "Black or African American", "asian": "Asian",
    "native": "American Indian or Alaska Native", "pacific": "Native Hawaiian or Pacific Islander", "other": "Other",
}  # fmt: skip
ETHNICITIES = {"hispanic": "Hispanic or Latino", "non_hispanic": "not Hispanic or Latino"}
MARITAL = {"M": "Married", "S": "Never married", "D": "Divorced", "W": "Widowed"}
PAYERS = {
    "private": "private insurance", "medicare": "Medicare", "medicaid": "Medicaid", "dual": "Medicare and Medicaid",
    "none": "no insurance",
}  # fmt: skip
_LANGUAGES = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fr": "French", "haw": "Hawaiian",
    "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "pl": "Polish", "pt": "Portuguese",
    "ru": "Russian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_UNITS = (("[IU]", "IU"), ("10^3", "10³"), ("10^6", "10⁶"), ("m2", "m²"), ("uL", "µL"), ("ug", "µg"), ("wk", "weeks"))
_ADULT = 18


def day(at: Clock) -> str:
    """2025-09-03"""
    return DAYS[at // DAY]


def moment(at: Clock) -> str:
    """2025-09-03 16:05"""
    minute = at % DAY // 60
    return f"{DAYS[at // DAY]} {minute // 60:02d}:{minute % 60:02d}"


def language(code: str) -> str:
    """The name of a BCP 47 code; the code itself where it has none here."""
    return _LANGUAGES.get(code.partition("-")[0], code)


def age(birth: Clock, at: Clock) -> str:
    """As it is said of small children and of all others: '9 days', '7 weeks', '14 months', '58 years'."""
    lived = max(0, at - birth)
    if lived >= 2 * YEAR:
        return f"{age_years(birth, at)} years"
    if lived < 2 * WEEK:
        return _counted(lived // DAY, "day")
    return _counted(lived // WEEK, "week") if lived < 2 * MONTH else _counted(lived // MONTH, "month")


def length(seconds: int) -> str:
    """How long something lasts, in the unit that people would take: '5 days', '7 weeks', '14 months', '37 years'."""
    if seconds >= 2 * YEAR:
        return _counted(seconds // YEAR, "year")
    if seconds >= 10 * WEEK:
        return _counted(round(seconds / MONTH), "month")
    return _counted(seconds // WEEK, "week") if seconds >= 3 * WEEK else _counted(max(1, seconds // DAY), "day")


def aged(birth: Clock, at: Clock) -> str:
    """As it stands before a noun: '58-year-old', '14-month-old'."""
    number, _, what = age(birth, at).partition(" ")
    return f"{number}-{what.removesuffix('s')}-old"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def noun(sex: str, birth: Clock, at: Clock) -> str:
    """woman, man, girl, boy"""
    adult = age_years(birth, at) >= _ADULT
    if sex == "female":
        return "woman" if adult else "girl"
    return "man" if adult else "boy"


def unit(concept: Concept) -> str:
    """The unit as people write it; none for scores and pH, whose names say it."""
    text = unit_text(concept.unit)
    return "" if text == "[pH]" else _pretty(text)


@lru_cache(maxsize=1024)
def _pretty(text: str) -> str:
    for plain, written in _UNITS:
        text = text.replace(plain, written)
    return text


def number(value: float | Concept | None, concept: Concept) -> str:
    """With the concept's decimals, without its unit; a coded answer in words."""
    if value is None or isinstance(value, Concept):
        return "" if value is None else label(value)
    return f"{value:.{concept.decimals}f}"


def with_unit(text: str, concept: Concept) -> str:
    """'7.8 %', '72/min', '12'"""
    found = unit(concept)
    return f"{text}{'' if found.startswith('/') else ' '}{found}" if found else text


def value(result: Result) -> str:
    """The value of any result with its unit: '7.8 %', '128/78 mmHg', 'Never smoked tobacco'."""
    if isinstance(result.value, Concept):
        return label(result.value)
    if result.value is not None:
        return with_unit(number(result.value, result.concept), result.concept)
    if not result.components:
        return ""
    text = "/".join([number(part[1], part[0]) for part in result.components])
    return with_unit(text, result.components[0][0])


@lru_cache(maxsize=4096)
def normal(found: Range | None, decimals: int) -> str:
    """'4.0 to 5.6', 'below 30', 'above 40'; '' where there is no reference range."""
    if found is None or (found.low is None and found.high is None):
        return ""
    if found.low is None:
        return f"below {found.high:.{decimals}f}"
    return (
        f"above {found.low:.{decimals}f}"
        if found.high is None
        else f"{found.low:.{decimals}f} to {found.high:.{decimals}f}"
    )


def flag(result: Result) -> str:
    """How a result stands to its range, in words: 'high', 'systolic high, diastolic low'; '' if within or without one."""
    if not result.components:
        return FLAGS.get(result.flag, result.flag)
    found = [(label(part[0]).partition(" ")[0].lower(), FLAGS.get(part[3], part[3])) for part in result.components]
    flags = {word for _, word in found}
    if len(flags) == 1:
        return flags.pop()
    return ", ".join([f"{name} {word}" for name, word in found if word])
