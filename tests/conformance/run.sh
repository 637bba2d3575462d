#!/bin/sh
# `make conformance`; options: tests/conformance/run.sh --help. REFERENCE is the reference data folder.
set -eu
cd "$(dirname "$0")/../.."
exec .venv/bin/python -m tests.conformance.run --reference "${REFERENCE:-../shared}" "$@"
