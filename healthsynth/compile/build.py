"""Files -> Program: load, check everything, link. All problems of all files, or a program without any."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from healthsynth.compile.check import check
from healthsynth.compile.linked import Linked
from healthsynth.compile.program import MeasureTable, Origin, Program
from healthsynth.compile.walk import steps as steps_of
from healthsynth.errors import Problem, ProblemsError
from healthsynth.spec.ast import Condition
from healthsynth.spec.load import Spec, load
from healthsynth.spec.model import Module, Step, parse
from healthsynth.spec.sentences import SentenceError
from healthsynth.spec.source import Path_
from healthsynth.spec.vocabulary import load_vocabulary
from healthsynth.vocabulary import Concept


@dataclass(frozen=True, slots=True)
class Library:
    """Where modules, their vocabulary and their tables stand; several folders may be joined."""

    folders: tuple[Path, ...]
    words: tuple[Path, ...] = ()  # folders of which only vocabulary and tables count
    codes: tuple[Path, ...] = ()  # users' own tables of codes: what is known, and no part of a program

    def modules(self) -> list[Path]:
        return [path for folder in self.folders for path in sorted(folder.glob("*.yaml"))]

    def vocabulary(self) -> list[Path]:
        return [path for folder in self._all() for path in sorted((folder / "vocabulary").glob("*.yaml"))]

    def tables(self) -> list[Path]:
        return [path for folder in self._all() for path in sorted((folder / "tables").glob("*.csv"))]

    def _all(self) -> tuple[Path, ...]:
        return (*self.words, *self.folders)

    def files(self) -> list[Path]:
        return [*self.modules(), *self.vocabulary(), *self.tables()]

    def digest(self, extra: str = "") -> str:
        """SHA-256 over names and contents of every file."""
        digest = hashlib.sha256(extra.encode())
        for path in self.files():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()


def compile_library(library: Library, chosen: Sequence[str] | None = None) -> tuple[Program, tuple[Problem, ...]]:
    """Compile modules.

    Args:
        library: the files.
        chosen: names of the modules to take, with what they read; None takes all.
    Returns:
        The program, and warnings.
    Raises:
        ProblemsError: every mistake in every file.
    """
    linked, problems = link(library, library.modules())
    problems = [*problems, *check(linked)]
    wanted = None if chosen is None else closure(linked, chosen)
    if wanted is not None:
        files = _files_of(library, linked, wanted)
        problems = [problem for problem in problems if problem.file in files]
    errors = [problem for problem in problems if not is_warning(problem)]
    if errors:
        raise ProblemsError(errors)
    return build(linked, wanted, library.digest()), tuple(problem for problem in problems if is_warning(problem))


def _files_of(library: Library, linked: Linked, wanted: frozenset[str]) -> set[str]:
    """The files that the wanted modules are made of: a mistake elsewhere is not theirs."""
    named = {name for spec in linked.specs if spec.module.module in wanted for name in spec.module.vocabulary}
    modules = {str(path) for path in library.modules() if path.stem in wanted}
    return modules | {str(path) for path in library.vocabulary() if path.stem in named}


WARNINGS = frozenset({"HS210", "HS302", "HS508", "HS604"})


def is_warning(problem: Problem) -> bool:
    """Whether a run may go on with this problem."""
    return problem.code in WARNINGS


def link(library: Library, modules: Iterable[Path]) -> tuple[Linked, list[Problem]]:
    """Everything that could be understood, joined by name, and the problems of what could not."""
    specs, problems = load(modules)
    vocabularies, more = load_vocabulary(library.vocabulary())
    problems += more
    tables, more = _tables(library.tables())
    problems += more
    concepts: dict[str, Concept] = {}
    for vocabulary in vocabularies.values():
        for name, concept in vocabulary.concepts.items():
            if name in concepts:
                message = f"'{name}' stands in another vocabulary file too"
                problems.append(vocabulary.source.problem((name,), "HS507", message, "keep one of them"))
            concepts[name] = concept
    conditions, more = _key_conditions(specs)
    problems += more
    return Linked(tuple(specs), vocabularies, concepts, tables, conditions, library.codes), problems


def _key_conditions(specs: Sequence[Spec]) -> tuple[dict[str, Condition], list[Problem]]:
    """The conditions that stand in keys of measures, parsed."""
    found: dict[str, Condition] = {}
    problems = []
    for spec in specs:
        for name, measure in spec.module.measures.items():
            groups = (
                ("while ", measure.whiles),
                ("answers while ", measure.answers_while),
                ("lowered by", measure.lowered_by),
                ("raised by", measure.raised_by),
            )
            for lead, group in groups:
                for text in group:
                    path: Path_ = (
                        ("measures", name, lead + text) if lead.endswith(" ") else ("measures", name, lead, text)
                    )
                    try:
                        found[text] = parse("condition", text)
                    except SentenceError as error:
                        line, column = spec.source.keys.get(path, (1, 1))
                        shift = len(lead) if lead.endswith(" ") else 0
                        problems.append(
                            Problem(
                                spec.source.file,
                                line,
                                column + shift + error.column - 1,
                                "HS107",
                                str(error),
                                error.hint,
                            )
                        )
    return found, problems


def closure(linked: Linked, chosen: Sequence[str]) -> frozenset[str]:
    """The chosen modules and all that they read, test or have effects on, directly or not."""
    owner = {name: spec.module.module for spec in linked.specs for name in _owned(spec.module)}
    by_name = {spec.module.module: spec.module for spec in linked.specs}
    found: set[str] = set()
    todo = list(chosen)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name not in by_name:
            continue  # it could not be understood: its problems say why
        module = by_name[name]
        used = {*module.reads, *module.measures, *_tested(linked, module)}
        todo += [owner[word] for word in sorted(used) if word in owner]
    return frozenset(found)


def _tested(linked: Linked, module: Module) -> set[str]:
    """The measures that a module's care tests, through panels and groups."""
    found: set[str] = set()
    todo = [
        name
        for block in (module.care, module.pathways)
        for _, step in steps_of(block, ("",))
        for name in (step.test or step.ask or ())
    ]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            concept = linked.concepts.get(name)
            todo += concept.members if concept is not None else ()
    return found


