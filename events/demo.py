"""Demonstration data of this app. Each part registers itself in a module of its own; here they are brought in."""

from events import demo_events, demo_mail  # noqa: F401  (each registers itself)
