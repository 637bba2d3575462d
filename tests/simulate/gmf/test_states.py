"""What single states do to a life and its chart."""

from pathlib import Path
from typing import Any

import pytest

from healthsynth.units import DAY, MINUTE
from tests.simulate.gmf.worlds import World, code, delay, mark, module, put

VISIT = {"type": "Encounter", "encounter_class": "outpatient", "codes": code("185345009")}
LEAVE = {"type": "EncounterEnd"}
WELLNESS = {"type": "Encounter", "wellness": True}


def asked(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Simple",
        "conditional_transition": [{"condition": condition, "transition": "Yes"}, {"transition": "Terminal"}],
    }


def test_chronic_medication_is_renewed_once_in_a_check_up(tmp_path: Path) -> None:
    order = {"type": "MedicationOrder", "codes": code("314076", "RxNorm"), "chronic": True, "assign_to_attribute": "it"}
    world = World(
        tmp_path,
        {"a": module("A", O=order, W=WELLNESS, E=LEAVE), "b": module("B", D=delay(1), W=WELLNESS, E=LEAVE)},
        check_ups=True,
    )
    world.to(40)
    assert world.days("314076", "Prescription") == [0, 0, 35]
    assert len(world.life.chronic) == 1
    assert world.attributes["it"].stop == world.birth  # attributes keep the first order


@pytest.mark.parametrize(("value", "kind"), [(301, "outpatient"), (351, "urgentcare"), (501, "emergency"), (300, None)])
def test_symptoms_send_people_to_care_at_the_next_grid_point(tmp_path: Path, value: int, kind: str | None) -> None:
    feels = {"type": "Symptom", "symptom": "Pain", "exact": {"quantity": value}}
    world = World(tmp_path, {"m": module("M", D=delay(7), S=feels)}, check_ups=True)
    world.to(28)
    found = [(each, day) for each, day in world.visits() if each != "wellness"]
    assert found == ([(kind, 14)] if kind else [])
    assert world.life.symptom("Pain") == (0 if kind else value)


def test_a_procedure_without_duration_takes_no_time_of_its_module(tmp_path: Path) -> None:
    done = {"type": "Procedure", "codes": code("80146002")}
    world = World(tmp_path, {"m": module("M", V=VISIT, P=done, L=LEAVE, X=mark("1"))})
    world.to(0)
    assert world.days("1") == [0]
    (event,) = world.events("ProcedureDone")
    assert event.end - event.time == 15 * MINUTE
    assert "80146002" in world.life.present


def test_ends_find_what_states_wrote_by_their_names(tmp_path: Path) -> None:
    plan = {"type": "CarePlanStart", "codes": code("735984001"), "activities": code("226234005")}
    device = {"type": "Device", "code": code("72506001")[0]}
    world = World(
        tmp_path,
        {
            "m": module(
                "M",
                Ill=mark("1"),
                Plan=plan,
                Device=device,
                D=delay(3),
                A={"type": "ConditionEnd", "condition_onset": "Ill"},
                B={"type": "CarePlanEnd", "careplan": "Plan"},
                C={"type": "DeviceEnd", "device": "Device"},
            )
        },
    )
    world.to(7)
    assert world.life.present == {}
    ends = world.life.chart._ends
    assert {(end.time - world.birth) / DAY for end in ends.values()} == {3}
    assert sorted(end.reason for end in ends.values()) == ["completed", "completed", "resolved"]


def test_of_states_of_one_name_the_one_that_wrote_first_is_meant(tmp_path: Path) -> None:
    ill, end = mark("2"), {"type": "ConditionEnd", "condition_onset": "Ill"}
    world = World(tmp_path, {"a": module("A", Ill=mark("1")), "b": module("B", Ill=ill, D=delay(3), A=end)})
    assert world.engine.written == {"Ill": ""}
    assert set(world.to(7).life.present) == {"2"}


def test_an_attribute_without_a_value_is_removed(tmp_path: Path) -> None:
    world = World(tmp_path, {"m": module("M", A=put("a", 3), B={"type": "SetAttribute", "attribute": "a"})})
    assert "a" not in world.to(0).attributes


