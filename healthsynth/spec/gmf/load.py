"""Folders of GMF modules in; typed modules by key and all problems out. Nothing here stops at the first mistake."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from healthsynth.errors import Problem, near
from healthsynth.spec.gmf.fields import Fields, Report
from healthsynth.spec.gmf.flow import check
from healthsynth.spec.gmf.lookup import parse
from healthsynth.spec.gmf.model import DEFAULT_SPECIALTY, GmfLibrary, GmfModule, LookupTable, Text
from healthsynth.spec.gmf.places import line_and_column
from healthsynth.spec.gmf.read_states import state
from healthsynth.spec.gmf.transitions import Lookup

MAX_BYTES = 4_000_000  # the largest module that is known has 0.3 MB
TABLES = "lookup_tables"


def is_gmf(folder: Path) -> bool:
    """Whether there is a JSON module in a folder or below it (lookup tables and hidden folders are not looked at)."""
    return any(True for _ in _files(folder))


def load(folders: Sequence[Path]) -> tuple[GmfLibrary, list[Problem]]:
    """Read all modules below the folders and the lookup tables that they use.

    The key of a module is its path below its folder; an equal key in a later folder replaces an earlier one, a table
    of equal name too.

    Returns:
        The modules that could be read, and the problems of all files (codes GM1xx files and fields, GM2xx states and
        conditions, GM3xx lookup tables, GM4xx what belongs together).
    """
    files = {key: file for folder in folders for key, file in _files(folder)}
    modules, problems = {}, []
    for key in sorted(files):
        module, found = read(files[key], key)
        problems += found
        if module is not None:
            modules[key] = module
    tables, found = _tables(folders, modules)
    library = GmfLibrary(modules, tables)
    unread = set(files) - set(modules)
    return library, sorted({*problems, *found, *check(library, unread)})


def _files(folder: Path) -> list[tuple[str, Path]]:
    found = []
    for here, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name != TABLES and not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".json") and not name.startswith("."):
                path = Path(here) / name
                found.append((path.relative_to(folder).with_suffix("").as_posix(), path))
    return found


def read(file: Path, key: str | None = None) -> tuple[GmfModule | None, list[Problem]]:
    """One module file; `key` is its stem unless given. A module with problems is returned as far as it is understood."""
    name = str(file)
    text, problem = _text(file)
    if text is None:
        return None, [problem] if problem else []
    source = Text(name, text)
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            repeated.extend(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        return made

    try:
        data = json.loads(text, object_pairs_hook=unique, parse_constant=_refused)
    except json.JSONDecodeError as error:
        hint = "look just before this place: a comma, a quote or a bracket is missing or too much"
        return None, [Problem(name, error.lineno, error.colno, "GM103", f"is not JSON: {error.msg}", hint)]
    except _ConstantError as error:
        line, column = line_and_column(text, max(text.find(str(error)), 0))
        return None, [Problem(name, line, column, "GM103", f"is not JSON: {error}", "write a plain number")]
    except (RecursionError, ValueError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else f"cannot be read: {error}"
        return None, [Problem(name, 1, 1, "GM103", what, "no module needs that")]
    return _module(data, key or Path(file).stem, source, tuple(repeated))


class _ConstantError(Exception):
    """NaN or Infinity, which are no JSON."""


def _refused(constant: str) -> Any:
    raise _ConstantError(constant)


def _text(file: Path) -> tuple[str | None, Problem | None]:
    name = str(file)
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            hint = f"a module may have {MAX_BYTES // 1_000_000} MB; is this a module?"
            return None, Problem(name, 1, 1, "GM102", f"has {size / 1_000_000:.0f} MB", hint)
        return file.read_bytes().decode("utf-8-sig"), None
    except OSError as error:
        return None, Problem(name, 1, 1, "GM101", f"cannot be read: {error.strerror}", "check the path")
    except UnicodeDecodeError as error:
        return None, Problem(name, 1, 1, "GM101", f"is not UTF-8 (byte {error.start})", "save it as UTF-8")


def _module(data: Any, key: str, source: Text, repeated: tuple[str, ...]) -> tuple[GmfModule | None, list[Problem]]:
    report = Report(source)
    f = Fields(data, (), report)
    if not isinstance(data, dict) or "states" not in data:
        hint = "a module has the keys name and states"
        return None, report.problems or [source.problem((), "GM104", "'states' is missing", hint)]
    version = f.number("gmf_version") if f.has("gmf_version") else None
    if version is not None and version > 2:
        f.wrong("gmf_version", f"is {version:g}", "versions 1 and 2 are understood", "GM106")
    f.seen.discard("name")
    name = f.text("name", key, required=True)
    specialty = f.text("specialty", DEFAULT_SPECIALTY).strip() or DEFAULT_SPECIALTY
    f.seen.add("states")
    states = {}
    if not isinstance(data["states"], dict):
        f.wrong("states", "is not an object of states", 'write "states": {"Initial": {...}, ...}')
    else:
        for title, body in data["states"].items():
            inner = Fields(body, ("states", title), report)
            if isinstance(body, dict):
                states[title] = state(inner, title)
    module = GmfModule(
        key,
        name,
        states,
        source,
        specialty,
        version,
        f.texts("remarks"),
        tuple(report.ignored),
        repeated,
        tuple(report.oddities),
    )
    return module, report.problems


def _tables(folders: Sequence[Path], modules: dict[str, GmfModule]) -> tuple[dict[str, LookupTable], list[Problem]]:
    """The tables that transitions name, each parsed for the states it leads to."""
    files = {file.name: file for folder in folders for file in sorted((folder / TABLES).glob("*.csv"))}
    tables: dict[str, LookupTable] = {}
    wanted: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for module in modules.values():
        for title, made in module.states.items():
            if not isinstance(made.transition, Lookup) or not made.transition.table:
                continue
            found = _use(module, title, made.transition, files, tables, wanted)
            problems += found
    return tables, problems


def _use(
    module: GmfModule,
    title: str,
    transition: Lookup,
    files: dict[str, Path],
    tables: dict[str, LookupTable],
    wanted: dict[str, tuple[str, ...]],
) -> list[Problem]:
    name = transition.table
    path = ("states", title, "lookup_table_transition")
    states = tuple(share.to for share in transition.defaults)
    if name not in files:
        hint = near(name, files) or f"put it into the folder {TABLES} beside the modules"
        return [module.source.problem(path, "GM304", f"the table '{name}' does not exist", hint)]
    if name in wanted:
        if set(wanted[name]) == set(states):
            return []
        hint = "one table is for one set of states: copy it under another name"
        return [module.source.problem(path, "GM305", f"the table '{name}' is used for other states elsewhere", hint)]
    wanted[name] = states
    text, problem = _text(files[name])
    if text is None:
        return [problem] if problem else []
    table, problems = parse(name, str(files[name]), text, states)
    if table is not None:
        tables[name] = table
    return problems