def _owned(module: Module) -> list[str]:
    measures = [name for name, measure in module.measures.items() if measure.of is None]
    return [*module.course, *measures, *(name for name in module.gives if name in module.pathways)]


def build(linked: Linked, wanted: frozenset[str] | None, digest: str) -> Program:
    """The frozen program of checked modules."""
    specs = [s for s in linked.specs if wanted is None or s.module.module in wanted]
    specs.sort(key=lambda spec: spec.module.module)
    origins = [Origin("healthsynth", "background mortality", 0)]
    at: dict[tuple[str, Path_], int] = {}
    for spec in specs:
        for path in _paths(spec.module):
            line, _ = spec.source.place(path)
            at[spec.module.module, path] = len(origins)
            origins.append(Origin(spec.module.module, ".".join(str(part) for part in path[:3]), line))
    return Program(
        modules=tuple(spec.module for spec in specs),
        concepts=linked.concepts,
        tables=linked.tables,
        conditions=linked.conditions,
        origins=tuple(origins),
        origin_at=at,
        digest=digest,
        files=tuple(Path(spec.source.file).name for spec in specs),
    )


def _paths(module: Module) -> Iterable[Path_]:
    """Where in a module events of a record can come from."""
    for name, course in module.course.items():
        for state in course.states:
            yield ("course", name, state)
    for i in range(len(module.death)):
        yield ("death", i)
    for name, rule in module.care.items():
        yield ("care", name)
        yield from _step_paths(rule.do, ("care", name, "do"))
    for name, pathway in module.pathways.items():
        yield ("pathways", name)
        yield from _step_paths(pathway.do, ("pathways", name, "do"))
        for i, steps in enumerate(pathway.steps):
            yield from _step_paths(steps, ("pathways", name, "steps", i))


def _step_paths(steps: Sequence[Step], path: Path_) -> Iterable[Path_]:
    for i, step in enumerate(steps):
        here = (*path, i)
        yield here
        yield from _step_paths(step.do, (*here, "do"))
        for k, choice in enumerate(step.choose or ()):
            yield from _step_paths(choice.do, (*here, "choose", k, "do"))
            yield from _step_paths(choice.otherwise or (), (*here, "choose", k, "otherwise"))


# --- tables of measures ------------------------------------------------------------------------------------------
def _tables(files: Iterable[Path]) -> tuple[dict[str, MeasureTable], list[Problem]]:
    tables, problems = {}, []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        if not rows or not {"sex", "age_low", "age_high", "mean", "sd"} <= set(rows[0]):
            continue  # a table of another kind (the immunisation schedule)
        try:
            tables[path.stem] = MeasureTable(_of_sex(rows, "female"), _of_sex(rows, "male"))
        except (ValueError, KeyError) as error:
            problems.append(Problem(str(path), 1, 1, "HS112", f"is not a table of a measure: {error}", ""))
    return tables, problems


def _of_sex(rows: Sequence[dict[str, Any]], sex: str) -> tuple[tuple[float, float, float, float], ...]:
    found = sorted(
        ((float(r["age_low"]) + float(r["age_high"])) / 2, float(r["mean"]), float(r["sd"]), float(r.get("skew") or 0))
        for r in rows
        if r["sex"] in (sex, "both", "all", "any")
    )
    if not found:
        raise ValueError(f"no row for {sex}")
    return tuple(found)
