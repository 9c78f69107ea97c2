# Every target sets itself up in .venv; needed are Python 3.11 or newer, with pip and venv.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
# Each lock is a whole closure: it is installed without resolving anything, so that no later release of a dependency
# changes or breaks an installation. requirements.lock is what netnew needs to run; requirements-dev.lock adds every
# extra and the tools of development.
LOCK := requirements.lock
DEV_LOCK := requirements-dev.lock
READY := $(VENV)/.ready-$(shell cksum < $(LOCK) | cut -d' ' -f1)
DEV_READY := $(VENV)/.ready-$(shell cksum < $(DEV_LOCK) | cut -d' ' -f1)
PIP_LOCKED := -m pip install -q --disable-pip-version-check --no-deps --require-hashes
LOCK_VENV := .venv-lock
UV := uv==0.13.9
UV_LOCK := $(LOCK_VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-header --no-annotate --no-config --quiet

# Other makers' clients, each in an environment of its own: their pins clash with ours and each other's.
CLIENTS := .venv-clients
CLIENT_PINS := tests/dialects/clients
CLIENT_VENVS := parallel-newest parallel-langchain generated
NODE_PINS := $(CLIENT_PINS)/node/package-lock.json
client_ready = $(CLIENTS)/$(1)/.ready-$(shell cksum < $(CLIENT_PINS)/$(1).lock | cut -d' ' -f1)
NODE_READY := $(CLIENTS)/node/.ready-$(shell cksum < $(NODE_PINS) | cut -d' ' -f1)

# A data folder of questions with known answers (docs/how-to/evals.md), measured beside our own web.
NETNEW_DATA ?=
export NETNEW_DATA

.PHONY: help demo wheel install-check check test unit format-check lint types imports clients pytest evals evals-local bench chaos docs lock format clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /: /' | sort

demo: $(READY)  ## find something on this machine, without key or network
	@$(BIN)/netnew demo

wheel: $(READY)  ## build dist/netnew-VERSION-py3-none-any.whl
	@$(BIN)/hatchling build -t wheel

install-check: $(READY)  ## install from empty environments, with the oldest pip supported and the newest
	@$(BIN)/python .ci/install_check.py

check: format-check lint types imports unit  ## a quick answer: format, rules, types, imports, unit tests

test: format-check lint types imports clients pytest  ## all that CI checks

format-check: $(DEV_READY)  ## is everything formatted?
	$(BIN)/ruff format --check .

lint: $(DEV_READY)  ## ruff's rules
	$(BIN)/ruff check .

types: $(DEV_READY)  ## strict types
	$(BIN)/mypy

imports: $(DEV_READY)  ## who may import whom
	$(BIN)/lint-imports --no-cache

clients: $(foreach name,$(CLIENT_VENVS),$(call client_ready,$(name)))  ## environments of the vendors' own clients
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) -s $(NODE_READY); \
	else echo "no Node.js with npm on this machine: the tests of npm clients do not run"; fi

unit: $(DEV_READY)  ## the unit tests alone
	$(BIN)/pytest tests/unit -n logical --maxprocesses 4 --dist loadfile

pytest: $(DEV_READY) clients  ## the tests alone
	$(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile --durations 20

evals: $(DEV_READY)  ## measure against the pinned floors (NETNEW_DATA=FOLDER adds its sample)
	$(BIN)/python -m evals check --floors evals/floors.json

evals-local: $(DEV_READY)  ## what a model file adds to the rules (WEIGHTS=smollm2, qwen1.5b or a path)
	$(BIN)/python -m evals.local --weights $(or $(WEIGHTS),smollm2) --queries $(or $(QUERIES),2)

bench: $(DEV_READY)  ## measure speed
	@for part in corpus pages store verify never_twice latency serve; do echo "== $$part"; $(BIN)/python -m benchmarks.$$part || exit 1; done

chaos: $(DEV_READY)  ## kill workers, a hundred times and more, over both databases (10 minutes)
	@$(BIN)/python -m benchmarks.chaos --kills 55

docs: $(DEV_READY)  ## write the generated reference anew
	$(BIN)/python docs/generate.py

format: $(DEV_READY)  ## format everything
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## resolve all locks anew, for every platform
	@$(call find_python)
	@test -x $(LOCK_VENV)/bin/uv || { $$(cat .python-found) -m venv $(LOCK_VENV) && $(LOCK_VENV)/bin/pip install -q "$(UV)"; }
	@rm -f .python-found
	$(UV_LOCK) --upgrade pyproject.toml --all-extras --group dev --group build -o $(DEV_LOCK)
	grep -o '^[A-Za-z0-9._-]*==[^ ]*' $(DEV_LOCK) > $(LOCK_VENV)/pins
	$(UV_LOCK) --upgrade pyproject.toml --group build -c $(LOCK_VENV)/pins -o $(LOCK)
	@for name in $(CLIENT_VENVS); do $(UV_LOCK) --upgrade $(CLIENT_PINS)/$$name.in -o $(CLIENT_PINS)/$$name.lock || exit 1; done

clean:  ## remove what these targets made
	rm -rf $(VENV) $(LOCK_VENV) $(CLIENTS) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

# The newest Python that is new enough and can make environments; its name goes to .python-found.
define find_python
for name in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python; do \
  if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then echo "$$name" > .python-found; break; fi; \
done; \
test -f .python-found || { echo "netnew needs Python 3.11 or newer with pip and venv;" \
  "install it (Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python" >&2; exit 1; }
endef

# $(1): a lock. Nothing is printed but one line, unless it fails.
define install_lock
@mkdir -p $(VENV)
@echo "Installing $(1) into $(VENV) (log: $(VENV)/install.log)"
@{ $(BIN)/python $(PIP_LOCKED) -r $(1) && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps \
  --no-build-isolation -e .; } > $(VENV)/install.log 2>&1 || { cat $(VENV)/install.log >&2; exit 1; }
endef

$(VENV)/bin/python:
	@$(call find_python)
	@$$(cat .python-found) -m venv $(VENV); code=$$?; rm -f .python-found; exit $$code

$(READY): pyproject.toml | $(VENV)/bin/python
	$(call install_lock,$(LOCK))
	@rm -f $(VENV)/.ready-*
	@touch $@

$(DEV_READY): $(READY) pyproject.toml | $(VENV)/bin/python
	$(call install_lock,$(DEV_LOCK))
	@rm -f $(VENV)/.ready-*
	@touch $(READY) $@

define client_rule
$(call client_ready,$(1)): | $(DEV_READY)
	@echo "making $(CLIENTS)/$(1)"
	@rm -rf $(CLIENTS)/$(1)
	@$(BIN)/python -m venv $(CLIENTS)/$(1)
	@$(CLIENTS)/$(1)/bin/python $(PIP_LOCKED) -r $(CLIENT_PINS)/$(1).lock
	@touch $$@
endef
$(foreach name,$(CLIENT_VENVS),$(eval $(call client_rule,$(name))))

$(NODE_READY):
	@echo "making $(CLIENTS)/node"
	@rm -rf $(CLIENTS)/node && mkdir -p $(CLIENTS)/node
	@cp $(CLIENT_PINS)/node/package.json $(NODE_PINS) $(CLIENTS)/node
	@cd $(CLIENTS)/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
