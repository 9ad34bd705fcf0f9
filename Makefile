# Each target sets up what it needs in .venv and then does one thing.
PYTHON ?= python3.11
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif
VENV := .venv
# What is compiled once need not be compiled by every process.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test lint docs messages packages wsdl bench cluster faults mutants

demo: $(VENV)/demo.ok ## A mail domain's life on a simulated Zimbra, with the customer's page in a browser
	$(BIN)/puq-zimbra demo $(ARGS)

test: $(VENV)/dev.ok ## All tests
	$(BIN)/pytest -q -n 4 $(ARGS)

lint: $(VENV)/dev.ok ## ruff, and mypy --strict on what a wheel holds, the tests and the benchmarks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p puq_zimbra
	$(BIN)/mypy tests benchmarks

docs: $(VENV)/docs.ok ## The docs as a site with a search, in build/docs; a dead link fails
	$(BIN)/python .ci/docs/build.py

bench: $(VENV)/dev.ok ## What it costs, against other clients, floors and bounds
	$(BIN)/python benchmarks/run.py $(ARGS)

cluster: $(VENV)/dev.ok ## Three machines over one PostgreSQL, while workers die, stop and lose it
	PUQZ_TEST_FSYNC=on PYTHONPATH=. .ci/with-postgres $(BIN)/python benchmarks/cluster.py $(ARGS)
	PUQZ_TEST_FSYNC=on PYTHONPATH=. .ci/with-postgres $(BIN)/python benchmarks/cluster_usage.py $(ARGS)
	PUQZ_TEST_FSYNC=on PYTHONPATH=. .ci/with-postgres $(BIN)/python benchmarks/cluster_commits.py $(ARGS)

faults: $(VENV)/dev.ok ## Every fault that is tried, not a sample: half an hour on two cores
	$(BIN)/pytest -q -n 4 --timeout=1800 tests/faults --faults=all $(ARGS)

mutants: $(VENV)/dev.ok ## Change the files of [mutmut] in setup.cfg a little, and see whether a test notices
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[mutants]'
	$(BIN)/python .ci/mutants.py $(ARGS)

packages: $(VENV)/demo.ok ## The WHMCS module and the FOSSBilling manager, each as a zip file in dist/
	$(BIN)/python deploy/packages.py

messages: $(VENV)/dev.ok ## Bring each language up to date with the sources, and say what it lacks
	$(BIN)/python puq_zimbra/clientarea/catalogue.py

wsdl: $(VENV)/dev.ok ## Write the WSDL anew from its schemas, after a request was added
	$(BIN)/python .ci/write_wsdl.py

$(VENV)/demo.ok: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[simulator]'
	$(BIN)/python -m compileall -q puq_zimbra hooks
	touch $@

$(VENV)/dev.ok: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m compileall -q puq_zimbra hooks
	touch $@ $(VENV)/demo.ok

$(VENV)/docs.ok: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@