def test_a_whole_number_stays_whole_and_a_draw_is_decimal(tmp_path: Path) -> None:
    draw = {
        "type": "SetAttribute",
        "attribute": "b",
        "distribution": {"kind": "EXACT", "round": True, "parameters": {"value": 2}},
    }
    world = World(tmp_path, {"m": module("M", A=put("a", 3), B=draw)}).to(0)
    assert isinstance(world.attributes["a"], int)
    assert isinstance(world.attributes["b"], float)


def test_a_vital_sign_that_is_set_lasts_where_the_lifecycle_does_not_know_it(tmp_path: Path) -> None:
    def sign(name: str) -> dict[str, Any]:
        return {"type": "VitalSign", "vital_sign": name, "exact": {"quantity": 25, "unit": "%"}}

    def is_low(name: str) -> dict[str, Any]:
        return {"condition_type": "Vital Sign", "vital_sign": name, "operator": "==", "value": 25}

    own, known = "Left ventricular Ejection fraction", "Oxygen Saturation"
    steps = {"A": sign(own), "B": sign(known), "D": delay(14), "Ask": asked(is_low(own)), "Yes": put("own")}
    again = {"A": sign(known), "D": delay(14), "Ask": asked(is_low(known)), "Yes": put("known")}
    world = World(tmp_path, {"m": module("M", **steps), "n": module("N", **again)}).to(14)
    assert "own" in world.attributes
    assert "known" not in world.attributes


def test_a_provisional_condition_is_not_active(tmp_path: Path) -> None:
    onset = {"type": "ConditionOnset", "codes": code("1"), "target_encounter": "V", "assign_to_attribute": "it"}
    active = {"condition_type": "Active Condition", "referenced_by_attribute": "it"}
    made = module("M", O=onset, Ask=asked(active), Yes=put("active"), V=VISIT)
    made["states"]["Ask"]["conditional_transition"][1]["transition"] = "V"
    world = World(tmp_path, {"m": made}).to(7)
    assert "active" not in world.attributes
    assert world.days("1") == [0]


def test_what_was_observed_in_a_panel_can_be_asked_for_and_in_components_not(tmp_path: Path) -> None:
    def observed(value: str) -> dict[str, Any]:
        return {
            "codes": code(value, "LOINC"),
            "category": "laboratory",
            "exact": {"quantity": 5, "unit": "%"},
            "unit": "%",
        }

    report = {"type": "DiagnosticReport", "codes": code("24323-8", "LOINC"), "observations": [observed("2345-7")]}
    several = {
        "type": "MultiObservation",
        "category": "laboratory",
        "codes": code("85354-9", "LOINC"),
        "observations": [observed("2160-0")],
    }

    def known(value: str) -> dict[str, Any]:
        return {"condition_type": "Observation", "codes": code(value, "LOINC"), "operator": "is not nil"}

    world = World(
        tmp_path,
        {
            "m": module("M", V=VISIT, R=report, S=several, Ask=asked(known("2345-7")), Yes=put("panel")),
            "n": module("N", D=delay(7), Ask=asked(known("2160-0")), Yes=put("component")),
        },
    )
    world.to(14)
    assert "panel" in world.attributes
    assert "component" not in world.attributes
    assert len(world.events("Report")) == 1
    assert [len(event.components) for event in world.events("Result")] == [0, 1]


def test_the_type_of_care_goes_by_payer_and_date(tmp_path: Path) -> None:
    care = {"type": "Simple", "type_of_care_transition": {"ambulatory": "A", "emergency": "B", "telemedicine": "C"}}
    ends = {name: put("way", name) | {"direct_transition": "Terminal"} for name in "ABC"}
    world = World(tmp_path, {"m": module("M", T=care, **ends)})
    leave, life = world.engine.modules["m"].states["T"].way, world.life
    life.attributes["insurance_status"] = "private"
    found = []
    for draw in (0.5, 0.7, 0.8):
        world.fix("m", draw)
        found.append(leave.out(life).name)
    life.clock = world.birth + 31 * 365 * DAY
    world.fix("m", 0.9)
    found.append(leave.out(life).name)
    assert found == ["A", "A", "B", "C"]
