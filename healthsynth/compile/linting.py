"""Linting files that need not be part of a library yet."""

from collections.abc import Sequence
from pathlib import Path

from healthsynth import resources
from healthsynth.compile.build import Library, link
from healthsynth.compile.check import check
from healthsynth.errors import Problem, UsageError


def lint(paths: Sequence[Path], codes: Sequence[Path] = ()) -> tuple[list[Problem], int]:
    """Problems of the given files and folders, seen together with the built-in library.

    Args:
        paths: none: the built-in modules.
        codes: users' own tables of codes, beside the shipped one.
    Returns:
        The problems that stand in the given files (all, when none is given), and how many modules were looked at.
    """
    builtin = resources.modules()
    given = [path.resolve() for path in paths]
    for path in given:
        if not path.exists():
            raise UsageError(f"there is no file or folder {path}")
    files = [file for path in given for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    own = {file.resolve() for file in files}
    extra = {path if path.is_dir() else path.parent for path in given} - {builtin.resolve()}
    library = Library((builtin, *sorted(extra)), codes=tuple(codes))
    modules = [
        path for path in library.modules() if path.parent.resolve() == builtin.resolve() or path.resolve() in own
    ]
    linked, problems = link(library, modules)
    problems = [*problems, *check(linked)]
    if not paths:
        return sorted(set(problems)), len(modules)
    shown = [p for p in set(problems) if _belongs(Path(p.file).resolve(), own, given)]
    return sorted(shown), len(files)


def _belongs(file: Path, own: set[Path], given: Sequence[Path]) -> bool:
    return file in own or any(path.is_dir() and path in file.parents for path in given)
