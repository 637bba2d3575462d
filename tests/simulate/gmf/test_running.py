"""Runs of Synthea's modules beside each other and beside ours: mixing, modes, loops, history."""

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from healthsynth.compile.gmf import link
from healthsynth.compile.library import program
from healthsynth.errors import HealthsynthError, ProblemsError
from healthsynth.pipeline import Pipeline, resolve
from healthsynth.record.record import Record
from healthsynth.settings import read
from healthsynth.units import DAY, YEAR
from tests.simulate.gmf.worlds import BIRTH, END, Json, World, code, delay, is_set, mark, module, put, somebody


def written(folder: Path, **modules: Json) -> Path:
    World(folder, modules)
    return folder


def test_a_loop_that_never_waits_stops_with_its_name_state_and_patient(tmp_path: Path) -> None:
    again = {"condition_type": "Not", "condition": is_set("never")}
    loop = {
        "type": "Simple",
        "conditional_transition": [{"condition": again, "transition": "Round"}, {"transition": "Terminal"}],
    }
    made = module("M", Around=loop, Round={"type": "Simple", "direct_transition": "Around"})
    world = World(tmp_path, {"round_and_round": made})
    with pytest.raises(
        HealthsynthError, match=r"'round_and_round' loops without waiting: patient 1 .* '(Around|Round)'"
    ):
        world.to(0)


def test_submodules_keep_their_past_until_they_return(tmp_path: Path) -> None:
    prior = {"condition_type": "PriorState", "name": "Inside"}
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": prior, "transition": "Yes"}, {"transition": "Terminal"}],
    }
    call = {"type": "CallSubmodule", "submodule": "parts/inner"}
    inner = module("Inner", Inside=delay(3), Then=mark("5"))
    world = World(tmp_path, {"m": module("M", Call=call, X=mark("6"), Ask=ask, Yes=put("yes")), "parts/inner": inner})
    world.to(7)
    assert world.days("5") == [3] == world.days("6")
    assert world.attributes["yes"] is True


def test_an_onset_inside_a_submodule_is_diagnosed_in_an_encounter_of_its_caller(tmp_path: Path) -> None:
    onset = {"type": "ConditionOnset", "codes": code("7"), "target_encounter": "See"}
    see = {"type": "Encounter", "encounter_class": "outpatient", "codes": code("185345009")}
    call = {"type": "CallSubmodule", "submodule": "parts/inner"}
    world = World(tmp_path, {"m": module("M", C=call, D=delay(7), See=see), "parts/inner": module("Inner", O=onset)})
    assert world.to(7).days("7") == [7]


def test_the_corrected_mode_repairs_what_it_lists(tmp_path: Path) -> None:
    race = {"condition_type": "Race", "race": "Hispanic"}
    ask = {
        "type": "Simple",
        "conditional_transition": [{"condition": race, "transition": "Yes"}, {"transition": "Terminal"}],
    }
    made = {"m": module("M", Ask=ask, Yes=put("yes"))}
    for mode, expected in (("compatible", False), ("corrected", True)):
        world = World(tmp_path / mode, made, mode=mode, ethnicity="hispanic")
        assert ("yes" in world.to(0).attributes) is expected
    library = link.read((tmp_path / "corrected",))
    nothing = replace(program(builtin=False, patterns=()), modules=())
    assert link.join(nothing, library, ["m"], "corrected").gmf.corrections == link.CORRECTIONS  # type: ignore[union-attr]
    assert link.join(nothing, library, ["m"], "compatible").gmf.corrections == ()  # type: ignore[union-attr]


def settings(folder: Path, **more: Any) -> Pipeline:
    given = {
        "population": 4,
        "seed": 11,
        "as_of": "2026-01-01",
        "state": "MA",
        "modules": [str(folder)],
        "age": "30-60",
    }
    return Pipeline(resolve(read({**given, **more})))


def living(work: Pipeline) -> list[Record]:
    return [record for number in work.settings.numbers for record in work.patients(number)]


WELLNESS = {"type": "Encounter", "wellness": True}
ORDER = {"type": "MedicationOrder", "codes": code("1719", "RxNorm")}


