"""Is a killed run finished by --resume with the same bytes, and does a run survive the death of workers?"""

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.populations import command, generate
from tests.conformance.processes import kill_all, kill_worker, start, workers
from tests.conformance.sameness import difference, fingerprints
from tests.conformance.verdict import BUILD, Options, Verdict, alone

MOMENTS, FEW, WORKERS = 10, 3, "2"
WORKER_KILLS = 6
_APART = 50  # patients between two kills of workers: two chunks


def check(options: Options) -> Iterator[Verdict]:
    """An uninterrupted run, ten that are killed at random moments and resumed, one whose workers are killed."""
    home = BUILD / "kill"
    begun = time.monotonic()
    whole = generate(options.patients, options.seed, home / "whole", "--workers", WORKERS)
    seconds = time.monotonic() - begun
    expected = fingerprints(whole)
    moments = random.Random(options.seed)
    bad: list[str] = []
    stages: list[str] = []
    kills = FEW if options.small else MOMENTS
    for number in range(kills):
        moment = moments.uniform(0.02, 0.98) * seconds
        stage, problem = _killed(options, home / "killed", moment, expected)
        stages.append(f"{moment:.1f} s {stage}")
        if problem:
            bad.append(f"kill {number + 1} at {moment:.2f} s of {seconds:.1f} s: {problem}")
    yield Verdict(
        f"kill -9 of the whole run of {options.patients:,} patients at {kills} moments, then --resume", not bad,
        f"{kills - len(bad)} of {kills} have the same bytes", "target all", (*bad, "; ".join(stages)),
    )  # fmt: skip
    yield _workers_killed(options, home / "workers", expected, moments)
    shutil.rmtree(home)


def _killed(options: Options, output: Path, moment: float, expected: dict[str, str]) -> tuple[str, str]:
    """Kill at a moment and resume: what the kill left, and what was wrong in the end ("" if nothing)."""
    run = command(options.patients, options.seed, output, "--workers", WORKERS)
    log = output.with_name("killed.log")
    for earlier in (1, 2, 4, 8):  # the first run may have been slower, with others on the machine
        shutil.rmtree(output, ignore_errors=True)
        leader = start(run, log)
        time.sleep(moment / earlier)
        if leader.poll() is None:
            break
    else:
        return "had ended", f"it ended by itself with {leader.returncode} before the kill"
    kill_all(leader)
    stage = _stage(output)
    with log.open("wb") as out:
        done = subprocess.run([*run, "--resume"], stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        return stage, f"--resume ended with {done.returncode}: {log.read_text()[-300:]}"
    found = difference(expected, fingerprints(output))
    return stage, f"{len(found)} files differ, {found[:3]}" if found else ""


def _stage(output: Path) -> str:
    """How far a killed run was, by what it left."""
    if not output.exists():
        return "nothing yet"
    if (output / "manifest.json").exists():
        return "manifest written"
    return f"{_bundles(output)} bundles"


def _bundles(output: Path) -> int:
    return len(list((output / "fhir").glob("*.json")))


def _workers_killed(options: Options, output: Path, expected: dict[str, str], moments: random.Random) -> Verdict:
    shutil.rmtree(output, ignore_errors=True)
    log = output.with_name("workers.log")
    leader = start(command(options.patients, options.seed, output, "--workers", WORKERS), log)
    killed = before = 0
    while leader.poll() is None:
        time.sleep(moments.uniform(0.1, 0.4))
        living, done = workers(leader), _bundles(output)
        # Not the same work again and again: a run gives up, rightly, on what ends every worker that tries it.
        if living and killed < WORKER_KILLS and (done > before or not killed):
            killed += kill_worker(moments.choice(living))
            before = done + _APART
    found = difference(expected, fingerprints(output)) if leader.returncode == 0 else []
    figure = f"{killed} killed, exit code {leader.returncode}, {len(found)} files differ"
    said = () if leader.returncode == 0 else (log.read_text()[-500:],)
    good = leader.returncode == 0 and not found and killed > 0
    return Verdict("kill -9 of single workers", good, figure, "goes on, the same bytes", (*said, *found[:5]))


if __name__ == "__main__":
    alone(check, __doc__)
