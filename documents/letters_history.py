"""The history of registered letters, within the user's own firms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.dates import parse_date
from counterparties import history
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope
from documents.models import Letter


def letters_seen_by(user: Any) -> history.Condition | None:
    scope = own_firms_in_scope(user)
    if scope is None:
        return None
    firms = Counterparty.objects.filter(is_own_firm=True).filter(scope).order_by().values("pk")
    sql, params = firms.query.sql_with_params()
    return (
        f"EXISTS (SELECT FROM documents_letter l WHERE l.id = one.pgh_obj_id AND l.own_firm_id IN ({sql}))",
        list(params),
    )


def letter_title(values: dict[str, Any]) -> str:
    letter = Letter(direction=values["direction"], number=values["number"], subject=values["subject"])
    letter.registered_on = parse_date(values["registered_on"])
    return str(letter)


def letter_deed(before: dict[str, Any], after: dict[str, Any]) -> str:
    return _("cancelled") if after.get("cancelled_at") and not before.get("cancelled_at") else ""


history.register(
    Letter,
    lambda events, party: events.filter(party_id=party.pk),
    permission="documents.view_letter",
    title=letter_title,
    hidden=frozenset({"year", "position", "registered_by", "cancelled_at", "cancelled_by"}),
    seen_by=letters_seen_by,
    deed=letter_deed,
    order=120,
)
