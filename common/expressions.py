"""Expressions that several apps ask their queries with."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, Func, IntegerField, QuerySet, Subquery

COUNT_CAP = 999


class CappedCount(Subquery):
    """Count of a queryset's rows as a subquery that stops counting one past the cap."""

    template = "(SELECT count(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet[Any], cap: int = COUNT_CAP) -> None:
        super().__init__(queryset.order_by().values("pk")[: cap + 1])


class DayBegins(Func):
    """The moment at which a day begins in Sofia; an index may be built over it."""

    template = "timezone('Europe/Sofia', (%(expressions)s)::timestamp)"
    output_field = DateTimeField()
