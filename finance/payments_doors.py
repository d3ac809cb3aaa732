"""What payments hang on the dossier, the menus, the search, the timeline, the history and My day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Replace
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.addresses import address
from common.columns import Action
from common.context_processors import MenuEntry, menu, new_menu
from common.dates import SOFIA, format_date, today
from common.expressions import CappedCount, DayBegins
from common.money import NBSP, currency_sign, format_money
from counterparties import dossier, history, search
from counterparties.dossier import DossierTab
from counterparties.models import Counterparty
from events.about import AboutKind, about_kinds
from events.my_day import SHOWN, DayPanel, day_panels
from events.timeline import Entry, Mark, TimelineSource, Wanted, sources
from finance import cash, settling  # noqa: F401  (cash listens to what is posted)
from finance.documents_history import of_firms_in_scope
from finance.kinds import PARTNERS
from finance.lists.payments import PaymentList, settled_state
from finance.models import Payment
from finance.models.payments import PaymentDirection, PaymentMethod

VIEW = "finance.view_payment"


@dossier.register
class PaymentsTab(DossierTab):
    slug = "payments"
    title = gettext_lazy("Payments")
    group = "money"
    order = 230
    kinds = PARTNERS
    permission_required = VIEW
    list_page = PaymentList

    def narrow(self, queryset: QuerySet[Any], party: Any) -> QuerySet[Any]:
        """The party's own payments; of an own firm those that it made and took."""
        if party.is_own_firm:
            return queryset.filter(Q(party=party) | Q(own_firm=party))
        return queryset.filter(party=party)


# -- The dossier's head -----------------------------------------------------------------------------


def adding(party: Counterparty, direction: str) -> str:
    return f"/finance/payments/add/?{urlencode({'party': party.pk, 'direction': direction})}"


def record_payment(party: Counterparty, user: Any) -> Action | None:
    if party.is_archived or not set(party.kinds) & set(PARTNERS):
        return None
    if party.is_own_firm:
        return Action(_("Internal transfer"), adding(party, "internal"), icon="arrow-left-right")
    way = PaymentDirection.IN if party.is_client else PaymentDirection.OUT
    return Action(_("Record a payment"), adding(party, way), icon="cash-coin")


dossier.quick_actions.register(
    dossier.QuickAction("record_payment", record_payment, permission="finance.add_payment", order=40)
)


def count_late(party: Counterparty, user: Any) -> Any:
    """Advances of the client whose fifth day has passed without an invoice."""
    if not party.is_client:
        return Value(0)
    rows = Payment.objects.visible_to(user).filter(party=party)
    return CappedCount(settling.without_invoice(rows, today() - settling.ONE_DAY))


