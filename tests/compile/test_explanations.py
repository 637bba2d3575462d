"""Every code that the linter can give has a paragraph, and every paragraph a code."""

import re
from pathlib import Path

import healthsynth
from healthsynth.compile.explanations import LINT

PACKAGE = Path(healthsynth.__file__).parent


def test_every_code_in_the_source_is_explained_and_the_other_way_round():
    sources = [*PACKAGE.glob("spec/*.py"), *PACKAGE.glob("compile/**/*.py")]
    used = {
        code
        for path in sources
        if path.name != "explanations.py"
        for code in re.findall(r'"(HS\d{3})"', path.read_text())
    }
    assert used == set(LINT)
