#!/bin/sh
# Renews requirements/*.txt and package-lock.json. No registry address stays in them: every machine asks its own.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url "$@"
}
compile "$@" requirements/base.in -o requirements/base.txt
compile "$@" -c requirements/base.txt requirements/s3.in -o requirements/s3.txt
compile "$@" -c requirements/base.txt -c requirements/s3.txt requirements/dev.in -o requirements/dev.txt
compile "$@" requirements/node.in -o requirements/node.txt

command -v npm >/dev/null 2>&1 || PATH=$PWD/.venv/bin:$PATH
npm install --package-lock-only --no-progress --loglevel=error
[ "${1:-}" != --upgrade ] || npm update --package-lock-only --no-progress --loglevel=error
.venv/bin/python - <<'END'
import json
from pathlib import Path

path = Path("package-lock.json")
lock = json.loads(path.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
    package.pop("resolved", None)
path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
END
bin/no-addresses.sh
