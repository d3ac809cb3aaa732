"""What this app hangs on the dossier. Each part registers itself in a module of its own; here they are brought in."""

from events import (  # noqa: F401  (each registers itself)
    events_tab,
    feed,
    file_use,
    history_source,
    mail_doors,
    search_source,
    summary,
)
