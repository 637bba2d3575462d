"""A module read aloud, and drawn."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from healthsynth.spec.gmf.graph import edges, svg, text
from healthsynth.spec.gmf.load import load
from healthsynth.spec.gmf.model import GmfModule
from healthsynth.spec.gmf.say import say
from tests.spec.gmf.making import CODE, VISIT, module, state, write

DRUG = {"system": "RxNorm", "code": "860975", "display": "Metformin"}
DOSE = {"dosage": {"amount": 1, "frequency": 2, "period": 1, "unit": "days"}}
AGE = {"condition_type": "Age", "operator": ">=", "quantity": 40, "unit": "years"}
WOMAN = {"condition_type": "Gender", "gender": "F"}


def read(folder: Path, **states: Any) -> GmfModule:
    write(folder, "m", module(**states))
    library, problems = load([folder])
    assert problems == []
    return library.modules["m"]


SENTENCES = [
    (state("Delay", range={"low": 1, "high": 2, "unit": "years"}), "waits 1 to 2 years."),
    (state("Guard", allow={"condition_type": "And", "conditions": [AGE, {"condition_type": "Not", "condition": WOMAN}]}),
     "waits until the age is at least 40 years and not the person is female."),
    (state("SetAttribute", attribute="a", value="b"), "sets 'a' to 'b'."),
    (state("SetAttribute", attribute="a"), "clears 'a'."),
    (state("Counter", attribute="a", action="decrement", amount=2), "takes 2 from 'a'."),
    (state("Encounter", wellness=True), "waits for the next check-up."),
    (state("Encounter", encounter_class="emergency", codes=[VISIT], telemedicine_possibility="possible"),
     "a visit (emergency, perhaps by video): Encounter for check up (procedure) (SNOMED-CT 185349003)."),
    (state("ConditionOnset", codes=[CODE], target_encounter="V"),
     "Diabetes mellitus type 2 (disorder) (SNOMED-CT 44054006) begins, found at the visit 'V'."),
    (state("MedicationOrder", codes=[DRUG], chronic=True, prescription=DOSE),
     "prescribes Metformin (RxNorm 860975), for good, 1 each time, 2 times every 1 days."),
    (state("MedicationEnd", medication_order="Order"), "Order ends."),
    (state("Observation", codes=[DRUG], unit="mg", exact={"quantity": 5}), "observes Metformin (RxNorm 860975), 5 mg."),
    (state("Symptom", symptom="Pain", probability=0.5, exact={"quantity": 10}),
     "sets the symptom 'Pain' to 10 with a chance of 50%."),
    (state("Death", exact={"quantity": 3, "unit": "days"}, codes=[DRUG]), "dies after 3 days of Metformin (RxNorm 860975)."),
    (state("CallSubmodule", submodule="m"), "goes through the submodule m."),
    (state("Vaccine", codes=[DRUG], series=2), "gives the vaccine Metformin (RxNorm 860975), dose 2."),
    (state("Device", code=DRUG), "gives the device Metformin (RxNorm 860975)."),
    (state("SupplyList", supplies=[{"code": DRUG, "quantity": 3}]), "hands out 3 Metformin."),
]  # fmt: skip


@pytest.mark.parametrize(("made", "sentence"), SENTENCES, ids=[s[0]["type"] + str(i) for i, s in enumerate(SENTENCES)])
def test_a_state_is_said(tmp_path: Path, made: dict[str, Any], sentence: str) -> None:
    write(tmp_path, "m", module(A=made))
    library, _ = load([tmp_path])
    assert f"A: {sentence}" in say(library.modules["m"]).splitlines()


def test_ways_are_said_in_the_order_of_the_file(tmp_path: Path) -> None:
    ways = [{"condition": AGE, "distributions": [{"transition": "Terminal", "distribution": 0.3},
             {"transition": "B", "distribution": {"attribute": "risk", "default": 0.7}}]}, {"transition": "B"}]  # fmt: skip
    said = say(read(tmp_path, A=state("Simple", complex_transition=ways), B=state("Simple"))).splitlines()
    at = said.index("A: goes on at once.")
    assert said[at + 1 : at + 3] == [
        "  if the age is at least 40 years: 30% Terminal, what 'risk' says, else 70% B",
        "  otherwise: B",
    ]


def test_all_states_are_said_even_those_that_no_way_leads_to(tmp_path: Path) -> None:
    found = read(tmp_path, A=state("Simple"), Lost=state("Simple"))
    said = say(found)
    assert all(f"{title}: " in said for title in found.states)


def test_callers_are_named(tmp_path: Path) -> None:
    write(tmp_path, "sub/m", module())
    write(tmp_path, "top", module(A=state("CallSubmodule", submodule="sub/m")))
    library, _ = load([tmp_path])
    assert "Called by: top." in say(library.modules["sub/m"], library)


def test_a_graph_has_every_way(tmp_path: Path) -> None:
    ways = [{"transition": "Terminal", "distribution": 0.25}, {"transition": "A", "distribution": 0.75}]
    found = read(tmp_path, A=state("Delay", exact={"quantity": 1, "unit": "days"}, distributed_transition=ways))
    assert list(edges(found)) == [("Initial", "A", ""), ("A", "Terminal", "25%"), ("A", "A", "75%")]
    assert text(found).splitlines()[1] == "A -> Terminal  (25%)"
    drawn = ElementTree.fromstring(svg(found))
    assert sum(part.get("class") == "e" for part in drawn.iter()) == 3
    assert {"Initial", "A", "Terminal"} <= {part.text for part in drawn.iter()}