def say_late(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        words = ngettext(
            "%(count)d advance waits for its invoice for more than five days",
            "%(count)d advances wait for their invoices for more than five days",
            count,
        )
        url = f"{address('counterparties:counterparty_tab', party.pk, 'payments')}?settled=late"
        yield dossier.Warning("warning", words % {"count": count}, url)


dossier.warnings.register(
    dossier.HeadWarning("advances_without_invoice", say_late, count_late, permission=VIEW, order=65)
)


# -- Menus and search -------------------------------------------------------------------------------


def find_payments(text: str, user: Any, limit: int) -> list[search.Hit]:
    """By number, bank's reference, ground or IBAN."""
    if len(text.strip()) < 3:
        return []
    payments = Payment.objects.visible_to(user).matching(text).select_related("party__legal_form")
    return [
        search.Hit(
            payment.party,
            str(payment),
            f"{payment.party.display_name}, {format_date(payment.date)}, "
            f"{format_money(payment.amount, payment.currency)}",
            payment.get_absolute_url(),
            icon="cash-coin",
        )
        for payment in payments.order_by("-date", "-pk")[:limit]
    ]


search.sources.register(
    search.SearchSource("payments", gettext_lazy("Payments"), find_payments, permission=VIEW, order=82)
)
menu.register(
    MenuEntry(
        "finance.payments",
        gettext_lazy("Payments"),
        "/finance/payments/",
        icon="cash-coin",
        parent="finance",
        visible=lambda user: user.has_perm(VIEW),
        order=20,
    )
)
menu.register(
    MenuEntry(
        "finance.cash_desks",
        gettext_lazy("Cash desks"),
        "/finance/cash-desks/",
        icon="safe",
        parent="finance",
        visible=lambda user: user.has_perm("finance.view_cashdesk"),
        order=30,
    )
)
menu.register(
    MenuEntry(
        "finance.account_balances",
        gettext_lazy("Balances of accounts"),
        "/finance/account-balances/",
        icon="bank",
        parent="finance",
        visible=lambda user: user.has_perms(("finance.view_bankstatement", "contacts.view_bankaccount")),
        order=35,
    )
)
new_menu.register(
    MenuEntry(
        "finance.payment",
        gettext_lazy("payment"),
        "/finance/payments/add/",
        icon="cash-coin",
        visible=lambda user: user.has_perm("finance.add_payment"),
        order=11,
    )
)


# -- Timeline ---------------------------------------------------------------------------------------


def payment_keys(party: Any, user: Any, wanted: Wanted) -> QuerySet[Any] | None:
    """Posted payments, by their day; filters that only events know fit none."""
    if wanted.type is not None or wanted.state:
        return None
    found = Payment.objects.visible_to(user).exclude(state="draft").filter(party=party)
    found = found.annotate(at=DayBegins("date"))
    if wanted.who is not None:
        found = found.filter(issued_by=wanted.who)
    return found.matching(wanted.text) if wanted.text else found


def draw_payments(pks: list[int], user: Any) -> dict[int, Entry]:
    found = Payment.objects.visible_to(user).filter(pk__in=pks).select_related("issued_by", "own_firm__legal_form")
    return {payment.pk: payment_entry(payment) for payment in found.defer("search_text")}


def payment_entry(payment: Any) -> Entry:
    tone, words = settled_state(payment)
    return Entry(
        label=payment.kind_label,
        icon="cash-coin",
        at=dt.datetime.combine(payment.date, dt.time(), SOFIA),
        tone="green" if payment.direction == PaymentDirection.IN else "amber",
        title=f"№ {payment.number}, {format_money(payment.amount, payment.currency)}",
        url=payment.get_absolute_url(),
        text=payment.reason,
        who=[str(payment.issued_by or "")],
        marks=[Mark(tone, words)],
        whole_day=True,
    )


def payment_brief() -> dict[str, Any]:
    label = Case(
        When(direction=PaymentDirection.INTERNAL, then=Value(str(_("Internal transfer")))),
        When(method=PaymentMethod.CASH, direction=PaymentDirection.IN, then=Value(str(_("ПКО")))),
        When(method=PaymentMethod.CASH, then=Value(str(_("РКО")))),
        When(direction=PaymentDirection.IN, then=Value(str(_("Payment in")))),
        default=Value(str(_("Payment out"))),
        output_field=CharField(),
    )
    amount: Any = Func(F("amount"), Value("FM999,999,999,990.00"), function="to_char", output_field=CharField())
    for drawn, written in ((",", NBSP), (".", ",")):
        amount = Replace(amount, Value(drawn), Value(written))
    signs = [When(currency=code, then=Value(currency_sign(code))) for code in ("EUR", "BGN")]
    sign = Case(*signs, default=F("currency"), output_field=CharField())
    title = Concat(Value("№ "), F("number"), Value(", "), amount, Value(NBSP), sign, output_field=CharField())
    return {"title": title, "label": label, "icon": "cash-coin", "tone": "green"}


sources.register(
    TimelineSource(
        "payments",
        gettext_lazy("Payments"),
        payment_keys,
        draw_payments,
        payment_brief,
        lambda pk: address("finance:payment_detail", pk),
        permission=VIEW,
        export_permission="finance.export_payment",
        order=50,
    )
)


# -- History ----------------------------------------------------------------------------------------


def payment_title(values: dict[str, Any]) -> str:
    return str(values.get("number") or values.get("reason") or "")


def payment_deed(before: dict[str, Any], after: dict[str, Any]) -> str:
    if after.get("cancelled_at") and not before.get("cancelled_at"):
        return _("cancelled")
    return _("posted") if after.get("issued_at") and not before.get("issued_at") else ""


history.register(
    Payment,
    lambda events, party: events.filter(party_id=party.pk),
    permission=VIEW,
    title=payment_title,
    hidden=frozenset({"state", "issued_at", "issued_by", "cancelled_at", "cancelled_by", "statement_line", "rate_on"}),
    seen_by=of_firms_in_scope(Payment._meta.db_table, "pgh_obj_id"),
    deed=payment_deed,
    order=170,
)


# -- Events and My day ------------------------------------------------------------------------------

about_kinds.register(
    AboutKind(
        "payment",
        gettext_lazy("Payments"),
        Payment,
        lambda party, user: Payment.objects.visible_to(user).filter(party=party).order_by("-date", "-pk"),
        permission=VIEW,
        order=45,
    )
)


def advances_due(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """What clients paid in advance that waits for its invoice, the soonest first, for who writes invoices."""
    if not user.has_perm("finance.issue_financialdocument"):
        return None
    rows = settling.advances_without_invoice(user).select_related("party", "party__legal_form")
    found = list(rows.defer("search_text")[: SHOWN + 1])
    if not found:
        return None
    for payment in found:
        payment.invoice_due = settling.invoice_due(payment)
    return {
        "rows": found[:SHOWN],
        "more": len(found) > SHOWN,
        "url": "/finance/payments/?settled=invoice&sort=date",
        "day": now.astimezone(SOFIA).date(),
    }


day_panels.register(
    DayPanel(
        "advances",
        gettext_lazy("Advances without an invoice"),
        "finance/_day_advances.html",
        advances_due,
        permission=VIEW,
        order=70,
    )
)
