"""Kinds of financial documents, and what each of them is, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from counterparties.kinds import Kind as PartyKind
from documents.numbering import SeriesKind, series_kinds


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("invoice")
    ADVANCE_INVOICE = "advance_invoice", _("advance invoice")
    PROFORMA = "proforma", _("proforma invoice")
    CREDIT_NOTE = "credit_note", _("credit note")
    DEBIT_NOTE = "debit_note", _("debit note")
    PROTOCOL = "protocol", _("protocol")
    OBLIGATION = "obligation", _("obligation to the budget")
    CUSTOMS_DEBT = "customs_debt", _("customs debt")
    BANK_ADVICE = "bank_advice", _("bank advice")
    OFFSET = "offset", _("offset protocol")

    @property
    def facts(self) -> KindFacts:
        return FACTS[self]


class Direction(models.TextChoices):
    """Whose income the document is: `income` they owe us, `expense` we owe them (a credit note the other way round)."""

    INCOME = "income", _("income")
    EXPENSE = "expense", _("expense")


INCOME, EXPENSE = Direction.INCOME, Direction.EXPENSE
# Which numbers a kind of ours takes. Invoices and notes share one series of ten digits, never reset (a setting).
TAX = series_kinds.register(SeriesKind("tax", _("invoices and notes"), digits=10, order=20, family="tax"))
# Far from the invoices: within a firm an invoice and a note never carry the same number.
NOTES = series_kinds.register(
    SeriesKind(
        "tax-notes", _("notes, when they have a series apart"), digits=10, order=21, family="tax", first=5_000_000_001
    )
)
PROTOCOLS = series_kinds.register(SeriesKind("tax-protocols", _("protocols"), digits=10, order=22))
PROFORMAS = series_kinds.register(SeriesKind("proformas", _("proforma invoices"), digits=10, order=23))
OFFSETS = series_kinds.register(SeriesKind("offsets", _("offset protocols"), digits=6, prefix="ПП-", order=24))
PAYMENTS = series_kinds.register(SeriesKind("payments", _("payments"), digits=8, prefix="П-", order=25))
CASH_IN = series_kinds.register(SeriesKind("cash-in", _("cash receipt orders (ПКО)"), digits=7, order=26))
CASH_OUT = series_kinds.register(SeriesKind("cash-out", _("cash payment orders (РКО)"), digits=7, order=27))
TAX_SERIES = (TAX.slug, NOTES.slug, PROTOCOLS.slug)

PARTNERS = (PartyKind.CLIENT, PartyKind.SUPPLIER, PartyKind.BANK, PartyKind.STATE_BODY, PartyKind.OWN_FIRM)


@dataclass(frozen=True)
class KindFacts:
    """What a kind is.

    `ours` are the directions in which we issue it, `theirs` those in which we receive it. `tax` documents (ЗДДС чл.
    112, and the customs one) carry a VAT period; `ledger` is their kind in the ledgers. `owes`: its total is to be
    paid. `sign` is −1 where it lessens what the other side owes. `turnover`: counts as sales or purchases.
    """

    ours: tuple[Direction, ...] = ()
    theirs: tuple[Direction, ...] = ()
    series: str = ""
    tax: bool = False
    ledger: str = ""
    owes: bool = True
    sign: int = 1
    turnover: bool = False
    corrects: bool = False
    parties: tuple[PartyKind, ...] = PARTNERS
    heading: str = ""
    heading_en: str = ""
    order: int = 100


FACTS: dict[str, KindFacts] = {
    DocumentKind.INVOICE: KindFacts(
        (INCOME,), (EXPENSE,), TAX.slug, tax=True, ledger="01", turnover=True,
        heading="ФАКТУРА", heading_en="INVOICE", order=10,
    ),
    DocumentKind.ADVANCE_INVOICE: KindFacts(
        (INCOME,), (EXPENSE,), TAX.slug, tax=True, ledger="01", turnover=True,
        heading="ФАКТУРА", heading_en="INVOICE", order=20,
    ),
    DocumentKind.PROFORMA: KindFacts(
        (INCOME,), (EXPENSE,), PROFORMAS.slug, owes=False,
        heading="ПРОФОРМА ФАКТУРА", heading_en="PROFORMA INVOICE", order=30,
    ),
    DocumentKind.CREDIT_NOTE: KindFacts(
        (INCOME,), (EXPENSE,), TAX.slug, tax=True, ledger="03", turnover=True, sign=-1, corrects=True,
        heading="КРЕДИТНО ИЗВЕСТИЕ", heading_en="CREDIT NOTE", order=40,
    ),
    DocumentKind.DEBIT_NOTE: KindFacts(
        (INCOME,), (EXPENSE,), TAX.slug, tax=True, ledger="02", turnover=True, corrects=True,
        heading="ДЕБИТНО ИЗВЕСТИЕ", heading_en="DEBIT NOTE", order=50,
    ),
    DocumentKind.PROTOCOL: KindFacts(
        (EXPENSE,), (), PROTOCOLS.slug, tax=True, ledger="09", owes=False,
        heading="ПРОТОКОЛ", heading_en="PROTOCOL", order=60,
    ),
    DocumentKind.OBLIGATION: KindFacts(
        (), (EXPENSE,), parties=(PartyKind.STATE_BODY,),
        heading="ЗАДЪЛЖЕНИЕ КЪМ БЮДЖЕТА", heading_en="OBLIGATION TO THE BUDGET", order=70,
    ),
    DocumentKind.CUSTOMS_DEBT: KindFacts(
        (), (EXPENSE,), tax=True, ledger="07", parties=(PartyKind.STATE_BODY,),
        heading="МИТНИЧЕСКО ЗАДЪЛЖЕНИЕ", heading_en="CUSTOMS DEBT", order=80,
    ),
    DocumentKind.BANK_ADVICE: KindFacts(
        (), (EXPENSE, INCOME), parties=(PartyKind.BANK,),
        heading="БАНКОВО БОРДЕРО", heading_en="BANK ADVICE", order=90,
    ),
    DocumentKind.OFFSET: KindFacts(
        (INCOME,), (), OFFSETS.slug, owes=False,
        heading="ПРОТОКОЛ ЗА ПРИХВАЩАНЕ", heading_en="OFFSET PROTOCOL", order=100,
    ),
}  # fmt: skip


def kinds_for(party: Any, direction: str | None = None, *, received: bool | None = None) -> list[DocumentKind]:
    """Kinds of documents that a party may have with us, in the order of the table."""
    found = []
    for kind in DocumentKind:
        facts = kind.facts
        ours = [way for way in facts.ours if received in (None, False)]
        theirs = [way for way in facts.theirs if received in (None, True)]
        ways = (*ours, *theirs)
        if ways and any(one in facts.parties for one in party.kinds) and direction in (None, *ways):
            found.append(kind)
    return found
