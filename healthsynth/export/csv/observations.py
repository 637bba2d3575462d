"""observations.csv: most of all rows, so the parts of a row that a concept decides are made once for it."""

from collections.abc import Callable
from functools import cache

from healthsynth.export.csv.columns import (
    DESCRIPTION,
    PATIENT,
    Columns,
    optional,
    required,
)
from healthsynth.export.csv.page import Page
from healthsynth.export.csv.text import coded, quoted
from healthsynth.record.events import Report, Result
from healthsynth.vocabulary import Concept

OBSERVATIONS: Columns = (
    required("DATE", "instant", "when it was measured"),
    PATIENT,
    required("ENCOUNTER", "uuid", "encounters.Id of the visit in which it was measured"),
    optional("CATEGORY", "word", "laboratory, vital-signs, survey, social-history, exam, procedure, imaging, therapy"),
    required("CODE", "code", "LOINC"),
    DESCRIPTION,
    required("VALUE", "text", "a number, or the display of a coded answer"),
    optional("UNITS", "text", "UCUM; empty for coded answers"),
    required("TYPE", "word", "numeric or text"),
)

_CATEGORIES = {
    "lab": "laboratory", "vital": "vital-signs", "survey": "survey", "social": "social-history", "finding": "exam",
}  # fmt: skip
_OWN_CATEGORIES = ("procedure", "imaging", "therapy")


def _category(concept: Concept) -> str:
    word = concept.more.get("category", "")
    return word if word in _OWN_CATEGORIES else _CATEGORIES.get(concept.kind, "")


@cache
def _numeric(concept: Concept) -> Callable[[float], str]:
    """Value -> the row after its owners. Rounds to the concept's decimals."""
    front = f",{_category(concept)},{coded(concept)},".replace("%", "%%")
    back = f",{quoted(concept.unit or '')},numeric".replace("%", "%%")
    return f"{front}%.{concept.decimals}f{back}".__mod__


@cache
def _answer(concept: Concept, answer: Concept) -> str:
    text = answer.primary.display if answer.codes else answer.text
    return f",{_category(concept)},{coded(concept)},{quoted(text)},,text"


def observation(page: Page, event: Result) -> None:
    """A row for its value and one for each component, as the layout has it for blood pressure."""
    start = f"{page.key(event.number)}{page.stamps[event.time]},{page.open[event.visit].owners}"
    value = event.value
    rows = page.out["observations"]
    if value is not None:
        if isinstance(value, Concept):
            rows.append(start + _answer(event.concept, value))
        else:
            rows.append(start + _numeric(event.concept)(value))
    for component in event.components:
        found = component[1]
        if isinstance(found, Concept):
            rows.append(start + _answer(component[0], found))
        elif found is not None:
            rows.append(start + _numeric(component[0])(found))


def report(page: Page, event: Report) -> None:
    """No row of its own; the laboratory bills it."""
    page.bill(event, event.time, event.time)
