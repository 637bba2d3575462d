"""RelatedPerson: the mother of the patient, and a child born to her with the observations of its birth."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import clinician, coded, encounter, quantity, reference, subject
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record.events import Newborn
from healthsynth.record.ids import NEWBORN_AGE, NEWBORN_WEIGHT
from healthsynth.units import Clock
from healthsynth.vocabulary import Code


class Mother(NamedTuple):
    """A patient's mother."""

    id: str
    given: str
    family: str
    birth: Clock


def mother(e: Mother, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "id": v.given_id(e.id),
        "meta": v.meta("RelatedPerson"),
        "active": True,
        "patient": subject(v),
        "relationship": [coded(codes.MOTHER)],
        "name": [{"use": "official", "family": v.text(e.family), "given": [v.text(e.given)]}],
        "gender": "female",
        "birthDate": v.day(e.birth),
    }


def newborn(e: Newborn, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "RelatedPerson",
        "id": v.id(e.number),
        "meta": v.meta("RelatedPerson"),
        "active": True,
        "patient": subject(v),
        "relationship": [coded(codes.CHILD)],
        "name": [{"use": "official", "family": v.text(e.family), "given": [v.text(e.given)]}],
        "gender": e.sex,
        "birthDate": v.day(e.time),
    }


def newborn_weight(e: Newborn, v: Values, end: None, link: None) -> Json:
    return _of_newborn(e, v, NEWBORN_WEIGHT, codes.BIRTH_WEIGHT, quantity(v.integer(e.weight_g), "g"))


def newborn_age(e: Newborn, v: Values, end: None, link: None) -> Json:
    return _of_newborn(e, v, NEWBORN_AGE, codes.GESTATION, quantity(v.integer(e.gestation_weeks), "wk"))


def _of_newborn(e: Newborn, v: Values, lane: int, code: Code, value: Json) -> Json:
    """An observation in the mother's chart whose focus is the child."""
    return {
        "resourceType": "Observation",
        "id": v.id(e.number, lane),
        "meta": v.meta("Observation:finding"),
        "status": "final",
        "category": [coded(codes.OBSERVATION_CATEGORY["finding"])],
        "code": coded(code),
        "subject": subject(v),
        "focus": [reference("RelatedPerson", v.id(e.number))],
        "encounter": encounter(v),
        "effectiveDateTime": v.instant(e.time),
        "issued": v.instant(e.time),
        "performer": [clinician(v)],
        "valueQuantity": value,
    }


MOTHER = Family(Mother, (mother,), {"id": VARYING, "given": VARYING, "family": VARYING, "birth": VARYING})
NEWBORN = Family(
    Newborn,
    (newborn, newborn_weight, newborn_age),
    {
        "number": VARYING, "visit": VARYING, "time": VARYING, "given": VARYING, "family": VARYING, "weight_g": VARYING,
        "gestation_weeks": VARYING, "origin": VARYING,
    },
)  # fmt: skip
