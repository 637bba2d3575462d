"""Resources -> the bytes of a bundle."""

from collections.abc import Iterable

from healthsynth.load.closure import Resource

KINDS = ("transaction", "batch")
OVERHEAD = len(b'{"fullUrl":"/","resource":,"request":{"method":"PUT","url":""}},')


def put(kind: str, base: str, resources: Iterable[Resource]) -> bytes:
    """Create or update every resource under its own id. `fullUrl` is the address it gets: relative references lead there."""
    url = base.encode()
    entries = [
        b'{"fullUrl":"%b/%b","resource":%b,"request":{"method":"PUT","url":"%b"}}'
        % (url, resource.name.encode(), resource.body, resource.name.encode())
        for resource in resources
    ]
    return _bundle(kind, entries)


def delete(kind: str, names: Iterable[str]) -> bytes:
    """Delete resources by Type/id."""
    return _bundle(kind, [b'{"request":{"method":"DELETE","url":"%b"}}' % name.encode() for name in names])


def _bundle(kind: str, entries: Iterable[bytes]) -> bytes:
    return b'{"resourceType":"Bundle","type":"%b","entry":[%b]}' % (kind.encode(), b",".join(entries))
