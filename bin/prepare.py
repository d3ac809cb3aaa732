"""Brings the database up to date and fills an empty one with demonstration data, in one process to start once.

Run by bin/serve.py with the environment of bin/environment.py.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    django.setup()
    print("» Bringing the database up to date", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    if settings.DEBUG:
        call_command("demo")  # looks for itself whether the database is empty
    else:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
