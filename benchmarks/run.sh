#!/bin/sh
# `make bench`; options: benchmarks/run.sh --help. Measures the compiled package where `make native` has made it.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
native=$root/build/native/lib
if [ -d "$native/healthsynth" ]; then
    PYTHONPATH=$native:$root
else
    PYTHONPATH=$root
    echo "not compiled: this measures plain Python (make native)" >&2
fi
export PYTHONPATH
exec .venv/bin/python -P -m benchmarks.bench "$@"
