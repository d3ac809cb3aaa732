"""`python -m bench`: fill the database once, measure the pages, print the ratios; exit 1 when a limit is exceeded.

The database is named by DATABASE_URL and kept between runs; nothing here depends on the clock of another machine: every
figure is a multiple of a page measured in the same run.
"""

from __future__ import annotations

import os
import sys

# What is measured is the product as it is served, not as it is developed.
os.environ["DEBUG"] = "0"
os.environ["SECURE_SSL_REDIRECT"] = "0"
os.environ["LOG_LEVEL"] = "ERROR"
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import config.wsgi  # noqa: F401  (sets Django up as a server does)
from bench.data import fill
from bench.life import fill_life
from bench.money import fill_money
from bench.pages import measure
from bench.prints import measure_prints

if __name__ == "__main__":
    fill()
    fill_life()
    fill_money()
    sys.exit(max(measure(), measure_prints()))
