"""Break a valid resource in one place, written as one short line."""

import copy
from typing import Any

GONE: Any = object()


def broken(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one element set, or taken away for GONE. `path` is like "name.0.family"; "+" appends to a list."""
    made = copy.deepcopy(base)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    at: Any = made
    for part in way:
        at = at[part]
    if last == "+":
        at.append(value)
    elif value is GONE:
        del at[last]
    else:
        at[last] = value
    return made
