# Recours. Everything is installed into this folder (.venv, .cache); RECOURS_CACHE shares the cache.
SHELL := /bin/bash
.DEFAULT_GOAL := help
DRIVER := $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
STAMP := .venv/.installed-$(shell cat constraints.txt pyproject.toml | cksum | cut -d' ' -f1)
PIP := $(PY) -m pip --disable-pip-version-check
COMPILE := .venv/bin/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.PHONY: help install lock run test mutants lint format demo bench prove pictures album clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## Install everything into .venv and the cache (nothing when it is there)
	@$(PY) -m deploy.embedded.install

$(STAMP): constraints.txt pyproject.toml
	@echo "Creating .venv with $(DRIVER) …"
	@test -x $(PY) || $(DRIVER) -m venv .venv
	@echo "Installing the pinned packages (about a minute the first time) …"
	@$(PIP) install --quiet --require-hashes -r constraints.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@rm -f .venv/.installed-*
	@touch $@

run: install ## Start the whole system: Kafka, store, four services, message catcher
	@exec $(PY) -m deploy.embedded.run

test: install ## Run the whole suite, real Kafka and store included
	@$(PY) -m tests.support.chromium
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

mutants: install ## Plant small faults in the cores, each of which a test must notice (15 minutes)
	@exec $(PY) -m tests.prove --only mutations

lint: install ## Check style, types and the rules between the parts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: install ## Format the code
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

demo: install ## Play the story on a fast clock (DEMO_EXIT=1 stops at its end)
	@exec $(PY) -m deploy.demo

bench: install ## Measure speed, size and memory beside a floor; ends with one JSON line
	@$(PY) -m tests.load $(BENCH)

prove: install ## Kill, double, search, fuzz and check; ends with one JSON line (PROVE="--short --only kills")
	@exec $(PY) -m tests.prove $(PROVE)

pictures: install ## Take the pictures of the desk's guides anew
	@exec $(PY) -m tests.browser.pictures

album: install ## Take a picture of every page, as the browser tests walk them (ALBUM=folder, else .data/album)
	@$(PY) -m tests.support.chromium
	@RECOURS_ALBUM="$(abspath $(or $(ALBUM),.data/album))" $(PY) -m pytest -q -n 2 --dist loadfile tests/browser

lock: install ## Compute constraints.txt and constraints-store.txt anew
	@$(COMPILE) --all-extras --output-file constraints.txt pyproject.toml
	@$(PY) -m deploy.embedded.lock_store

clean: ## Remove what was installed and built here; data folders stay
	@rm -rf .venv .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
