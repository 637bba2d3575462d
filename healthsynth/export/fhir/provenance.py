"""Provenance: who wrote a chart and who sent it."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import clinician, coded, organization
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record import ids
from healthsynth.units import Clock


class Written(NamedTuple):
    """The chart, as of a time; `targets` are "Type/id"s."""

    time: Clock
    targets: tuple[str, ...]


def provenance(e: Written, v: Values, end: None, link: None) -> Json:
    """Written by the clinician of the last visit on behalf of their organization, which also transmits it."""
    return {
        "resourceType": "Provenance",
        "id": v.id(0, ids.PROVENANCE),
        "meta": v.meta("Provenance"),
        "target": v.references(e.targets),
        "recorded": v.instant(e.time),
        "agent": [
            {"type": coded(codes.AUTHOR), "who": clinician(v), "onBehalfOf": organization(v)},
            {"type": coded(codes.TRANSMITTER), "who": organization(v)},
        ],
    }


WRITTEN = Family(Written, (provenance,), {"time": VARYING, "targets": VARYING})
