# Two commands for a newcomer: `make demo` and `make test`. Both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint sample regime docs lock clean

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Umweg needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: .venv/installed  ## the main job on the packaged sample, offline
	$(BIN)/umweg scan --quiet --report report.html
	@echo "The report with charts and sources: report.html"
	$(BIN)/umweg check examples/orders_de.csv --quiet

test: lint  ## everything that must be green
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

sample: .venv/installed  ## derive the packaged sample again from the publishers' files
	$(BIN)/python scripts/build_sample.py

regime: .venv/installed  ## derive the packaged regime and nomenclature again
	$(BIN)/python scripts/build_nomenclature.py
	$(BIN)/python scripts/build_regime.py

docs: .venv/installed  ## write the generated command reference again
	$(BIN)/python scripts/build_cli_docs.py

lock: .venv/installed  ## resolve the dependencies again; the file names no index
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-annotate --no-header --python-version 3.11 --extra dev pyproject.toml build-requirements.in -o requirements.lock

clean:
	rm -rf .venv build dist report.html .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
