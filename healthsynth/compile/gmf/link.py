"""Folders of Synthea's modules joined to a program of our own: one population can have both."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from healthsynth.compile.gmf.conflicts import called, conflicts
from healthsynth.compile.gmf.repairs import OF_NO_MODULE, repaired
from healthsynth.compile.program import GmfProgram, Origin, Program
from healthsynth.errors import ProblemsError
from healthsynth.spec.gmf import states as s
from healthsynth.spec.gmf.load import is_gmf, load
from healthsynth.spec.gmf.mending import Repair
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.values import Code as GmfCode
from healthsynth.vocabulary import SNOMED, Code, Concept

MODES = ("compatible", "corrected")
# What is repaired in the corrected mode, as the manifest lists it; codes and values are listed one by one beside it.
CORRECTIONS = (
    "exponential: the mean is what the module says, not one more",
    "race Hispanic: true for people whose ethnicity is hispanic",
    "observation by attribute: `is nil` is true where the attribute is unset",
    "as_needed: its value counts, not that it is there",
    "onset: a code that is present as something else does not stop a condition from being recorded",
    "death without a cause: SNOMED CT's code for one of unknown cause, 87309006, not that for any cause",
    "stroke and atrial fibrillation: the risk of 30 days for those who draw once in 30 days",
)


def folders_of(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Those of some folders in which there are JSON modules."""
    return tuple(folder for folder in folders if is_gmf(folder))


def names_of(library: GmfLibrary) -> list[str]:
    """The modules that run by themselves."""
    return [module.key for module in library.top()]


def matching(library: GmfLibrary, patterns: Sequence[str]) -> list[str]:
    """Keys of top-level modules that some pattern fits, without case; all if there is none."""
    keys = names_of(library)
    if not patterns:
        return keys
    return [key for key in keys if any(fnmatch(key.lower(), pattern.lower()) for pattern in patterns)]


def read(folders: Sequence[Path]) -> GmfLibrary:
    """All modules of the folders.

    Raises:
        ProblemsError: mistakes in any file, all of them.
    """
    library, problems = load(folders)
    if problems:
        raise ProblemsError(problems)
    return library


def join(program: Program, library: GmfLibrary, running: Sequence[str], mode: str) -> Program:
    """The program with these modules in it.

    Args:
        running: keys of the top-level modules that run.
        mode: one of MODES.
    Raises:
        ProblemsError: modules of both kinds have one thing.
    """
    corrected, checks_up = mode == "corrected", not _check_ups(program)
    repairs: tuple[Repair, ...] = ()
    if corrected:
        library, repairs = repaired(library, [module.key for module in called(library, running)], checks_up)
    problems = conflicts(program, library, running)
    if problems:
        raise ProblemsError(problems)
    origins = list(program.origins)
    at: dict[tuple[str, str], int] = {}
    own = len(origins)
    origins.append(Origin(OF_NO_MODULE, "care that no module asks for", 0))
    for module in library.modules.values():
        for name in module.states:
            at[module.key, name] = len(origins)
            origins.append(Origin(module.key, name, 0))
    listed = CORRECTIONS if corrected else ()
    gmf = GmfProgram(library, tuple(running), corrected, listed, at, own, checks_up, repairs)
    concepts = {**program.concepts, **_sites(library)}
    return replace(program, origins=tuple(origins), concepts=concepts, gmf=gmf)


def _check_ups(program: Program) -> bool:
    """Whether a module of ours plans check-ups."""
    rules = (rule for module in program.modules for rule in module.care.values())
    return any(rule.visit is not None and rule.visit.kind == "wellness" for rule in rules)


def _sites(library: GmfLibrary) -> dict[str, Concept]:
    """Body sites of images by the name under which studies know them."""
    found: dict[str, Concept] = {}
    for module in library.modules.values():
        for state in module.states.values():
            if isinstance(state, s.ImagingStudy):
                for series in state.series:
                    if series.body_site is not None:
                        found[f"body_site:{series.body_site.code}"] = _site(series.body_site)
    return found


def _site(code: GmfCode) -> Concept:
    return Concept(f"body_site:{code.code}", "body_site", (Code(SNOMED, code.code, code.display),), code.display)
