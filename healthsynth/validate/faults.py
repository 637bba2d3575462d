"""What is wrong in files: single faults, and their tally."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

EXAMPLES = 3  # shown of each kind of fault
MOST_KINDS = 2000  # of faults; beyond that they are counted together
_NUMBERS = re.compile(r"\[\d+\]")


class Fault(NamedTuple):
    """One fault of one resource, or of a file (then `resource` is "")."""

    file: str
    line: int  # of an NDJSON file, or the number of the entry in a Bundle, from 1; 0 for the whole file
    resource: str  # "Observation/123"
    check: str  # "file", "structure", "profile", "references", "timeline", "plausibility", "terminology", "identity"
    code: str  # "cardinality", "con-4", "dangling", ...
    path: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = " ".join(part for part in (self.resource, self.path) if part)
        return f"{place}  {self.check}/{self.code}  {subject}: {self.message}" if subject else (
            f"{place}  {self.check}/{self.code}  {self.message}"
        )  # fmt: skip


class Kind(NamedTuple):
    """Faults that are alike: same check and code, same element of the same type."""

    severity: str
    check: str
    code: str
    where: str  # "Observation.component.code"


_OTHER = "other kinds"


@dataclass(slots=True)
class Tally:
    """Counts of faults by kind, with the first few of each: its size does not grow with the number of faults."""

    counts: Counter[Kind] = field(default_factory=Counter)
    examples: dict[Kind, list[Fault]] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        """Count one fault."""
        kind = Kind(fault.severity, fault.check, fault.code, where(fault))
        if kind not in self.counts and len(self.counts) >= MOST_KINDS:
            kind = Kind(fault.severity, fault.check, _OTHER, "")
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES:
            shown.append(fault)

    def merge(self, other: "Tally") -> None:
        """Take over what another tally counted."""
        for kind, count in other.counts.items():
            into = kind
            if kind not in self.counts and len(self.counts) >= MOST_KINDS:
                into = Kind(kind.severity, kind.check, _OTHER, "")
            self.counts[into] += count
            shown = self.examples.setdefault(into, [])
            shown.extend(other.examples[kind][: EXAMPLES - len(shown)])

    def number(self, severity: str) -> int:
        """How many faults of a severity."""
        return sum(count for kind, count in self.counts.items() if kind.severity == severity)


def where(fault: Fault) -> str:
    """The element that a fault is about, without positions and the ids of slices."""
    start = fault.resource.partition("/")[0]
    path = _NUMBERS.sub("", fault.path)
    if not path:
        return start
    return path if not start or path.startswith(start) else f"{start}.{path}"
