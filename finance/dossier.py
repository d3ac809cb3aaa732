"""What finance hangs on the dossier, the lists and the menus; each room registers in a module of its own."""

from finance import (
    article_block,  # noqa: F401
    calendar_follower,  # noqa: F401
    documents_doors,  # noqa: F401
    firms_doors,  # noqa: F401
    menu,  # noqa: F401
    payments_doors,  # noqa: F401
    printing_doors,  # noqa: F401
    report_doors,  # noqa: F401
    statements_doors,  # noqa: F401
)
