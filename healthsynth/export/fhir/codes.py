"""Every code that the exporter itself chooses, with the display of its own system. What modules choose is not here."""

from healthsynth.export.fhir.slots import Choices
from healthsynth.vocabulary import ICD10CM, LOINC, SNOMED, Code

_THO = "http://terminology.hl7.org/CodeSystem/"
_US_CORE = "http://hl7.org/fhir/us/core/CodeSystem/"
_ACT = _THO + "v3-ActCode"
_OBSERVATION = _THO + "observation-category"
_IDENTIFIER = _THO + "v2-0203"
_ROLE = _THO + "v3-RoleCode"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
CDC_RACE = "urn:oid:2.16.840.1.113883.6.238"
LANGUAGE = "urn:ietf:bcp:47"

# Encounters, by kind of visit ("well_child": a wellness visit before 18)
ENCOUNTER_CLASS = {
    "wellness": Code(_ACT, "AMB", "ambulatory"),
    "well_child": Code(_ACT, "AMB", "ambulatory"),
    "outpatient": Code(_ACT, "AMB", "ambulatory"),
    "urgent": Code(_ACT, "AMB", "ambulatory"),
    "emergency": Code(_ACT, "EMER", "emergency"),
    "inpatient": Code(_ACT, "IMP", "inpatient encounter"),
    "home": Code(_ACT, "HH", "home health"),
    "virtual": Code(_ACT, "VR", "virtual"),
    "ambulatory": Code(_ACT, "AMB", "ambulatory"),
    "hospice": Code(_ACT, "HH", "home health"),
    "snf": Code(_ACT, "IMP", "inpatient encounter"),
}
ENCOUNTER_TYPE = {
    "wellness": Code(SNOMED, "162673000", "General examination of patient (procedure)"),
    "well_child": Code(SNOMED, "410620009", "Well child visit (procedure)"),
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
EMERGENCY_ADMISSION = Code(SNOMED, "183452005", "Emergency hospital admission (procedure)")
UNSAID_VISIT = Code(SNOMED, "308335008", "Patient encounter procedure")
PERFORMER = Code(_THO + "v3-ParticipationType", "PPRF", "primary performer")
ATTENDER = Code(_THO + "v3-ParticipationType", "ATND", "attender")
DISCHARGE = {
    "home": Code(_THO + "discharge-disposition", "home", "Home"),
    # A Visit's "hosp" is a stay that follows; the code system's own "hosp" is a hospice.
    "hosp": Code(_THO + "discharge-disposition", "other-hcf", "Other healthcare facility"),
    "exp": Code(_THO + "discharge-disposition", "exp", "Expired"),
}

# Conditions and allergies
CONDITION_STATUS = {
    "active": Code(_THO + "condition-clinical", "active", "Active"),
    "resolved": Code(_THO + "condition-clinical", "resolved", "Resolved"),
}
CONDITION_CONFIRMED = Code(_THO + "condition-ver-status", "confirmed", "Confirmed")
CONDITION_CATEGORY = {
    "problem": Code(_THO + "condition-category", "problem-list-item", "Problem List Item"),
    "encounter": Code(_THO + "condition-category", "encounter-diagnosis", "Encounter Diagnosis"),
}
SEVERITY = {
    "mild": Code(SNOMED, "255604002", "Mild"),
    "moderate": Code(SNOMED, "6736007", "Midgrade"),
    "severe": Code(SNOMED, "24484000", "Severe"),
}
ALLERGY_STATUS = {
    "active": Code(_THO + "allergyintolerance-clinical", "active", "Active"),
    "resolved": Code(_THO + "allergyintolerance-clinical", "resolved", "Resolved"),
}
ALLERGY_CONFIRMED = Code(_THO + "allergyintolerance-verification", "confirmed", "Confirmed")

# What visits are coded for that are no illness: without, with abnormal findings
ADULT_EXAMINATION = (
    Code(ICD10CM, "Z00.00", "Encounter for general adult medical examination without abnormal findings"),
    Code(ICD10CM, "Z00.01", "Encounter for general adult medical examination with abnormal findings"),
)
CHILD_EXAMINATION = (
    Code(ICD10CM, "Z00.129", "Encounter for routine child health examination without abnormal findings"),
    Code(ICD10CM, "Z00.121", "Encounter for routine child health examination with abnormal findings"),
)
NEWBORN_EXAMINATION = (
    Code(ICD10CM, "Z00.110", "Health examination for newborn under 8 days old"),
    Code(ICD10CM, "Z00.111", "Health examination for newborn 8 to 28 days old"),
)
# By the SNOMED CT code of the procedure that a visit is for
VISIT_DIAGNOSES = {
    "424619006": Code(
        ICD10CM, "Z34.90", "Encounter for supervision of normal pregnancy, unspecified, unspecified trimester"
    ),
    "169762003": Code(ICD10CM, "Z39.2", "Encounter for routine postpartum follow-up"),
    "281036007": Code(
        ICD10CM,
        "Z09",
        "Encounter for follow-up examination after completed treatment for conditions other than malignant neoplasm",
    ),
    "268547008": Code(ICD10CM, "Z12.31", "Encounter for screening mammogram for malignant neoplasm of breast"),
    "444783004": Code(ICD10CM, "Z12.11", "Encounter for screening for malignant neoplasm of colon"),
    "392003006": Code(ICD10CM, "R87.810", "Cervical high risk human papillomavirus (HPV) DNA test positive"),
}

# Observations, reports, orders, specimens
OBSERVATION_CATEGORY = {
    "lab": Code(_OBSERVATION, "laboratory", "Laboratory"),
    "vital": Code(_OBSERVATION, "vital-signs", "Vital Signs"),
    "survey": Code(_OBSERVATION, "survey", "Survey"),
    "social": Code(_OBSERVATION, "social-history", "Social History"),
    "finding": Code(_OBSERVATION, "exam", "Exam"),
}
# Categories that modules in Synthea's format give, beside those of a kind
OWN_CATEGORY = {
    "procedure": Code(_OBSERVATION, "procedure", "Procedure"),
    "imaging": Code(_OBSERVATION, "imaging", "Imaging"),
    "therapy": Code(_OBSERVATION, "therapy", "Therapy"),
}
UNKNOWN = Code(_THO + "data-absent-reason", "unknown", "Unknown")
SOCIAL_NEEDS = Code(_US_CORE + "us-core-category", "sdoh", "SDOH")
INTERPRETATION = {
    code: Code(_THO + "v3-ObservationInterpretation", code, display)
    for code, display in (
        ("N", "Normal"), ("L", "Low"), ("H", "High"), ("LL", "Critical low"), ("HH", "Critical high"), ("A", "Abnormal"),
    )
}  # fmt: skip
# US Core asks for both codes of a pulse oximetry; vocabularies give either.
PULSE_OXIMETRY = (
    Code(LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
    Code(LOINC, "2708-6", "Oxygen saturation in Arterial blood"),
)
LABORATORY_REPORT = Code(_THO + "v2-0074", "LAB", "Laboratory")
RADIOLOGY_REPORT = Code(LOINC, "LP29684-5", "RAD")
IMAGING_REPORT = Code(LOINC, "18748-4", "Diagnostic imaging study")
LABORATORY_ORDER = Code(SNOMED, "108252007", "Laboratory procedure")
IMAGING = Code(SNOMED, "363679005", "Imaging")
SPECIMENS = {
    "blood": Code(SNOMED, "119297000", "Blood specimen (specimen)"),
    "venous blood": Code(SNOMED, "122555007", "Venous blood specimen (specimen)"),
    "capillary blood": Code(SNOMED, "122554006", "Capillary blood specimen (specimen)"),
    "serum": Code(SNOMED, "119364003", "Serum specimen (specimen)"),
    "plasma": Code(SNOMED, "119361006", "Plasma specimen (specimen)"),
    "urine": Code(SNOMED, "122575003", "Urine specimen (specimen)"),
    "stool": Code(SNOMED, "119339001", "Stool specimen (specimen)"),
    "sputum": Code(SNOMED, "119334006", "Sputum specimen (specimen)"),
    "saliva": Code(SNOMED, "119342007", "Saliva specimen (specimen)"),
    "throat swab": Code(SNOMED, "258529004", "Throat swab (specimen)"),
    "nasopharyngeal swab": Code(SNOMED, "258500001", "Nasopharyngeal swab (specimen)"),
    "cervix": Code(SNOMED, "119395005", "Specimen from uterine cervix (specimen)"),
    "vaginal fluid": Code(SNOMED, "119394009", "Specimen from vagina (specimen)"),
    "swab": Code(SNOMED, "257261003", "Swab (specimen)"),
    "cerebrospinal fluid": Code(SNOMED, "258450006", "Cerebrospinal fluid sample (specimen)"),
}
REFERRAL = Code(SNOMED, "306206005", "Referral to service (procedure)")
REFERRAL_CATEGORY = Code(SNOMED, "3457005", "Patient referral")
CAUSE_OF_DEATH = Code(LOINC, "69453-9", "Cause of Death [US Standard Certificate of Death]")
BIRTH_WEIGHT = Code(SNOMED, "364589006", "Birth weight")
GESTATION = Code(LOINC, "76516-4", "Gestational age--at birth")

# Drugs

ROUTES = {
    "oral": Code(SNOMED, "26643006", "Oral route"),
    "intramuscular": Code(SNOMED, "78421000", "Intramuscular route"),
    "subcutaneous": Code(SNOMED, "34206005", "Subcutaneous route"),
    "intravenous": Code(SNOMED, "47625008", "Intravenous route"),
    "nasal": Code(SNOMED, "46713006", "Nasal route"),
    "rectal": Code(SNOMED, "37161004", "Per rectum"),
    "topical": Code(SNOMED, "6064005", "Topical route"),
    "ophthalmic": Code(SNOMED, "54485002", "Ophthalmic route"),
    "otic": Code(SNOMED, "10547007", "Otic route"),
    "sublingual": Code(SNOMED, "37839007", "Sublingual route"),
    "transdermal": Code(SNOMED, "45890007", "Transdermal route"),
}
_PRESCRIBED = _THO + "medicationrequest-category"
PRESCRIPTION_CATEGORY = {
    "inpatient": Code(_PRESCRIBED, "inpatient", "Inpatient"),
    "emergency": Code(_PRESCRIBED, "discharge", "Discharge"),
    "home": Code(_PRESCRIBED, "community", "Community"),
    "virtual": Code(_PRESCRIBED, "community", "Community"),
    "": Code(_PRESCRIBED, "outpatient", "Outpatient"),
}
_GIVEN = _THO + "medication-admin-category"
ADMINISTRATION_CATEGORY = {
    "inpatient": Code(_GIVEN, "inpatient", "Inpatient"),
    "home": Code(_GIVEN, "community", "Community"),
    "": Code(_GIVEN, "outpatient", "Outpatient"),
}
COMMUNITY_DISPENSE = Code(
    "http://terminology.hl7.org/fhir/CodeSystem/medicationdispense-category", "community", "Community"
)
FIRST_FILL = Code(_ACT, "FF", "First Fill")
REFILL = Code(_ACT, "RF", "Refill")
ORDERED = Code(_THO + "dose-rate-type", "ordered", "Ordered")

# Plans, goals, things
ASSESS_PLAN = Code(_US_CORE + "careplan-category", "assess-plan", "Assessment and Plan of Treatment")
PATIENT = Code(SNOMED, "116154003", "Patient")
PROFESSIONAL = Code(SNOMED, "223366009", "Healthcare professional")
SERVICES = Code(SNOMED, "224891009", "Healthcare services")
ACHIEVEMENT = {
    "active": Code(_THO + "goal-achievement", "in-progress", "In Progress"),
    "completed": Code(_THO + "goal-achievement", "achieved", "Achieved"),
    "cancelled": Code(_THO + "goal-achievement", "not-achieved", "Not Achieved"),
}
SUPPLIED_DEVICE = Code(_THO + "supply-item-type", "device", "Device")

# Images. SOP classes: DICOM PS3.4 table B.5-1
MODALITIES = {
    code: (Code(_DICOM, code, display), storage)
    for code, display, storage in (
        ("DX", "Digital Radiography", "1.2.840.10008.5.1.4.1.1.1.1"),
        ("CR", "Computed Radiography", "1.2.840.10008.5.1.4.1.1.1"),
        ("CT", "Computed Tomography", "1.2.840.10008.5.1.4.1.1.2"),
        ("MR", "Magnetic Resonance", "1.2.840.10008.5.1.4.1.1.4"),
        ("US", "Ultrasound", "1.2.840.10008.5.1.4.1.1.6.1"),
        ("MG", "Mammography", "1.2.840.10008.5.1.4.1.1.1.2"),
        ("XA", "X-Ray Angiography", "1.2.840.10008.5.1.4.1.1.12.1"),
        ("NM", "Nuclear Medicine", "1.2.840.10008.5.1.4.1.1.20"),
        ("PT", "Positron emission tomography", "1.2.840.10008.5.1.4.1.1.128"),
        ("ES", "Endoscopy", "1.2.840.10008.5.1.4.1.1.77.1.1"),
        ("OP", "Ophthalmic Photography", "1.2.840.10008.5.1.4.1.1.77.1.5.1"),
        ("ECG", "Electrocardiography", "1.2.840.10008.5.1.4.1.1.9.1.1"),
        ("BMD", "Bone Mineral Densitometry", "1.2.840.10008.5.1.4.1.1.1"),
    )
}

# Notes, by kind of visit
NOTES = {
    "wellness": Code(LOINC, "34117-2", "History and physical note"),
    "well_child": Code(LOINC, "34117-2", "History and physical note"),
    "emergency": Code(LOINC, "34111-5", "Emergency department Note"),
    "inpatient": Code(LOINC, "18842-5", "Discharge summary"),
    "": Code(LOINC, "11506-3", "Progress note"),
}
DEATH_CERTIFICATE = Code(LOINC, "64297-5", "Death certificate")
CLINICAL_NOTE = Code(_US_CORE + "us-core-documentreference-category", "clinical-note", "Clinical Note")

# People
MEDICAL_RECORD = Code(_IDENTIFIER, "MR", "Medical record number")
SOCIAL_SECURITY = Code(_IDENTIFIER, "SS", "Social Security number")
DRIVERS_LICENCE = Code(_IDENTIFIER, "DL", "Driver's license number")
PASSPORT = Code(_IDENTIFIER, "PPN", "Passport number")
MEMBER = Code(_IDENTIFIER, "MB", "Member Number")
RACES = {
    "white": Code(CDC_RACE, "2106-3", "White"),
    "black": Code(CDC_RACE, "2054-5", "Black or African American"),
    "asian": Code(CDC_RACE, "2028-9", "Asian"),
    "native": Code(CDC_RACE, "1002-5", "American Indian or Alaska Native"),
    "pacific": Code(CDC_RACE, "2076-8", "Native Hawaiian or Other Pacific Islander"),
    "other": Code(CDC_RACE, "2131-1", "Other Race"),
}
# The OMB category of those who are none of the five
OTHER_RACE = Code("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", "unknown")
ETHNICITIES = {
    "hispanic": Code(CDC_RACE, "2135-2", "Hispanic or Latino"),
    "non_hispanic": Code(CDC_RACE, "2186-5", "Not Hispanic or Latino"),
}
MARITAL = {
    code: Code(_THO + "v3-MaritalStatus", code, display)
    for code, display in (("M", "Married"), ("S", "Never Married"), ("D", "Divorced"), ("W", "Widowed"))
}
MOTHER = Code(_ROLE, "NMTH", "natural mother")
CHILD = Code(_ROLE, "NCHILD", "natural child")
GENDERS = Choices({"female": "female", "male": "male"})

# Insurance
PAYMENT = "https://nahdo.org/sopt"
COVERAGE = {
    "private": Code(PAYMENT, "5", "PRIVATE HEALTH INSURANCE"),
    "medicare": Code(PAYMENT, "1", "MEDICARE"),
    "medicaid": Code(PAYMENT, "2", "MEDICAID"),
    "dual": Code(PAYMENT, "14", "Dual Eligibility Medicare/Medicaid Organization"),
}
SELF_PAY = (Code(PAYMENT, "81", "Self-pay"), Code(_THO + "coverage-selfpay", "pay", "Pay"))
SELF = Code(_THO + "subscriber-relationship", "self", "Self")
PLAN = Code(_THO + "coverage-class", "plan", "Plan")

# Claims
CLAIM_TYPE = {
    "professional": Code(_THO + "claim-type", "professional", "Professional"),
    "institutional": Code(_THO + "claim-type", "institutional", "Institutional"),
    "pharmacy": Code(_THO + "claim-type", "pharmacy", "Pharmacy"),
}
NORMAL_PRIORITY = Code(_THO + "processpriority", "normal", "Normal")
ADJUDICATION = {
    "submitted": Code(_THO + "adjudication", "submitted", "Submitted Amount"),
    "benefit": Code(_THO + "adjudication", "benefit", "Benefit Amount"),
    "copay": Code(_THO + "adjudication", "copay", "CoPay"),
}
PAID_IN_FULL = Code(_THO + "ex-paymenttype", "complete", "Complete")

# Organizations and places
PROVIDER = Code(_THO + "organization-type", "prov", "Healthcare Provider")
PAYER = Code(_THO + "organization-type", "pay", "Payer")
BUILDING = Code(_THO + "location-physical-type", "bu", "Building")
FACILITY_ROLE = {
    "hospital": Code(_ROLE, "HOSP", "Hospital"),
    "primary_care": Code(_ROLE, "PC", "Primary care clinic"),
    "urgent_care": Code(_ROLE, "OF", "Outpatient facility"),
    "dialysis": Code(_ROLE, "HD", "Hemodialysis unit"),
    "surgery_center": Code(_ROLE, "SU", "Surgery clinic"),
    "home_health": Code(_ROLE, "OF", "Outpatient facility"),
    "virtual": Code(_ROLE, "OF", "Outpatient facility"),
}
AUTHOR = Code(_THO + "provenance-participant-type", "author", "Author")
TRANSMITTER = Code(_US_CORE + "us-core-provenance-participant-type", "transmitter", "Transmitter")
