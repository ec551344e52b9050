# Every target sets up its own environment from the hashed lock, so a fresh clone needs Python 3.11+,
# make, and nothing else. Run `make` for the list.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
UV ?= uv
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed

# The packages where decisions are made are covered to the last branch; `make test GATE=0` lifts it.
GATE ?= 100
DECISIONS := agents/domain/*,agents/commander/*,agents/verification/*,agents/remediation/*
MEASURED := --cov=agents.domain --cov=agents.commander --cov=agents.verification --cov=agents.remediation
WORKERS ?= 2

KUBERNETES_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/warroom/kubernetes

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(RUNTIME)  ## page about a real fault and watch the war room work, from page to postmortem
	$(BIN)/warroom demo

.PHONY: demo-headless
demo-headless: $(RUNTIME)  ## the same, playing the person too; succeeds only if everything was right
	$(BIN)/warroom demo --headless

.PHONY: test
test: lint types system  ## lint, type-check and run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(MEASURED) --cov-report=
	$(BIN)/coverage report --include='$(DECISIONS)' --fail-under=$(GATE)

.PHONY: lint
lint: $(DEVELOPMENT)  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(DEVELOPMENT)  ## check types
	$(BIN)/pyright

.PHONY: bench
bench: $(DEVELOPMENT)  ## run the benchmarks
	$(BIN)/python -m tests.benchmarks

.PHONY: docs
docs: $(DEVELOPMENT)  ## check that links and commands in the documentation lead somewhere
	$(BIN)/python -m pytest -q tests/test_documentation.py

.PHONY: kubernetes
kubernetes:  ## build a real control plane outside Git for the Kubernetes contract tests (minutes)
	tests/contracts/build_kubernetes.sh '$(KUBERNETES_CACHE)'

.PHONY: lock
lock:  ## resolve the dependencies anew (needs uv)
	$(call resolve,--extra embedded --group build,requirements.lock)
	$(call resolve,--extra embedded --group dev --constraint requirements.lock,requirements-dev.lock)

# Universal: one lock for every platform and Python from 3.11 on.
define resolve
$(UV) pip compile pyproject.toml $(1) --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links --annotation-style line --custom-compile-command 'make lock' -o $(2)
endef

# Browser tests drive Debian's Chromium; where it cannot be had they are skipped, and say so.
.PHONY: system
system:
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing Chromium for the browser tests.'; \
		if apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
			--no-install-recommends chromium >/dev/null; then exit 0; fi; \
	fi; \
	echo 'Browser tests will be skipped: Chromium is not installed.'

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements.lock)
	touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.lock)
	touch $@ $(RUNTIME)

define install
@echo 'Installing $(1) into .venv: a minute or two the first time.'
$(PIP_INSTALL) --require-hashes -r $(1)
$(PIP_INSTALL) --no-build-isolation --no-deps -e .
endef

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or later is needed: make PYTHON=/path/to/python' >&2; exit 1; }
	$(PYTHON) -m venv .venv
