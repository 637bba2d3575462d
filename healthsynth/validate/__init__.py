"""Validate FHIR files: structure, profile, references, timeline, plausibility, terminology, identity.

reading    files of any quality, resource by resource      examine  one file
facts      what is kept for checks across resources        report   all files together
"""

from healthsynth.validate.faults import Fault
from healthsynth.validate.report import Report, validate

__all__ = ["Fault", "Report", "validate"]
