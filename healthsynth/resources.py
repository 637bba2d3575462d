"""Where the files that are not code lie: templates, modules and tables, in a source checkout and in a wheel alike.

A checkout keeps `templates/` and `clinical_modules/` beside the package, where authors look for them. The wheel carries
both inside the package, in `healthsynth/_resources/`. `healthsynth/data/` is part of the package in either case.
"""

from functools import cache
from pathlib import Path

from healthsynth.errors import HealthsynthError

_PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The folder of wording and markup: notes, pages.

    Raises:
        HealthsynthError: the installation lacks it.
    """
    return _folder("templates")


def modules() -> Path:
    """The folder of the built-in modules, with vocabulary and tables.

    Raises:
        HealthsynthError: the installation lacks it.
    """
    return _folder("clinical_modules")


def data() -> Path:
    """The folder of the compact reference tables.

    Raises:
        HealthsynthError: the installation lacks it.
    """
    return _existing(_PACKAGE / "data")


@cache
def _folder(name: str) -> Path:
    installed = _PACKAGE / "_resources" / name
    return installed if installed.is_dir() else _existing(_PACKAGE.parent / name)


def _existing(path: Path) -> Path:
    if not path.is_dir():
        raise HealthsynthError(f"the installation is incomplete: there is no folder {path}")
    return path
