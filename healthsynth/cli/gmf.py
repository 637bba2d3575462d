"""Modules in Synthea's format on the command line: found by key or by file, shown, drawn, checked."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from healthsynth.errors import Problem, ProblemsError

if TYPE_CHECKING:
    from healthsynth.spec.gmf.model import GmfLibrary, GmfModule

FIRST_WARNING = "GM5"


def is_warning(problem: Problem) -> bool:
    """Whether a module runs all the same."""
    return problem.code.startswith(FIRST_WARNING)


def root(file: Path) -> Path:
    """The folder of modules that a file belongs to: the nearest above it with lookup tables, or called modules."""
    above = file.resolve().parents
    for folder in above:
        if folder.name == "modules" or (folder / "lookup_tables").is_dir():
            return folder
    return above[0]


def of_files(paths: Sequence[Path]) -> list[Path]:
    """Those of some paths that are, or hold, modules in Synthea's format."""
    from healthsynth.spec.gmf.load import is_gmf

    return [path for path in paths if path.suffix == ".json" or (path.is_dir() and is_gmf(path))]


def lint(paths: Sequence[Path]) -> tuple[list[Problem], int]:
    """Problems that stand in files or folders, seen together with the folders of modules around them."""
    from healthsynth.compile.codes import known_codes
    from healthsynth.spec.gmf.lint import lint as look
    from healthsynth.spec.gmf.load import load

    folders = list(dict.fromkeys(path.resolve() if path.is_dir() else root(path) for path in paths))
    library, problems = load(folders)
    found = [*problems, *look(library, known_codes())]
    given = [path.resolve() for path in paths]
    shown = [problem for problem in found if _stands_in(Path(problem.file).resolve(), given)]
    modules = sum(_stands_in(Path(module.source.file).resolve(), given) for module in library.modules.values())
    return sorted(set(shown)), modules


def _stands_in(file: Path, given: Iterable[Path]) -> bool:
    return any(file == path or path in file.parents for path in given)


def find(name: str, folders: Sequence[Path]) -> "tuple[GmfLibrary, GmfModule] | None":
    """A module by key in folders, or by the path of its file; None where there is none.

    Raises:
        ProblemsError: the module is there and cannot be read.
    """
    from healthsynth.spec.gmf.load import load

    file = Path(name)
    if file.suffix == ".json" and file.is_file():
        folders = [root(file)]
        name = file.resolve().relative_to(folders[0]).with_suffix("").as_posix()
    if not folders:
        return None
    library, problems = load(folders)
    module = library.modules.get(name)
    errors = [problem for problem in problems if Path(problem.file).with_suffix("").as_posix().endswith(f"/{name}")]
    if errors:
        raise ProblemsError(errors)
    return (library, module) if module is not None else None


def listing(folders: Sequence[Path]) -> Iterable[str]:
    """A line for each module that runs by itself."""
    from healthsynth.spec.gmf.load import load

    library, _ = load(folders)
    calls = sum(module.is_submodule for module in library.modules.values())
    for module in library.top():
        yield f"{module.key:32} {module.name}"
    if calls:
        yield f"{'':32} and {calls} submodules"
