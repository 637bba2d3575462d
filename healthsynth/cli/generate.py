"""`healthsynth generate`. Its options are the table of settings, and how the run is carried out."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from healthsynth.errors import UsageError
from healthsynth.settings import TABLE, Row


def command(**given: Any) -> None:
    """Generate patients: whole lives, written as FHIR bundles and CSV tables.

    The same seed, version and settings give the same bytes, with any number of workers, on any day.
    """
    from datetime import date

    from healthsynth.run import start
    from healthsynth.run.options import Options

    options = _options(given, Options)
    asked = {row.name: given[row.name] or None if row.kind == "texts" else given[row.name] for row in TABLE}
    if given["settings"] is not None:
        asked = {**start.settings_of_file(given["settings"]), **{k: v for k, v in asked.items() if v is not None}}
    settings = start.choose(asked, options, date.today())
    _one_thread_each()
    if given["dry_run"]:
        _forecast(settings, options, given["json"])
    else:
        _run(settings, options, given["quiet"], given["json"])


def _options(given: dict[str, Any], make: Any) -> Any:
    if given["resume"] and given["overwrite"]:
        raise UsageError("--resume keeps what is there and --overwrite removes it: choose one")
    if given["workers"] < 0:
        raise UsageError("--workers: a number of processes, or 0 for one a core")
    return make(
        given["output"], given["workers"], given["resume"], given["overwrite"], _database(given["database_url"])
    )


def _database(typed: str | None) -> str | None:
    """Where the user or the environment says the database is."""
    import os

    from healthsynth.export.database.target import has_password

    if typed is not None and has_password(typed):
        raise UsageError(
            "--database-url: everyone on this machine can read a command's options, so no password in it; give it with "
            "PGPASSWORD, ~/.pgpass or a service file (?service=NAME), or the whole URL with DATABASE_URL"
        )
    return typed or os.environ.get("DATABASE_URL")


def _one_thread_each() -> None:
    """Numpy's threads help nobody here, and a process with threads cannot safely fork."""
    import os

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _forecast(settings: Any, options: Any, as_json: bool) -> None:
    from healthsynth.pipeline import Pipeline, resolve
    from healthsynth.run.forecast import forecast

    found = forecast(resolve(settings), options.processes, Pipeline)
    _tell(found, as_json)


def _run(settings: Any, options: Any, quiet: bool, as_json: bool) -> None:
    from healthsynth.pipeline import Pipeline, resolve
    from healthsynth.run.progress import progress
    from healthsynth.run.run import Run

    run = Run(resolve(settings), options, Pipeline, progress(quiet or as_json))
    summary = run.go()
    if as_json or not quiet:
        _tell(summary, as_json)


def _tell(found: Any, as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(found.plain(), indent=2))
    else:
        typer.echo(found.text())


# --- the signature that typer reads -----------------------------------------------------------------------------------
_METAVARS = {"modules": "DIR", "module": "GLOB", "codes": "FILE"}
_TYPES = {"count": int, "seed": int, "switch": bool, "texts": list[str]}


def _annotation(row: Row) -> Any:
    """A setting as an option; None means not given, so that a resumed run knows what was typed."""
    help_ = row.help[0].upper() + row.help[1:]
    if row.choices and row.kind != "sex":
        help_ += f" [{'|'.join(row.choices)}]"
    default = ", ".join(row.default) if isinstance(row.default, tuple) else row.default
    if default not in (None, "", True, False):
        help_ += f" (default: {default})"
    metavar = {
        "sex": "F|M",
        "ages": "LOW-HIGH",
        "texts": _METAVARS.get(row.name, "NAME"),
        "history": "YEARS|all",
        "count": "N",
        "seed": "N",
    }
    option = typer.Option(
        *row.flags, help=f"{help_}.", metavar=metavar.get(row.kind, row.kind.upper()) if row.kind != "switch" else None,
        show_default=False,
    )  # fmt: skip
    return Annotated[_TYPES.get(row.kind, str) | None, option]


_CARRIED_OUT: dict[str, tuple[Any, Any]] = {
    "settings": (
        Annotated[Path | None, typer.Option(help="A TOML file with any of these settings.", metavar="FILE")],
        None,
    ),
    "workers": (Annotated[int, typer.Option(help="Processes; 0: one a core.", metavar="N")], 0),
    "output": (Annotated[Path, typer.Option("-o", "--output", help="Where to.", metavar="DIR")], Path("output")),
    "resume": (
        Annotated[bool, typer.Option("--resume", help="Finish the interrupted run in the output folder.")],
        False,
    ),
    "overwrite": (
        Annotated[bool, typer.Option("--overwrite", help="Remove the run in the output folder first.")],
        False,
    ),
    "dry_run": (
        Annotated[bool, typer.Option("--dry-run", help="Forecast patients, files, bytes and time; write nothing.")],
        False,
    ),
    "database_url": (
        Annotated[
            str | None,
            typer.Option(
                help="For -f postgres: where to, e.g. postgresql://localhost/test, without a password; DATABASE_URL if not given.",
                metavar="URL",
            ),
        ],
        None,
    ),
    "quiet": (Annotated[bool, typer.Option("-q", "--quiet", help="No progress bar, no summary.")], False),
    "json": (Annotated[bool, typer.Option("--json", help="A machine-readable summary on stdout.")], False),
}


def _sign() -> None:
    """Give `command` the parameters of the table."""
    parts = {row.name: (_annotation(row), None) for row in TABLE} | _CARRIED_OUT
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, kind, default=default, annotation=note) for name, (note, default) in parts.items()
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {name: note for name, (note, _) in parts.items()}


_sign()
