#!/bin/sh
# `make bench`; options: benchmarks/run.sh --help
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/python -m benchmarks.bench "$@"
