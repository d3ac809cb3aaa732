#!/bin/sh
# Removes what set-up and tools made. The data in var/ stays, unless --data is given.
set -eu
cd "$(dirname "$0")/.."

for cluster in "" --test; do
    if [ -d node_modules ] && [ -d var ]; then
        if [ "${1:-}" = --data ] || [ -n "$cluster" ]; then
            python3 bin/postgres.py remove $cluster
        else
            python3 bin/postgres.py stop
        fi
    fi
done
rm -rf .venv node_modules static/vendor var/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -prune -exec rm -rf {} +
find locale -name '*.mo' -delete
