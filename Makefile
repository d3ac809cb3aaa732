# `make help` lists what can be done. The work itself is in bin/.

PORT ?= 8000
PYTHON_HERE = .venv/bin/python
# Runs a command with SECRET_KEY, DEBUG and DATABASE_URL set, and the embedded PostgreSQL under it.
WITH_DATABASE = $(PYTHON_HERE) bin/environment.py
WITH_TEST_DATABASE = $(PYTHON_HERE) bin/environment.py --test
# Tracebacks as Python writes them: under a browser's loop the pretty ones can end the whole run (a fault of Python 3.11).
PYTEST = env -u PYTHONDONTWRITEBYTECODE DJANGO_ALLOW_ASYNC_UNSAFE=true $(WITH_TEST_DATABASE) pytest -n 2 --tb=native

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-fast lint fmt bench clean lock messages

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install all that serving needs (nothing is repeated)
	@bin/setup.sh run

setup-dev: ## install also what tests and checks need
	@bin/setup.sh dev

run: setup ## serve on http://127.0.0.1:8000 with a worker; PORT=8123 for another port
	@exec $(PYTHON_HERE) bin/serve.py $(PORT)

test: setup-dev ## every test, in headless Chromium too; what fails is tried once more, alone
	@$(PYTEST) $(ARGS) || { echo "Once more, alone, what failed:"; \
	    exec $(PYTEST) -n 0 --last-failed --last-failed-no-failures none $(ARGS); }

test-fast: setup-dev ## the tests without browser, concurrency and long ones
	@exec $(PYTEST) -m "not browser and not concurrency and not slow" $(ARGS)

lint: setup-dev ## every check of code, templates, messages and settings
	@exec $(WITH_TEST_DATABASE) bin/lint.sh

fmt: setup-dev ## bring code and templates into shape
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

bench: setup-dev ## measure the pages on 20,000 parties
	@exec $(WITH_DATABASE) --database dossier_bench sh -c 'python manage.py migrate --noinput --verbosity=0 && python manage.py collectstatic --noinput --verbosity=0 && exec python -m bench $(ARGS)'

messages: setup-dev ## collect messages into locale/, keeping what is translated
	@$(PYTHON_HERE) bin/messages.py update
	@$(PYTHON_HERE) bin/messages.py compile

lock: setup-dev ## renew the locks from requirements/*.in and package.json (UPGRADE=1: newer versions)
	@bin/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove all that set-up made, keep the data (DATA=1: the embedded databases too)
	@bin/clean.sh $(if $(DATA),--data)
