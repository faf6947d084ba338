# Bare `make` lists what can be done. Every target works in a fresh clone: each installs what it needs first.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
CAPTIONS_VENV := .venv-captions
LIGHTHOUSE := tests/journeys/lighthouse
# Only `make run` sets these: without an environment the site has no sandbox and no demo doors (see .env.example). What the
# shell may hold for another site is left out: always SQLite and channels in memory, on this machine. VAR_DIR says where.
DEMO_SITE := -u DATABASE_URL -u REDIS_URL -u EMAIL_URL -u ALLOWED_HOSTS DEBUG=1 STRIPE_SANDBOX=1 DEMO=1 SITE_URL=http://127.0.0.1:$(PORT)

.PHONY: help run reset test lint prove bench robots

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed robots ## the whole site at http://127.0.0.1:8000 with demo data (PORT=9000 make run)
	@exec env $(DEMO_SITE) $(PY) manage.py serve --prepare --port $(PORT)

reset: ## forget the demo's database, uploads and mails (everything in var/)
	@rm -rf var && mkdir var

test: .ci/run ## every check, and every test that ends within minutes; on Debian as root it installs what it needs
	@sh tests/harness/install.sh
	@$(MAKE) $(VENV)/.installed-dev node_modules/.installed
	@$(PY) -m tests.harness lint sqlite postgres js journeys

lint: $(VENV)/.installed-dev node_modules/.installed ## the checks without the tests
	@$(PY) -m tests.harness lint

prove: $(VENV)/.installed-dev $(CAPTIONS_VENV)/.installed node_modules/.installed $(LIGHTHOUSE)/node_modules/.installed ## the tests that take longer than `make test` allows
	@sh tests/harness/install.sh
	@$(PY) -m tests.harness prove-journeys prove-captions prove-sqlite prove-postgres

bench: $(VENV)/.installed-dev ## measure against the goals (make bench ONLY=posting)
	@$(PY) -m bench $(ONLY)

# --- what the targets stand on ----------------------------------------------------------------------------------
$(PY):
	@PYTHON="$(PYTHON)" sh deploy/venv.sh $(VENV)

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "Installing what the site needs (once) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

robots: $(VENV)/.installed-demo

$(VENV)/.installed-demo: requirements-demo.txt | $(VENV)/.installed
	@$(PY) -m pip install -qq --disable-pip-version-check --only-binary :all: -r requirements-demo.txt 2>/dev/null \
		|| echo "No robots: their packages have no wheel for this machine. The site starts without them."
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-demo.txt requirements-uvicorn.txt requirements-dev.txt | $(PY)
	@echo "Installing what the tests need (once) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.installed $(VENV)/.installed-demo $@

$(CAPTIONS_VENV)/bin/python:
	@PYTHON="$(PYTHON)" sh deploy/venv.sh $(CAPTIONS_VENV)

$(CAPTIONS_VENV)/.installed: requirements.txt requirements-demo.txt requirements-dev.txt requirements-captions.txt | $(CAPTIONS_VENV)/bin/python
	@echo "Installing what the tests of captions need, with their model (once) ..."
	@$(CAPTIONS_VENV)/bin/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt -r requirements-captions.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

$(LIGHTHOUSE)/node_modules/.installed: $(LIGHTHOUSE)/package.json $(LIGHTHOUSE)/package-lock.json
	@echo "Installing what measures pages (once) ..."
	@cd $(LIGHTHOUSE) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@
