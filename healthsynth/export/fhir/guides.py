"""Which profile a resource of a kind claims, by guide: rows, not branches.

A *kind* is a resource type, or a use of one ("Condition:problem", "Observation:8302-2"). Source: the StructureDefinitions of
the packages hl7.fhir.us.core 6.1.0 and 7.0.0.
"""

from healthsynth.vocabulary import LOINC, Concept

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"

# (kind, profile in 6.1.0, profile in 7.0.0)
_ROWS = (
    ("AllergyIntolerance", "us-core-allergyintolerance", "us-core-allergyintolerance"),
    ("CarePlan", "us-core-careplan", "us-core-careplan"),
    ("CareTeam", "us-core-careteam", "us-core-careteam"),
    ("Condition:problem", "us-core-condition-problems-health-concerns", "us-core-condition-problems-health-concerns"),
    ("Condition:encounter", "us-core-condition-encounter-diagnosis", "us-core-condition-encounter-diagnosis"),
    ("Coverage", "us-core-coverage", "us-core-coverage"),
    ("Device:implant", "us-core-implantable-device", "us-core-implantable-device"),
    ("DiagnosticReport:lab", "us-core-diagnosticreport-lab", "us-core-diagnosticreport-lab"),
    ("DiagnosticReport:imaging", "us-core-diagnosticreport-note", "us-core-diagnosticreport-note"),
    ("DiagnosticReport:note", "us-core-diagnosticreport-note", "us-core-diagnosticreport-note"),
    ("DocumentReference", "us-core-documentreference", "us-core-documentreference"),
    ("Encounter", "us-core-encounter", "us-core-encounter"),
    ("Goal", "us-core-goal", "us-core-goal"),
    ("Immunization", "us-core-immunization", "us-core-immunization"),
    ("Location", "us-core-location", "us-core-location"),
    ("Medication", "us-core-medication", "us-core-medication"),
    ("MedicationDispense", "us-core-medicationdispense", "us-core-medicationdispense"),
    ("MedicationRequest", "us-core-medicationrequest", "us-core-medicationrequest"),
    ("Observation:lab", "us-core-observation-lab", "us-core-observation-lab"),
    ("Observation:vital", "us-core-vital-signs", "us-core-vital-signs"),
    ("Observation:survey", "us-core-observation-screening-assessment", "us-core-observation-screening-assessment"),
    ("Observation:social", "us-core-simple-observation", "us-core-simple-observation"),
    ("Observation:finding", "us-core-observation-clinical-result", "us-core-observation-clinical-result"),
    ("Observation:85354-9", "us-core-blood-pressure", "us-core-blood-pressure"),
    ("Observation:39156-5", "us-core-bmi", "us-core-bmi"),
    ("Observation:8302-2", "us-core-body-height", "us-core-body-height"),
    ("Observation:8310-5", "us-core-body-temperature", "us-core-body-temperature"),
    ("Observation:29463-7", "us-core-body-weight", "us-core-body-weight"),
    ("Observation:8867-4", "us-core-heart-rate", "us-core-heart-rate"),
    ("Observation:9279-1", "us-core-respiratory-rate", "us-core-respiratory-rate"),
    ("Observation:9843-4", "us-core-head-circumference", "us-core-head-circumference"),
    (
        "Observation:8289-1",
        "head-occipital-frontal-circumference-percentile",
        "head-occipital-frontal-circumference-percentile",
    ),
    ("Observation:59576-9", "pediatric-bmi-for-age", "pediatric-bmi-for-age"),
    ("Observation:77606-2", "pediatric-weight-for-height", "pediatric-weight-for-height"),
    ("Observation:59408-5", "us-core-pulse-oximetry", "us-core-pulse-oximetry"),
    ("Observation:72166-2", "us-core-smokingstatus", "us-core-smokingstatus"),
    ("Observation:82810-3", "us-core-observation-pregnancystatus", "us-core-observation-pregnancystatus"),
    ("Observation:86645-9", "us-core-observation-pregnancyintent", "us-core-observation-pregnancyintent"),
    ("Observation:11341-5", "us-core-observation-occupation", "us-core-observation-occupation"),
    ("Organization", "us-core-organization", "us-core-organization"),
    ("Patient", "us-core-patient", "us-core-patient"),
    ("Practitioner", "us-core-practitioner", "us-core-practitioner"),
    ("PractitionerRole", "us-core-practitionerrole", "us-core-practitionerrole"),
    ("Procedure", "us-core-procedure", "us-core-procedure"),
    ("Provenance", "us-core-provenance", "us-core-provenance"),
    ("QuestionnaireResponse", "us-core-questionnaireresponse", "us-core-questionnaireresponse"),
    ("RelatedPerson", "us-core-relatedperson", "us-core-relatedperson"),
    ("ServiceRequest", "us-core-servicerequest", "us-core-servicerequest"),
    ("Specimen", "us-core-specimen", "us-core-specimen"),
)

GUIDES = ("6.1.0", "7.0.0", "none")
# guide -> kind -> URL of the profile; a kind without a row claims none
PROFILES: dict[str, dict[str, str]] = {
    "6.1.0": {kind: _US_CORE + old for kind, old, _ in _ROWS},
    "7.0.0": {kind: _US_CORE + new for kind, _, new in _ROWS},
    "none": {},
}
_BY_LOINC = {kind.partition(":")[2] for kind, _, _ in _ROWS if kind[-2] == "-"}


def observation_kind(concept: Concept) -> str:
    """The kind of an Observation: by its LOINC code where a profile is for one code, else by its category."""
    for code in concept.codes:
        if code.system == LOINC and code.code in _BY_LOINC:
            return f"Observation:{code.code}"
    return f"Observation:{concept.kind}"
