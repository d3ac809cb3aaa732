"""The history of financial documents: in the dossier, and on each document's own page."""

# ruff: noqa: S608  (only names of tables of our own models are put into the text of queries)

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.amounts import written
from counterparties import history
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope
from finance.kinds import DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine

SHOWN = 30
NOTHING = {"", "0", "0,00"}
AMOUNTS = {"net", "vat", "gross", "printed_net", "printed_vat", "interest", "duty"}


def of_firms_in_scope(table: str, key: str) -> Any:
    """Condition on an event: its document stands in the scope of the user's own firms."""

    def seen_by(user: Any) -> history.Condition | None:
        scope = own_firms_in_scope(user)
        if scope is None:
            return None
        firms = Counterparty.objects.filter(is_own_firm=True).filter(scope).order_by().values("pk")
        sql, params = firms.query.sql_with_params()
        return (
            f"EXISTS (SELECT FROM {table} d WHERE d.id = one.{key} AND d.own_firm_id IN ({sql}))",
            list(params),
        )

    return seen_by


TABLE = FinancialDocument._meta.db_table


def document_title(values: dict[str, Any]) -> str:
    """The kind and number: „Фактура № 0000000012“; a draft by its day."""
    kind = capfirst(str(DocumentKind(values["kind"]).label)) if values.get("kind") in DocumentKind.values else ""
    number = values.get("number")
    return f"{kind} № {number}" if number else kind


def document_deed(before: dict[str, Any], after: dict[str, Any]) -> str:
    was, now = before.get("state"), after.get("state")
    if was == now or not was:
        return ""
    if now == "issued":
        return _("entered") if after.get("received") else _("issued")
    return _("reversed") if after.get("received") else _("cancelled")


def say_document(name: str, value: Any, values: dict[str, Any]) -> str | None:
    """A VAT period is a month, and amounts have their cents."""
    if name == "vat_period" and value:
        return f"{dt.date.fromisoformat(value):%m.%Y}"
    if name in AMOUNTS and value is not None:
        return written(Decimal(str(value)), 2)
    return None


def line_title(values: dict[str, Any]) -> str:
    document = values.get("of_document")
    return f"{values['description']} ({document})" if document else str(values["description"])


history.register(
    FinancialDocument,
    lambda events, party: events.filter(party_id=party.pk),
    permission="finance.view_financialdocument",
    title=document_title,
    hidden=frozenset(
        {"state", "created_by", "issued_by", "issued_at", "cancelled_by", "cancelled_at", "payable_by", "rate_on"}
    ),
    seen_by=of_firms_in_scope(TABLE, "pgh_obj_id"),
    deed=document_deed,
    say=say_document,
    order=140,
)
# Lines are told on the page of their document. In the dossier the document's own totals say that they changed: to look
# for the newest of all lines of a party would read the events of every document that it ever had.
history.register(
    FinancialDocumentLine,
    lambda events, party: events,
    allows=lambda party, user: False,
    permission="finance.view_financialdocument",
    title=line_title,
    hidden=frozenset({"document", "vat_category", "vat_percent", "ground_text", "position"}),
    also=f"(SELECT jsonb_build_object('of_document', d.number) FROM {TABLE} d WHERE d.id = e.document_id)",
    seen_by=of_firms_in_scope(TABLE, "document_id"),
    order=141,
)


def events_of(document: FinancialDocument, limit: int) -> list[history.Event]:
    """The newest events of the document and its lines, with the values before."""
    users = connection.ops.quote_name(get_user_model()._meta.db_table)
    parts: list[str] = []
    params: list[Any] = []
    models: tuple[Any, ...] = (FinancialDocument, FinancialDocumentLine)
    for model, column in zip(models, ("pgh_obj_id", "document_id"), strict=True):
        table = connection.ops.quote_name(model.pgh_event_model._meta.db_table)
        parts.append(
            f"""
            (SELECT %s AS source, e.pgh_created_at, e.pgh_id, e.pgh_label,
                COALESCE(NULLIF(TRIM(CONCAT(u.first_name, ' ', u.last_name)), ''), u.username) AS who,
                to_jsonb(e) AS after,
                (SELECT to_jsonb(b) FROM {table} b
                 WHERE b.pgh_obj_id = e.pgh_obj_id AND b.pgh_id < e.pgh_id ORDER BY b.pgh_id DESC LIMIT 1) AS before
            FROM (SELECT * FROM {table} WHERE {column} = %s ORDER BY pgh_id DESC LIMIT %s) e
            LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id
            LEFT JOIN {users} u ON u.id::text = c.metadata->>'user')"""
        )
        params += [model._meta.label_lower, document.pk, limit]
    with connection.cursor() as cursor:
        sql = f"SELECT * FROM ({' UNION ALL '.join(parts)}) found ORDER BY 2 DESC, 1, 3 DESC LIMIT %s"
        cursor.execute(sql, [*params, limit])
        return [history.Event(*row) for row in cursor.fetchall()]


def history_of(document: FinancialDocument, user: Any, limit: int = SHOWN) -> list[history.Entry]:
    """Who changed what of the document and its lines, newest first. Whoever sees the document may read it."""
    made = history.entries(events_of(document, limit), user)
    for entry in made:
        if entry.label == "added":
            # What a new row begins with by itself says nothing.
            entry.diffs = [diff for diff in entry.diffs if diff[2] not in NOTHING]
    return made


def last_editor(document: FinancialDocument) -> str:
    """The name of who changed the document last; empty when nobody is known."""
    events = events_of(document, 1)
    return events[0].who or "" if events else ""
