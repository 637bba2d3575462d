"""`healthsynth explain CODE`: one paragraph on a problem code."""

from typing import Annotated

import typer


def command(code: Annotated[str, typer.Argument(help="A code as problems show it, e.g. HS301.")]) -> None:
    """One paragraph on a problem code."""
    from healthsynth.explain import explain

    typer.echo(explain(code))
