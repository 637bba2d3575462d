"""From what a user asked for to a run: settings of files and folders joined, a seed and a date chosen."""

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from healthsynth.errors import UsageError, near
from healthsynth.run.options import Options
from healthsynth.run.run import recorded
from healthsynth.settings import ROWS, Settings, read

_SEEDS = 2**31  # a random seed should be easy to type again


def settings_of_file(path: Path) -> dict[str, Any]:
    """What a TOML file sets, by the names of the table of settings; '-' and '_' are the same.

    Raises:
        UsageError: there is no such file, it is not TOML, or it sets something unknown.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    found = {}
    for name, value in given.items():
        plain = name.replace("-", "_")
        if plain not in ROWS:
            raise UsageError(f"{path}: there is no setting '{name}'. {near(plain, ROWS)}".strip())
        found[plain] = value
    read(found, source=str(path))
    return found


def choose(given: Mapping[str, Any], options: Options, today: date) -> Settings:
    """The settings of a run.

    Args:
        given: what was typed, by name; None is not given.
        options: with `resume`, what was not typed is taken from the run in the folder.
        today: the reference date of a run that names none.
    Returns:
        Settings with a seed and a reference date.
    Raises:
        UsageError: a value that cannot be.
    """
    before = recorded(options.output) if options.resume else None
    base = None if before is None else read(before)
    settings = read(given, base)
    if settings.seed is None:
        settings = replace(settings, seed=secrets.randbelow(_SEEDS))
    if settings.as_of is None:
        settings = replace(settings, as_of=today.isoformat())
    return settings
