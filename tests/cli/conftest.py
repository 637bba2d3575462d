"""A small library of modules, so that tests of commands do not depend on the clinical ones."""

from pathlib import Path

import pytest

MODULES = Path(__file__).parents[1] / "modules"


@pytest.fixture
def library() -> list[str]:
    """Options that choose the modules of the tests and a reference date."""
    return ["--no-builtin", "--modules", str(MODULES), "--as-of", "2025-01-01"]
