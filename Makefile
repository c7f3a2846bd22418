# Two commands: `make demo` shows the main job, `make test` proves the whole. Both do their own set-up.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO := build/demo
EDITOR_HOME := $(or $(TONNAGE_EDITOR),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tonnage/editor)
SKIPS ?=

.PHONY: help demo test check sandbox format bench clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Adding the development tools (once)"
	@$(PIP) --editable '.[dev]'
	@touch $@

# The language server that editors use; its tests say so where npm is absent. The stamp names what is installed.
$(EDITOR_HOME)/package-lock.json: tests/editor/package.json tests/editor/package-lock.json
	@command -v npm >/dev/null || { echo "npm is absent: the tests of the editor will be skipped" >&2; exit 0; }; \
	echo "Adding the editor's language server (once)"; \
	mkdir -p $(EDITOR_HOME); cp tests/editor/package.json $(EDITOR_HOME)/; \
	cp tests/editor/package-lock.json $(EDITOR_HOME)/; \
	npm ci --prefix $(EDITOR_HOME) --ignore-scripts --no-audit --no-fund --silent || { rm $(EDITOR_HOME)/package-lock.json; exit 1; }

demo: $(VENV)/.run ## plan, preview and a sample diff of the reference platform repo; no cloud, no Pulumi CLI
	@echo; echo "== tonnage plan: how many nodes the specs in stacks/ need"
	@$(BIN)/tonnage plan --specs stacks
	@echo; echo "== tonnage preview: what each stack declares"
	@$(BIN)/tonnage preview --specs stacks
	@echo; echo "== tonnage diff: what a pull request that raises search/chat from 12/s to 20/s would change"
	@rm -rf $(DEMO) && mkdir -p $(dir $(DEMO)) && git clone --quiet . $(DEMO)
	@sed -i.before 's|requests: 12/s|requests: 20/s|' $(DEMO)/stacks/teams/search.yaml && rm $(DEMO)/stacks/teams/*.before
	@cd $(DEMO)/stacks && { $(BIN)/tonnage diff --base HEAD || test $$? -eq 1; }

test: check $(EDITOR_HOME)/package-lock.json ## formatting, lint, types, then every test
	$(BIN)/python -m pytest --numprocesses 2 $(SKIPS)

check: $(VENV)/.dev ## formatting, lint and types only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

sandbox: $(VENV)/.run ## build the control plane that tests run against (once, about 20 minutes; needs Go)
	@$(BIN)/python -m tonnage.testing.sandbox build

format: $(VENV)/.dev ## put the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## time the commands and the recording
	@for b in bench/*.py; do echo "== $$b"; $(BIN)/python $$b; done

clean: ## remove what the commands above made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
