"""What this app hangs on the dossier. Each part registers itself in a module of its own; here they are brought in."""

from events import history_source  # noqa: F401  (registers itself)
