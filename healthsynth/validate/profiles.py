"""Profiles: a resource against base R4, the profiles it declares and those of its kind."""

from healthsynth.guides import Finding, check
from healthsynth.guides.findings import Json


def profiles(resource: Json, guide: str) -> list[Finding]:
    """Findings of the guide's rules, warnings included."""
    try:
        return check(resource, guide, warnings=True)
    except RecursionError:
        return [Finding(str(resource.get("resourceType")), "too-deep", "nested too deeply to be checked")]
