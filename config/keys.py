"""Keys that a machine of one's own makes for itself, and what a key of encryption must look like.

Only of the standard library: bin/environment.py asks here before anything is installed.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path


def kept_key(path: Path, make: Callable[[], str]) -> str:
    """The key in the file, made on first use and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 600
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(make())
        try:
            # The whole file appears at once, and never over another's: processes that start together share one key.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text(encoding="ascii").strip()


def new_secret_key() -> str:
    return secrets.token_urlsafe(64)


def new_encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def encryption_keys(given: Iterable[str]) -> list[str]:
    """The keys, each looked at. Raises ValueError that says what is wrong and tells none of them."""
    keys = [key.strip() for key in given]
    if not keys:
        raise ValueError("FIELD_ENCRYPTION_KEYS is not set: it holds the keys that stored secrets are encrypted with.")
    for number, key in enumerate(keys, start=1):
        try:
            sound = len(base64.b64decode(key.encode("ascii"), altchars=b"-_", validate=True)) == 32
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(f"FIELD_ENCRYPTION_KEYS: key {number} of {len(keys)} is not 32 bytes in URL-safe base64.")
    return keys
