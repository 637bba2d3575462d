"""Is the memory of a worker small, and the same for few and many patients? The kernel's own high-water mark of each process."""

import shutil
import time
from collections.abc import Iterator

from tests.conformance.populations import command
from tests.conformance.processes import peak_bytes, start, workers
from tests.conformance.verdict import BUILD, Options, Verdict, alone

SMALL = 100
MOST, GROWTH = 400e6, 0.10
_LOOK_EVERY = 0.05  # seconds; a mark only rises, so the last look before an end is what may be missed


def peaks(patients: int, seed: int) -> tuple[int, int]:
    """(bytes of the largest worker, bytes of the process that leads them) over one run."""
    output = BUILD / "memory"
    shutil.rmtree(output, ignore_errors=True)
    leader = start(command(patients, seed, output, "--workers", "2"), BUILD / "memory.log")
    worker = main = 0
    while leader.poll() is None:
        main = max(main, peak_bytes(leader.pid))
        worker = max([worker, *map(peak_bytes, workers(leader))])
        time.sleep(_LOOK_EVERY)
    if leader.returncode:
        raise RuntimeError((BUILD / "memory.log").read_text()[-2000:])
    shutil.rmtree(output)
    return worker, main


def check(options: Options) -> Iterator[Verdict]:
    """At 100 patients, and at many."""
    few, few_main = peaks(SMALL, options.seed)
    yield _size(SMALL, few, few_main)
    if not options.large:
        yield Verdict("memory, growth", None, "not looked at: --large 0", f"within {GROWTH:.0%}")
        return
    many, many_main = peaks(options.large, options.seed)
    yield _size(options.large, many, many_main)
    growth = many / few - 1
    yield Verdict(
        f"memory of a worker, growth from {SMALL} to {options.large:,} patients", abs(growth) <= GROWTH,
        f"{growth:+.1%}", f"target within {GROWTH:.0%}",
    )  # fmt: skip


def _size(patients: int, worker: int, main: int) -> Verdict:
    figure = f"{worker / 1e6:.0f} MB; the leading process {main / 1e6:.0f} MB"
    return Verdict(
        f"memory of a worker at {patients:,} patients", 0 < worker < MOST, figure, f"target under {MOST / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    alone(check, __doc__)
