"""Events as lines of a note: what a clinician would write down, one line each, by section."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from healthsynth.export.moments import DAYS
from healthsynth.record.events import (
    Administration,
    Allergy,
    DeviceGiven,
    Diagnosis,
    Goal,
    ImagingDone,
    Newborn,
    Plan,
    Prescription,
    ProcedureDone,
    Referral,
    Remark,
    Result,
    Supplied,
    Vaccination,
)
from healthsynth.units import DAY, civil
from healthsynth.vocabulary import Concept, Range

Sections = dict[str, list[str]]

SECTIONS = (
    "vitals", "growth", "asked", "results", "images", "diagnoses", "ended", "remarks", "done", "vaccines", "plan", "goals",
    "newborns",
)  # fmt: skip

_GROWTH = frozenset({"height", "weight", "bmi", "head_circumference", "length"})
_FLAGS = {"": "", "N": "", "L": "low", "H": "high", "LL": "critically low", "HH": "critically high", "A": "abnormal"}
_NAME_WIDTH, _VALUE_WIDTH = 40, 22
_BRACES = re.compile(r"\{[^}]*\}")
_LONG_AGO = 3 * DAY  # an onset before this is worth a word
_UNITS = {"mm[Hg]": "mmHg", "Cel": "\N{DEGREE SIGN}C", "[degF]": "\N{DEGREE SIGN}F", "[in_i]": "in", "[lb_av]": "lb"}


def _pattern(concept: Concept) -> str:
    """For its values: '%.1f %%'."""
    unit = unit_text(concept.unit)
    space = " " if unit and not unit.startswith("/") else ""
    return f"%.{concept.decimals}f{space}{unit.replace('%', '%%')}"


@cache
def _number(concept: Concept) -> Callable[[float], str]:
    """Value -> '7.8 %'."""
    return _pattern(concept).__mod__


@lru_cache(maxsize=4096)
def _range(found: Range, decimals: int) -> str:
    low, high = found.low, found.high
    if low is None:
        return "" if high is None else f"below {high:.{decimals}f}"
    return f"above {low:.{decimals}f}" if high is None else f"{low:.{decimals}f} to {high:.{decimals}f}"


class _Way(NamedTuple):
    """How the results of a concept are written."""

    section: str
    head: str  # what a line begins with
    number: Callable[[float], str]  # value -> the line up to what is normal
    is_test: bool  # in columns, with what is normal


class _Ways(dict[Concept, _Way]):
    def __missing__(self, concept: Concept) -> _Way:
        kind, name = concept.kind, label(concept)
        section, head = "asked", f"{name}: "
        if kind == "lab":
            section, head = "results", f"{name:<{_NAME_WIDTH}} "
        elif kind == "vital":
            grows = concept.name in _GROWTH or concept.name.endswith("percentile")
            section = "growth" if grows else "vitals"
        number = (head.replace("%", "%%") + _pattern(concept)).__mod__
        found = self[concept] = _Way(section, head, number, kind == "lab")
        return found


_WAYS = _Ways()


@lru_cache(maxsize=4096)
def _normal(found: Range | None, decimals: int, flag: str) -> str:
    """What follows the value of a test: what is normal, and what it is if not."""
    normal = _range(found, decimals) if found else ""
    return f" {normal:<16} {_FLAGS.get(flag, flag)}".rstrip()


def _result(event: Result, out: Sections) -> None:
    concept, value = event.concept, event.value
    section, head, number, is_test = _WAYS[concept]
    if value is None:
        line = head if is_test else head + _components(event)
    else:
        line = head + label(value) if value.__class__ is Concept else number(value)  # type: ignore[arg-type]
    if is_test:
        normal = _normal(event.range, concept.decimals, event.flag)
        line = line.ljust(len(head) + _VALUE_WIDTH) + normal if normal else line.rstrip()
    out[section].append(line)


def _components(event: Result) -> str:
    """Numbers of one unit as clinicians write them, '120/80 mmHg'; else each with its name."""
    parts = event.components
    if any(part[1] is None or part[1].__class__ is Concept for part in parts):
        return "; ".join([f"{label(part[0])} {_part(part[0], part[1])}".rstrip() for part in parts])
    text = "/".join([_figure(part[0].decimals)(part[1]) for part in parts])
    unit = unit_text(parts[0][0].unit) if parts else ""
    return f"{text} {unit}" if unit else text


@cache
def _figure(decimals: int) -> Callable[[float], str]:
    return f"%.{decimals}f".__mod__


def _part(concept: Concept, value: float | Concept | None) -> str:
    if value is None:
        return ""
    return label(value) if isinstance(value, Concept) else _number(concept)(value)


def _diagnosis(event: Diagnosis, out: Sections) -> None:
    severity = f", {event.severity}" if event.severity else ""
    since = f", since {DAYS[event.onset // DAY]}" if event.time - event.onset > _LONG_AGO else ""
    out["diagnoses"].append(f"{label(event.concept)}{severity}{since}")


def _prescription(event: Prescription, out: Sections) -> None:
    length = f", for {event.lasting // DAY} days" if event.lasting else ""
    why = f" for {lower(label(event.reason))}" if event.reason else ""
    out["plan"].append(f"Start {label(event.concept)}{why}: {event.dose.text}{length}")


def _administration(event: Administration, out: Sections) -> None:
    out["done"].append(f"{label(event.concept)} given: {event.dose.text}")


def _procedure(event: ProcedureDone, out: Sections) -> None:
    site = f" ({lower(label(event.site))})" if event.site else ""
    out["done"].append(f"{label(event.concept)}{site}")


def _imaging(event: ImagingDone, out: Sections) -> None:
    out["images"].append(f"{label(event.concept)}: {event.finding}" if event.finding else label(event.concept))


def _vaccination(event: Vaccination, out: Sections) -> None:
    out["vaccines"].append(f"{label(event.concept)}, dose {event.dose_number}")


def _allergy(event: Allergy, out: Sections) -> None:
    out["diagnoses"].append(allergy_line(event))


def _goal(event: Goal, out: Sections) -> None:
    due = f" by {DAYS[event.due // DAY]}" if event.due is not None else ""
    out["goals"].append(f"{event.text}{due}")


def _care_plan(event: Plan, out: Sections) -> None:
    activities = ", ".join([lower(label(activity)) for activity in event.activities])
    out["plan"].append(f"{label(event.concept)}: {activities}" if activities else label(event.concept))


def _device(event: DeviceGiven, out: Sections) -> None:
    out["plan"].append(f"{label(event.concept)} provided")


def _supply(event: Supplied, out: Sections) -> None:
    out["plan"].append(f"{event.quantity} x {lower(label(event.concept))} handed out")


def _referral(event: Referral, out: Sections) -> None:
    why = f" for {lower(label(event.reason))}" if event.reason else ""
    out["plan"].append(f"Referral to {lower(label(event.concept))}{why}")


def _remark(event: Remark, out: Sections) -> None:
    out["remarks"].append(event.text)


def _newborn(event: Newborn, out: Sections) -> None:
    child = "boy" if event.sex == "male" else "girl"
    out["newborns"].append(
        f"A {child}, {event.given} {event.family}, born at {event.gestation_weeks} weeks with {event.weight_g:,} g."
    )


WRITERS: dict[type, Callable[[Any, Sections], None]] = {
    Result: _result,
    Diagnosis: _diagnosis,
    Prescription: _prescription,
    Administration: _administration,
    ProcedureDone: _procedure,
    ImagingDone: _imaging,
    Vaccination: _vaccination,
    Allergy: _allergy,
    Goal: _goal,
    Plan: _care_plan,
    DeviceGiven: _device,
    Supplied: _supply,
    Referral: _referral,
    Remark: _remark,
    Newborn: _newborn,
}


def problem_line(event: Diagnosis) -> str:
    """An active problem, as the history lists it."""
    return f"{label(event.concept)} (since {civil(event.onset).year})"


def medication_line(event: Prescription) -> str:
    return f"{label(event.concept)}: {event.dose.text}"


def allergy_line(event: Allergy) -> str:
    reactions = ", ".join([f"{lower(label(what))}, {severity}" for what, severity in event.reactions])
    return f"{label(event.concept)} ({reactions})" if reactions else label(event.concept)


@cache
def label(concept: Concept) -> str:
    """Plain words for a concept: its text; where that is only the display, without what is said for machines."""
    if not concept.codes or concept.text != concept.primary.display:
        return concept.text
    return plain(concept.text.partition(" [")[0])


@cache
def unit_text(unit: str | None) -> str:
    """A UCUM unit as people write it: annotations in braces are dropped, but for body surface."""
    if unit is None:
        return ""
    return _UNITS.get(unit) or _BRACES.sub("", unit.replace("{1.73_m2}", "1.73 m2")).replace("10*", "10^")


@lru_cache(maxsize=1 << 12)
def plain(text: str) -> str:
    """A SNOMED CT display without its semantic tag: 'Home visit (procedure)' is 'Home visit'."""
    head, bracket, tag = text.rpartition(" (")
    return head if bracket and tag.endswith(")") and tag[:-1] in _TAGS else text


_TAGS = frozenset({
    "disorder", "finding", "procedure", "regime/therapy", "situation", "record artifact", "body structure", "event",
    "physical object", "qualifier value", "substance", "environment", "occupation", "observable entity",
})  # fmt: skip


@lru_cache(maxsize=1 << 12)
def lower(text: str) -> str:
    """For the middle of a sentence; abbreviations keep their capitals."""
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text
