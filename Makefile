# Everything a person types. `make run` and `make test` need Python 3.11 or newer, git and make; nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak dev fresh assets messages wheel lock format clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
MADE := $(VENV)/made
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The commands below run from the sources, whatever the caller's PYTHONPATH says.
export PYTHONPATH :=

ASSET_SOURCES := $(shell find assets -type f -not -path '*/node_modules/*' 2>/dev/null)
PO_FILES := $(shell find src/comptant/locale -name '*.po' 2>/dev/null)

help: ## say what can be typed
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 16

$(MADE)/venv:
	@python="$(PYTHON)"; [ -n "$$python" ] || python=$$(tools/find_python.sh) || exit 1; \
	echo "Environment: $$python"; \
	"$$python" -m venv $(VENV) || { echo "$$python could not make an environment in $(VENV)." >&2; exit 1; }
	@mkdir -p $(MADE) && touch $@

$(MADE)/run: $(MADE)/venv requirements-build.lock pyproject.toml
	@echo "Installing the locked packages (the first time takes a minute or two)"
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(MADE)/dev: $(MADE)/run requirements-dev.lock
	@echo "Installing the locked packages for development"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(MADE)/assets: $(MADE)/run $(ASSET_SOURCES) tools/build_assets.py tools/typefaces.py
	@$(BIN)/python tools/build_assets.py
	@touch $@

$(MADE)/messages: $(MADE)/run $(PO_FILES) tools/compile_messages.py
	@$(BIN)/python tools/compile_messages.py
	@touch $@

setup: $(MADE)/dev assets messages ## environment, locked packages, assets, translations

assets: $(MADE)/assets ## build the style sheet, the script, the fonts of the screen and of paper

messages: $(MADE)/messages ## compile the translations

run: $(MADE)/run $(MADE)/assets $(MADE)/messages ## do everything needed, then serve on http://localhost:8000
	@$(BIN)/comptant serve $(ARGS)

dev: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## serve with debug pages and reload
	@COMPTANT_DEBUG=1 $(BIN)/comptant serve --reload $(ARGS)

test: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## run the tests
	@$(BIN)/python -m pytest -n logical --dist loadfile $(ARGS)

check: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## all that CI runs besides the tests
	@$(BIN)/python tools/check.py

format: $(MADE)/dev ## put the sources in order
	@$(BIN)/ruff check --fix src tests tools
	@$(BIN)/ruff format src tests tools

bench: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## measure the product against its floors
	@$(BIN)/python -m bench $(ARGS)

soak: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## the long tests: random acts, faults, a million deals
	@$(BIN)/python -m pytest -m soak --hypothesis-profile=soak $(ARGS)

fresh: ## forget the environment and all that was built, then set up again
	@$(MAKE) --no-print-directory clean
	@$(MAKE) --no-print-directory setup

wheel: $(MADE)/dev $(MADE)/assets $(MADE)/messages ## build dist/comptant-*.whl, assets and translations included
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel

lock: $(MADE)/dev ## resolve the dependencies anew
	@$(BIN)/python tools/lock.py

clean:
	@rm -rf $(VENV) assets/node_modules src/comptant/collected src/comptant/ground/web/static/comptant dist
	@rm -rf src/comptant/ground/documents/typefaces
