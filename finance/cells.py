"""How documents' states and sums are drawn: the same words and tones in lists, on pages and in the timeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

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


def payment_label(state: PaymentState) -> str:
    return str(capfirst(state.label))


def draw_state(document: Any) -> SafeString:
    """One badge: how far an issued document is paid, and else its state."""
    state = document.payment_state
    if state != PaymentState.NONE:
        return tone(PAYMENT_TONES[state], payment_label(state))
    return tone(STATE_TONES[document.state], document.state_label)


def state_text(document: Any) -> str:
    state = document.payment_state
    return payment_label(state) if state != PaymentState.NONE else document.state_label


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
