# Everything happens in .venv; nothing is installed outside it, except the system packages that `make test` names.
#   make demo ARGS="--city montreal"      make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help demo test fault bench lint clean

help: ## this list
	@echo "City Cockpit"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.ready ## start the built-in city, everything embedded (options: ARGS="…")
	@exec $(BIN)/cockpit demo $(ARGS)

test: $(VENV)/.ready-tests ## all tests with the real servers they need, stage by stage
	@$(BIN)/python tests/setup_machine.py
	@$(BIN)/python tests/run_stages.py style types fast proofs broker browser fault

fault: $(VENV)/.ready-tests ## only the tests that kill, pause and cut, in their full form
	@$(BIN)/python tests/setup_machine.py
	@COCKPIT_TEST_LONG=1 $(BIN)/python tests/run_stages.py fault

bench: $(VENV)/.ready-tests ## measure: prints a table, writes bench.json
	@$(BIN)/python tests/setup_machine.py
	@$(BIN)/python -m tests.bench $(ARGS)

lint: $(VENV)/.ready-tests ## ruff and mypy
	@$(BIN)/python tests/run_stages.py style types

clean: ## forget the virtual environment, caches and fetched servers
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info tests/broker/servers bench.json
	find app.py streams slots layers cockpit tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)'. Install Python 3.11 or newer, or name one: make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is `$(PYTHON) -c 'import platform; print(platform.python_version())'`; the cockpit needs 3.11 or newer." >&2; \
	  echo "If there is another one, name it: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu run this, then try again:" >&2; \
	  echo "    `[ $$(id -u) = 0 ] || echo 'sudo '`apt-get install `$(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'`" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Installing what the cockpit needs into $(VENV) …"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.ready-tests: pyproject.toml requirements.lock | $(VENV)/.ready
	@echo "Installing what the tests need into $(VENV) …"
	@$(PIP) --editable '.[test]'
	@touch $@
