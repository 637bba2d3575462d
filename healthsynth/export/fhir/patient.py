"""Patient."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import SSN, SYSTEM, coded, coding, identifier, phone
from healthsynth.export.fhir.shapes import OPTIONAL, VARYING, Family
from healthsynth.export.fhir.slots import Choices, Json, Values
from healthsynth.people.person import Person
from healthsynth.record.record import Record
from healthsynth.units import Clock
from healthsynth.vocabulary import Code

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
_FHIR = "http://hl7.org/fhir/StructureDefinition/"
_LANGUAGES = {
    "en-US": Code(codes.LANGUAGE, "en-US", "English (United States)"),
    "en": Code(codes.LANGUAGE, "en", "English"),
    "es": Code(codes.LANGUAGE, "es", "Spanish"),
    "fr": Code(codes.LANGUAGE, "fr", "French"),
    "zh": Code(codes.LANGUAGE, "zh", "Chinese"),
}


class Citizen(NamedTuple):
    """What a Patient says of a `Person`, flat."""

    birth: Clock
    sex: str
    race: str
    ethnicity: str
    language: str
    given: str
    middle: str | None
    family: str
    maiden: str | None
    prefix: str | None
    marital: str | None
    line: str
    city: str
    county: str
    st: str
    zip: str
    lat: float
    lon: float
    birth_city: str
    birth_state: str | None
    birth_country: str
    phone: str
    email: str | None
    ssn: str
    mrn: str
    drivers: str | None
    passport: str | None
    multiple_birth: int | None
    died: Clock | None


def citizen(record: Record) -> Citizen:
    """The person of a record, and when they died."""
    p: Person = record.person
    a = p.address
    city, state, country = p.birthplace
    return Citizen(
        p.birth, p.sex, p.race, p.ethnicity, p.language, p.given, p.middle or None, p.family, p.maiden, p.prefix or None,
        p.marital, a.line, a.city, a.county, a.st, a.zip, a.lat, a.lon, city, state or None, country, p.phone, p.email, p.ssn,
        p.mrn, p.drivers, p.passport, p.multiple_birth,
        record.death.time if record.death else None,
    )  # fmt: skip


def _us_core_extension(name: str, code: Code) -> Json:
    parts = [{"url": "ombCategory", "valueCoding": coding(code)}, {"url": "text", "valueString": code.display}]
    if code.display == "Other Race":  # not one of the five categories of the Office of Management and Budget
        parts = [
            {"url": "ombCategory", "valueCoding": coding(codes.OTHER_RACE)},
            {"url": "text", "valueString": code.display},
        ]
    return {"url": _US_CORE + name, "extension": parts}


_RACE = Choices({key: _us_core_extension("us-core-race", code) for key, code in codes.RACES.items()})
_ETHNICITY = Choices({key: _us_core_extension("us-core-ethnicity", code) for key, code in codes.ETHNICITIES.items()})
_BIRTH_SEX = Choices({"female": "F", "male": "M"})
_MARITAL = Choices({key: coded(code, code.display) for key, code in codes.MARITAL.items()})


def patient(e: Citizen, v: Values, end: None, link: None) -> Json:
    return {
        "resourceType": "Patient",
        "id": v.patient,
        "meta": v.meta("Patient"),
        "extension": [
            v.choice(_RACE, e.race),
            v.choice(_ETHNICITY, e.ethnicity),
            {"url": _US_CORE + "us-core-birthsex", "valueCode": v.choice(_BIRTH_SEX, e.sex)},
            {"url": _FHIR + "patient-birthPlace", "valueAddress": _birthplace(e, v)},
        ],
        "identifier": _identifiers(e, v),
        "active": True,
        "name": _names(e, v),
        "telecom": [
            phone(v.text(e.phone), "home"),
            None if e.email is None else {"system": "email", "value": v.text(e.email)},
        ],
        "gender": v.choice(codes.GENDERS, e.sex),
        "birthDate": v.day(e.birth),
        "deceasedDateTime": None if e.died is None else v.instant(e.died),
        "address": [_address(e, v)],
        "maritalStatus": None if e.marital is None else v.choice(_MARITAL, e.marital),
        "multipleBirthInteger": None if e.multiple_birth is None else v.integer(e.multiple_birth),
        "multipleBirthBoolean": False if e.multiple_birth is None else None,
        "communication": [{"language": _language(e.language), "preferred": True}],
    }


def _birthplace(e: Citizen, v: Values) -> Json:
    return {
        "city": v.text(e.birth_city),
        "state": None if e.birth_state is None else v.text(e.birth_state),
        "country": v.text(e.birth_country),
    }


def _identifiers(e: Citizen, v: Values) -> list[Json | None]:
    return [
        identifier(SYSTEM + "mrn", v.text(e.mrn), codes.MEDICAL_RECORD),
        identifier(SSN, v.text(e.ssn), codes.SOCIAL_SECURITY),
        None if e.drivers is None else identifier(SYSTEM + "drivers", v.text(e.drivers), codes.DRIVERS_LICENCE),
        None if e.passport is None else identifier(SYSTEM + "passport", v.text(e.passport), codes.PASSPORT),
    ]


def _names(e: Citizen, v: Values) -> list[Json]:
    given = [v.text(e.given), None if e.middle is None else v.text(e.middle)]
    prefix = None if e.prefix is None else [v.text(e.prefix)]
    names = [{"use": "official", "family": v.text(e.family), "given": given, "prefix": prefix}]
    if e.maiden is not None:
        names.append({"use": "maiden", "family": v.text(e.maiden), "given": given, "prefix": prefix})
    return names


def _address(e: Citizen, v: Values) -> Json:
    place = (("latitude", e.lat), ("longitude", e.lon))
    return {
        "extension": [
            {
                "url": _FHIR + "geolocation",
                "extension": [{"url": name, "valueDecimal": v.decimal(value, 6)} for name, value in place],
            }
        ],
        "use": "home",
        "line": [v.text(e.line)],
        "city": v.text(e.city),
        "district": v.text(e.county),
        "state": v.text(e.st),
        "postalCode": v.text(e.zip),
        "country": "US",
    }


def _language(tag: str) -> Json:
    """With a display where the tag is a usual one."""
    code = _LANGUAGES.get(tag)
    return coded(code, code.display) if code else {"coding": [{"system": codes.LANGUAGE, "code": tag}]}


_OPTIONAL = (
    "middle",
    "maiden",
    "prefix",
    "marital",
    "email",
    "drivers",
    "passport",
    "multiple_birth",
    "died",
    "birth_state",
)
CITIZEN = Family(
    Citizen,
    (patient,),
    {name: OPTIONAL if name in _OPTIONAL else VARYING for name in Citizen._fields if name != "language"},
)
