"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is loaded by now lives as long as the process: the garbage collector need not look through it with each request,
# nor after every few hundred objects. It takes a tenth off a page with a full list.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
