"""The eighteen vectors of conformance of the reference description of the format, in its order."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from healthsynth.units import DAY, MINUTE
from tests.simulate.gmf.worlds import World, code, delay, is_set, mark, module, put

AGE = {"condition_type": "Age", "operator": ">=", "quantity": 0, "unit": "years"}


def guard(allow: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Guard", "allow": allow}


def visit(kind: str = "ambulatory", value: str = "185345009") -> dict[str, Any]:
    return {"type": "Encounter", "encounter_class": kind, "codes": code(value)}


WELLNESS = {"type": "Encounter", "wellness": True}
LEAVE = {"type": "EncounterEnd"}


def test_1_delays_follow_each_other_between_grid_points(tmp_path: Path) -> None:
    world = World(tmp_path, {"m": module("M", A=delay(3), B=delay(2), C=mark("1"), D=put("a"))})
    world.to(0)
    assert "a" not in world.attributes
    world.to(7)
    assert world.attributes["a"] is True
    assert world.days("1") == [5]
    assert world.process("m").finished


def test_2_a_delay_that_ends_after_the_grid_point_is_exact_too(tmp_path: Path) -> None:
    world = World(tmp_path, {"m": module("M", A=delay(3), B=delay(10), X=mark("1"))})
    world.to(13)
    assert world.days("1") == []
    world.to(14)
    assert world.days("1") == [13]


def test_3_a_guard_in_a_run_set_back_sees_the_world_of_the_grid_point(tmp_path: Path) -> None:
    early = module("Early", W=delay(7), S=put("x"))
    world = World(
        tmp_path,
        {
            "a": module("A", D=delay(3), G=guard(AGE), X=mark("1")),
            "b_early": early,
            "c": module("C", D=delay(3), G=guard(is_set("x")), X=mark("2")),
        },
    )
    world.to(7)
    assert world.days("1") == [3]
    assert world.days("2") == [3]


def test_4_a_guard_hears_of_a_later_module_one_grid_point_later(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        {"a": module("A", G=guard(is_set("x")), X=mark("1")), "b": module("B", W=delay(7), S=put("x"))},
    )
    world.to(7)
    assert world.days("1") == []
    world.to(14)
    assert world.days("1") == [14]


def test_5_the_way_out_of_a_delay_is_chosen_at_the_grid_point(tmp_path: Path) -> None:
    # Born on 11 April 1990: the date turns on the fifth day.
    flips = {"condition_type": "Date", "operator": ">=", "date": {"year": 1990, "month": 4, "day": 16}}
    away = delay(3) | {
        "conditional_transition": [{"condition": flips, "transition": "After"}, {"transition": "Before"}]
    }
    before = put("was", "before") | {"direct_transition": "Terminal"}
    world = World(tmp_path, {"m": module("M", D=away, Before=before, After=mark("1"))})
    world.to(7)
    assert "was" not in world.attributes
    assert world.days("1") == [3]


def test_6_a_procedure_that_takes_time_holds_the_encounter_to_the_next_grid_point(tmp_path: Path) -> None:
    takes = {"type": "Procedure", "codes": code("80146002"), "duration": {"low": 30, "high": 30, "unit": "minutes"}}
    world = World(
        tmp_path,
        {
            "a": module("A", D=delay(14), E=visit(value="11"), L=LEAVE),
            "b": module("B", D=delay(7), E=visit(value="12"), P=takes, L=LEAVE, X=mark("2")),
            "c": module("C", D=delay(7), E=visit(value="13"), L=LEAVE),
        },
        check_ups=True,
    )
    world.to(7)
    assert world.life.lock == world.engine.orders["b"]
    world.to(14)
    assert world.days("2") == [7 + 30 * MINUTE / DAY]
    assert world.visits() == [("wellness", 0), ("ambulatory", 7), ("ambulatory", 14)]  # the third is c's
    assert world.at("a") == "E"
    world.to(21)
    assert world.visits()[3:] == [("ambulatory", 21)]


def test_7_a_condition_begins_when_it_is_diagnosed(tmp_path: Path) -> None:
    onset = {"type": "ConditionOnset", "codes": code("1"), "target_encounter": "E", "assign_to_attribute": "it"}
    active = {"condition_type": "Active Condition", "codes": code("1")}
    seen = put("was active") | {"direct_transition": "D"}
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": active, "transition": "Yes"}, {"transition": "D"}],
    }
    world = World(tmp_path, {"m": module("M", O=onset, Ask=ask, Yes=seen, D=delay(10), E=visit())})
    world.to(0)
    assert world.attributes["it"].start == world.birth
    assert "was active" not in world.attributes
    world.to(14)
    assert world.days("1") == [10]
    assert world.attributes["it"].start == world.birth + 10 * DAY


def test_8_a_condition_that_is_present_is_not_recorded_again(tmp_path: Path) -> None:
    world = World(tmp_path, {"m": module("M", A=mark("1"), D=delay(40), B=mark("1"))})
    assert world.to(42).days("1") == [0]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"condition_type": "Attribute", "attribute": "a", "operator": "!=", "value": 3}, False),
        ({"condition_type": "Attribute", "attribute": "a", "operator": "is nil"}, True),
        (
            {
                "condition_type": "Not",
                "condition": {"condition_type": "Attribute", "attribute": "a", "operator": "==", "value": 3},
            },
            True,
        ),
    ],
)
def test_9_an_attribute_that_is_unset_compares_as_false(
    tmp_path: Path, condition: dict[str, Any], expected: bool
) -> None:
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": condition, "transition": "Yes"}, {"transition": "Terminal"}],
    }
    world = World(tmp_path, {"m": module("M", Ask=ask, Yes=put("true"))})
    assert ("true" in world.to(0).attributes) is expected


@pytest.mark.parametrize(
    ("weights", "draw", "expected"),
    [((0.3, 0.6), 0.95, "B"), ((0.75, 0.5, 0.3), 0.999, "B"), ((0.75, 0.5, 0.3), 0.74, "A"), ((0.3, 0.6), 0.29, "A")],
)
def test_10_weights_are_taken_as_they_are(
    tmp_path: Path, weights: tuple[float, ...], draw: float, expected: str
) -> None:
    shares = [{"transition": name, "distribution": w} for name, w in zip("ABC", weights, strict=False)]
    ends = {name: put("way", name) | {"direct_transition": "Terminal"} for name in "ABC"}
    world = World(tmp_path, {"m": module("M", Ask={"type": "Simple", "distributed_transition": shares}, **ends)})
    state = world.engine.modules["m"].states["Ask"]
    world.fix("m", draw)
    assert state.way.out(world.life).name == expected


def test_11_lengths_of_delays_are_cut_and_exponentials_begin_at_one(tmp_path: Path) -> None:
    uniform = {"kind": "UNIFORM", "parameters": {"low": 1, "high": 2}}
    exponential = {"kind": "EXPONENTIAL", "parameters": {"mean": 2}}
    world = World(
        tmp_path,
        {
            "m": module(
                "M",
                A={"type": "Delay", "distribution": uniform, "unit": "days"},
                B={"type": "Delay", "distribution": exponential, "unit": "days"},
            )
        },
    )
    states = world.engine.modules["m"].states
    draws = [0.0, 0.3, 0.7, 0.999]
    life = world.life
    found = []
    for name in "AB":
        length = states[name].length
        assert length is not None
        for draw in draws:
            world.fix("m", draw)
            found.append(length.of(life) / DAY)
    assert found == [1, 1, 1, 1, 1, 1, 3, 14]


@pytest.mark.parametrize(
    ("path", "since", "within", "expected"),
    [
        ("ABA", "B", None, True),  # newest to oldest: cur, A, B, A
        ("AB", "B", None, False),
        ("AD", None, 30, False),  # A was left exactly 30 days ago
        ("Ad", None, 30, True),
    ],
)
def test_12_prior_states_are_looked_for_from_the_newest(
    tmp_path: Path, path: str, since: str | None, within: int | None, expected: bool
) -> None:
    asked: dict[str, Any] = {"condition_type": "PriorState", "name": "A"}
    if since:
        asked["since"] = since
    if within:
        asked["within"] = {"quantity": within, "unit": "days"}
    kinds: dict[str, dict[str, Any]] = {
        "A": {"type": "Simple"},
        "B": {"type": "Simple"},
        "D": delay(30),
        "d": delay(23),
    }
    # The same state twice: a counter decides which way it is left.
    steps = {f"S{n}": kinds[step] for n, step in enumerate(path)}
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": asked, "transition": "Yes"}, {"transition": "Terminal"}],
    }
    made = module("M", **steps, Ask=ask, Yes=put("true"))
    world = World(tmp_path, {"m": made | {"states": _renamed(made["states"], path)}})
    world.to(35)
    assert ("true" in world.attributes) is expected


def _renamed(states: dict[str, Any], path: str) -> dict[str, Any]:
    """The steps under the names A and B; a name that is gone through twice is left by a counter."""
    found = {name: body for name, body in states.items() if not name.startswith("S")}
    found["Initial"] = {"type": "Initial", "direct_transition": path[0]}
    for place, name in enumerate(path):
        after = path[place + 1] if place + 1 < len(path) else "Ask"
        if name not in found:
            found[name] = {k: v for k, v in states[f"S{place}"].items() if k != "direct_transition"}
            found[name]["conditional_transition"] = [{"transition": after}]
        else:
            been = {"condition_type": "PriorState", "name": path[place - 1]}
            found[name]["conditional_transition"].insert(0, {"condition": been, "transition": after})
    return found


def test_13_a_death_to_come_lets_modules_run_to_the_grid_point_before(tmp_path: Path) -> None:
    dies = {"type": "Death", "range": {"low": 5, "high": 5, "unit": "days"}, "codes": code("22298006")}
    world = World(
        tmp_path,
        {
            "m": module("M", D=delay(7), X=dies),
            "n": module("N", D=delay(7), X=put("at seven"), E=delay(7), Y=put("at fourteen")),
            "o": module("O", D=delay(11), X=put("at eleven")),
        },
    )
    world.to(40)
    assert world.life.death == world.birth + 12 * DAY
    assert "at seven" in world.attributes
    assert "at fourteen" not in world.attributes
    assert "at eleven" not in world.attributes
    world.living.finish()
    assert world.visits()[-1] == ("wellness", 14)


def test_14_a_check_up_is_passed_once_in_a_visit(tmp_path: Path) -> None:
    once = module("A", W=WELLNESS, C={"type": "Counter", "attribute": "a", "action": "increment"}, L=LEAVE)
    once["states"]["L"]["direct_transition"] = "W"
    never = module("B", W=WELLNESS, C={"type": "Counter", "attribute": "b", "action": "increment"})
    never["states"]["C"]["direct_transition"] = "W"
    world = World(tmp_path, {"a": once, "b": never}, check_ups=True)
    world.to(161)  # visits at 0, 35, 98, 161
    assert len(world.visits()) == 4
    assert world.attributes["a"] == 4.0
    assert world.attributes["b"] == 1.0


def test_15_a_condition_sees_the_first_result_of_the_newest_encounter(tmp_path: Path) -> None:
    def result(value: float) -> dict[str, Any]:
        return {
            "type": "Observation",
            "category": "laboratory",
            "unit": "%",
            "codes": code("4548-4", "LOINC"),
            "exact": {"quantity": value},
        } | {"exact": {"quantity": value, "unit": "%"}}

    asked = {
        "condition_type": "Observation",
        "codes": code("4548-4", "LOINC"),
        "operator": "==",
        "value": 5,
    }
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": asked, "transition": "Yes"}, {"transition": "Terminal"}],
    }
    world = World(tmp_path, {"m": module("M", E=visit(), A=result(5), B=result(7), Ask=ask, Yes=put("true"))})
    assert "true" in world.to(0).attributes


def test_16_a_counter_makes_a_decimal_that_fits_no_row_of_a_whole_number(tmp_path: Path) -> None:
    look = {
        "type": "Simple",
        "lookup_table_transition": [
            {"transition": "Yes", "default_probability": 0, "lookup_table_name": "t.csv"},
            {"transition": "No", "default_probability": 1, "lookup_table_name": "t.csv"},
        ],
    }
    count = {"type": "Counter", "attribute": "n", "action": "increment"}
    ends = {"Yes": put("way", "row") | {"direct_transition": "Terminal"}, "No": put("way", "default")}
    made = module("M", C=count, L=look, **ends)
    assert World(tmp_path / "1", {"m": made}, {"t.csv": "n,Yes,No\n1,1,0\n"}).to(0).attributes["way"] == "default"
    assert World(tmp_path / "2", {"m": made}, {"t.csv": "n,Yes,No\n1.0,1,0\n"}).to(0).attributes["way"] == "row"


def test_17_an_active_order_is_not_ordered_again_and_what_is_given_is_not_active(tmp_path: Path) -> None:
    order = {"type": "MedicationOrder", "codes": code("313988", "RxNorm")}
    given = {"type": "MedicationOrder", "codes": code("1719", "RxNorm"), "administration": True}
    world = World(tmp_path, {"m": module("M", E=visit(), A=order, D=delay(9), B=dict(order), G=given)})
    world.to(14)
    assert world.days("313988", "Prescription") == [0]
    assert world.days("1719", "Administration") == [9]
    assert set(world.life.drugs) == {"313988"}


def test_what_is_given_once_stands_in_its_attribute(tmp_path: Path) -> None:
    """As `is not nil` and as a reason; it is not active."""
    given = {
        "type": "MedicationOrder", "codes": code("855812", "RxNorm"), "administration": True, "assign_to_attribute": "given",
    }  # fmt: skip
    world = World(tmp_path, {"m": module("M", E=visit(), G=given)})
    world.to(0)
    assert world.life.attributes["given"].code == "855812"
    assert "855812" not in world.life.present


def test_18_check_ups_are_on_the_days_of_the_description(tmp_path: Path) -> None:
    world = World(tmp_path, {"m": module("M", D=delay(90, "years"))}, check_ups=True)
    world.to(34 * 365)
    days = [int(day) for kind, day in world.visits() if kind == "wellness"]
    assert days[:9] == [0, 35, 98, 161, 252, 343, 434, 525, 707]
    grown = [day for day in days if day > 20 * 366]
    assert {b - a for a, b in pairwise(grown)} == {1099}