def test_both_kinds_of_modules_live_in_one_population(tmp_path: Path) -> None:
    folder = written(tmp_path, visitor=module("Visitor", D=delay(20, "years"), W=WELLNESS, X=mark("49727002")))
    for record in living(settings(folder, module=["visitor", "wellness"], history="all")):
        origins = {event.origin for event in record.events}
        found = [e for e in record.events if type(e).__name__ == "Diagnosis" and e.concept.primary.code == "49727002"]
        assert len(found) == 1
        visit = next(visit for visit in record.visits if visit.number == found[0].visit)
        # A check-up that a module of ours planned.
        assert visit.kind == "wellness"
        assert visit.end is not None
        assert visit.start <= found[0].time <= visit.end
        assert found[0].time >= record.person.birth + 20 * 365 * DAY
        assert len(origins) > 5


def test_one_disease_has_one_owner(tmp_path: Path) -> None:
    folder = written(tmp_path, pressure=module("Pressure", X=mark("59621000")))
    with pytest.raises(ProblemsError, match=r"GM602.*'hypertension' diagnoses 59621000 too"):
        program((folder,))


def test_one_name_has_one_owner(tmp_path: Path) -> None:
    folder = written(tmp_path, wellness=module("Wellness", X=mark("49727002")))
    with pytest.raises(ProblemsError, match=r"GM601.*'wellness'"):
        program((folder,))


def test_a_longer_history_shows_more_of_the_same_life(tmp_path: Path) -> None:
    result = {
        "type": "Observation",
        "category": "laboratory",
        "unit": "%",
        "codes": code("4548-4", "LOINC"),
        "range": {"low": 5, "high": 7, "unit": "%"},
    }
    loop = module("M", W=WELLNESS, A=result, B={"type": "EncounterEnd"}, D=delay(1), O=ORDER)
    loop["states"]["O"]["direct_transition"] = "W"
    folder = written(tmp_path, m=loop)
    short, long = (living(settings(folder, builtin=False, history=years)) for years in ("5y", "all"))
    for few, many in zip(short, long, strict=True):
        assert few.since is not None
        late = {event for event in many.events if event.time >= few.since + YEAR}
        assert late
        assert late <= set(few.events)
        assert len(few.events) < len(many.events)


def test_lives_are_the_same_whoever_lives_them(tmp_path: Path) -> None:
    folder = written(tmp_path, m=module("M", W=WELLNESS, X=mark("49727002"), D=delay(5), O=ORDER))
    first, again = (living(settings(folder, builtin=False)) for _ in range(2))
    assert first == again


def test_nobody_dies_of_the_life_table_where_all_modules_are_of_synthea(tmp_path: Path) -> None:
    folder = written(tmp_path, m=module("M", D=delay(1)))
    assert all(record.death is None for record in living(settings(folder, builtin=False, age="95-104", deceased="all")))


def test_a_death_is_certified_at_the_next_grid_point(tmp_path: Path) -> None:
    dies = {"type": "Death", "exact": {"quantity": 9, "unit": "days"}, "codes": code("22298006")}
    world = World(tmp_path, {"m": module("M", X=dies)})
    world.to(100)
    world.living.finish()
    assert world.visits()[-1] == ("wellness", 14)
    assert world.days("69453-9", "Result") == [14]
    record = world.life.chart.record(world.life.end)
    assert record.death is not None
    assert record.death.time == world.birth + 9 * DAY
    assert record.death.cause.primary.code == "22298006"


@pytest.mark.parametrize(("mode", "cause"), [("compatible", "184305005"), ("corrected", "87309006")])
def test_a_death_without_a_cause_has_one_that_says_so(tmp_path: Path, mode: str, cause: str) -> None:
    dies = {"type": "Death", "exact": {"quantity": 9, "unit": "days"}}
    world = World(tmp_path, {"m": module("M", X=dies)}, mode=mode)
    world.to(100)
    world.living.finish()
    record = world.life.chart.record(world.life.end)
    assert record.death is not None
    assert record.death.cause.primary.code == cause


def test_a_life_leaves_nothing_that_the_garbage_collector_has_to_find(tmp_path: Path) -> None:
    order = {"type": "MedicationOrder", "codes": code("313988", "RxNorm"), "chronic": True, "assign_to_attribute": "a"}
    takes = {"type": "Procedure", "codes": code("2"), "duration": {"low": 30, "high": 40, "unit": "minutes"}}
    world = World(tmp_path, {"m": module("M", D=delay(30), C=mark("1"), P=takes, O=order, W=delay(60, "years"))})
    gc.collect()
    gc.disable()
    try:
        for number in range(1, 4):
            living = world.engine.life(replace(somebody(number), birth=BIRTH), END, BIRTH)
            living.run()
            living.finish().chart.record(END)
        del living
        assert gc.collect() == 0
    finally:
        gc.enable()
