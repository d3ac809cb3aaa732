"""Cash orders (ПКО with its receipt, РКО in two copies) and the sheet of any other payment."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from common.money import NBSP
from common.printing import html_to_pdf
from common.words import amount_in_words
from contacts.iban import format_iban
from finance.models import FirmSettings, Payment, Settlement
from finance.printing.labels import words_in
from finance.printing.protocols import name_of
from finance.printing.sheet import Fact, day, facts, foot_of, logo_of, money, number
from trade.amounts import ZERO
from trade.copies import copy_of

CSS = ("css/finance-print.css",)
METHODS = {
    "bank": "банков превод",
    "cash": "в брой",
    "card": "с карта",
    "cod": "наложен платеж",
    "offset": "прихващане",
}


def cash_order_pdf(payment: Payment) -> bytes:
    """The paper of a payment: a cash order, or for other ways a sheet that says what was paid and for what."""
    related = ("own_firm", "own_firm__legal_form", "party", "party__legal_form", "desk", "account__bank", "issued_by")
    fresh = Payment.objects.select_related(*related, "created_by", "other_account", "other_desk").get(pk=payment.pk)
    with translation.override("bg"):
        sheet = payment_sheet(fresh)
        html = render_to_string(f"finance/print/{'cash_order' if sheet['slips'] else 'payment'}.html", sheet)
    return html_to_pdf(html, CSS, {"picture:logo": sheet["logo"]} if sheet["logo"] else {})


def payment_sheet(payment: Payment) -> dict[str, Any]:
    settings = FirmSettings.of(payment.own_firm)
    firm = copy_of(payment.own_firm, payment.date, firm=True)
    maker: Any = payment.issued_by or payment.created_by
    watermark = "ЧЕРНОВА" if payment.is_draft else "АНУЛИРАН" if payment.is_cancelled else ""
    return {
        "payment": payment,
        "words": words_in("bg"),
        "language": "bg",
        "logo": logo_of(settings),
        "firm": firm,
        "slips": slips(payment),
        "heading": heading(payment),
        "watermark": watermark,
        "cancelled": f"Анулиран на {day(payment.cancelled_on)} Причина: {payment.cancel_reason}"
        if payment.is_cancelled
        else "",
        "day": day(payment.date),
        "amount": f"{money(payment.amount, payment.currency)}{NBSP}{payment.currency}",
        "in_words": amount_in_words(payment.amount, payment.currency, "bg"),
        "reason": payment.reason or for_what(payment),
        "person": payment.person or payment.party.full_name,
        "party": payment.party.full_name,
        "is_in": payment.direction == "in",
        "prepared_by": str(maker) if maker else "",
        "facts": payment_facts(payment),
        "settled": settled_rows(payment),
        "open": money(payment.open, payment.currency) if payment.open and payment.direction != "internal" else "",
        "currency": payment.currency,
        "foot": foot_of(firm, {}, settings),
    }


def slips(payment: Payment) -> list[dict[str, Any]]:
    """What stands on the page of a cash order, one above the other."""
    if payment.method != "cash" or payment.direction == "internal":
        return []
    if payment.direction == "in":
        return [
            {"title": "ПРИХОДЕН КАСОВ ОРДЕР", "note": "За касата", "is_receipt": False},
            {"title": "КВИТАНЦИЯ към приходен касов ордер", "note": "За вносителя", "is_receipt": True},
        ]
    return [
        {"title": "РАЗХОДЕН КАСОВ ОРДЕР", "note": "За касата", "is_receipt": False},
        {"title": "РАЗХОДЕН КАСОВ ОРДЕР", "note": "За получателя", "is_receipt": False},
    ]


def heading(payment: Payment) -> str:
    return {"in": "ПОСТЪПЛЕНИЕ", "out": "ПЛАЩАНЕ", "internal": "ВЪТРЕШЕН ПРЕВОД"}[payment.direction]


def for_what(payment: Payment) -> str:
    """The documents that it settles, in words, when no ground was written."""
    rows = settled_rows(payment)
    return ", ".join(f"{row['name']} {row['number']}" for row in rows[:12]) + (" и други" if len(rows) > 12 else "")


def settled_rows(payment: Payment) -> list[dict[str, Any]]:
    """The documents against which the payment is set, and how much of it on each."""
    if payment.pk is None:
        return []
    found = Settlement.objects.current().filter(Q(debit_payment=payment) | Q(credit_payment=payment))
    rows = []
    for one in found.select_related("debit_document", "credit_document", "debit_payment", "credit_payment"):
        mine_is_debit = one.debit_payment_id == payment.pk
        other = one.credit if mine_is_debit else one.debit
        name = "плащане" if isinstance(other, Payment) else name_of(other)
        amount = one.debit_amount if mine_is_debit else one.credit_amount
        rows.append({
            "name": name, "number": other.number, "day": day(other.date), "amount": money(amount, payment.currency),
        })  # fmt: skip
    return rows


def payment_facts(payment: Payment) -> list[Fact]:
    """What the sheet of a payment that is no cash order says."""

    def place(account: Any, desk: Any) -> str:
        if account is not None:
            return f"{format_iban(account.iban) or account.number} {account.bank_shown}".strip()
        return f"Каса {desk}" if desk is not None else ""

    internal = payment.direction == "internal"
    mine, theirs = place(payment.account, payment.desk), place(payment.other_account, payment.other_desk)
    received = payment.other_amount if payment.other_amount is not None else ZERO
    rate = f"1{NBSP}EUR = {number(payment.rate, least=4, most=8)}{NBSP}{payment.currency}"
    return facts(
        ("Дата", day(payment.date)),
        ("Начин на плащане", "" if internal else METHODS.get(payment.method, "")),
        ("Платил" if payment.direction == "in" else "Платено на", "" if internal else payment.party.full_name),
        ("По сметка" if payment.direction == "in" else "От сметка или каса", mine),
        ("Към сметка или каса", theirs),
        ("Получено", money(received, payment.currency) if received and received != payment.amount else ""),
        ("Тяхна сметка", format_iban(payment.party_iban)),
        ("Лице", payment.person),
        ("Основание", payment.reason),
        ("Сделка или договор", payment.deal),
        ("Референция на банката", payment.reference),
        ("№ на фискалния бон", payment.receipt_number),
        ("Курс", "" if payment.currency == "EUR" else f"{rate} към {day(payment.rate_on)}"),
    )
