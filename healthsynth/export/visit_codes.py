"""The SNOMED CT code of a visit's type, for flat files and notes; bundles say the same."""

from healthsynth.record.events import Visit
from healthsynth.units import Clock, age_years
from healthsynth.vocabulary import SNOMED, Code

ADULT_YEARS = 18
_CERTIFICATION = "308646001"

_WELL_CHILD = Code(SNOMED, "410620009", "Well child visit (procedure)")
_WITHOUT_REASON = Code(SNOMED, "308335008", "Patient encounter procedure")
_AFTER_EMERGENCY = Code(SNOMED, "183452005", "Emergency hospital admission (procedure)")
_BY_KIND = {
    "wellness": Code(SNOMED, "162673000", "General examination of patient (procedure)"),
    "outpatient": Code(SNOMED, "185347001", "Encounter for problem"),
    "urgent": Code(SNOMED, "185345009", "Encounter for symptom"),
    "emergency": Code(SNOMED, "50849002", "Emergency room admission (procedure)"),
    "inpatient": Code(SNOMED, "32485007", "Admission to hospital"),
    "home": Code(SNOMED, "439708006", "Home visit"),
    "virtual": Code(SNOMED, "448337001", "Telemedicine consultation with patient"),
    "ambulatory": Code(SNOMED, "185347001", "Encounter for problem"),
    "hospice": Code(SNOMED, "305336008", "Admission to hospice (procedure)"),
    "snf": Code(SNOMED, "32485007", "Admission to hospital"),
}


def is_well_child(visit: Visit, birth: Clock) -> bool:
    """Whether it is a wellness visit of someone under 18."""
    return visit.kind == "wellness" and age_years(birth, visit.start) < ADULT_YEARS


def is_certification(visit: Visit) -> bool:
    """Whether it only certifies a death (of modules in Synthea's format)."""
    return visit.type is not None and visit.type.primary.code == _CERTIFICATION


def visit_code(visit: Visit, birth: Clock) -> Code:
    """What type of visit it was: as its module says, else from its kind, its reason and the patient's age."""
    if visit.type is not None:
        return visit.type.primary
    if is_well_child(visit, birth):
        return _WELL_CHILD
    if visit.kind == "inpatient" and visit.follows is not None:
        return _AFTER_EMERGENCY
    if visit.kind == "outpatient" and visit.reason is None:
        return _WITHOUT_REASON
    return _BY_KIND[visit.kind]
