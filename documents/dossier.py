"""What this app hangs on the dossier. Each part registers itself in a module of its own; here they are brought in."""

from documents import (  # noqa: F401  (each registers itself)
    blanks_dossier,
    files_history,
    files_tab,
    letters_doors,
    letters_history,
    personal_tab,
    placeholder_set,
)
