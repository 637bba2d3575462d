"""`python -m tests.run.fake_run OUTPUT [--resume] ...`: a run of the fake pipeline in a process that tests can kill."""

import argparse
import os
import resource
import signal
import sys
from functools import partial
from pathlib import Path

from healthsynth.errors import HealthsynthError
from healthsynth.run.options import Options
from healthsynth.run.run import Run
from tests.run.fakes import FakePipeline, settings


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.002)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--largest-file", type=int, default=0)
    given = parser.parse_args()
    if given.largest_file:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    options = Options(given.output, given.workers, given.resume)
    try:
        summary = Run(settings(given.patients), options, partial(FakePipeline, seconds=given.seconds)).go()
    except HealthsynthError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(summary.text())
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
