# Every target sets itself up in .venv; needed are Python 3.11 or newer, with pip and venv.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(shell cksum < requirements.lock | cut -d' ' -f1)
LOCK_VENV := .venv-lock
UV := uv==0.13.9

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

.PHONY: help demo test format-check lint types imports clients pytest evals evals-local bench chaos docs lock format clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /: /' | sort

demo: $(READY)  ## find something on this machine, without key or network
	@$(BIN)/netnew demo

test: format-check lint types imports clients pytest  ## all that CI checks

format-check: $(READY)  ## is everything formatted?
	$(BIN)/ruff format --check .

lint: $(READY)  ## ruff's rules
	$(BIN)/ruff check .

types: $(READY)  ## strict types
	$(BIN)/mypy

imports: $(READY)  ## who may import whom
	$(BIN)/lint-imports --no-cache

clients: $(foreach name,$(CLIENT_VENVS),$(call client_ready,$(name)))  ## environments of the vendors' own clients
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) -s $(NODE_READY); \
	else echo "no Node.js with npm on this machine: the tests of npm clients do not run"; fi

pytest: $(READY) clients  ## the tests alone
	$(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile

evals: $(READY)  ## measure against the pinned floors (NETNEW_DATA=FOLDER adds its sample)
	$(BIN)/python -m evals check --floors evals/floors.json

evals-local: $(READY)  ## what a model file adds to the rules (WEIGHTS=smollm2, qwen1.5b or a path)
	$(BIN)/python -m evals.local --weights $(or $(WEIGHTS),smollm2) --queries $(or $(QUERIES),2)

bench: $(READY)  ## measure speed
	@for part in corpus pages store verify never_twice latency serve; do echo "== $$part"; $(BIN)/python -m benchmarks.$$part || exit 1; done

chaos: $(READY)  ## kill workers, a hundred times and more, over both databases (10 minutes)
	@$(BIN)/python -m benchmarks.chaos --kills 55

docs: $(READY)  ## write the generated reference anew
	$(BIN)/python docs/generate.py

format: $(READY)  ## format everything
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## resolve requirements.lock and the clients' locks anew, for every platform
	@$(call find_python)
	@test -x $(LOCK_VENV)/bin/uv || { $$(cat .python-found) -m venv $(LOCK_VENV) && $(LOCK_VENV)/bin/pip install -q "$(UV)"; }
	@rm -f .python-found
	$(LOCK_VENV)/bin/uv pip compile pyproject.toml --all-extras --group dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --no-config --upgrade --quiet -o requirements.lock
	@for name in $(CLIENT_VENVS); do $(LOCK_VENV)/bin/uv pip compile $(CLIENT_PINS)/$$name.in --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --no-config --upgrade --quiet -o $(CLIENT_PINS)/$$name.lock || exit 1; done

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

$(READY): pyproject.toml
	@$(call find_python)
	@test -x $(BIN)/python || $$(cat .python-found) -m venv $(VENV)
	@rm -f .python-found
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@rm -f $(VENV)/.ready-*
	@touch $(READY)

define client_rule
$(call client_ready,$(1)): | $(READY)
	@echo "making $(CLIENTS)/$(1)"
	@rm -rf $(CLIENTS)/$(1)
	@$(BIN)/python -m venv $(CLIENTS)/$(1)
	@$(CLIENTS)/$(1)/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes \
	  -r $(CLIENT_PINS)/$(1).lock
	@touch $$@
endef
$(foreach name,$(CLIENT_VENVS),$(eval $(call client_rule,$(name))))

$(NODE_READY):
	@echo "making $(CLIENTS)/node"
	@rm -rf $(CLIENTS)/node && mkdir -p $(CLIENTS)/node
	@cp $(CLIENT_PINS)/node/package.json $(NODE_PINS) $(CLIENTS)/node
	@cd $(CLIENTS)/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
