# Lectern's targets; `make help` explains them. Set-up is done by docker/setup.sh, once.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench screenshots samples lock clean

BIN := .venv/bin
ARGS ?=

help:  ## Explain every target
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  LECTERN_PORT, LECTERN_HOST, LECTERN_DATA and LECTERN_MODEL change what 'make run' starts;"
	@echo "  docs/reference/settings.md lists every setting. ARGS='...' is passed on by run, test and bench."

setup:  ## Set up what 'make run' needs, and start nothing
	@bash docker/setup.sh run

run:  ## Set up, start Lectern on http://127.0.0.1:8000 and load the sample documents on first start
	@bash docker/setup.sh run
	@if [[ -n "$$LECTERN_MODEL" && -z "$$LECTERN_ENGINE_URL" && -z "$$LECTERN_VLLM_PYTHON" ]]; then \
		bash docker/setup.sh engine; fi
	@LECTERN_SAMPLES="$${LECTERN_SAMPLES:-true}" exec $(BIN)/lectern serve $(ARGS)

# vLLM's tests run beside the others and go first: they starve beside anything that is as urgent, yet leave a core idle
# most of the time. What they print follows when the others are through. Status 5 is pytest's for nothing to run, as ARGS
# may leave it.
test:  ## Set up, and run every test (ARGS='-k word' for some)
	@bash docker/setup.sh test
	@engine=$$(mktemp); trap 'rm -f "$$engine"; kill 0' INT TERM; \
		$(BIN)/python -m pytest -n 0 -m engine $(ARGS) >"$$engine" 2>&1 & beside=$$!; \
		nice -n 15 $(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder -m "not engine" $(ARGS); status=$$?; \
		wait $$beside; code=$$?; cat "$$engine"; rm -f "$$engine"; \
		[[ $$status == 0 || $$status == 5 ]] && [[ $$code == 0 || $$code == 5 ]]

check:  ## Check format, style, types (Python's and the portal's), import layers, and the documentation against the code
	@bash docker/setup.sh check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PATH="$$PATH:$(CURDIR)/$(BIN)" node server/portal/node_modules/typescript/bin/tsc --project server/portal/tsconfig.json
	$(BIN)/python -m pytest -q tests/unit/docs

bench:  ## Measure speed and size on this machine (ARGS='search' for one of them)
	@bash docker/setup.sh check
	@status=0; for one in $(or $(ARGS),ingest large search start); do $(BIN)/lectern bench $$one || status=1; done; \
		exit $$status

screenshots:  ## Make the README's pictures anew, in docs/pictures
	@bash docker/setup.sh test
	@$(BIN)/python -m tests.portal.pictures docs/pictures

samples:  ## Write the sample documents anew
	@bash docker/setup.sh check
	@$(BIN)/python -m server.samples.make server/samples/documents

lock:  ## Solve docker/constraints/base.txt and dev.txt again from pyproject.toml
	@bash docker/setup.sh lock

clean:  ## Remove environments and caches; never data
	rm -rf .venv .venv-engine .venv-peers .venv-clients .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find server ingest prompts tests -name __pycache__ -type d -prune -exec rm -rf {} +
