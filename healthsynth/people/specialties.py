"""Specialties in plain words: their SNOMED CT codes, who practises them, and where.

`SPECIALTIES` is what a PractitionerRole's specialty says, `ROLES` its code. The order of the table is part of the
clinicians' invented NPIs: add rows at the end only. Shares of women among physicians: AAMC Physician Specialty Data
Report 2022, from memory; among other professions: rounded from the US Bureau of Labor Statistics, from memory.
Codes are of the SNOMED CT Global Patient Set; displays are the reference table's.
"""

from typing import NamedTuple

from healthsynth.errors import UsageError, near
from healthsynth.vocabulary import SNOMED, Code


class Specialty(NamedTuple):
    """A specialty and those who practise it."""

    number: int  # place in the table
    name: str  # plain words, e.g. "Family Medicine"
    code: Code  # the specialty
    role: Code  # the occupation
    prefix: str  # "Dr.", or "" where people are addressed as Mr. or Ms.
    women: float  # share among its practitioners


_ROWS = (
    ("Family Medicine", "419772000", "Family practice", "62247001", "Family medicine specialist", "Dr.", 0.43),
    ("Pediatrics", "394537008", "Pediatrics", "82296001", "Pediatrician", "Dr.", 0.65),
    ("Internal Medicine", "419192003", "Internal medicine", "39677007", "Internal medicine specialist", "Dr.", 0.40),
    (
        "Emergency Medicine",
        "394576009",
        "Surgical-Accident & emergency",
        "309294001",
        "Accident and emergency doctor",
        "Dr.",
        0.29,
    ),
    (
        "Obstetrics and Gynecology",
        "394585009",
        "Obstetrics and gynecology",
        "309367003",
        "Obstetrician and gynecologist",
        "Dr.",
        0.61,
    ),
    ("Cardiology", "394579002", "Cardiology", "17561000", "Cardiologist", "Dr.", 0.16),
    ("Nephrology", "394589003", "Nephrology", "11911009", "Nephrologist", "Dr.", 0.30),
    ("Ophthalmology", "394594003", "Ophthalmology", "422234006", "Ophthalmologist (occupation)", "Dr.", 0.27),
    (
        "Orthopedic Surgery",
        "394801008",
        "Surgery-Trauma and orthopedics",
        "22731001",
        "Orthopedic surgeon",
        "Dr.",
        0.06,
    ),
    ("Neurology", "394591006", "Neurology", "56397003", "Neurologist", "Dr.", 0.32),
    ("Radiology", "394914008", "Radiology", "66862007", "Radiologist", "Dr.", 0.27),
    ("Psychiatry", "394587001", "Psychiatry", "80584001", "Psychiatrist", "Dr.", 0.41),
    ("General Surgery", "394609007", "Surgery-general", "78703002", "General surgeon", "Dr.", 0.23),
    ("Pulmonology", "418112009", "Pulmonary medicine", "41672002", "Respiratory disease specialist", "Dr.", 0.21),
    ("Endocrinology", "394583002", "Endocrinology", "61894003", "Endocrinologist", "Dr.", 0.53),
    ("Dermatology", "394582007", "Dermatology", "18803008", "Dermatologist", "Dr.", 0.52),
    ("Podiatry", "722166003", "Podiatry (qualifier value)", "159034004", "Podiatrist", "Dr.", 0.30),
    ("Otolaryngology", "418960008", "Otolaryngology", "61345009", "Otorhinolaryngologist", "Dr.", 0.19),
    (
        "Infectious Disease",
        "394807007",
        "Infectious diseases",
        "76899008",
        "Infectious disease specialist",
        "Dr.",
        0.43,
    ),
    ("Anesthesiology", "394577000", "Anesthetics", "88189002", "Anesthesiologist", "Dr.", 0.27),
    ("Hospital Medicine", "394802001", "General medicine", "768837005", "Hospitalist (occupation)", "Dr.", 0.43),
    ("Gastroenterology", "394584008", "Gastroenterology", "71838004", "Gastroenterologist", "Dr.", 0.20),
    ("Oncology", "394593009", "Medical oncology", "310512001", "Medical oncologist", "Dr.", 0.36),
    ("Hematology", "394803006", "Clinical hematology", "40204001", "Hematologist", "Dr.", 0.36),
    ("Urology", "394612005", "Urology", "24590004", "Urologist", "Dr.", 0.11),
    ("Rheumatology", "394810000", "Rheumatology", "45440000", "Rheumatologist", "Dr.", 0.48),
    ("Geriatrics", "394811001", "Geriatric medicine", "90655003", "Geriatrics specialist", "Dr.", 0.48),
    ("Critical Care", "408478003", "Critical care medicine", "309338004", "Intensive care specialist", "Dr.", 0.27),
    (
        "Allergy and Immunology",
        "394805004",
        "Clinical immunology/allergy (qualifier value)",
        "721943002",
        "Clinical immunology and allergy specialist (occupation)",
        "Dr.",
        0.43,
    ),
    ("Neurosurgery", "394610002", "Surgery-Neurosurgery", "45544007", "Neurosurgeon", "Dr.", 0.10),
    ("Cardiac Surgery", "408466002", "Surgery-Cardiac surgery", "56545009", "Cardiovascular surgeon", "Dr.", 0.09),
    ("Vascular Surgery", "408463005", "Surgery-Vascular", "309388007", "Vascular surgeon", "Dr.", 0.16),
    ("Plastic Surgery", "394611003", "Surgery-Plastic surgery", "8724009", "Plastic surgeon", "Dr.", 0.18),
    ("Palliative Medicine", "394806003", "Palliative medicine", "309359006", "Palliative care physician", "Dr.", 0.45),
    (
        "Radiation Oncology",
        "419815003",
        "Radiation oncology",
        "763292005",
        "Radiation oncologist (occupation)",
        "Dr.",
        0.28,
    ),
    ("Neonatology", "408445005", "Neonatology (qualifier value)", "28411006", "Neonatologist", "Dr.", 0.52),
    ("Pathology", "394915009", "General pathology", "61207006", "Medical pathologist", "Dr.", 0.44),
    ("Psychology", "59944000", "Psychologist", "59944000", "Psychologist", "Dr.", 0.70),
    ("Optometry", "28229004", "Optometrist", "28229004", "Optometrist", "Dr.", 0.45),
    ("Dentistry", "106289002", "Dentist", "106289002", "Dentist", "Dr.", 0.37),
    ("Physical Therapy", "722138006", "Physiotherapy (qualifier value)", "36682004", "Physiotherapist", "", 0.65),
    ("Occupational Therapy", "80546007", "Occupational therapist", "80546007", "Occupational therapist", "", 0.90),
    (
        "Speech Therapy",
        "159026005",
        "Speech and language therapist",
        "159026005",
        "Speech and language therapist",
        "",
        0.95,
    ),
    ("Dietetics", "159033005", "Dietician", "159033005", "Dietician", "", 0.92),
    ("Midwifery", "714088003", "Midwifery service (qualifier value)", "75271001", "Professional midwife", "", 0.99),
    ("Nursing", "106292003", "Professional nurse", "224535009", "Registered nurse", "", 0.87),
    ("Nurse Practitioner", "224571005", "Nurse practitioner", "224571005", "Nurse practitioner", "", 0.88),
    ("Audiology", "309418004", "Audiologist", "309418004", "Audiologist", "", 0.85),
    (
        "Respiratory Therapy",
        "442867008",
        "Respiratory therapist (occupation)",
        "442867008",
        "Respiratory therapist (occupation)",
        "",
        0.65,
    ),
    (
        "Sleep Medicine",
        "720503005",
        "Sleep medicine specialist (occupation)",
        "720503005",
        "Sleep medicine specialist (occupation)",
        "Dr.",
        0.30,
    ),
)

