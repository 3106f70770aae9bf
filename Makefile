# Every target does its own set-up: a .venv with the versions of constraints.txt.
#   PYTHON=python3.12 make run     another Python (3.10 or newer)
#   PRESET=early-tickets make run  another preset
PYTHON ?= python3
PRESET ?= presets/quickstart.toml

VENV := .venv
BIN := $(VENV)/bin
INSTALL := -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt
PIP := $(BIN)/python $(INSTALL)
COMPILE := $(BIN)/python -m compileall -q grok_tui benchmarks  # else the first start does it
USE := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
CLUSTER ?= .venv-cluster

.PHONY: run test test-all test-cluster faults soak gpu bench reproduction check format snapshots screenshots demo-run install dev clean
.DEFAULT_GOAL := run

run: $(USE)  ## train the quickstart: the TUI in a terminal, plain progress without one
	@$(BIN)/grok-tui run $(PRESET)

test: $(DEV)  ## all tests but the longest, the full fault counts, those that need a GPU, and targets in seconds
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 4 --dist worksteal -m "not long and not faults and not gpu and not terminal"

test-all: test  ## and the longest, and the targets of the view in a real terminal: better with nothing else running
	@$(BIN)/python -m pytest -q -n 2 -m "long and not faults"
	@$(BIN)/python -m pytest -q -m terminal tests/terminal

test-cluster: $(CLUSTER)/.installed  ## sweeps on a Ray cluster and a SLURM whose nodes are killed; PACKS=12 makes it shorter
	@GROK_TUI_PACKS=$(or $(PACKS),60) $(CLUSTER)/bin/python -m pytest -q -s tests/cluster/ray_tokens.py tests/cluster/ray_campaign.py tests/cluster/slurm_campaign.py

faults: $(DEV)  ## the full fault counts, written into docs/reliability.md; about ten minutes
	@$(BIN)/python -m pytest -q -n 2 -m "faults or counted" -p tests.faults.recording --record docs/reliability.md

soak: $(DEV)  ## an hour of training while views come and go, written into docs/reliability.md
	@$(BIN)/python -m pytest -q -s tests/faults/soak.py -p tests.faults.recording --record docs/reliability.md

gpu: $(DEV)  ## the tests that need a CUDA device; with a torch that has CUDA in .venv
	@$(BIN)/python -m pytest -q -m gpu

bench: $(USE)  ## the engine against plain code, on this machine; about five minutes
	@$(BIN)/grok-tui bench

reproduction: $(USE)  ## the papers' figures, fast, three seeds; about twenty minutes; the report goes into docs/
	@$(BIN)/grok-tui reproduce --variant fast --seeds 3
	@rm -rf docs/figures
	@cp -r runs/reproduction-fast/reproduction.md runs/reproduction-fast/figures docs/

check: $(DEV)  ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(DEV)  ## format, and fix what ruff can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

snapshots: $(DEV)  ## accept the screens as they look now; then look at the pictures
	@$(BIN)/python -m pytest -q tests/ui --snapshot-update

screenshots: $(DEV)  ## the README's picture, from a recorded run (RUN: an id, a part of one, or last)
	@$(BIN)/python scripts/screenshot.py $(RUN)

demo-run: $(USE)  ## record anew what `grok-tui demo` tells: a quickstart, about a minute
	@$(BIN)/python scripts/record_demo.py

install: $(USE)  ## .venv with grok-tui in it

dev: $(DEV)  ## .venv with the tools of development as well

$(USE): pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing grok-tui and what it needs into $(VENV); PyTorch is large, this can take minutes ..." >&2
	@$(PIP) --editable .
	@$(COMPILE)
	@touch $(USE)

$(DEV): pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing grok-tui and the tools for its tests into $(VENV); PyTorch is large, this can take minutes ..." >&2
	@$(PIP) --editable '.[dev]'
	@$(COMPILE)
	@touch $(USE) $(DEV)

$(CLUSTER)/.installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing grok-tui, the tools for its tests and Ray into $(CLUSTER) ..." >&2
	@$(BIN)/python -m venv $(CLUSTER)
	@$(CLUSTER)/bin/python $(INSTALL) --editable '.[dev,ray]'
	@touch $@

$(BIN)/pip:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "grok-tui needs Python 3.10 or newer, and there is no '$(PYTHON)' here: install one, or name it with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "grok-tui needs Python 3.10 or newer, and '$(PYTHON)' is older: name another with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "grok-tui needs Python's venv module, and '$(PYTHON)' comes without it: install it (on Debian and Ubuntu the package python3-venv)" >&2; exit 1; }
	@echo "Making $(VENV) ..." >&2
	@"$(PYTHON)" -m venv $(VENV)

clean:  ## remove both environments and caches, never runs/
	@rm -rf $(VENV) $(CLUSTER) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
