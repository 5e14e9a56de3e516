# The house's verbs. `make demo` and `make test` need nothing but Python >= 3.11 and make.
.DEFAULT_GOAL := help
.PHONY: help install demo test faults check fix bench audit sbom leanings lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := app webhooks sync config
T ?= tests
ARGS ?=

help: ## Show these verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## Set up .venv/ with everything pinned, and `dealgate` in .venv/bin/

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dealgate needs Python >= 3.11; name one with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install ## Play AEs moving deals against a simulated HubSpot and Slack, and check the outcome
	$(BIN)/dealgate demo $(ARGS)

test: install ## Run all tests (T=path for a part, ARGS for pytest)
	$(BIN)/python -m pytest -n auto --dist loadgroup $(T) $(ARGS)

FAULTS ?= 1000
faults: install ## Kill, pause and disturb for long (FAULTS=1000 times; the short form is in `make test`)
	FAULTS=$(FAULTS) $(BIN)/python -m pytest --timeout 0 tests/faults $(ARGS)

check: install ## Lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: install ## Mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure, and write the tables of docs/benchmarks.md
	$(BIN)/python -m tests.bench $(ARGS)

audit: install ## Ask for known vulnerabilities of what is pinned
	$(BIN)/python .ci/audit.py

sbom: install ## Write the bill of materials of what is pinned to var/sbom.cdx.json
	@mkdir -p var
	$(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o var/sbom.cdx.json requirements.txt

leanings: install ## Weigh again the words that tell an answer from what stands in its place
	$(BIN)/python -m tests.leanings.train

lock: install ## Resolve pyproject.toml again into the hashed lock files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## Remove what the other verbs made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var
