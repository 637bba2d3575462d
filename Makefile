# Two commands on a fresh machine: `make demo`, `make test`. What they need is Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
REFERENCE ?= ../shared

.PHONY: demo test check format bench conformance lock clean
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

# Against Synthea, side by side; installs it through Maven.
bench: $(VENV)/.ready-dev
	benchmarks/run.sh

# Against other programs: the HL7 validator, the reference table of codes. Tools come from the reference data folder.
conformance: $(VENV)/.ready-dev
	tests/conformance/run.sh --reference "$(REFERENCE)"

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --group build pyproject.toml -o requirements.lock --custom-compile-command "make lock"
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock --custom-compile-command "make lock"

clean:
	rm -rf build dist demo .mypy_cache .ruff_cache .pytest_cache
