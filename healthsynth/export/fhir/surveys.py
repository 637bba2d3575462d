"""A questionnaire as it was answered: QuestionnaireResponse, and the Observation that holds its answers together.

US Core shows screenings both ways ("SDOH screening and assessments"): the answers as they were given, and each answer and
score as an Observation that is derived from them.
"""

from typing import NamedTuple

from healthsynth.export.fhir.datatypes import clinician, concept, encounter, reference, subject
from healthsynth.export.fhir.observations import categories
from healthsynth.export.fhir.shapes import ANSWERED, COUNTED, VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.ids import ANSWERS
from healthsynth.units import Clock
from healthsynth.vocabulary import Concept

_QUESTIONNAIRES = "http://loinc.org/q/"  # where LOINC publishes its panels as questionnaires


class Answered(NamedTuple):
    """A survey with what was answered; `number` is the event's."""

    number: int
    time: Clock
    concept: Concept
    items: tuple[tuple[Concept, float | Concept], ...]
    results: tuple[int, ...]
    origin: int


def questionnaire_response(e: Answered, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": v.id(e.number, ANSWERS),
        "meta": v.meta("QuestionnaireResponse"),
        "questionnaire": _QUESTIONNAIRES + e.concept.primary.code,
        "status": "completed",
        "subject": subject(v),
        "encounter": encounter(v),
        "authored": v.instant(e.time),
        "author": clinician(v),
        "source": subject(v),
        "item": [
            {"linkId": f"/{question.primary.code}", "text": question.text, "answer": [v.answer(value)]}
            for question, value in e.items
        ],
    }


def panel(e: Answered, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Observation",
        "id": v.id(e.number),
        "meta": v.meta("Observation:survey"),
        "status": "final",
        "category": categories(e.concept),
        "code": concept(e.concept),
        "subject": subject(v),
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time),
        "performer": [clinician(v)],
        "hasMember": [reference("Observation", v.id(number)) for number in e.results],
        "derivedFrom": [reference("QuestionnaireResponse", v.id(e.number, ANSWERS))],
    }


ANSWERED_SURVEY = Family(
    Answered,
    (questionnaire_response, panel),
    {"number": VARYING, "time": VARYING, "items": ANSWERED, "results": COUNTED, "origin": VARYING},
)
