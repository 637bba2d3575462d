"""A paragraph for every kind of check of `validate`; a finding is named check/kind."""

CHECKS: dict[str, str] = {
    "file": "The file could not be read as FHIR JSON: it is cut off, not UTF-8, empty, or holds no resource. The other files are checked all the same.",
    "structure": "The resource does not have the shape of FHIR R4: an unknown element, a wrong type, a missing mandatory element. The models of fhir.resources say so.",
    "profile": "The resource breaks a rule of base R4 or of the US Core profile that it claims or should meet: cardinality, a fixed or pattern value, a required binding, a slice, a target of a reference, a constraint. docs/validation.md lists the constraints.",
    "references": "A reference leads nowhere in all that was given, or cannot be resolved by a server that is loaded with it (Type?identifier=...).",
    "identity": "Two resources have the same type and id.",
    "timeline": "Times contradict each other: before birth, after death, an end before its start, two visits of one person at once, or later than the reference date.",
    "plausibility": "A value that no living human being has, in a unit that does not belong to it, or one that contradicts the values it is calculated from (BMI, eGFR, total cholesterol).",
    "terminology": "A code or display that the table of known codes does not have. (A warning: the table is a part of each code system.)",
}  # fmt: skip
