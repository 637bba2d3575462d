"""Modules in Synthea's format on the command line: found by key or by file, shown, drawn, checked."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from healthsynth.errors import Problem, ProblemsError, UsageError

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


def lint(paths: Sequence[Path], codes: Sequence[Path] = ()) -> tuple[list[Problem], int]:
    """Problems that stand in files or folders, seen together with the folders of modules around them; `codes`: users' own tables."""
    from healthsynth.compile.code_tables import known_codes
    from healthsynth.compile.gmf.repairs import codes_repaired
    from healthsynth.spec.gmf.lint import lint as look
    from healthsynth.spec.gmf.load import load

    folders = list(dict.fromkeys(path.resolve() if path.is_dir() else root(path) for path in paths))
    library, problems = load(folders)
    found = [*problems, *look(library, known_codes(codes), codes_repaired(library))]
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


def convert(file: Path, output: Path | None) -> Iterable[str]:
    """Writes a module in the module language beside its vocabulary; or gives its text, where there is no output.

    Raises:
        ProblemsError: the module cannot be read.
        UsageError: there is no such file.
    """
    from healthsynth import resources
    from healthsynth.compile.code_tables import known_codes
    from healthsynth.spec.gmf.convert.module import convert as make
    from healthsynth.spec.gmf.convert.module import vocabulary
    from healthsynth.spec.gmf.convert.names import Words, slug
    from healthsynth.spec.vocabulary import load_vocabulary

    found = find(str(file), ()) if file.suffix == ".json" and file.is_file() else None
    if found is None:
        raise UsageError(f"there is no module file {file}: give a .json file")
    files, _ = load_vocabulary(sorted((resources.modules() / "vocabulary").glob("*.yaml")))
    concepts = {name: concept for one in files.values() for name, concept in one.concepts.items()}
    words = Words(concepts, {name: key for key, one in files.items() for name in one.concepts}, known_codes())
    stem = slug(found[1].key.replace("/", "_"))
    made = make(found[1], words, f"{stem}_words")
    if output is None:
        yield made.text.rstrip("\n")
        return
    target = output / f"{made.name}.yaml" if output.is_dir() else output
    beside = target.parent / "vocabulary" / f"{stem}_words.yaml"
    beside.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(made.text, encoding="utf-8")
    beside.write_text(vocabulary(words), encoding="utf-8")
    yield f"wrote {target} and {beside}"
    yield f"{made.numbers} numbers want a source; {len(made.unsaid)} things could not be said or are said otherwise:"
    yield from (f"  {one.construct}: {one.what}" for one in made.unsaid)


def listing(folders: Sequence[Path]) -> Iterable[str]:
    """A line for each module that runs by itself."""
    from healthsynth.spec.gmf.load import load

    library, _ = load(folders)
    calls = sum(module.is_submodule for module in library.modules.values())
    for module in library.top():
        yield f"{module.key:32} {module.name}"
    if calls:
        yield f"{'':32} and {calls} submodules"
