"""Results by what was measured: those that make a curve, and the latest of all others."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from healthsynth.export.note_lines import label
from healthsynth.record.events import Report, Result
from healthsynth.record.record import Record
from healthsynth.simulate.charting import flag, reference_range
from healthsynth.units import YEAR, Clock
from healthsynth.vocabulary import Concept, Range

_VITALS = (
    "blood_pressure", "heart_rate", "weight", "bmi", "height", "head_circumference", "oxygen_saturation",
    "respiratory_rate", "body_temperature",
)  # fmt: skip
FEWEST = 2  # values that make a curve
SINGLE = "Single tests"


class Series(NamedTuple):
    """All results of one concept, in order of time; at least one."""

    concept: Concept
    name: str
    results: tuple[Result, ...]

    @property
    def latest(self) -> Result:
        return self.results[-1]


class Results(NamedTuple):
    """Everything measured or asked in one chart."""

    vitals: list[Series]
    latest: list[Series]  # vital signs with too few values for a curve
    panels: list[tuple[str, list[Series]]]  # (name of the panel, its curves)
    seen: list[Series]  # findings that are numbers, e.g. weeks of gestation
    asked: list[Series]  # questionnaires and social history that are numbers
    single: list[Series]  # too few values for a curve, or answers in words


def items(concepts: Iterable[Concept]) -> frozenset[str]:
    """Names of the single questions of questionnaires: all members but the last, which is the total."""
    return frozenset(
        name for concept in concepts if concept.kind == "survey" and concept.members for name in concept.members[:-1]
    )


def results(record: Record, questions: frozenset[str]) -> Results:
    """Sort the results of a record; `questions` are left to the notes."""
    sex, birth = record.person.sex, record.person.birth
    by_concept: dict[Concept, list[Result]] = {}
    panel_of: dict[int, str] = {}
    for event in record.events:
        if type(event) is Result:
            read = _with_flag(event, sex, birth) if event.concept.kind == "vital" else event
            by_concept.setdefault(event.concept, []).append(read)
        elif type(event) is Report:
            name = label(event.concept)
            for number in event.results:
                panel_of[number] = name
    found = Results([], [], [], [], [], [])
    panels: dict[str, list[Series]] = {}
    for concept, values in by_concept.items():
        if concept.name in questions:
            continue
        series = Series(concept, label(concept), tuple(values))
        if len(values) < FEWEST or isinstance(values[-1].value, Concept) or _has_words(values[-1]):
            (found.latest if concept.kind == "vital" else found.single).append(series)
        elif concept.kind == "vital":
            found.vitals.append(series)
        elif concept.kind == "lab":
            panels.setdefault(_panel(values, panel_of), []).append(series)
        elif concept.kind == "finding":
            found.seen.append(series)
        else:
            found.asked.append(series)
    found.vitals[:] = in_order(found.vitals)
    found.panels.extend(sorted(panels.items(), key=lambda panel: (panel[0] != SINGLE, -len(panel[1]))))
    return found


def _with_flag(event: Result, sex: str, birth: Clock) -> Result:
    """A vital sign as the page shows it: charts flag laboratory values only, and give pressures no range.

    It says low or high and never critical, which is a word for what a laboratory must telephone.
    """
    if event.components and all(isinstance(part[1], int | float) for part in event.components):
        years = (event.time - birth) // YEAR
        return event._replace(components=tuple([_read(part[0], part[1], sex, years) for part in event.components]))
    if isinstance(event.value, int | float) and event.range is not None:
        return event._replace(flag=_side(event.concept, event.range, event.value))
    return event


def _has_words(event: Result) -> bool:
    """Whether it has no numbers to draw a line through."""
    return event.value is None and not all(
        isinstance(part[1], int | float) for part in event.components or (("", None),)
    )


def _read(concept: Concept, value: float, sex: str, years: int) -> tuple[Concept, float, Range | None, str]:
    found = reference_range(concept, sex, years)
    return concept, value, found, _side(concept, found, value)


def _side(concept: Concept, found: Range | None, value: float) -> str:
    return flag(concept, found, value)[:1]


def _panel(values: list[Result], panel_of: Mapping[int, str]) -> str:
    """The panel that the latest of these was reported in."""
    return panel_of.get(values[-1].number, SINGLE)


def in_order(vitals: list[Series]) -> list[Series]:
    """Vital signs in the order that clinicians read them."""
    return sorted(vitals, key=_place)


def _place(series: Series) -> int:
    name = series.concept.name
    return _VITALS.index(name) if name in _VITALS else len(_VITALS)
