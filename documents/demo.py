"""Demonstration data of this app. Each part registers itself in a module of its own; here they are brought in."""

from documents import demo_personal  # noqa: F401  (registers itself)
