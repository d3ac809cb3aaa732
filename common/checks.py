"""System checks of what the product needs from its database."""

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def database_knows_cyrillic(databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Trigrams of Cyrillic are empty in a database made with the C character type; search would find nothing."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
            if not cursor.fetchone()[0]:
                continue  # not migrated yet
            cursor.execute("SELECT cardinality(show_trgm('Иван'))")
            if not cursor.fetchone()[0]:
                problems.append(
                    Error(
                        "The database does not know Cyrillic letters.",
                        hint="Create it with: LOCALE_PROVIDER icu ICU_LOCALE 'bg' LOCALE 'C.UTF-8' TEMPLATE template0.",
                        id="common.E001",
                    )
                )
    return problems
