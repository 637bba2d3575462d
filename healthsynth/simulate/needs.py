"""Which results anybody decides by: the others need not be read before the history begins.

Some are only ever decided by in the visit that measures them (was the breathing fast, how much does the child weigh).
Before the history begins these are read when a step asks for them, and forgotten when the visit ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from healthsynth.compile.program import Program
from healthsynth.compile.walk import names_of, trees, walk
from healthsynth.spec import ast
from healthsynth.spec.model import Every, Module, Pathway, Rule, Step


@dataclass(frozen=True, slots=True)
class Needs:
    """Measures whose charted values are read somewhere, and those of which only the time of the test matters."""

    values: frozenset[str]
    times: frozenset[str]
    passing: frozenset[str]  # of the values, those that are only decided by in the visit that measures them


def results_needed(program: Program) -> Needs:
    """What the conditions of a program read of the chart, with what calculated results are made from."""
    values: set[str] = set()
    times: set[str] = set()
    for module in program.modules:
        for tree in _trees(module):
            if isinstance(tree, (ast.Result, ast.ResultIs)):
                values.add(tree.name)
            elif isinstance(tree, ast.Tested):
                times.add(tree.name)
        for condition in _of_care(module):
            values.update(names_of(condition))  # `bmi >= 30` in a step is the charted one
    for condition in program.conditions.values():
        for tree in trees(condition):
            if isinstance(tree, (ast.Result, ast.ResultIs)):
                values.add(tree.name)
            elif isinstance(tree, ast.Tested):
                times.add(tree.name)
    values = _with_parts(program, values)
    passing = values - times - _Readers(program).later()
    return Needs(frozenset(values), frozenset(times - values), frozenset(passing))


def _trees(module: Module) -> Iterator[Any]:
    for block in (module.course, module.care, module.pathways, module.numbers, module.measures, module.death):
        for _, node in walk(block, ("",)):
            yield from trees(node)


def _of_care(module: Module) -> Iterator[Any]:
    """The conditions that read the chart where they say a bare name."""
    for block in (module.care, module.pathways):
        for path, node in walk(block, ("",)):
            if isinstance(node, Step):
                yield from (node.when, node.unless, node.until)
                yield from (choice.when for choice in node.choose or ())
            elif isinstance(node, Pathway):
                yield from (node.until, node.unless, node.who)
            elif isinstance(node, Every):
                yield from (condition for condition, _ in node.options)
            elif isinstance(node, Rule) and node.at is not None:
                yield from (node.who, node.when)
            del path


def _with_parts(program: Program, found: set[str]) -> set[str]:
    """Calculated results need their parts."""
    calculated = {
        name: measure.calculated
        for module in program.modules
        for name, measure in module.measures.items()
        if measure.calculated is not None
    }
    if "bmi" in found:
        found |= {"height", "weight"}
    while True:
        before = len(found)
        for name, expression in calculated.items():
            if name in found:
                found.update(names_of(expression))
        if len(found) == before:
            return found


# --- who reads what, and when ------------------------------------------------------------------------------------
@dataclass
class _Readers:
    """Finds the results that are read where it is not certain that the same visit has just measured them.

    A step reads a result that a step before it, in the same list or around it, tests without a condition; or that was
    tested before every step which follows its pathway. All other readers count as late ones.
    """

    program: Program
    late: set[str] = field(default_factory=set)
    # pathway without a visit of its own -> what is tested wherever it is followed
    measured: dict[str, frozenset[str]] = field(default_factory=dict)

    def later(self) -> set[str]:
        """The results that are read later than in the visit that measures them, perhaps."""
        always = self._of_no_step()
        while True:
            before = dict(self.measured)
            self.late = set(always)
            for module in self.program.modules:
                for rule in module.care.values():
                    self._scan(module, rule.do, frozenset())
                for name, pathway in module.pathways.items():
                    known = self.measured.get(f"{module.module}.{name}", frozenset())
                    start = known if pathway.visit is None else frozenset[str]()
                    for steps in (pathway.do, *pathway.steps):
                        self._scan(module, steps, start)
            if self.measured == before:
                return _with_parts(self.program, self.late)

    def _of_no_step(self) -> set[str]:
        """What is read by anything but the `when` and `unless` of a step."""
        found: set[str] = set()
        for module in self.program.modules:
            for truth in (module.course, module.numbers, module.measures, module.death):
                for _, node in walk(truth, ("",)):
                    found |= _results(node)
            for care in (module.care, module.pathways):
                for _, node in walk(care, ("",)):
                    if isinstance(node, Step):
                        found |= _read(node.until)
                    elif isinstance(node, Pathway):
                        found |= _read(node.until) | _read(node.unless) | _read(node.who)
                    elif isinstance(node, Every):
                        found |= {name for condition, _ in node.options for name in _read(condition)}
                    elif isinstance(node, Rule):
                        found |= _read(node.who) | _read(node.when)
        for condition in self.program.conditions.values():
            found |= _results(condition)
        return found

    def _scan(self, module: Module, steps: tuple[Step, ...], tested: frozenset[str]) -> None:
        for step in steps:
            self.late |= (_read(step.when) | _read(step.unless)) - tested
            for name in step.follow or ():
                self._follow(module, name, tested)
            for choice in step.choose or ():
                self.late |= _read(choice.when) - tested
                self._scan(module, choice.otherwise or choice.do, tested)
            self._scan(module, step.do, tested)  # a stay: it begins at the same instant
            if step.when is None and step.unless is None and step.chance is None:
                tested |= self._tested(step.test or step.ask or ())

    def _follow(self, module: Module, name: str, tested: frozenset[str]) -> None:
        own = f"{module.module}.{name}"
        if name not in module.pathways:
            own = next(f"{other.module}.{name}" for other in self.program.modules if name in other.gives)
        self.measured[own] = self.measured.get(own, tested) & tested

    def _tested(self, names: tuple[str, ...]) -> frozenset[str]:
        found: set[str] = set()
        for name in names:
            found.add(name)
            concept = self.program.concepts.get(name)
            if concept is not None:
                found |= self._tested(concept.members)
        return frozenset(found)


def _read(condition: Any) -> set[str]:
    """The results that a condition of care reads."""
    return set(names_of(condition)) | _results(condition) if condition is not None else set()


def _results(node: Any) -> set[str]:
    return {tree.name for tree in trees(node) if isinstance(tree, (ast.Result, ast.ResultIs))}
