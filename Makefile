# make demo   plan the bundled county and say where the report is
# make test   lint, types and tests: everything that continuous integration runs
# make docs   rewrite the generated pages and build the site into out/site
# make lint | types | bench | format | clean
#
# Only python3 (3.11 or newer) and make are needed. An active virtual environment is used as it
# is; otherwise .venv is made here. PIP_* settings of the environment are honoured by pip itself.

PYTHON ?= python3
VENV ?= $(if $(VIRTUAL_ENV),$(VIRTUAL_ENV),.venv)
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp-installed
REGION ?= tianchang
OUT ?= out/$(REGION)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow lint format types docs site bench clean

help:
	@sed -n 's/^# //p' Makefile | head -4

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "alliance-planner needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,docs]"
	@touch $@

setup: $(STAMP)

demo: setup
	$(BIN)/alliance plan $(REGION) -o $(OUT)

test: lint types site
	$(BIN)/python -m pytest

test-slow: setup
	$(BIN)/python -m pytest -m slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup
	$(BIN)/mypy

docs: setup
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

site: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

bench: setup
	$(BIN)/python -m benchmarks.location.run

clean:
	rm -rf out build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
