"""Cutting: nothing is lost, nothing comes before what it refers to, circles stay whole, limits hold."""

import random

import pytest

from healthsynth.load import bundles
from healthsynth.load.closure import Resource, chunks, knots


def resources(edges):
    """Resources 0, 1, ...; each refers to the places in its row."""
    return [
        Resource(f"Basic/{number}", b"[%b]" % b",".join(b'{"reference":"Basic/%d"}' % other for other in row))
        for number, row in enumerate(edges)
    ]


def random_edges(seed, size, mean):
    draws = random.Random(seed)
    return [[draws.randrange(size) for _ in range(draws.randrange(2 * mean + 1))] for _ in range(size)]


def reachable(edges, start):
    seen, todo = set(), [start]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += edges[node]
    return seen


@pytest.mark.parametrize("seed", range(30))
def test_everything_comes_once_and_after_what_it_refers_to(seed):
    edges = random_edges(seed, 40, 1)
    place = {
        resource.name: number for number, knot in enumerate(knots(resources(edges))) for resource in knot.resources
    }
    assert len(place) == len(edges)
    for number, row in enumerate(edges):
        assert all(place[f"Basic/{other}"] <= place[f"Basic/{number}"] for other in row)


@pytest.mark.parametrize("seed", range(10))
def test_a_knot_is_what_refers_to_each_other_and_no_more(seed):
    edges = random_edges(seed, 25, 1)
    ways = [reachable(edges, number) for number in range(len(edges))]
    for knot in knots(resources(edges)):
        members = [int(resource.name.removeprefix("Basic/")) for resource in knot.resources]
        assert members == sorted(
            other for other in range(len(edges)) if other in ways[members[0]] and members[0] in ways[other]
        )


def test_a_long_chain_needs_no_deep_stack():
    edges = [[number + 1] for number in range(20_000)] + [[]]
    assert [knot.resources[0].name for knot in knots(resources(edges))][:2] == ["Basic/20000", "Basic/19999"]


@pytest.mark.parametrize("max_entries", [1, 2, 7])
@pytest.mark.parametrize("max_bytes", [400, 1000])
def test_bundles_are_within_both_limits_and_nearly_full(max_entries, max_bytes):
    base = "http://localhost/fhir"
    sent = resources([[number - 1] if number else [] for number in range(50)])
    cut = list(chunks(sent, max_entries, max_bytes, bundles.OVERHEAD + len(base)))
    made = [bundles.put("transaction", base, [one for knot in chunk for one in knot.resources]) for chunk in cut]
    assert sum(len(chunk) for chunk in cut) == 50
    assert max(map(len, cut)) <= max_entries
    assert max(map(len, made)) <= max_bytes
    one = max(len(bundles.put("transaction", base, [resource])) for resource in sent)
    assert all(
        len(chunk) == max_entries or len(body) > max_bytes - one for chunk, body in zip(cut[:-1], made, strict=False)
    )


def test_what_refers_outside_is_not_held_up():
    assert [len(chunk) for chunk in chunks(resources([[99], [98]]), 2, 1000, 80)] == [2]
