"""Demonstration data of this app. Each part registers itself in a module of its own; here they are brought in."""

from documents import demo_files, demo_forms, demo_letters, demo_personal  # noqa: F401  (each registers itself)
