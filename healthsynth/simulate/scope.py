"""What names mean inside one module."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from healthsynth.simulate.measures import BoundMeasure
from healthsynth.simulate.nodes import Amount
from healthsynth.simulate.patient import Patient
from healthsynth.spec import ast
from healthsynth.spec.model import Module, Number
from healthsynth.vocabulary import Concept

if TYPE_CHECKING:
    from healthsynth.simulate.engine import Engine


class _Measure(Amount):
    """The true value of a measure; measures read each other, so it is looked up when first asked for."""

    def __init__(self, measures: dict[str, BoundMeasure], name: str):
        self.measures = measures
        self.name = name
        self.node: Amount | None = None

    def at(self, p: Patient) -> float:
        node = self.node
        if node is None:
            node = self.node = self.measures[self.name].node
        return node.at(p)


class ModuleScope:
    """Names of a module resolved against the whole program; `care` scopes read the chart, not the body."""

    def __init__(self, engine: "Engine", spec: Module, care: bool = False, watches: bool = True):
        self.engine = engine
        self.spec = spec
        self.module = spec.module
        self.care = care
        self.conditions: Mapping[str, ast.Condition] = engine.program.conditions
        self._care: ModuleScope | None = None
        self._watches = watches

    def of_care(self) -> "ModuleScope":
        """The same names as a clinician can know them."""
        if self.care:
            return self
        if self._care is None:
            self._care = ModuleScope(self.engine, self.spec, care=True)
        return self._care

    def of_answers(self) -> "ModuleScope":
        """The same names for what is asked only when a question is: nobody waits for a measure to cross a limit."""
        return ModuleScope(self.engine, self.spec, watches=False)

    def number(self, name: str) -> Number:
        return self.spec.numbers[name]

    def concept(self, name: str) -> Concept:
        return self.engine.program.concepts[name]

    def course(self, name: str) -> int | None:
        return self.engine.course_index.get(name)

    def measure(self, name: str) -> Amount | None:
        if name not in self.engine.measure_names:
            return None
        return _Measure(self.engine.measures, name)

    def measure_keys(self, name: str) -> frozenset[str]:
        return self.engine.keys_of_measure(name)

    def watch(self, name: str, limit: float) -> None:
        if self._watches:
            self.engine.limits.setdefault(name, set()).add(limit)

    def pathway(self, name: str) -> str:
        """The full name of a pathway: of this module, or of the one that gives it."""
        if name in self.spec.pathways:
            return f"{self.module}.{name}"
        return self.engine.given_pathways[name]

    def origin(self, path: tuple[Any, ...]) -> int:
        return self.engine.program.origin_at[self.module, path]
