"""Which files make a program: the built-in library, the user's folders, and the cache of what was compiled."""

import hashlib
import os
import pickle
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from pydantic import VERSION

from healthsynth import resources
from healthsynth.compile.program import Program
from healthsynth.errors import UsageError, near

_MARK = hashlib.sha256().digest_size  # bytes: a kept program stands behind the hash of its bytes
_KEPT = 20  # programs, half a megabyte each; the oldest go


def folders(extra: Sequence[Path] = (), builtin: bool = True) -> tuple[Path, ...]:
    """The module folders of a run. The built-in vocabulary is always there; its modules only if wanted."""
    for folder in extra:
        if not folder.is_dir():
            raise UsageError(f"there is no folder of modules {folder}")
    return (*((resources.modules(),) if builtin else ()), *extra)


def program(
    extra: Sequence[Path] = (),
    builtin: bool = True,
    patterns: Sequence[str] = (),
    gmf: str = "compatible",
    codes: Sequence[Path] = (),
) -> Program:
    """The compiled program of a run, from the cache when nothing has changed.

    Args:
        extra: folders of the user's modules.
        builtin: with the built-in modules.
        patterns: globs of module names to take, with what they read; empty takes all.
        gmf: how modules of Synthea are run that stand in the folders, see `compile.gmf.link.MODES`.
        codes: users' own tables of codes, beside the shipped one.
    Raises:
        ProblemsError: mistakes in any module, all of them.
        UsageError: no module matches a pattern, near names are offered; or a table of codes is none.
    """
    from healthsynth.compile.gmf import link

    sources = link.folders_of(extra)
    if not sources:
        return _own(extra, builtin, patterns, codes=codes)
    synthea = link.read(sources)
    running = link.matching(synthea, patterns)
    own = _own(extra, builtin, patterns, more=link.names_of(synthea), codes=codes)
    return link.join(own, synthea, running, gmf)


def _own(
    extra: Sequence[Path],
    builtin: bool,
    patterns: Sequence[str],
    more: Sequence[str] = (),
    codes: Sequence[Path] = (),
) -> Program:
    """The program of our own modules; a pattern may fit one of `more` instead of one of them."""
    from healthsynth.compile.build import Library, compile_library
    from healthsynth.compile.code_tables import forget, look_at

    library = Library(folders(extra, builtin), () if builtin else (resources.modules(),), tuple(codes))
    names = [path.stem for path in library.modules()]
    chosen = None
    if patterns:
        chosen = sorted({name for pattern in patterns for name in _matching(pattern, names, more)})
    look_at(codes)  # a bad table is told even if the program is cached
    key = library.digest(repr((chosen, _code_digest(), [hashlib.sha256(path.read_bytes()).digest() for path in codes])))
    cached = _read(key)
    if cached is not None:
        return cached
    try:
        made, _ = compile_library(library, chosen)
    finally:
        forget()
    _write(key, made)
    return made


def _matching(pattern: str, names: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    found = [name for name in names if fnmatch(name, pattern)]
    if not found and not any(fnmatch(name.lower(), pattern.lower()) for name in more):
        raise UsageError(f"no module is called '{pattern}'  {near(pattern, [*names, *more])}")
    return found


def cache_folder() -> Path:
    """Where compiled things are kept between runs; losing it costs seconds, nothing else."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "healthsynth"


def _code_digest() -> str:
    """Changes when the compiler does: contents of spec/ and compile/, and what reads a kept program back."""
    digest = hashlib.sha256(f"{sys.version} pydantic {VERSION}".encode())
    root = Path(__file__).parent.parent
    for path in sorted([*root.glob("spec/**/*.py"), *root.glob("compile/**/*.py"), root / "vocabulary.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _file(key: str) -> Path:
    return cache_folder() / f"program-{key[:32]}.pickle"


def _read(key: str) -> Program | None:
    """The kept program; None unless all bytes are those that were written."""
    try:
        kept = _file(key).read_bytes()
    except OSError:
        return None
    mark, content = kept[:_MARK], memoryview(kept)[_MARK:]
    if hashlib.sha256(content).digest() != mark:
        return None
    found = pickle.loads(content)
    return found if isinstance(found, Program) else None


def _write(key: str, made: Program) -> None:
    target = _file(key)
    content = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        temporary.write_bytes(hashlib.sha256(content).digest() + content)
        temporary.replace(target)
        _drop_the_oldest(target.parent)
    except OSError:
        return  # a read-only home: compile again next time


def _drop_the_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("program-*.pickle"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_KEPT]:
        path.unlink(missing_ok=True)
