"""Which profile a resource of its kind has to meet, whether it says so or not."""

from functools import cache
from typing import Any

from healthsynth.guides.findings import Json, codings, items
from healthsynth.guides.tables import HL7, NONE, US_CORE, guide_table

_BY_TYPE = {
    kind: f"us-core-{kind.lower()}"
    for kind in (
        "AllergyIntolerance", "CarePlan", "CareTeam", "Coverage", "DocumentReference", "Encounter", "Goal", "Immunization",
        "Location", "Medication", "MedicationDispense", "MedicationRequest", "Organization", "Patient", "Practitioner",
        "PractitionerRole", "Procedure", "Provenance", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest", "Specimen",
    )
}  # fmt: skip
# LOINC codes that a profile fixes, or names as its subject.
_BY_LOINC = {
    "85354-9": "us-core-blood-pressure",
    "96607-7": "us-core-average-blood-pressure",
    "39156-5": "us-core-bmi",
    "8302-2": "us-core-body-height",
    "8310-5": "us-core-body-temperature",
    "29463-7": "us-core-body-weight",
    "8867-4": "us-core-heart-rate",
    "9279-1": "us-core-respiratory-rate",
    "9843-4": "us-core-head-circumference",
    "8289-1": "head-occipital-frontal-circumference-percentile",
    "59576-9": "pediatric-bmi-for-age",
    "77606-2": "pediatric-weight-for-height",
    "59408-5": "us-core-pulse-oximetry",
    "72166-2": "us-core-smokingstatus",
    "11341-5": "us-core-observation-occupation",
    "82810-3": "us-core-observation-pregnancystatus",
    "86645-9": "us-core-observation-pregnancyintent",
    "76690-7": "us-core-observation-sexual-orientation",
    "75773-2": "us-core-treatment-intervention-preference",
    "95541-9": "us-core-care-experience-preference",
}
_BY_CATEGORY = (
    ("laboratory", "us-core-observation-lab"),
    ("vital-signs", "us-core-vital-signs"),
    ("survey", "us-core-observation-screening-assessment"),
    ("social-history", "us-core-simple-observation"),
    ("imaging", "us-core-observation-clinical-result"),
    ("procedure", "us-core-observation-clinical-result"),
    ("exam", "us-core-observation-clinical-result"),
)
# Profiles of R4 itself that every Observation with the code has to meet.
_VITAL_SIGNS = {
    "85353-1": "vitalspanel",
    "9279-1": "resprate",
    "8867-4": "heartrate",
    "2708-6": "oxygensat",
    "8310-5": "bodytemp",
    "8302-2": "bodyheight",
    "9843-4": "headcircum",
    "29463-7": "bodyweight",
    "39156-5": "bmi",
    "85354-9": "bp",
}


def expected_profiles(resource: Json, guide: str) -> list[str]:
    """The URLs of the US Core profiles that a resource of this type, category and code should meet; [] for none."""
    if guide == NONE:
        return []
    kind = resource.get("resourceType")
    if kind == "Observation":
        names = _observation(resource)
    elif kind == "Condition":
        visit = "encounter-diagnosis" in _categories(resource)
        names = ["us-core-condition-" + ("encounter-diagnosis" if visit else "problems-health-concerns")]
    elif kind == "DiagnosticReport":
        names = ["us-core-diagnosticreport-" + ("lab" if "LAB" in _categories(resource) else "note")]
    elif kind == "Device":
        names = ["us-core-implantable-device"] if "udiCarrier" in resource else []
    else:
        names = [_BY_TYPE[kind]] if isinstance(kind, str) and kind in _BY_TYPE else []
    known = _names(guide)
    return [US_CORE + name for name in names if name in known]


def vital_sign_profiles(resource: Json) -> list[str]:
    """The URLs of the profiles of base R4 that the codes of an Observation call for."""
    return [HL7 + _VITAL_SIGNS[code] for code in _loinc(resource) if code in _VITAL_SIGNS]


@cache
def _names(guide: str) -> frozenset[str]:
    return frozenset(url.removeprefix(US_CORE) for url in guide_table(guide)["profiles"])


def _observation(resource: Json) -> list[str]:
    by_code = [_BY_LOINC[code] for code in _loinc(resource) if code in _BY_LOINC]
    if by_code:
        return by_code
    given = _categories(resource)
    return next(([name] for category, name in _BY_CATEGORY if category in given), [])


def _loinc(resource: Json) -> list[str]:
    listed = codings(resource.get("code"))
    return [
        code
        for each in listed
        if each.get("system") == "http://loinc.org" and isinstance(code := each.get("code"), str)
    ]


def _categories(resource: Json) -> set[Any]:
    concepts = items(resource.get("category"))
    return {code for concept in concepts for each in codings(concept) if isinstance(code := each.get("code"), str)}
