"""The SNOMED CT code of a visit's type, the same in every format."""

from healthsynth.record.events import Visit
from healthsynth.units import Clock, age_years
from healthsynth.vocabulary import SNOMED, Code

_CHILD_YEARS = 18

_WELL_CHILD = Code(SNOMED, "410620009", "Well child visit (procedure)")
_WELL_ADULT = Code(SNOMED, "162673000", "General examination of patient (procedure)")
_CHECK_UP = Code(SNOMED, "185349003", "Encounter for check up (procedure)")
_PROBLEM = Code(SNOMED, "185347001", "Encounter for problem (procedure)")
_SYMPTOM = Code(SNOMED, "185345009", "Encounter for symptom (procedure)")
_EMERGENCY = Code(SNOMED, "50849002", "Emergency room admission (procedure)")
_EMERGENCY_STAY = Code(SNOMED, "183452005", "Emergency hospital admission (procedure)")
_STAY = Code(SNOMED, "32485007", "Hospital admission (procedure)")
_HOME = Code(SNOMED, "439708006", "Home visit (procedure)")
_VIRTUAL = Code(SNOMED, "448337001", "Telemedicine consultation with patient (procedure)")

# A word in the module's name for an office visit -> its type; the first that fits.
_BY_NAME = (
    ("prenatal", Code(SNOMED, "424619006", "Prenatal visit (regime/therapy)")),
    ("postpartum", Code(SNOMED, "169762003", "Postnatal visit (regime/therapy)")),
    ("postnatal", Code(SNOMED, "169762003", "Postnatal visit (regime/therapy)")),
    ("follow", Code(SNOMED, "390906007", "Follow-up encounter (procedure)")),
)


def visit_code(visit: Visit, birth: Clock) -> Code:
    """What kind of visit it was, from its kind, the module's name for it, its reason and the patient's age."""
    match visit.kind:
        case "wellness":
            return _WELL_CHILD if age_years(birth, visit.start) < _CHILD_YEARS else _WELL_ADULT
        case "emergency":
            return _EMERGENCY
        case "inpatient":
            return _STAY if visit.follows is None else _EMERGENCY_STAY
        case "urgent":
            return _SYMPTOM
        case "home":
            return _HOME
        case "virtual":
            return _VIRTUAL
    for word, code in _BY_NAME:
        if word in visit.name:
            return code
    return _CHECK_UP if visit.reason is None else _PROBLEM
