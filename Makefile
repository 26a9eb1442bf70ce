# Everything a person types. Each target makes what it needs; after the first run no network is used.
PYTHON ?= python3
BIN := .venv/bin
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q

.DELETE_ON_ERROR:
.PHONY: help run setup test test-slow test-all bench check lint types walls format lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run-ready ## start everything that is configured; the playground is at http://127.0.0.1:8080
	@$(BIN)/limner run

setup: .venv/.dev-ready ## install everything that the tests need, from the lock file
	@echo "Ready. 'make run' starts Limner, 'make test' tests it."

test: .venv/.dev-ready ## the test suite (a few minutes)
	@$(BIN)/python -m pytest -m "not slow and not browser" -n 4 --dist loadfile

test-slow: .venv/.dev-ready ## the slow suites: kill -9 and real Chromium
	@$(BIN)/python -m pytest -m "slow or browser" -n 2 --dist loadscope

test-all: test test-slow ## everything

bench: .venv/.dev-ready ## print the table of numbers
	@$(BIN)/python -m tests.benchmarks

check: lint types walls ## formatting, lints, types and the walls

lint: .venv/.dev-ready
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: .venv/.dev-ready
	@$(BIN)/mypy

walls: .venv/.dev-ready
	@$(BIN)/lint-imports

format: .venv/.dev-ready ## rewrite the code in the house style
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: ## renew the two lock files (needs uv)
	uv pip compile pyproject.toml --extra dev $(LOCK_FLAGS) --upgrade -o requirements-dev.lock
	uv pip compile pyproject.toml -c requirements-dev.lock $(LOCK_FLAGS) --upgrade -o requirements.lock

clean: ## remove what was made here (not your data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-output

.venv/bin/python:
	@echo "Making .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Limner needs Python 3.11 or newer; set PYTHON=python3.xx")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv here; on Debian: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.run-ready: requirements.lock | .venv/bin/python
	@echo "Installing what Limner runs on, from requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev-ready: requirements-dev.lock .venv/.run-ready
	@echo "Installing what the tests need, from requirements-dev.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
