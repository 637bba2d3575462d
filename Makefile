# Two commands on a fresh machine: `make demo`, `make test`. What they need is Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
REFERENCE ?= ../shared

.PHONY: demo test check format native bench conformance conformance-ci lock clean
.DELETE_ON_ERROR:

# --- what commands run in ---------------------------------------------------------------------------------------------
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "healthsynth needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing the locked dependencies into $(VENV)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# --- what people type -------------------------------------------------------------------------------------------------
demo: $(VENV)/.ready
	$(BIN)/healthsynth generate -p 100 -s 42 --state Massachusetts -o demo --overwrite
	$(BIN)/healthsynth validate demo
	@echo
	@echo "demo/fhir/<patient id>.json   one FHIR transaction bundle a patient (load demo/fhir/shared-* first)"
	@echo "demo/csv/<table>.csv          the same records as flat tables"
	@echo "demo/manifest.json            how they were made, and the SHA-256 of every file"

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/healthsynth module lint
	@$(MAKE) --no-print-directory test

format: $(VENV)/.ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The package with its engine as machine code, in build/native/lib; needs a C compiler and four minutes (docs/native.md).
# Built from a copy: compiled modules left among the sources would hide what is edited there.
NATIVE := build/native
SOURCES := $(shell find healthsynth clinical_modules templates -type f -not -name '*.pyc' -not -name '*.so')

native: $(NATIVE)/.ready

$(NATIVE)/.ready: $(VENV)/.ready-dev $(SOURCES)
	rm -rf $(NATIVE) && mkdir -p $(NATIVE)/source
	cp -R pyproject.toml README.md LICENSE NOTICE healthsynth clinical_modules templates $(NATIVE)/source
	cd $(NATIVE)/source && CFLAGS=-ffp-contract=off HATCH_BUILD_HOOK_ENABLE_MYPYC=1 $(abspath $(BIN))/python -m hatchling build -t wheel -d ..
	$(PIP) --no-deps --target $(NATIVE)/lib $(NATIVE)/*.whl
	rm -rf $(NATIVE)/source
	@touch $@

# Against Synthea, side by side; installs it through Maven.
bench: native
	benchmarks/run.sh

# Against other programs: the HL7 validator, the reference table of codes. Tools come from the reference data folder.
conformance: $(VENV)/.ready-dev
	tests/conformance/run.sh --reference "$(REFERENCE)"

# The part of it that CI runs: few patients, no time is judged.
conformance-ci: $(VENV)/.ready-dev
	tests/conformance/run.sh --reference "$(REFERENCE)" --small

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --group build pyproject.toml -o requirements.lock --custom-compile-command "make lock"
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock --custom-compile-command "make lock"

clean:
	rm -rf build dist demo .mypy_cache .ruff_cache .pytest_cache