TABLE = tuple(
    Specialty(number, name, Code(SNOMED, code, display), Code(SNOMED, role, role_display), prefix, women)
    for number, (name, code, display, role, role_display, prefix, women) in enumerate(_ROWS)
)
SPECIALTIES: dict[str, Code] = {row.name: row.code for row in TABLE}
ROLES: dict[str, Code] = {row.name: row.role for row in TABLE}


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")


_BY_NAME = {_folded(row.name): row for row in TABLE}
# Other words that modules use for the same thing.
_BY_NAME |= {
    _folded(other): _BY_NAME[_folded(name)]
    for other, name in (
        ("ENT", "Otolaryngology"),
        ("ear nose and throat", "Otolaryngology"),
        ("orthopedics", "Orthopedic Surgery"),
        ("orthopaedics", "Orthopedic Surgery"),
        ("obstetrics", "Obstetrics and Gynecology"),
        ("gynecology", "Obstetrics and Gynecology"),
        ("obstetrics gynecology", "Obstetrics and Gynecology"),
        ("family practice", "Family Medicine"),
        ("general practice", "Family Medicine"),
        ("primary care", "Family Medicine"),
        ("hospitalist", "Hospital Medicine"),
        ("surgery", "General Surgery"),
        ("physiotherapy", "Physical Therapy"),
        ("nutrition", "Dietetics"),
        ("dietitian", "Dietetics"),
        ("infectious diseases", "Infectious Disease"),
        ("medical oncology", "Oncology"),
        ("pulmonary medicine", "Pulmonology"),
        ("geriatric medicine", "Geriatrics"),
        ("allergy", "Allergy and Immunology"),
        ("immunology", "Allergy and Immunology"),
        ("mental health", "Psychiatry"),
        ("intensive care", "Critical Care"),
    )
}

