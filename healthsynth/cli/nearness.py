"""A group of commands that offers near names for one that it does not know."""

from typing import Any

from typer.core import TyperGroup

from healthsynth.errors import UsageError, near


class NearGroup(TyperGroup):
    """Like any group of commands, with help for typing mistakes."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            hint = near(args[0], known) or f"there are {', '.join(known)}"
            raise UsageError(f"there is no command '{args[0]}': {hint}")
        return super().resolve_command(ctx, args)
