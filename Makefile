# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PATHS := ingest rag ui tests corpus

.PHONY: install run test thorough check format bench crash docs clean

install: $(STAMP)

# Every package is pinned in constraints.txt; the stamp makes a second call free.
$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=26"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,postgresql]"
	touch $(STAMP)

run: $(STAMP)
	@$(BIN)/policychat generations --json 2>/dev/null | grep -q '"published": true' || $(BIN)/policychat ingest
	$(BIN)/policychat serve

# One more than there are cores: many tests wait for a server or a browser.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

test: check
	$(BIN)/python -m pytest -rs -n $(WORKERS) --dist worksteal

# Also what takes long: many more kills, disks that fill up, reverse proxies, other sites, voices, thousands of places.
thorough: check
	$(BIN)/python -m pytest -rs -n $(WORKERS) --dist worksteal -m ""

check: $(STAMP)
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/ruff check $(PATHS)
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format $(PATHS)
	$(BIN)/ruff check --fix $(PATHS)

docs: $(STAMP)
	$(BIN)/python -m ui.reference docs

# `make bench BEIR=path/to/question-set` measures on a set of your own.
bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks.retrieval $(BEIR)
	$(BIN)/python -m tests.benchmarks.ingest --documents 1000

# Kills an ingest two hundred times at random moments; `make thorough` does so eighteen times.
crash: $(STAMP)
	POLICYCHAT_KILLS=200 $(BIN)/python -m pytest tests/test_crash.py -k random -m thorough

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
