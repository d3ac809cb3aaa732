"""Protocols between two sides: of annulment (ЗДДС чл. 116, ал. 4) and of offsetting (ЗЗД чл. 103–104)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.words import amount_in_words
from finance.models import FinancialDocument, FirmSettings
from finance.models.choices import Side
from finance.printing.labels import words_in
from finance.printing.sheet import Fact, annulled_word, day, foot_of, logo_of, money, party_block, told_by
from trade.amounts import ZERO

# In the genitive, as it stands in „анулиране на …“.
KINDS = {
    "invoice": "фактура",
    "advance_invoice": "фактура за аванс",
    "proforma": "проформа фактура",
    "credit_note": "кредитно известие",
    "debit_note": "дебитно известие",
    "protocol": "протокол по чл. 117 от ЗДДС",
    "offset": "протокол за прихващане",
}


def name_of(document: FinancialDocument) -> str:
    """What kind of paper it is, in the middle of a sentence."""
    return KINDS.get(document.kind, str(document.facts.heading).lower())


def both_sides(document: FinancialDocument) -> list[dict[str, Any]]:
    words = words_in("bg")
    return [
        party_block(words["first_party"], document.firm_copy, document.own_firm, words),
        party_block(words["second_party"], document.party_copy, document.party, words),
    ]


def common_parts(document: FinancialDocument) -> dict[str, Any]:
    settings = FirmSettings.of(document.own_firm)
    return {
        "document": document,
        "words": words_in("bg"),
        "language": "bg",
        "logo": logo_of(settings),
        "parties": both_sides(document),
        "foot": foot_of(document.firm_copy, document.account_copy or {}, settings),
    }


def hands(document: FinancialDocument) -> list[Fact]:
    """Who signs for each side: its representative, when one is known."""
    return [
        Fact(f"За {copy.get('name', '')}", copy.get("representative", ""))
        for copy in (document.firm_copy, document.party_copy)
    ]


# -- Annulment -------------------------------------------------------------------------------------


def replacement_of(document: FinancialDocument) -> FinancialDocument | None:
    """The document that was issued in the place of an annulled one."""
    made = document.made_documents.filter(state="issued", kind=document.kind, own_firm=document.own_firm_id)
    return made.order_by("pk").first()


def annulment_sheet(document: FinancialDocument) -> dict[str, Any]:
    kind = name_of(document)
    new = replacement_of(document)
    return common_parts(document) | {
        "title": f"Протокол за анулиране на {kind} № {document.number}",
        "kind": kind,
        "annulled": told_by(document.number, document.date),
        "annulled_word": annulled_word(document.kind),
        "total": f"{money(document.gross, document.currency)} {document.currency}",
        "base": f"{money(document.net, document.currency)} {document.currency}",
        "vat": f"{money(document.vat, document.currency)} {document.currency}",
        "reason": document.cancel_reason,
        "on": day(document.cancelled_on),
        "new": told_by(new.number, new.date) if new else "",
        "hands": hands(document),
    }


# -- Offset ----------------------------------------------------------------------------------------


def offset_sheet(document: FinancialDocument, language: str) -> dict[str, Any]:
    """Both lists: what they owe us and what we owe them, and how much of each is extinguished."""
    words = words_in(language)
    ours, theirs = offset_lists(document)
    # Put forward, one side may be more than the other; what goes off is the smaller of the two.
    amount = min(sum((row["amount"] for row in side), ZERO) for side in (ours, theirs))
    lists = [
        offset_list(document, document.firm_copy, ours, words),
        offset_list(document, document.party_copy, theirs, words),
    ]
    return {
        "parties": [
            party_block(words["first_party"], document.firm_copy, document.own_firm, words),
            party_block(words["second_party"], document.party_copy, document.party, words),
        ],
        "lists": lists,
        "amount": money(amount, document.currency),
        "in_words": [("bg", amount_in_words(amount, document.currency, "bg"))],
        "hands": hands(document),
    }


def offset_list(document: FinancialDocument, copy: dict[str, Any], rows: list[Any], words: Any) -> dict[str, Any]:
    shown = [row | {"total": money(row["total"], row["currency"]), "amount": money(row["amount"], document.currency)}
             for row in rows]  # fmt: skip
    return {
        "title": words.pair(f"Вземания на {copy.get('name', '')}", f"Claims of {copy.get('name', '')}"),
        "rows": shown,
        "sum": money(sum((row["amount"] for row in rows), ZERO), document.currency),
    }


def offset_lists(document: FinancialDocument) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Our claims and theirs: what went off once it is issued, before that what is put forward."""
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for item in document.offset_items.select_related("document"):
        amount = item.amount if document.is_draft else item.used
        side = ours if item.document.side == Side.DEBIT else theirs
        if amount:
            side.append(offset_row(item.document, amount))
    return ours, theirs


def offset_row(document: FinancialDocument, amount: Decimal) -> dict[str, Any]:
    return {
        "name": name_of(document),
        "number": document.number,
        "day": day(document.date),
        "total": document.gross,
        "currency": document.currency,
        "amount": amount,
    }
