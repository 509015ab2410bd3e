# Everything happens in .venv, made from requirements/lock.txt. Nothing but Python 3.11+ has to be there.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PY := $(VENV)/bin/python
STACKWRIGHT := $(VENV)/bin/stackwright
READY := $(VENV)/.ready
SPEC ?= spec/rayman-portfolio.yaml
PYTEST_ARGS ?=
LOCK_ARGS ?=
SECURITY_TOOLS ?= .security-tools
SECURITY_PINS := tests/security/tools/pins
SECURITY_ARGS ?=

# What a caller's shell says about Python must not reach into .venv.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

FAULTS_ARGS ?=
MUTATIONS_ARGS ?=

.PHONY: help demo setup test test-slow sizes surroundings faults mutations lint connections docs facts bench security security-tools format-schemas graph-tools editor-tools lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   set up .venv, then compile, lint and deploy $(SPEC) to the sandbox"
	@echo "make test   set up .venv, then the tests (PYTEST_ARGS=... for pytest)"
	@echo "make test-slow  the tests that take seconds each: whole platforms linted, deployed and packaged"
	@echo "make sizes  the sizes and shapes of docs/size.md compiled, linted and deployed to the sandbox (an hour or more)"
	@echo "make surroundings  every command with full disks, closed streams, odd files and folders (half an hour)"
	@echo "make faults  every call of every flow with every fault, and the tables of docs/faults.md (an hour or two)"
	@echo "make mutations  200,000 damaged specs validated, every fourth compiled, as docs/bad-input.md tells (hours)"
	@echo "make lint   ruff and mypy"
	@echo "make docs   write the language reference again from schema/, and the page of the rules"
	@echo "make connections  compile what each verb gives to each kind of user, and write docs/connections.md"
	@echo "make facts  read the lists of AWS's values again from cfn-lint and botocore, and write their docs"
	@echo "make security-tools  install checkov, cfn-guard, cdk-nag and parliament into $(SECURITY_TOOLS) (needs npm)"
	@echo "make security  run their rules over the production environments of spec/, and lint --policy (minutes)"
	@echo "make format-schemas  get OASIS's schema of SARIF into .schemas, for one more test of the format"
	@echo "make graph-tools  install Mermaid and Graphviz for Node into .graph-tools, for the tests of pictures (needs npm)"
	@echo "make editor-tools  install the YAML language server into .editor-tools, for the tests of the editor (needs npm)"
	@echo "make bench  CPU time and memory of validate, compile and lint"
	@echo "make lock   pin the dependencies again (LOCK_ARGS=--upgrade for the newest)"
	@echo "make clean  remove .venv, the sandbox's state and all caches"

demo: $(READY)
	$(STACKWRIGHT) compile $(SPEC)
	$(STACKWRIGHT) lint $(SPEC)
	$(STACKWRIGHT) deploy $(SPEC) --env dev --sandbox --yes
	$(STACKWRIGHT) outputs $(SPEC) --env dev --sandbox

setup: $(READY)

test: $(READY)
	$(PY) -m pytest -n 2 -m "not slow and not sizes and not security and not surroundings" $(PYTEST_ARGS)

test-slow: $(READY)
	$(PY) -m pytest -n 2 -m slow $(PYTEST_ARGS)

# PYTEST_ARGS='-k "100 services"' for a part.
sizes: $(READY)
	$(PY) -m pytest -n 2 -m sizes $(PYTEST_ARGS)

surroundings: $(READY)
	$(PY) -m pytest -n 2 -m surroundings $(PYTEST_ARGS)

# FAULTS_ARGS="--flow destroy --fault lost" for a part, --missing for what was not run yet or was bad,
# --minutes 20 to begin nothing after that: a quarter of every row comes first. The suite has a sample (test-slow).
faults: $(READY)
	$(PY) -m tests.faults $(FAULTS_ARGS)

# Goes on where it stopped. MUTATIONS_ARGS="--start 50000 --count 50000 --jobs 8" for a part, "--only 4711" for one,
# "--minutes 20" to begin nothing after that, "--seed 3" for others. After a change of the compiler remove .mutations.
mutations: $(READY)
	nice -n 15 $(PY) -m tests.mutations $(MUTATIONS_ARGS)

lint: $(READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

connections: $(READY)
	$(PY) -m tests.connections

docs: $(READY)
	$(PY) -m compiler.language.reference
	$(PY) -m linter.own.page

facts: $(READY)
	$(PY) -m linter.facts
	$(PY) -m compiler.language.reference

bench: $(READY)
	$(PY) -m benchmarks compile

# Only tests use them: they parse what `stackwright graph` writes. Mermaid draws in a browser that is installed.
graph-tools:
	mkdir -p .graph-tools
	cp tests/reviewer/graph/package.json .graph-tools/
	npm install --prefix .graph-tools --ignore-scripts --no-audit --no-fund

# Only tests use it. The lock has hashes and no hosts: npm asks the registry that it is set to.
editor-tools:
	mkdir -p .editor-tools
	cp tests/yaml_server/tools/package.json tests/yaml_server/tools/package-lock.json .editor-tools/
	npm ci --prefix .editor-tools --ignore-scripts --no-audit --no-fund

# Each in a folder of its own, and none of them in the lock: they only read templates.
security-tools: $(READY)
	mkdir -p $(SECURITY_TOOLS)
	for tool in checkov parliament; do \
		$(PYTHON) -m venv $(SECURITY_TOOLS)/$$tool && \
		$(SECURITY_TOOLS)/$$tool/bin/python -m pip install --quiet -r $(SECURITY_PINS)/$$tool.txt || exit 1; done
	cp $(SECURITY_PINS)/package.json $(SECURITY_TOOLS)/
	npm install --prefix $(SECURITY_TOOLS) --ignore-scripts --no-audit --no-fund

security: $(READY)
	$(PY) -m tests.security --tools $(SECURITY_TOOLS) $(SECURITY_ARGS)
	STACKWRIGHT_SECURITY_TOOLS=$(SECURITY_TOOLS) $(PY) -m pytest -m security $(PYTEST_ARGS) tests/security

# Its licence is that of OASIS, so it is not among our files. tests/formats has the part that a report uses.
format-schemas:
	mkdir -p .schemas
	curl --fail --silent --show-error --location --output .schemas/sarif-schema-2.1.0.json \
		https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json

# One file for every supported Python and platform. The header is ours: uv's own names the machine's paths.
lock: $(READY)
	$(PY) -m uv pip compile pyproject.toml --extra lsp --extra sandbox --extra validate --group dev --universal --python-version 3.11 \
		--fork-strategy fewest --generate-hashes --no-config --no-header --no-emit-index-url \
		--no-emit-find-links --no-annotate --quiet --output-file requirements/lock.txt $(LOCK_ARGS)
	$(PY) -c 'from pathlib import Path; lock = Path("requirements/lock.txt"); \
		lock.write_text("# Made by `make lock` from pyproject.toml.\n" + lock.read_text())'

clean:
	rm -rf $(VENV) .stackwright .pytest_cache .mypy_cache .ruff_cache .hypothesis .mutations .schemas .graph-tools .editor-tools build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Most of what is installed is never imported (the SDK's and the sandbox's services): what is, Python compiles by itself.
$(READY): requirements/lock.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	@$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Making $(VENV) with $(PYTHON)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing requirements/lock.txt into $(VENV); the first time takes a minute or two"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements/lock.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
