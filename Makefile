# Two commands: `make demo` runs everything, `make test` tests everything.

PYTHON ?= python3
DATA_DIR ?= var
VENV := .venv
RUN := $(VENV)/bin/python
MANAGE := DATA_DIR="$(DATA_DIR)" $(RUN) manage.py
STAMP := $(VENV)/.installed

.PHONY: demo test test-sqlite test-postgresql lint lock bench setup clean
.DEFAULT_GOAL := demo

setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is `$(PYTHON) --version 2>&1`."; \
		  echo "Name another one: make PYTHON=python3.12 …"; exit 1; }
	@echo "Setting up $(VENV): a few minutes the first time, most of it TensorFlow …"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: setup
	@$(MANAGE) demo

test: test-sqlite test-postgresql

test-sqlite: setup
	$(RUN) -m pytest

# The tests that touch the database, once more on a real PostgreSQL.
test-postgresql: setup
	TEST_DATABASE=postgresql $(RUN) -m pytest -m database

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(RUN) manage.py makemigrations --check --dry-run

# Resolve pyproject.toml anew into the locks, for every platform and Python that it names.
lock: setup
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --no-annotate --no-header \
		--upgrade --quiet pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --no-annotate --no-header \
		--quiet --extra dev pyproject.toml -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV)
