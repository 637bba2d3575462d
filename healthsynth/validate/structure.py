"""Structure: a resource against the models of fhir.resources, and a Bundle around its entries."""

from collections.abc import Iterator

from healthsynth.guides import envelope
from healthsynth.guides.findings import Finding, Json
from healthsynth.guides.models import structure_findings


def structure(resource: Json) -> list[Finding]:
    """What the R4B model refuses; for resources in which `guides.check` found no error."""
    return structure_findings(resource)


def around(bundle: Json, entries: list[Json]) -> Iterator[Finding]:
    """What is wrong with a Bundle itself; `entries` hold of their resources only type, id and version."""
    yield from envelope({**bundle, "entry": entries} if entries else bundle)


def stub(entry: Json, resource: Json | None) -> Json:
    """An entry with no more of its resource than the rules of a Bundle read."""
    if resource is None:
        return entry
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    kept = {"resourceType": resource.get("resourceType"), "id": resource.get("id")}
    return {**entry, "resource": {**kept, "meta": {"versionId": version}} if version else kept}
