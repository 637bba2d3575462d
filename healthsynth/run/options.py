"""How a run is carried out: nothing here changes a byte of what it writes."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    output: Path = Path("output")
    workers: int = 0  # processes; 0: one a core
    resume: bool = False
    overwrite: bool = False

    @property
    def processes(self) -> int:
        """How many processes to start."""
        return self.workers or cores()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
