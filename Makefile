# `make help` lists what there is. Everything runs in .venv, made here from the locked, hashed dependencies:
# `make run` installs requirements.lock, the targets for developers add requirements-test.lock.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
TEST := .venv/.test-installed
NODE := tests/node/node_modules/.package-lock.json
# Arguments for pytest, or for pip-compile in `make lock`.
ARGS ?=

# Modules are run with -m, because the scripts in .venv/bin break in a path with spaces. The umask lets the account
# that PostgreSQL runs as, when root starts it, read the server's files.
INSTALL := umask 022 && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r

# Compiled modules are kept: without them, each process that the tests start would compile thousands anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test lint format bench bench-registration bench-limits matrix soak audit fuzz sdl papers lock check-lock clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: $(RUNTIME) ## serve the demo on 127.0.0.1:8000 (PORT=8001 and DATABASE_URL=… change that)
	@$(BIN)/python app.py serve

test: $(TEST) $(NODE) ## run the tests (ARGS="-k name" picks some, DATABASE_URL=… runs them on that server)
	@$(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist worksteal)

lint: $(TEST) ## check style and types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

format: $(TEST) ## put the code into its one format
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

bench: $(TEST) ## measure against the usual server and against the limit
	@$(BIN)/python -m tests.benchmarks

bench-registration: $(TEST) ## measure opening day: everybody registers at once
	@$(BIN)/python -m tests.benchmarks.registration

matrix: $(TEST) ## ask every field and mutation from every standing, attack the next tenant, and count the cells
	@$(BIN)/python -m pytest -n 2 tests/schema/test_authorization_matrix.py tests/schema/test_isolation.py \
		tests/schema/test_non_interference.py tests/schema/test_leaks.py

soak: $(TEST) ## try for ten minutes what the tests try for seconds: the registration machine, crashes, a long walk next door
	@CONFED_MACHINE=2000 CONFED_CRASHES=120 CONFED_WALK=3000 CONFED_QUERIES=3000 $(BIN)/python -m pytest -n 2 -o faulthandler_timeout=0 \
		tests/services/events/registrations/test_registration_machine.py tests/web/ops/test_crashes.py tests/web/ops/test_webhook_crashes.py \
		tests/schema/test_non_interference.py tests/compiler/test_differential.py

audit: $(TEST) ## audit GraphQL over HTTP, and hostile requests, on a server of the demo (with Node.js)
	@.ci/with-demo .ci/audit

fuzz: $(TEST) ## ask whatever the schema allows for ten minutes, as nobody, a member and an administrator
	@CONFED_FUZZ=$${CONFED_FUZZ:-3000} $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/web/graphql/test_fuzz.py

bench-limits: $(TEST) ## look for the accepted document that takes longest on the demo
	@CONFED_HOURLY_COST=0 CONFED_HOURLY_COST_OF_STRANGERS=0 \
		.ci/with-demo bash -c '$(BIN)/python -m tests.benchmarks.dearest "$$DEMO" $(ARGS)'

sdl: $(RUNTIME) ## write schema/schema.graphql
	@$(BIN)/python app.py sdl > .venv/schema.graphql && mv .venv/schema.graphql schema/schema.graphql

papers: $(TEST) ## write docs/settings.md, and SECURITY.md's list of promises
	@$(BIN)/python app.py settings --page > .venv/settings.md && mv .venv/settings.md docs/settings.md
	@$(BIN)/python -m tests.promises

check-lock: $(TEST) ## check that the locks satisfy pyproject.toml
	@$(BIN)/python .ci/check_lock.py

# Only the package index counts: hashes and versions must not depend on one machine's extra sources of packages.
# The test lock is bound to the runtime lock, because both are installed into one environment.
lock: .venv-lock/bin/python ## pin the dependencies anew (ARGS=--upgrade takes newer versions)
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml

COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' \
	.venv-lock/bin/python -m piptools compile --quiet --generate-hashes --strip-extras --no-emit-options $(ARGS)

.venv-lock/bin/python: .venv/bin/python
	@$(BIN)/python -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools || { rm -rf .venv-lock; exit 1; }

clean: ## remove the environment, the private database and all caches
	@rm -rf .venv .venv-lock .data .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(TEST): requirements-test.lock $(RUNTIME)
	@echo "Installing what the tests need …"
	@$(INSTALL) requirements-test.lock
	@touch $@

# Without Node.js the tests that sign in at a real identity provider are skipped.
$(NODE): tests/node/package-lock.json
	@if command -v npm >/dev/null; then cd tests/node && npm ci --silent --no-audit --no-fund --ignore-scripts && \
		touch node_modules/.package-lock.json; else echo "No npm: nothing is tested against a real identity provider." >&2; fi

$(RUNTIME): requirements.lock $(BIN)/python
	@echo "Installing the dependencies into .venv …"
	@$(INSTALL) requirements.lock
	@touch $@

$(BIN)/python:
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Confed needs Python 3.11 or newer, as python3.11 or python3 (or: make PYTHON=/path/to/python)." >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments: install its venv module (Debian: python3-venv)." >&2; exit 1; }
	@umask 022 && '$(PYTHON)' -m venv --clear .venv
