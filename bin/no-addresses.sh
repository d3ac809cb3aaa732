#!/bin/sh
# Fails when a lock or a set-up file names a package registry: which one is asked is each machine's own affair.
set -eu
cd "$(dirname "$0")/.."

found=$(git grep -InE \
    '(registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org/simple|files\.pythonhosted\.org|--(extra-)?index-url[ =]|"resolved": |^registry *=)' \
    -- . ':!bin/no-addresses.sh' ':!docs' || true)
if [ -n "$found" ]; then
    printf 'A registry address is in a committed file:\n%s\n' "$found" >&2
    exit 1
fi
