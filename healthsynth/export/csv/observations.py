"""observations.csv: most of all rows, so the parts of a row that a concept decides are made once for it."""

from collections.abc import Callable, Iterable
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
from healthsynth.units import Clock
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


class _Numeric(dict[Concept, Callable[[float], str]]):
    """What is measured -> what writes a value as the row after its owners, rounded to the concept's decimals."""

    def __missing__(self, concept: Concept) -> Callable[[float], str]:
        front = f",{_category(concept)},{coded(concept)},".replace("%", "%%")
        back = f",{quoted(concept.unit or '')},numeric".replace("%", "%%")
        made = self[concept] = f"{front}%.{concept.decimals}f{back}".__mod__
        return made


_NUMERIC = _Numeric()


@cache
def _answer(concept: Concept, answer: Concept) -> str:
    text = answer.primary.display if answer.codes else answer.text
    return f",{_category(concept)},{coded(concept)},{quoted(text)},,text"


def _value(concept: Concept, value: float | Concept) -> str:
    return _answer(concept, value) if isinstance(value, Concept) else _NUMERIC[concept](value)


def observations(page: Page, results: Iterable[Result]) -> None:
    """A row for each value, and one for each component, as the layout has it for blood pressure."""
    append, stamps, open_, head, keyed = page.out["observations"].append, page.stamps, page.open, page.head, page.keyed
    last_time: Clock | None = None
    last_visit, owned = 0, ""
    for number, visit, time, concept, value, _, _, components, _ in results:
        if time != last_time or visit != last_visit:  # what is measured together stands together
            last_time, last_visit = time, visit
            owned = f"{stamps[time]},{open_[visit].owners}"
        start = f"{head}{number:012x},{owned}" if keyed else owned
        if isinstance(value, float):  # nearly all
            append(start + _NUMERIC[concept](value))
        elif value is not None:
            append(start + _value(concept, value))
        for component in components:
            if component[1] is not None:
                append(start + _value(component[0], component[1]))


def report(page: Page, event: Report) -> None:
    """No row of its own; the laboratory bills it."""
    page.bill(event, event.time, event.time)
