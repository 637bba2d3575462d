"""`healthsynth evaluate OUT`: a population against published figures."""

from pathlib import Path


def command(folder: Path, reference: Path | None, html: Path | None, as_json: bool, strict: bool) -> int:
    """Measure, and print the report to standard output; with `html` also write it as a page.

    Returns:
        The exit code: 0; with `strict` 1 if a figure differs.
    Raises:
        UsageError: the folder, the table of figures or the page's place cannot be used.
    """
    import orjson
    import typer

    from healthsynth.errors import EXIT_DONE, EXIT_PROBLEMS, UsageError
    from healthsynth.evaluate.report import evaluate

    if html is not None and (html.is_dir() or not html.absolute().parent.is_dir()):
        raise UsageError(f"--html {html}: give the name of a file in a folder that exists")
    report = evaluate(folder, reference)
    if html is not None:
        from healthsynth.evaluate.report.page import page

        html.write_text(page(report), encoding="utf-8")
    typer.echo(orjson.dumps(report.plain(), option=orjson.OPT_INDENT_2).decode() if as_json else report.text())
    if html is not None:
        typer.echo(f"wrote {html}", err=True)
    return EXIT_PROBLEMS if strict and not report.agrees else EXIT_DONE
