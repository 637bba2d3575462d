"""Problems are data; exceptions only carry them to the edge.

HealthsynthError                exit code 4
├── UsageError                  exit code 2: an option, a name or a folder that cannot be used
└── ProblemsError               exit code 1: mistakes in modules or data, all of them together
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

EXIT_DONE, EXIT_PROBLEMS, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_FAILED = 0, 1, 2, 3, 4


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where it is, what it is, and a way out."""

    file: str
    line: int  # 1-based; 0 where a file has no lines
    column: int  # 1-based
    code: str  # e.g. "HS201", or "structure" from validate
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = f"  ({self.hint})" if self.hint else ""
        return f"{place}  {self.code}  {self.message}{hint}"


class HealthsynthError(Exception):
    """The work could not be done: disk, permissions, a broken installation."""

    exit_code = EXIT_FAILED


class UsageError(HealthsynthError):
    """The command was asked for something that does not exist or cannot be combined."""

    exit_code = EXIT_USAGE


class ProblemsError(HealthsynthError):
    """Mistakes found in what authors or users wrote; all of them at once."""

    exit_code = EXIT_PROBLEMS

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[object, ...]:
        """On its way between processes it is made of its problems again, not of its text."""
        return type(self), (self.problems,), self.__dict__


def near(name: str, known: Iterable[str], most: int = 3) -> str:
    """'did you mean ...' for a misspelt name, or an empty string when nothing is close."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=most, cutoff=0.6)
    return "did you mean " + " or ".join(f"'{folded[c]}'" for c in close) + "?" if close else ""
