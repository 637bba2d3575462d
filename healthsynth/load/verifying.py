"""Does the server hold what the manifest says? Counts by type, of the resources that carry the tag."""

from dataclasses import dataclass

from healthsynth.load.server import Server
from healthsynth.load.source import TAG_SYSTEM, Source


@dataclass(frozen=True, slots=True)
class Count:
    """Of one type: how many the manifest has, and how many the server."""

    kind: str
    manifest: int
    server: int


def tag_query(source: Source) -> str:
    """The search parameter that finds what was loaded."""
    return f"_tag={TAG_SYSTEM}%7C{source.tag}"


def verify(source: Source, server: Server) -> list[Count]:
    """Count every type of the manifest on the server.

    Raises:
        HealthsynthError: the server does not count.
    """
    query = tag_query(source)
    return [Count(kind, number, server.count(kind, query)) for kind, number in sorted(source.counts.items())]
