"""`healthsynth module ...`: what authors do with their modules."""

import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, Any

import typer

app = typer.Typer(help="Write, read, check and test disease modules.", no_args_is_help=True, rich_markup_mode=None)

Folders = Annotated[
    list[Path] | None, typer.Option("--modules", help="More folders of modules beside the built-in ones.")
]


_WIDEST = 110  # columns: longer lines are hard to read


def _today() -> int:
    """The reference date for tests of modules: fixed, so that a test says the same tomorrow."""
    from datetime import date

    from healthsynth.units import clock

    return clock(date(2025, 1, 1))


def _program(folders: list[Path] | None, names: list[str] | None = None) -> Any:
    from healthsynth.compile.library import program

    return program(tuple(folders or ()), patterns=tuple(names or ()))


@app.command("list")
def list_(modules: Folders = None) -> None:
    """What modules there are."""
    from healthsynth.cli import gmf

    ours = [folder for folder in modules or () if any(folder.glob("*.yaml")) or not gmf.of_files([folder])]
    for module in _program(ours).modules:
        typer.echo(f"{module.module:32} {module.title}")
    for line in gmf.listing(modules or ()):
        typer.echo(line)


@app.command()
def show(name: str, modules: Folders = None) -> None:
    """Read one module aloud, in plain sentences."""
    from healthsynth.cli import gmf
    from healthsynth.spec.gmf.say import say as say_gmf
    from healthsynth.spec.say import say, wrapped

    found = gmf.find(name, modules or ())
    if found is not None:
        text = say_gmf(found[1], found[0])
    else:
        program = _program(modules)
        text = say(_find(program, name), program.concepts)
    if sys.stdout.isatty():
        text = wrapped(text, min(get_terminal_size().columns, _WIDEST))
    typer.echo(text)


def _find(program: Any, name: str) -> Any:
    from healthsynth.errors import UsageError, near

    for module in program.modules:
        if module.module == name:
            return module
    raise UsageError(f"there is no module '{name}'  {near(name, [m.module for m in program.modules])}")


@app.command()
def new(
    name: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("."),
) -> None:
    """A commented skeleton of a module."""
    from healthsynth.spec.skeleton import write

    typer.echo(f"wrote {write(name, output)}")


@app.command()
def schema() -> None:
    """The JSON Schema of a module, for editors."""
    from healthsynth.spec.schema import schema as make

    typer.echo(make())


@app.command()
def lint(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders; default: the built-in modules.")] = None,
    codes: Annotated[
        list[Path] | None,
        typer.Option(help="A table of codes of your own, .csv or .csv.gz; may be given several times.", metavar="FILE"),
    ] = None,
) -> None:
    """All mistakes at once: file:line:column code message."""
    from healthsynth.cli import gmf
    from healthsynth.compile.build import is_warning
    from healthsynth.compile.linting import lint as look
    from healthsynth.errors import UsageError

    given = paths or []
    for path in given:
        if not path.exists():
            raise UsageError(f"there is no file or folder {path}")
    theirs = gmf.of_files(given)
    ours = [path for path in given if path not in theirs or (path.is_dir() and any(path.glob("*.yaml")))]
    problems, modules = look(ours, codes or ()) if ours or not given else ([], 0)
    if theirs:
        more, count = gmf.lint(theirs, codes or ())
        problems, modules = [*problems, *more], modules + count
    warned = {problem: is_warning(problem) or gmf.is_warning(problem) for problem in sorted(set(problems))}
    for problem, warning in warned.items():
        typer.echo(f"{problem}{'  [warning]' if warning else ''}")
    errors = sum(not warning for warning in warned.values())
    typer.echo(f"{modules} modules, {errors} errors, {len(warned) - errors} warnings", err=True)
    if errors:
        raise typer.Exit(1)


@app.command()
def graph(
    name: str,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="An .svg file; default: text.")] = None,
    modules: Folders = None,
) -> None:
    """The state diagram of a module's courses."""
    from healthsynth.cli import gmf
    from healthsynth.spec import graph as ours
    from healthsynth.spec.gmf import graph as theirs

    found = gmf.find(name, modules or ())
    if found is not None:
        drawn = theirs.text(found[1]) if output is None else theirs.svg(found[1])
    else:
        module = _find(_program(modules), name)
        drawn = ours.text(module) if output is None else ours.svg(module)
    if output is None:
        typer.echo(drawn)
    else:
        output.write_text(drawn, encoding="utf-8")
        typer.echo(f"wrote {output}")


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="A .json file in Synthea's Generic Module Framework.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .yaml file or a folder; default: the text alone.")
    ] = None,
) -> None:
    """A module of Synthea's format in our language, and what could not be said."""
    from healthsynth.cli import gmf

    for line in gmf.convert(file, output):
        typer.echo(line)


@app.command("test")
def run_tests(
    name: Annotated[str | None, typer.Argument(help="A module; default: all of them, with one population.")] = None,
    people: Annotated[int, typer.Option("-p", "--people", help="The most people to simulate.")] = 20000,
    workers: Annotated[int, typer.Option(help="Processes; 0: all cores.")] = 0,
    seed: Annotated[int, typer.Option("-s", "--seed")] = 7,
    only: Annotated[
        bool,
        typer.Option(
            "--only", help="Expectations with this module and what it reads alone, not with the whole library."
        ),
    ] = False,
    stories: Annotated[bool, typer.Option(help="Tell the stories.")] = True,
    modules: Folders = None,
) -> None:
    """The expectations and stories that authors wrote in their modules."""
    from healthsynth.evaluate.testing import run

    program = _program(modules, [name] if name and only else None)
    if name:
        _find(program, name)
    whole = _program(modules) if name and only else None
    report = run(program, name, people, seed, workers, _today(), stories, whole)
    typer.echo(report.text())
    if not report.passed:
        raise typer.Exit(1)


def _of_synthea(name: str, modules: list[Path] | None) -> tuple[Any, str] | None:
    """The program of one module in Synthea's format, by key or file, and its key; None where it is not one."""
    from healthsynth.cli import gmf
    from healthsynth.compile.library import program
    from healthsynth.errors import UsageError

    found = gmf.find(name, modules or [])
    if found is None:
        return None
    key = found[1].key
    if found[1].is_submodule:
        raise UsageError(f"'{key}' is a submodule: it runs only when another module calls it")
    folders = [gmf.root(Path(name))] if Path(name).suffix == ".json" else modules or []
    return program(tuple(folders), builtin=False, patterns=(key,)), key


@app.command()
def simulate(
    name: str,
    people: Annotated[int, typer.Option("-p", "--people")] = 1000,
    seed: Annotated[int, typer.Option("-s", "--seed")] = 7,
    patient: Annotated[int | None, typer.Option(help="Tell the life of one patient, step by step.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0: all cores.")] = 0,
    modules: Folders = None,
) -> None:
    """State counts, transitions, prevalence by age and sex; or one life."""
    from healthsynth.evaluate.simulation import life, states

    synthea = _of_synthea(name, modules)
    if synthea is not None:
        from healthsynth.evaluate import gmf_simulation

        if patient is not None:
            typer.echo(gmf_simulation.life(synthea[0], synthea[1], patient, seed, _today()))
        else:
            typer.echo(gmf_simulation.states(synthea[0], synthea[1], people, seed, _today()))
        return
    program = _program(modules)
    module = _find(program, name)
    if patient is not None:
        typer.echo(life(program, module, patient, seed, _today()))
    else:
        typer.echo(states(program, module, people, seed, workers, _today()))
