"""Puts the real output of the command named in README.md between its markers."""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
MARKED = re.compile(r"<!-- output: (?P<command>healthsynth .*?) -->\n.*?<!-- end -->", re.DOTALL)


def output(command: str) -> str:
    """What the command prints, run in an empty folder."""
    words = [sys.executable, "-m", "healthsynth", *shlex.split(command)[1:]]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout


def refreshed(text: str) -> str:
    """README with fresh output."""

    def block(match: re.Match[str]) -> str:
        lines = [f"    {line}".rstrip() for line in output(match["command"]).splitlines()]
        return "\n".join([f"<!-- output: {match['command']} -->", *lines, "<!-- end -->"])

    return MARKED.sub(block, text)


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
