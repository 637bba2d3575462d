"""Small worlds: an engine made from one module written in a test."""

import dataclasses
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from healthsynth import resources
from healthsynth.compile.build import Library, build, link
from healthsynth.compile.check import check
from healthsynth.people.person import Person
from healthsynth.people.population import People, Selection
from healthsynth.simulate.engine import Engine
from healthsynth.simulate.patient import Patient
from healthsynth.simulate.setup import make_engine
from healthsynth.units import YEAR, Clock, clock

MODULES = Path(__file__).parent.parent / "modules"
AS_OF = clock(date(2025, 1, 1))

HEAD = """\
module: world
title: A world of a test
language: 1
version: 1.0.0
authors: [tests]
reviewed: not yet
story: What a test needs.
reads: [age, sex, bmi, height, weight, season, race]
vocabulary: [tests]
sources: {t: a test}
"""


@lru_cache(maxsize=64)
def engine(text: str, immortal: bool = True) -> Engine:
    """An engine with one module: HEAD and the text. `immortal`: nobody dies of anything but the module."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "world.yaml"
        file.write_text(HEAD + text)
        linked, problems = link(Library((), (MODULES, resources.modules())), [file])
        problems = [p for p in [*problems, *check(linked)] if p.code not in ("HS701", "HS702", "HS210", "HS302")]
        assert not [p for p in problems if p.file == str(file)], problems
        made = make_engine(build(linked, None, ""))
    if immortal:
        made.background_of = lambda p: _Never()
    return made


class _Never:
    """A background of mortality that never kills."""

    def integrated(self, t0: Clock, t1: Clock) -> float:
        return 0.0

    def invert(self, t0: Clock, budget: float) -> Clock:
        return 1 << 60


_PEOPLE = People(Selection(), 11, AS_OF)


def person(number: int = 1, age: float = 60.0, **changes: object) -> Person:
    """Someone of an age at AS_OF; everything else as the census makes them."""
    found = dataclasses.replace(_PEOPLE.person(number, 0), birth=AS_OF - int(age * YEAR))
    return dataclasses.replace(found, **changes)


def live(world: Engine, number: int = 1, age: float = 60.0, history: float = 200.0, **changes: object) -> Patient:
    """One life until AS_OF, charted from the start."""
    return world.life(person(number, age, **changes), AS_OF, AS_OF - int(history * YEAR))


def steps(p: Patient, course: str) -> list[tuple[str, Clock]]:
    """The states of a course in order, with when they began."""
    return [(step.state, step.time) for step in p.truth if step.course == course]
