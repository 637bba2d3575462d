"""healthsynth and Synthea 3.3.0 side by side: what one second of CPU makes, on this machine, in this run.

    benchmarks/run.sh [--sizes 100,1000] [--large 10000] [--repeat 1] [--skip-peer] [--seed 42]

Both write what they write by default, with ten years of history, for living people of one state at the same date; bundles of
both are read by the same counter. A start is part of every run, so what one more patient costs (from the smallest to the
largest size) is told apart. Runs take turns, so that a busy machine is busy for both. Nothing here fails for being slow: the
table has the targets beside the figures, `build/bench.json` has all of it.
"""

import argparse
import json
import platform
import shutil
import sys
from dataclasses import asdict, dataclass

from benchmarks.count import Contents, contents, size
from benchmarks.formats import formats
from benchmarks.measure import Cost, run
from benchmarks.report import marginal, table
from benchmarks.split import split
from benchmarks.subjects import AS_OF, BUILD, ROOT, STATE, SUBJECTS, class_path, why_no_peer
from healthsynth.settings import Settings

RESULT = ROOT / "build" / "bench.json"
OURS, PEER = "healthsynth", "synthea"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one side. `workers` 0 stands for all cores."""

    subject: str
    asked: int
    workers: int
    cost: Cost
    contents: Contents


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", default="100,1000", help="patients to ask for, smallest first")
    parser.add_argument("--large", type=int, default=10_000, help="one more run of ours, for growth; 0: none")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; the middle one counts")
    parser.add_argument("--skip-peer", action="store_true", help="ours alone")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--split", type=int, default=200, help="patients over which our stages are timed")
    return parser.parse_args()


def measured(subject: str, patients: int, workers: int, seed: int) -> Run:
    """One run, into a folder that is removed afterwards."""
    output = BUILD / f"{subject}-{patients}"
    shutil.rmtree(output, ignore_errors=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    print(f"  {subject}, {patients:,} patients, {workers or 'all'} worker(s) ...", end="", flush=True)
    cost = run(SUBJECTS[subject](patients, workers, seed, output), BUILD, BUILD / f"{subject}-{patients}.log")
    found = contents(output)
    shutil.rmtree(output)
    print(f" {cost.cpu_s:.1f} CPU s, {cost.wall_s:.1f} s", flush=True)
    return Run(subject, patients, workers, cost, found)


def middle(runs: list[Run]) -> Run:
    """The run with the median of CPU seconds."""
    return sorted(runs, key=lambda each: each.cost.cpu_s)[(len(runs) - 1) // 2]


def grown(patients: int, seed: int) -> dict[str, float]:
    """Ours at a large size with one worker; its files are only weighed."""
    output = BUILD / f"{OURS}-{patients}"
    shutil.rmtree(output, ignore_errors=True)
    print(f"  {OURS}, {patients:,} patients, 1 worker ...", end="", flush=True)
    cost = run(SUBJECTS[OURS](patients, 1, seed, output), BUILD, BUILD / f"{OURS}-{patients}.log")
    manifest = json.loads((output / "manifest.json").read_bytes())
    resources = sum(manifest["counts"]["by_format"]["fhir"].values())
    weight = size(output)
    shutil.rmtree(output)
    print(f" {cost.cpu_s:.1f} CPU s, {cost.wall_s:.1f} s", flush=True)
    return {"patients": patients, "resources": resources, "all_bytes": weight, **asdict(cost)}


def main() -> None:
    """Run all and print the table."""
    options = arguments()
    sizes = sorted(int(each) for each in options.sizes.split(","))
    missing = "" if options.skip_peer else why_no_peer()
    subjects = [OURS] if options.skip_peer or missing else [OURS, PEER]
    if missing:
        print(f"Synthea is left out, so there are no ratios: {missing}", file=sys.stderr)
    if PEER in subjects:
        class_path()
    runs: list[Run] = []
    for patients in sizes:
        for _ in range(options.repeat):
            for subject in subjects:
                runs.append(measured(subject, patients, 1, options.seed))
                runs.append(measured(subject, patients, 0, options.seed))
    best = {
        (subject, patients, workers): middle(
            [each for each in runs if (each.subject, each.asked, each.workers) == (subject, patients, workers)]
        )
        for subject in subjects
        for patients in sizes
        for workers in (1, 0)
    }
    large = grown(options.large, options.seed) if options.large else None
    settings = Settings(seed=options.seed, as_of=AS_OF, state=STATE)
    stages = split(settings, options.split, options.split // 2)
    result = {
        "machine": {"processor": platform.machine(), "python": sys.version, "system": platform.platform()},
        "seed": options.seed, "as_of": AS_OF, "state": STATE,
        "runs": [asdict(each) for each in runs],
        "medians": [asdict(each) for each in best.values()],
        "marginal": {
            subject: marginal(best[subject, sizes[0], 1], best[subject, sizes[-1], 1])
            for subject in subjects
            if len(sizes) > 1
        },
        "large": large,
        "split_ms_a_patient": asdict(stages),
        "formats_ms_a_patient": formats(settings, options.split, options.split // 2),
    }  # fmt: skip
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    print(f"all figures: {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
