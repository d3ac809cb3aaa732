"""How documents' states and sums are drawn: the same words and tones in lists, on pages and in the timeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import pgettext_lazy

from common.money import format_money
from contacts.cells import tone
from finance.models.choices import PaymentState

STATE_TONES = {"draft": "grey", "issued": "blue", "cancelled": "cancelled"}
PAYMENT_TONES = {
    PaymentState.UNPAID: "blue",
    PaymentState.PARTLY: "amber",
    PaymentState.PAID: "green",
    PaymentState.OVERDUE: "red",
}


# A credit note is not paid, it is used: set against an invoice, or given back.
USE_STATES = {
    PaymentState.UNPAID: pgettext_lazy("credit note", "unused"),
    PaymentState.PARTLY: pgettext_lazy("credit note", "partly used"),
    PaymentState.PAID: pgettext_lazy("credit note", "used"),
}


def payment_label(state: PaymentState, *, sign: int = 1) -> str:
    """How far it is paid, in words; `sign` is -1 of a credit note, of which is told how far it is used."""
    return str(capfirst(state.label if sign > 0 else USE_STATES.get(state, state.label)))


def draw_state(document: Any) -> SafeString:
    """One badge: how far an issued document is paid, and else its state."""
    state = document.payment_state
    if state != PaymentState.NONE:
        return tone(PAYMENT_TONES[state], payment_label(state, sign=document.facts.sign))
    return tone(STATE_TONES[document.state], document.state_label)


def state_text(document: Any) -> str:
    state = document.payment_state
    return payment_label(state, sign=document.facts.sign) if state != PaymentState.NONE else document.state_label


def signed(document: Any, amount: Decimal) -> Decimal:
    """An amount as it counts in a sum: below zero on a credit note, which lessens."""
    return amount * document.facts.sign


def draw_total(document: Any) -> SafeString | str:
    """The total in the document's currency, with the euro under it when it is in another."""
    total = format_money(signed(document, document.gross), document.currency)
    if document.currency == "EUR":
        return total
    return format_html(
        '{}<br><span class="muted">{}</span>', total, format_money(signed(document, document.gross_eur), "EUR")
    )


def address_if_any(name: str, *args: Any) -> str:
    """The address of a page of another part of the product; empty while that part is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
