"""Demonstration data of this app. Each part registers itself in a module of its own; here they are brought in."""

from events import demo_events  # noqa: F401  (registers itself)
