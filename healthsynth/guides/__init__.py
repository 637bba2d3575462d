"""FHIR R4 and US Core as rules: `check` tells what is wrong with a resource.

tables      what scripts/build_guides.py took from the packages
shapes      base R4 compiled, one shape a type      base     the walk through a resource
nodes       profiles compiled                       conform  a resource against a profile
invariants  constraints as predicates               expected which profile a resource should meet
"""

from healthsynth.guides.checking import check, envelope
from healthsynth.guides.expected import expected_profiles
from healthsynth.guides.findings import Finding
from healthsynth.guides.tables import VERSIONS

__all__ = ["VERSIONS", "Finding", "check", "envelope", "expected_profiles"]
