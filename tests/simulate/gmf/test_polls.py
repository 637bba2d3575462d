"""Loops that are slept through have the law of loops that are gone round."""

from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from healthsynth.simulate.gmf.engine import Living
from healthsynth.units import DAY
from tests.simulate.gmf.worlds import BIRTH, END, World, delay, mark, module, put, somebody

LIVES = 400
ALARM = 4.5  # standard errors: chance of a false alarm 7 in a million for each figure


def loop(chance: float, other: float | None = None) -> dict[str, Any]:
    """Every ten days a draw; `other` is the chance while attribute x is set."""
    shares = [{"transition": "Hit", "distribution": chance}, {"transition": "Wait", "distribution": 1 - chance}]
    if other is None:
        return delay(10) | {"distributed_transition": shares}
    changed = [{"transition": "Hit", "distribution": other}, {"transition": "Wait", "distribution": 1 - other}]
    asked = {"condition_type": "Attribute", "attribute": "x", "operator": "is not nil"}
    return delay(10) | {
        "complex_transition": [{"condition": asked, "distributions": changed}, {"distributions": shares}]
    }


def hits(world: World, plain: bool, until: float) -> Iterator[float]:
    """Days of the first hit in many lives; those without one by then are left out."""
    state = world.engine.modules["m"].states["Wait"]
    assert state.poll is not None
    poll, state.poll = state.poll, None if plain else state.poll
    for number in range(1, LIVES + 1):
        living = Living(world.engine, somebody_born(number), END, BIRTH, None)
        living.run(BIRTH + int(until * DAY) + 1)
        found = [
            e.time for events in living.life.chart._events.values() for e in events if type(e).__name__ == "Diagnosis"
        ]
        if found:
            yield (found[0] - BIRTH) / DAY
    state.poll = poll


def somebody_born(number: int) -> Any:
    from dataclasses import replace

    return replace(somebody(), birth=BIRTH, number=number)


def agree(first: list[float], second: list[float], limit: float) -> None:
    """The shares that are hit by some days are the same."""
    for day in (limit / 8, limit / 4, limit / 2, limit):
        p, q = (sum(at <= day for at in found) / LIVES for found in (first, second))
        both = (p + q) / 2
        assert abs(p - q) <= ALARM * sqrt(max(both * (1 - both), 1 / LIVES) * 2 / LIVES), day


def world_of(tmp_path: Path, wait: dict[str, Any], **more: Any) -> World:
    return World(tmp_path, {"m": module("M", Wait=wait, Hit=mark("1")), **more})


@pytest.mark.parametrize("chance", [0.05, 0.5])
def test_hits_come_as_often_and_on_the_same_days(tmp_path: Path, chance: float) -> None:
    world = world_of(tmp_path, loop(chance))
    slept, gone = list(hits(world, False, 400)), list(hits(world, True, 400))
    assert all(day % 10 == 0 for day in slept)
    agree(slept, gone, 400)


def test_a_change_of_what_is_read_counts_from_its_grid_point_on(tmp_path: Path) -> None:
    world = world_of(tmp_path, loop(0.0, 1.0), z=module("Z", W=delay(63), S=put("x")))
    # Written at 63 by a later module: at 70 the draw at 70 is made with it, whether or not it was slept to.
    assert set(hits(world, False, 100)) == {70.0} == set(hits(world, True, 100))


def test_an_earlier_writer_is_heard_in_the_same_step(tmp_path: Path) -> None:
    world = world_of(tmp_path, loop(0.0, 1.0), a=module("A", W=delay(63), S=put("x")))
    assert set(hits(world, False, 100)) == {60.0} == set(hits(world, True, 100))


def test_a_change_on_the_way_keeps_the_law(tmp_path: Path) -> None:
    world = world_of(tmp_path, loop(0.02, 0.2), z=module("Z", W=delay(140), S=put("x")))
    agree(list(hits(world, False, 300)), list(hits(world, True, 300)), 300)


def test_birthdays_end_a_sleep(tmp_path: Path) -> None:
    asked = {"condition_type": "Age", "operator": ">=", "quantity": 1, "unit": "years"}
    wait = delay(10) | {"conditional_transition": [{"condition": asked, "transition": "Hit"}, {"transition": "Wait"}]}
    world = world_of(tmp_path, wait)
    assert set(hits(world, False, 500)) == set(hits(world, True, 500)) == {370.0}


def test_rows_of_tables_end_a_sleep(tmp_path: Path) -> None:
    look = {"lookup_table_name": "t.csv"}
    wait = delay(10) | {
        "lookup_table_transition": [
            look | {"transition": "Hit", "default_probability": 0},
            look | {"transition": "Wait", "default_probability": 1},
        ]
    }
    table = "time,Hit,Wait\n1990-07-01-1990-07-31,0.5,0.5\n1990-09-01-1990-09-01,1,0\n"
    world = World(tmp_path, {"m": module("M", Wait=wait, Hit=mark("1"))}, {"t.csv": table})
    slept, gone = list(hits(world, False, 300)), list(hits(world, True, 300))
    agree(slept, gone, 160)
    assert min(slept) >= 80
    assert max(slept) <= 110


def test_most_rounds_are_slept_through(tmp_path: Path) -> None:
    world = world_of(tmp_path, loop(0.0))
    world.to(5000)
    assert world.life.agenda == [] or min(world.life.agenda) // 4096 > 700