_PRIMARY = {
    "Family Medicine",
    "Pediatrics",
    "Internal Medicine",
    "Obstetrics and Gynecology",
    "Geriatrics",
    "Dentistry",
}
_PRIMARY |= {"Optometry", "Nursing", "Nurse Practitioner", "Midwifery", "Dietetics", "Psychology"}
_PLACES = {"urgent": "urgent_care", "emergency": "hospital", "inpatient": "hospital", "home": "home_health", "hospice": "home_health",
           "snf": "hospital"}  # fmt: skip


def specialty(name: str) -> Specialty:
    """The specialty of a name, written "Family Medicine", "family medicine" or family_medicine.

    Raises:
        UsageError: there is none of that name; near names are offered.
    """
    found = _BY_NAME.get(_folded(name))
    if found is None:
        raise UsageError(f"there is no specialty '{name}'; {near(_folded(name), _BY_NAME)}".rstrip("; "))
    return found


_BY_CODE = {row.role.code: row for row in reversed(TABLE)} | {row.code.code: row for row in reversed(TABLE)}


def specialty_of_code(code: str) -> Specialty | None:
    """The specialty of a SNOMED CT code, be it of the specialty or of the occupation; None if it is neither."""
    return _BY_CODE.get(code)


def facility_kind(visit_kind: str, specialty_name: str) -> str:
    """Where a visit of a kind (record.events.VISIT_KINDS) takes place: one of people.facility.FACILITY_KINDS.

    Specialists see outpatients at the hospital: the table of facilities has no specialist practices.
    """
    if visit_kind == "virtual":
        return "virtual"
    place = _PLACES.get(visit_kind)
    if place is None:
        place = "primary_care" if specialty(specialty_name).name in _PRIMARY else "hospital"
    return place


def usual_specialty(visit_kind: str, age_years: int) -> str:
    """Who sees a patient of an age when a module does not say: a name of SPECIALTIES."""
    if visit_kind in ("emergency", "urgent"):
        return "Emergency Medicine" if visit_kind == "emergency" else "Family Medicine"
    if visit_kind == "inpatient":
        return "Hospital Medicine" if age_years >= 18 else "Pediatrics"
    if visit_kind == "home":
        return "Nursing"
    return "Pediatrics" if age_years < 18 else "Family Medicine"
