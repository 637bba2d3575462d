"""A patient's resources -> transactions that a server can take one after the other.

A transaction is closed over references: all that its resources refer to is in it or in one before it. Resources that refer to each
other in a circle (an encounter and its diagnosis) stay together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from healthsynth.errors import UsageError

_REFERENCE = re.compile(rb'"reference":"([A-Za-z]+/[A-Za-z0-9.-]+)"')
_AROUND = len(b'{"resourceType":"Bundle","type":"transaction","entry":[]}')


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource to be sent: `name` is its Type/id, `body` its compact JSON."""

    name: str
    body: bytes

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Knot:
    """Resources that must be in one transaction, mostly one; in the order in which they are sent."""

    resources: tuple[Resource, ...]


Chunk = tuple[Knot, ...]


def chunks(resources: Sequence[Resource], max_entries: int, max_bytes: int, overhead: int) -> Iterator[Chunk]:
    """Transactions in the order in which they must be sent.

    Args:
        overhead: bytes that an entry has around its resource.
    Raises:
        UsageError: what must stay together is larger than the limits.
    """
    taken: list[Knot] = []
    entries, size = 0, _AROUND
    for knot in knots(resources):
        more = sum(len(resource.body) + 2 * len(resource.name) + overhead for resource in knot.resources)
        if len(knot.resources) > max_entries or _AROUND + more > max_bytes:
            raise UsageError(_too_large(knot, more, max_entries, max_bytes))
        if entries + len(knot.resources) > max_entries or size + more > max_bytes:
            yield tuple(taken)
            taken, entries, size = [], 0, _AROUND
        taken.append(knot)
        entries += len(knot.resources)
        size += more
    if taken:
        yield tuple(taken)


def _too_large(knot: Knot, size: int, max_entries: int, max_bytes: int) -> str:
    first, number = knot.resources[0].name, len(knot.resources)
    if number > max_entries:
        return f"{first} and {number - 1} more refer to each other and must be sent together: --max-entries {max_entries} is too few"
    return f"{first} takes {size:,} bytes, which is more than --max-bytes {max_bytes}"


def knots(resources: Sequence[Resource]) -> list[Knot]:
    """Resources in an order in which everything comes after what it refers to."""
    place = {resource.name.encode(): number for number, resource in enumerate(resources)}
    edges = [_within(resource, place) for resource in resources]
    return [Knot(tuple(resources[number] for number in sorted(group))) for group in _components(edges)]


def _within(resource: Resource, place: dict[bytes, int]) -> list[int]:
    """Places of what a resource refers to, of those that are sent with it."""
    return [place[name] for name in dict.fromkeys(_REFERENCE.findall(resource.body)) if name in place]


def _components(edges: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Strongly connected components, each after all that it leads to (Tarjan 1972, without recursion)."""
    unseen = -1
    index = [unseen] * len(edges)
    low = [0] * len(edges)
    on_stack = [False] * len(edges)
    stack: list[int] = []
    count = 0
    for root in range(len(edges)):
        if index[root] != unseen:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = count
        count += 1
        stack.append(root)
        on_stack[root] = True
        while work:
            node, rest = work[-1]
            for other in rest:
                if index[other] == unseen:
                    index[other] = low[other] = count
                    count += 1
                    stack.append(other)
                    on_stack[other] = True
                    work.append((other, iter(edges[other])))
                    break
                if on_stack[other]:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    cut = stack.index(node)
                    group = stack[cut:]
                    del stack[cut:]
                    for member in group:
                        on_stack[member] = False
                    yield group
