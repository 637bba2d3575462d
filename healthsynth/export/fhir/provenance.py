"""Provenance: who wrote a chart and who sent it."""

from typing import NamedTuple

from healthsynth.export.fhir import codes
from healthsynth.export.fhir.datatypes import clinician, coded, organization
from healthsynth.export.fhir.shapes import VARYING, Family
from healthsynth.export.fhir.slots import Json, Values
from healthsynth.record import ids
from healthsynth.units import Clock


class Written(NamedTuple):
    """What was written in a visit; `targets` are "Type/id"s. `number` is the visit's; 0: the patient's own data."""

    number: int
    time: Clock
    targets: tuple[str, ...]


def provenance(e: Written, v: Values, end: None, link: None) -> Json:
    """Written by the clinician of the visit on behalf of their organization, which also transmits it."""
    return {
        "resourceType": "Provenance",
        "id": v.id(e.number, ids.PROVENANCE),
        "meta": v.meta("Provenance"),
        "target": v.references(e.targets),
        "recorded": v.instant(e.time),
        "agent": [
            {"type": coded(codes.AUTHOR), "who": clinician(v), "onBehalfOf": organization(v)},
            {"type": coded(codes.TRANSMITTER), "who": organization(v)},
        ],
    }


WRITTEN = Family(Written, (provenance,), {"number": VARYING, "time": VARYING, "targets": VARYING})
