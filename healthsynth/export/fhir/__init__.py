"""FHIR R4 with US Core: `FhirExporter`."""

from healthsynth.export.fhir.exporter import FhirExporter

__all__ = ["FhirExporter"]
