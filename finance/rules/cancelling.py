"""When an issued document may be annulled (a received one reversed)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.dates import today
from finance.kinds import DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine, OffsetItem
from finance.models.periods import month_of, refuse_closed
from finance.rules.notes import check_left_after
from trade.errors import DocumentError


def check(document: Any) -> None:
    """The day, its period, and all that hangs on the document: each is named. Raises DocumentError."""
    if document.cancelled_on < document.date:
        raise DocumentError({"on": _("A document is not cancelled before its own day.")})
    if document.cancelled_on > today():
        raise DocumentError({"on": _("A document is not cancelled in the future.")})
    refuse_closed(document.own_firm_id, document.cancelled_on, field="on")
    if document.vat_period and month_of(document.cancelled_on) <= document.vat_period:
        # It becomes zero in the ledger of that period, which must still be open.
        refuse_closed(document.own_firm_id, document.vat_period, field="on")
    refuse_hanging(
        FinancialDocument.objects.issued().filter(corrects=document),
        _("Cancel first what was made to it: %s."),
    )
    deducting = FinancialDocumentLine.objects.filter(deducts=document, document__state="issued").values("document")
    refuse_hanging(
        FinancialDocument.objects.issued().filter(pk__in=deducting),
        _("Its advance is deducted: cancel first %s."),
    )
    offsets = OffsetItem.objects.filter(document=document, used__gt=0, offset__state="issued").values("offset")
    refuse_hanging(FinancialDocument.objects.filter(pk__in=offsets), _("It is offset: cancel first %s."))
    if document.kind == DocumentKind.DEBIT_NOTE and document.corrects_id is not None:
        check_left_after(
            document.corrects,
            without=document,
            words=_("Credit notes and deductions of the invoice need this debit note: cancel those first."),
        )


def refuse_hanging(found: Any, words: str) -> None:
    names = [str(one) for one in found.order_by("date", "pk")[:10]]
    if names:
        raise DocumentError(words % ", ".join(names))
