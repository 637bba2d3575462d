"""`healthsynth`: the commands, and the only place where every error ends.

What is slow to import is imported by the command that needs it, when it runs.
"""

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from healthsynth import __version__
from healthsynth.cli import evaluate, explain, generate, load, module, validate
from healthsynth.cli.nearness import NearGroup
from healthsynth.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE, HealthsynthError, ProblemsError

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
_SCREEN = 40  # lines of an error that are shown
_COLLECT = 50_000, 10, 10  # what is loaded stays: looking for garbage meanwhile is a sixth of a short run

app = typer.Typer(
    help="Synthetic patients with whole medical histories, as FHIR and CSV.",
    cls=NearGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_HELP,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"healthsynth {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Synthetic patients with whole medical histories, as FHIR and CSV."""


app.command("generate", context_settings=_HELP)(generate.command)
app.command("explain", context_settings=_HELP)(explain.command)


@app.command("validate", context_settings=_HELP)
def _validate(
    paths: Annotated[list[Path], typer.Argument(help="Bundles, NDJSON files, or folders of them; ours or anyone's.")],
    us_core: Annotated[
        str, typer.Option(help="Hold resources to this US Core: 6.1.0, 7.0.0 or none.", metavar="VERSION")
    ] = "6.1.0",
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    workers: Annotated[int, typer.Option(help="Processes; 0: one a core.", metavar="N")] = 0,
) -> None:
    """Check every resource: structure, profile, references, timeline, plausibility. Exit code 1 if anything failed."""
    raise typer.Exit(validate.command(paths, us_core, as_json, workers or None))


app.command("load", context_settings=_HELP)(load.load)
app.command("unload", context_settings=_HELP)(load.unload)


@app.command("evaluate", context_settings=_HELP)
def _evaluate(
    folder: Annotated[
        Path, typer.Argument(help="An output folder, or one with CSV tables, NDJSON or bundles.", metavar="OUT")
    ],
    reference: Annotated[
        Path | None, typer.Option(help="A table of figures of your own; default: the built-in one.", metavar="CSV")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Also write the report as a page.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if a figure differs.")] = False,
) -> None:
    """A population against published figures: prevalences, vital signs, laboratory, visits, vaccines, census; with their errors."""
    raise typer.Exit(evaluate.command(folder, reference, html, as_json, strict))


app.add_typer(module.app, name="module", cls=NearGroup)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    gc.set_threshold(*_COLLECT)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command line; returns the exit code. `--debug` may stand anywhere."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        code: Any = app(args=arguments, prog_name="healthsynth", standalone_mode=False)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED, debug)
    except ProblemsError as error:
        count = len(error.problems)
        return _fail(f"{count:,} problem{'s' if count != 1 else ''}\n{error}", error.exit_code, debug, error)
    except HealthsynthError as error:
        return _fail(str(error), error.exit_code, debug, error)
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads any more
        return EXIT_FAILED
    except MemoryError as error:
        return _fail("there is not enough memory", EXIT_FAILED, debug, error)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _fail(f"{error.strerror or error}{where}", EXIT_FAILED, debug, error)
    except Exception as error:
        return _unexpected(error, debug)
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception, debug: bool) -> int:
    """What typer raises for wrong usage, by its own interface; anything else is a fault of healthsynth."""
    told = getattr(error, "format_message", None)
    if callable(told):
        context = getattr(error, "ctx", None)
        hint = f"\nmore: {context.command_path} --help" if context is not None else ""
        return _fail(f"{told()}{hint}", EXIT_USAGE, debug, error)
    if type(error).__name__ == "Abort":
        return _fail("interrupted", EXIT_INTERRUPTED, debug, error)
    words = f"{type(error).__name__}: {error}\nThis is a fault of healthsynth; --debug shows where it happened."
    return _fail(words, EXIT_FAILED, debug, error)


def _fail(message: str, code: int, debug: bool, error: BaseException | None = None) -> int:
    if debug and error is not None:
        import traceback

        traceback.print_exception(error)
    lines = message.splitlines() or [type(error).__name__]
    more = len(lines) - _SCREEN
    if more > 0 and not debug:
        lines = [*lines[:_SCREEN], f"... and {more:,} more lines; --debug shows all"]
    typer.echo("healthsynth: " + "\n".join(lines), err=True)
    return code
