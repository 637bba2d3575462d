"""The table of servers in the guide is the table of the program; commands are in it."""

import re
from pathlib import Path

from healthsynth.load.targets import TARGETS

GUIDE = (Path(__file__).parents[2] / "docs" / "loading.md").read_text(encoding="utf-8")


def test_the_guide_has_the_limits_of_the_program():
    rows = re.findall(r"^\| ([a-z]+) \| ([\d,]+) \| ([\d,]+) \|", GUIDE, re.MULTILINE)
    told = [(name, int(entries.replace(",", "")), int(size.replace(",", ""))) for name, entries, size in rows]
    assert told == [(target.name, target.max_entries, target.max_bytes) for target in TARGETS]


def test_every_option_of_the_guide_is_an_option():
    import inspect

    from healthsynth.cli import load

    source = inspect.getsource(load)
    names = set(re.findall(r"--([a-z][a-z-]+)", GUIDE))
    known = {name.replace("_", "-") for name in inspect.signature(load.load).parameters} | set(
        re.findall(r'"--([a-z-]+)"', source)
    )
    assert names <= known
