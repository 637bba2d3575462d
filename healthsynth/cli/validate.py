"""`healthsynth validate PATH...`: check FHIR files, ours or anybody's."""

from pathlib import Path


def command(paths: list[Path], us_core: str = "6.1.0", json: bool = False, workers: int | None = None) -> int:
    """Check files and folders and print the report to standard output.

    Returns:
        The exit code: 0 without errors, 1 with errors.
    Raises:
        UsageError: a path or the version of US Core does not exist.
    """
    import orjson
    import typer

    from healthsynth.errors import EXIT_DONE, EXIT_PROBLEMS
    from healthsynth.validate import validate

    report = validate(paths, us_core, workers=workers)
    if json:
        typer.echo(orjson.dumps(report.json(), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(report.text())
    return EXIT_DONE if report.passed else EXIT_PROBLEMS
