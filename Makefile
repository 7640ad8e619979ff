# Two commands: `make demo` runs everything, `make test` tests everything.
# From the environment: PYTHON (which one makes .venv), DATA_DIR and PORT (for the demo).

PYTHON ?= python3
DATA_DIR ?= var
VENV := .venv
RUN := $(VENV)/bin/python
MANAGE := DATA_DIR="$(DATA_DIR)" $(RUN) manage.py
STAMP := $(VENV)/.installed

.PHONY: demo test test-sqlite test-postgresql test-browser bench chaos lint lock messages setup clean
.DEFAULT_GOAL := demo

setup: $(STAMP)

# The stamp comes last: an installation that failed or was cut off is taken up again.
$(STAMP): requirements.txt requirements-dev.txt
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "There is no $(PYTHON) here. Install Python 3.11, 3.12 or 3.13, or name yours:"; \
		echo "make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is `"$(PYTHON)" --version 2>&1`."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) can't make virtual environments: its venv module is not installed."; \
		echo "On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV): a few minutes the first time, most of it TensorFlow …"
	@$(RUN) -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { \
		echo "The packages could not be installed; pip says why above."; \
		echo "Once that is put right, the same command goes on from here."; exit 1; }
	@touch $@

demo: setup
	@$(MANAGE) demo

test: test-sqlite test-postgresql test-browser

test-sqlite: setup
	$(RUN) -m pytest -m "not browser"

# The tests that touch the database, once more on a real PostgreSQL.
test-postgresql: setup
	TEST_DATABASE=postgresql $(RUN) -m pytest -m "database and not browser"

# The pages as people meet them.
test-browser: setup
	$(RUN) -m pytest -m browser

# Ten minutes of simulated participants while parts are killed; then with PostgreSQL killed, too.
chaos: setup
	$(RUN) benchmarks/chaos.py
	$(RUN) benchmarks/chaos.py --postgresql

# Ratios against the naive ways, each within one run: other work on the machine disturbs rates.
bench: setup
	$(RUN) benchmarks/indexing.py
	$(RUN) benchmarks/neighbours.py
	$(RUN) benchmarks/cold.py
	$(RUN) benchmarks/export.py
	$(RUN) benchmarks/mixed_model.py

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(RUN) manage.py makemigrations --check --dry-run

# Resolve pyproject.toml anew into the locks, for every platform and Python that it names. With hashes:
# nothing is installed but the very files that were resolved. UPGRADE= keeps what is locked already.
UPGRADE := --upgrade
COMPILE := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --no-annotate --no-header \
	--generate-hashes --quiet pyproject.toml

lock: setup
	$(COMPILE) $(UPGRADE) -o requirements.txt
	$(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt

# The texts of participants' pages, for translation; needs gettext's own tools.
messages: setup
	$(MANAGE) makemessages --locale de --locale es --no-location --no-wrap --no-obsolete \
		--ignore "survey/admin/*" --ignore "survey/templates/admin/*" --ignore "studyproject/*.py" \
		--ignore $(VENV) --ignore tests --ignore analysis --ignore recommender --ignore var
	$(MANAGE) compilemessages --ignore $(VENV)

# The environment alone: data folders stay.
clean:
	rm -rf $(VENV)
