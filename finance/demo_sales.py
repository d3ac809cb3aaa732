"""What the demonstration's own firms sell: invoices and how they are paid, advances, notes, proformas, old levs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from counterparties.models import Counterparty, StatusEffect
from finance.advances import add_deductions
from finance.demo_ledger import LOGISTICS, TRADE, Ledger
from finance.drafting import draft_from_proforma, draft_note
from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.settling import draft_refund, post

# How clients pay: days after the last day for it; None never; a share is paid and the rest stays.
HABITS: list[tuple[int | None, Any]] = [(-2, 1), (0, 1), (6, 1), (21, 1), (-5, 1), (3, 1), (40, 1), (2, "0.6")]
# Days by which an invoice is overdue today: one and more of each class of age; below zero it is not due yet.
AGES = [-25, -12, -6, 9, 22, 38, 55, 66, 83, 110, 160]


def regular_clients(book: Ledger) -> list[Counterparty]:
    """Firms to which one sells on account."""
    found = []
    for party in book.parties.values():
        fits = party.is_client and party.is_legal and str(party.country) == "BG" and not party.is_archived
        effects = party.status.effects if party.status else []
        halts = {StatusEffect.STOP_SALES, StatusEffect.ADVANCE_ONLY} & set(effects)
        if fits and not halts and party.status is not None and party.status.code in ("active", "watch"):
            found.append(party)
    return sorted(found, key=lambda party: party.pk)


def sales(book: Ledger) -> None:
    clients = regular_clients(book)
    for place, client in enumerate(clients[:24]):
        for turn in range(1 + place % 2):
            lag, share = HABITS[(place * 3 + turn) % len(HABITS)]
            day = book.ago(book.rng.randint(60 + turn * 110, 150 + turn * 130))
            book.on(day, sell, book, client, lag, share, {"includes_vat": place % 9 == 4})
    for place, days in enumerate(AGES):
        client = clients[(place * 2) % len(clients)]
        day = book.ago(days + 30)
        book.on(day, sell, book, client, None if place % 3 else 5, "0.4", {"due_date": book.ago(days)})
    proformas(book, clients)
    advances(book, clients)
    notes(book, clients)
    abroad(book)
    in_levs(book, clients)
    over_the_counter(book, clients)
    mistakes(book, clients)
    drafts(book, clients)


def sell(book: Ledger, client: Counterparty, lag: int | None, share: Any, facts: dict[str, Any]) -> FinancialDocument:
    invoice = book.issue(client, **facts)
    if lag is not None and invoice.due_date is not None:
        day = max(invoice.due_date + dt.timedelta(days=lag), book.day)
        book.on(day, book.pay, invoice, share)
    return invoice


# -- Proformas and advances ------------------------------------------------------------------------


def proformas(book: Ledger, clients: list[Counterparty]) -> None:
    for place, days in enumerate((75, 44, 12, 3)):
        book.on(book.ago(days), proforma, book, clients[place * 5 + 1], place == 0)


def proforma(book: Ledger, client: Counterparty, bought: bool) -> None:
    offered = book.issue(client, DocumentKind.PROFORMA)
    if bought:
        book.on(book.day + dt.timedelta(days=6), buy, book, offered)


def buy(book: Ledger, offered: FinancialDocument) -> None:
    invoice = draft_from_proforma(offered, DocumentKind.INVOICE, book.books)
    invoice.date = book.day
    invoice.save()
    invoice.issue(book.books)
    book.on(book.day + dt.timedelta(days=10), book.pay, invoice)


def advances(book: Ledger, clients: list[Counterparty]) -> None:
    """Proforma, money, advance invoice, final invoice with the deduction; the last ones are still on their way."""
    careful = book.parties["Кетъринг Лъжица"]
    for place, (client, days) in enumerate(
        ((clients[3], 150), (clients[8], 95), (clients[12], 50), (careful, 33), (clients[17], 9))
    ):
        book.on(book.ago(days), begin_advance, book, client, place)


def begin_advance(book: Ledger, client: Counterparty, place: int) -> None:
    goods = [book.line("Оборудване за търговски обект по спецификация", 2400 + place * 350)]
    offered = book.issue(client, DocumentKind.PROFORMA, lines=goods)
    book.on(book.day + dt.timedelta(days=3), take_advance, book, offered, place)


def take_advance(book: Ledger, offered: FinancialDocument, place: int) -> None:
    base = (offered.net / 3).quantize(Decimal("0.01"))
    facts = {"source": offered, "firm": offered.own_firm.name}
    advance = book.issue(
        offered.party,
        DocumentKind.ADVANCE_INVOICE,
        lines=[book.line(f"Аванс по проформа фактура № {offered.number}", base)],
        **facts,
    )
    book.pay(advance)
    if place != 3:
        book.on(book.day + dt.timedelta(days=16), finish, book, offered, advance, place)


def finish(book: Ledger, offered: FinancialDocument, advance: FinancialDocument, place: int) -> None:
    goods = [book.line("Оборудване за търговски обект по спецификация", offered.net)]
    final = book.document(offered.party, firm=offered.own_firm.name, source=offered, lines=goods)
    add_deductions(final, [advance])
    final.issue(book.books)
    if place < 2:
        book.on(book.day + dt.timedelta(days=12), book.pay, final)


# -- Notes -----------------------------------------------------------------------------------------


def notes(book: Ledger, clients: list[Counterparty]) -> None:
    """A part given back, all of an invoice, something paid already (an unused note), and a dearer delivery."""
    for client, days, kind, reason, paid in (
        (clients[2], 88, DocumentKind.CREDIT_NOTE, "Върната стока", False),
        (clients[6], 70, DocumentKind.CREDIT_NOTE, "Разваляне на доставката", False),
        (clients[10], 58, DocumentKind.CREDIT_NOTE, "Рекламация на качество", True),
        (clients[14], 47, DocumentKind.DEBIT_NOTE, "Увеличение на цената по анекс", False),
    ):
        book.on(book.ago(days), sell_and_correct, book, client, kind, reason, paid)


def sell_and_correct(book: Ledger, client: Counterparty, kind: str, reason: str, paid: bool) -> None:
    invoice = book.issue(client)
    if paid:
        book.pay(invoice)
    book.on(book.day + dt.timedelta(days=9), correct, book, invoice, kind, reason)


def correct(book: Ledger, invoice: FinancialDocument, kind: str, reason: str) -> None:
    first = invoice.lines.order_by("position")[0]
    whole = reason == "Разваляне на доставката"
    note = draft_note(invoice, kind, book.books, lines=None if whole else [(first, Decimal(1))], reason=reason)
    note.date, note.tax_event_date, note.due_date, note.vat_period = book.day, None, None, None
    note.save()
    note.issue(book.books)


# -- Abroad, in levs, over the counter -------------------------------------------------------------


def abroad(book: Ledger) -> None:
    """Into the Community, outside of it, and some in dollars."""
    vienna, athens = book.parties["Alpenhandel Wien"], book.parties["Papadopoulos Emporiki"]
    belgrade, bucharest = book.parties["Dunav Promet"], book.parties["Transilvania Comert"]
    bilingual = {"print_language": "bg+en", "firm": TRADE}
    for client, days, lag, facts in (
        (vienna, 102, 4, {"vat": "K"}),
        (athens, 64, None, {"vat": "K"}),
        (belgrade, 85, 10, {"vat": "G", "currency": "USD"}),
        (belgrade, 40, None, {"vat": "G", "currency": "USD"}),
        (bucharest, 29, 2, {"vat": "AE"}),
    ):
        book.on(book.ago(days), sell_abroad, book, client, lag, {**facts, **bilingual})


def sell_abroad(book: Ledger, client: Counterparty, lag: int | None, facts: dict[str, Any]) -> None:
    vat = facts.pop("vat")
    if vat == "AE":
        facts["lines"] = [
            book.line("Консултантска услуга", 640, vat=vat, unit="услуга", description_en="Consulting service")
        ]
    else:
        price = Decimal("18.40") if facts.get("currency") == "USD" else Decimal("15.90")
        facts["lines"] = [
            book.line("Комплект съдове, керамика", price, quantity=60, vat=vat, description_en="Ceramic tableware set"),
            book.line("Поднос, бамбук", price / 2, quantity=40, vat=vat, description_en="Bamboo tray"),
        ]
    sell(book, client, lag, 1, facts)


def in_levs(book: Ledger, clients: list[Counterparty]) -> None:
    """Of 2025: paid in levs, paid in euro after the New Year, still open, and one corrected in euro."""
    for place, (day, lag, share) in enumerate(
        (
            (dt.date(2025, 10, 14), 0, 1),
            (dt.date(2025, 11, 6), 3, 1),
            (dt.date(2025, 12, 3), 45, 1),
            (dt.date(2025, 12, 15), 60, "0.5"),
            (dt.date(2025, 12, 19), None, 1),
        )
    ):
        book.on(day, sell, book, clients[place * 3 + 1], lag, share, {"firm": TRADE})
    book.on(
        dt.date(2025, 12, 22), sell_and_correct, book, clients[20], DocumentKind.CREDIT_NOTE, "Върната стока", False
    )


def over_the_counter(book: Ledger, clients: list[Counterparty]) -> None:
    """Cash with a receipt issued elsewhere, cash on delivery, and more paid than was asked, given back or not."""
    person = next(party for party in book.parties.values() if party.is_client and not party.is_legal)
    book.on(book.ago(35), in_cash, book, person)
    book.on(book.ago(52), on_delivery, book, clients[22])
    book.on(book.ago(68), overpaid, book, clients[24], True)
    book.on(book.ago(26), overpaid, book, clients[25], False)
    book.on(book.ago(4), advance_by_bank, book, clients[9])


def in_cash(book: Ledger, person: Counterparty) -> None:
    lines = [book.line("Кутии за пренасяне, комплект", "24.90", quantity=2)]
    invoice = book.issue(person, firm=LOGISTICS, lines=lines, payment_method="cash", includes_vat=True)
    book.pay(invoice, method="cash", receipt_number="0041827", person=person.name)


def on_delivery(book: Ledger, client: Counterparty) -> None:
    invoice = book.issue(client, payment_method="cod")
    book.on(book.day + dt.timedelta(days=4), lambda: book.pay(invoice, method="cod"))


def overpaid(book: Ledger, client: Counterparty, given_back: bool) -> None:
    payment = book.pay(book.issue(client), extra="150.00")
    if given_back:
        book.on(book.day + dt.timedelta(days=7), give_back, book, payment)


def give_back(book: Ledger, payment: Any) -> None:
    refund = draft_refund(payment, book.books)
    refund.date = book.day
    refund.save()
    post(refund, book.books)


def advance_by_bank(book: Ledger, client: Counterparty) -> None:
    """Money without an invoice: one is due within five days."""
    book.post(client, "960.00", book.firm_of(client), direction="in", reason="Аванс за доставка по заявка 118")


# -- Mistakes and drafts ---------------------------------------------------------------------------


def mistakes(book: Ledger, clients: list[Counterparty]) -> None:
    book.on(book.ago(77), cancel, book, clients[4], "Сгрешен получател", 0)
    book.on(book.ago(31), cancel, book, clients[13], "Издадена повторно по същата заявка", 3)
    book.on(book.ago(45), cancel_payment, book, clients[16])


def cancel(book: Ledger, client: Counterparty, reason: str, after: int) -> None:
    invoice = book.issue(client)
    day = book.day + dt.timedelta(days=after)
    book.on(day, lambda: invoice.cancel(book.manager, reason, on=day))


def cancel_payment(book: Ledger, client: Counterparty) -> None:
    payment = book.post(client, "310.00", TRADE, direction="in", reason="Плащане")
    payment.cancel(book.manager, "Осчетоводено два пъти", on=book.day)


def drafts(book: Ledger, clients: list[Counterparty]) -> None:
    """Begun today and yesterday: one of each kind that we issue to clients."""
    for place, kind in enumerate((DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE, DocumentKind.PROFORMA)):
        book.on(book.ago(place % 2), draft, book, clients[place + 5], kind)
    book.on(book.today, draft_notes, book)
    book.on(book.today, draft_payment, book, clients[0])


def draft(book: Ledger, client: Counterparty, kind: str) -> None:
    stored(book.document(client, kind))


def stored(document: FinancialDocument) -> FinancialDocument:
    """The draft with its totals, as lists show them."""
    document.store_amounts()
    document.save()
    return document


def draft_notes(book: Ledger) -> None:
    invoices = FinancialDocument.objects.issued().filter(
        kind="invoice", received=False, currency="EUR", corrected_by__isnull=True, lines__deducts__isnull=True
    )
    for kind, invoice in zip(
        (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE),
        invoices.order_by("-date", "-pk").distinct()[:2],
        strict=False,
    ):
        line = invoice.lines.order_by("position")[0]
        draft_note(invoice, kind, book.books, lines=[(line, Decimal(1))], reason="За уточняване с клиента")


def draft_payment(book: Ledger, client: Counterparty) -> None:
    book.payment(client, "412.50", book.firm_of(client), direction="in", reason="По фактура – да се уточни")
