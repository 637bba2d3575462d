"""One thing with two owners: a module of ours and one of Synthea's in one population that record the same disease."""

from collections.abc import Iterator, Sequence

from healthsynth.compile.program import Program
from healthsynth.compile.walk import steps
from healthsynth.errors import Problem
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.model import GmfLibrary, GmfModule

_HINT = "leave one of the two out: take modules with -m, or --no-builtin for none of ours"


def conflicts(program: Program, library: GmfLibrary, running: Sequence[str]) -> list[Problem]:
    """Equal names of modules, and conditions that both would diagnose."""
    ours = {module.module for module in program.modules}
    diagnosed = _diagnosed(program)
    problems: list[Problem] = []
    for key in running:
        if key in ours:
            text = f"there is a module '{key}' of ours too"
            problems.append(library.modules[key].source.problem((), "GM601", text, _HINT))
    for module in called(library, running):
        for name, code in _onsets(module):
            if code in diagnosed:
                text = f"the module '{diagnosed[code]}' diagnoses {code} too"
                problems.append(module.source.problem(("states", name), "GM602", text, _HINT))
    return sorted(set(problems))


def _diagnosed(program: Program) -> dict[str, str]:
    """Code -> the module of ours that diagnoses it."""
    found: dict[str, str] = {}
    for module in program.modules:
        for block in (module.care, module.pathways):
            for _, step in steps(block, ("",)):
                for name in step.diagnose or ():
                    concept = program.concepts.get(name)
                    if concept is not None and concept.codes:
                        found.setdefault(concept.primary.code, module.module)
    return found


def _onsets(module: GmfModule) -> Iterator[tuple[str, str]]:
    for name, state in module.states.items():
        if isinstance(state, s.ConditionOnset):
            yield name, state.codes[0].code


def called(library: GmfLibrary, running: Sequence[str]) -> list[GmfModule]:
    """The running modules and all that they call."""
    found: dict[str, GmfModule] = {}
    todo = list(running)
    while todo:
        key = todo.pop()
        if key in found or key not in library.modules:
            continue
        found[key] = module = library.modules[key]
        todo += [state.submodule for state in module.states.values() if isinstance(state, s.CallSubmodule)]
    return [found[key] for key in sorted(found)]
