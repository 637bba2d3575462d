"""Small worlds: modules written in a test, one person born at a known moment, and what became of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from healthsynth.compile.gmf import link
from healthsynth.compile.program import Program
from healthsynth.people.person import Person
from healthsynth.people.population import People, Selection
from healthsynth.people.providers import Providers
from healthsynth.simulate.gmf.engine import GmfEngine, Living
from healthsynth.simulate.gmf.state import CHECK_UPS, Process
from healthsynth.units import DAY, Clock, clock

BIRTH = clock(date(1990, 4, 11), 9 * 3600)
STEP = 7 * DAY
END = clock(date(2026, 1, 1))
Json = dict[str, Any]


@cache
def providers() -> Providers:
    return Providers()


@cache
def somebody(number: int = 1) -> Person:
    return People(Selection(state="Massachusetts", age_low=30, age_high=40), 7, END).person(number, 0)


def code(value: str = "1", system: str = "SNOMED-CT") -> list[Json]:
    return [{"system": system, "code": value, "display": f"Code {value}"}]


def module(name: str, **states: Json) -> Json:
    """A module from states in order: each leads to the next unless it says otherwise."""
    names = ["Initial", *states, "Terminal"]
    made: Json = {"Initial": {"type": "Initial"}, **states, "Terminal": {"type": "Terminal"}}
    made = {state: dict(body) for state, body in made.items()}
    for state, after in pairwise(names):
        body = made[state]
        if body["type"] != "Terminal" and not any(key.endswith("_transition") for key in body):
            body["direct_transition"] = after
    return {"name": name, "states": made}


def delay(quantity: float, unit: str = "days") -> Json:
    return {"type": "Delay", "exact": {"quantity": quantity, "unit": unit}}


def put(attribute: str, value: Any = True) -> Json:
    return {"type": "SetAttribute", "attribute": attribute, "value": value}


def is_set(attribute: str) -> Json:
    return {"condition_type": "Attribute", "attribute": attribute, "operator": "is not nil"}


def mark(value: str) -> Json:
    """Leaves its time in the record: a condition that is diagnosed at once."""
    return {"type": "ConditionOnset", "codes": code(value)}


class World:
    """One life.

    Args:
        folder: where the modules are written to.
        modules: by key.
        tables: lookup tables by file name.
        check_ups: with the visits that no module asks for.
    """

    def __init__(
        self,
        folder: Path,
        modules: Mapping[str, Json],
        tables: Mapping[str, str] | None = None,
        mode: str = "compatible",
        check_ups: bool = False,
        birth: Clock = BIRTH,
        number: int = 1,
        chart_from: Clock = BIRTH,
        **attributes: Any,
    ):
        for key, body in modules.items():
            path = folder / f"{key}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(body), encoding="utf-8")
        for name, text in (tables or {}).items():
            (folder / "lookup_tables").mkdir(exist_ok=True)
            (folder / "lookup_tables" / name).write_text(text, encoding="utf-8")
        library = link.read((folder,))
        nothing = Program((), {}, {}, {}, (), {})
        program = link.join(nothing, library, link.names_of(library), mode)
        self.engine = GmfEngine(program, providers())
        self.engine.checks_up = check_ups
        person = replace(somebody(number), birth=birth)
        self.living: Living = self.engine.life(person, END, chart_from)
        self.life = self.living.life
        self.life.attributes.update(attributes)
        if not check_ups:
            self.life.agenda = [entry for entry in self.life.agenda if entry != CHECK_UPS]
        self.birth = birth

    def to(self, day: float) -> "World":
        """Live up to a day after birth, its grid point included."""
        self.living.run(self.birth + int(day * DAY) + 1)
        return self

    def fix(self, key: str, draw: float) -> None:
        """Whatever is drawn from now on is this number, and a module draws it."""
        self.life.process = self.process(key)
        self.life.process.draw = lambda: draw

    @property
    def attributes(self) -> dict[str, Any]:
        return self.life.attributes

    def process(self, key: str) -> Process:
        found = self.life.processes[self.engine.orders[key]]
        assert found is not None
        return found

    def at(self, key: str) -> str:
        """The state a module is in."""
        return self.process(key).frame.state.name

    def events(self, kind: str) -> list[Any]:
        """What is charted of a kind, e.g. Diagnosis, in the order it was."""
        chart = self.life.chart
        return [event for events in chart._events.values() for event in events if type(event).__name__ == kind]

    def days(self, value: str, kind: str = "Diagnosis") -> list[float]:
        """When something with a code was charted, in days after birth."""
        return [(e.time - self.birth) / DAY for e in self.events(kind) if e.concept.primary.code == value]

    def visits(self) -> list[tuple[str, float]]:
        """(kind, day) of all visits."""
        return [(visit.kind, (visit.start - self.birth) / DAY) for visit in self.life.visits]
