"""What servers take at most, by their own documentation; `generic` is what nearly all of them take.

In all of them references stay as they are written, relative (`Patient/0f63...`), and `fullUrl` is the address that the resource gets.
"""

from dataclasses import dataclass

from healthsynth.errors import UsageError, near

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of server: entries and bytes of one bundle, requests at a time, and what its users must know."""

    name: str
    max_entries: int
    max_bytes: int
    concurrency: int
    source: str  # where the limits are published
    note: str = ""


TARGETS = (
    Target("generic", 200, 5 * _MB, 4, "no limits of its own: what nearly every server takes"),
    Target("hapi", 200, 20 * _MB, 4, "HAPI FHIR sets no limit; long transactions hold its database"),
    Target(
        "medplum", 50, 1 * _MB, 4, "medplum.com/docs/fhir-datastore/fhir-batch-requests: 50 updates a transaction; maxJsonSize",
        "the client must be allowed to assign ids, and the project needs the feature transaction-bundles",
    ),
    Target("azure", 500, 30 * _MB, 4, "learn.microsoft.com, FHIR service: 500 entries a bundle, 30 MB a request"),
    Target(
        "google", 1000, 40 * _MB, 4, "cloud.google.com/healthcare-api/quotas: 4,500 entries, 50 MB a bundle, 10 MB a resource",
        "the FHIR store needs enableUpdateCreate",
    ),
    Target(
        "healthlake", 160, 5 * _MB, 4, "docs.aws.amazon.com/healthlake, quotas: 160 resources a bundle",
        "a data store with SMART on FHIR: requests are not signed with AWS keys",
    ),
    Target("fhirworks", 25, 5 * _MB, 4, "FHIR Works on AWS: 25 entries a transaction"),
    Target("aidbox", 200, 10 * _MB, 4, "no limit of entries is published; its body size is a setting"),
)  # fmt: skip
_BY_NAME = {target.name: target for target in TARGETS}


def target(name: str) -> Target:
    """The preset of a name.

    Raises:
        UsageError: there is none.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise UsageError(f"there is no target '{name}' {near(name, _BY_NAME)}; there are {', '.join(_BY_NAME)}")
    return found
