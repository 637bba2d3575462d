"""How a run is carried out: nothing here changes a byte of what it writes."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    output: Path = Path("output")
    workers: int = 0  # processes; 0: one a core
    resume: bool = False
    overwrite: bool = False
    database_url: str | None = field(default=None, repr=False)  # may hold a password: it is in no file and no message

    @property
    def processes(self) -> int:
        """How many processes to start."""
        return self.workers or cores()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
