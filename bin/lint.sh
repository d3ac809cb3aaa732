#!/bin/sh
# Every check, all of them even when one fails; the status says whether all passed. Needs the environment of
# bin/environment.py (`make lint`).
set -u
cd "$(dirname "$0")/.."
failed=

check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$name"
    else
        printf 'FAILED  %s\n%s\n' "$name" "$output"
        failed="$failed\n  $name"
    fi
}

# As on a server: no debugging, a host, a key of its own, a proxy in front.
on_a_server() {
    env DEBUG=0 ALLOWED_HOSTS=dossier.example CSRF_TRUSTED_ORIGINS=https://dossier.example TRUSTED_PROXY_COUNT=1 \
        python manage.py check --deploy --fail-level WARNING
}
templates() { find templates -name '*.html' -exec "$@" {} +; }

check "ruff: rules" ruff check .
check "ruff: format" ruff format --check .
check "mypy" mypy
check "layers" lint-imports
check "djlint" djlint --lint --quiet templates
check "djade" templates djade --check --target-version 5.2
check "migrations" python manage.py makemigrations --check --dry-run
check "system checks" python manage.py check --fail-level WARNING
check "checks for a server" on_a_server
check "messages" python bin/messages.py check
check "no registry address" bin/no-addresses.sh

if [ -n "$failed" ]; then
    printf "\nThese checks failed:$failed\n"
    exit 1
fi
