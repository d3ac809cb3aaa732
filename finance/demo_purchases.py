"""What the demonstration's own firms buy and owe: suppliers, foreign ones with protocols, the state, the banks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from stdnum import iso6346

from counterparties.models import Counterparty, StatusEffect
from finance.demo_ledger import LOGISTICS, TRADE, Ledger
from finance.demo_sales import stored
from finance.drafting import (
    draft_bank_advice,
    draft_customs_debt,
    draft_note,
    draft_obligation,
    draft_offset,
    draft_protocol,
)
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, PeriodClosing
from finance.models.periods import month_of

# What comes from whom, at what price of one: a Bulgarian supplier, the words, the price, how often.
BOUGHT = {
    "Стъкларски завод Диамант": ("Стъклени чаши, опаковка 6 бр.", "7.35", 120),
    "Мелница Белица": ("Брашно тип 500, чувал 25 кг", "16.80", 60),
    "Пласт Форм": ("Пластмасови кутии", "2.45", 300),
    "Химия и препарати Кристал": ("Препарат за под, 5 л", "6.90", 80),
    "Печатница Мастило": ("Печат на каталози", "1.95", 500),
    "Счетоводна къща „Баланс и Ко“": ("Счетоводно обслужване за месеца", "520", 1),
    "ИТ Облак": ("Абонамент за облачни услуги", "185.40", 1),
    "Охрана Щит 05": ("Охрана на обект за месеца", "430", 1),
    "Транс Щафета": ("Превоз на стоки", "310", 3),
    "Спедиция Хоризонт": ("Спедиторски услуги", "275.50", 1),
    "Куриерска служба Стрела": ("Куриерски услуги за месеца", "142.87", 1),
    "Електроснабдяване Юг-Изток Плюс": ("Електрическа енергия", "0.187", 4200),
    "Складове Изток": ("Наем на склад за месеца", "1450", 1),
}


def purchases(book: Ledger) -> None:
    for place, (name, (words, price, quantity)) in enumerate(BOUGHT.items()):
        supplier = book.parties[name]
        for turn in range(2):
            day = book.ago(12 + turn * 60 + place * 2)
            number = f"{1000200300 + place * 1117 + (9 - turn) * 41:010d}"
            line = {"words": words, "price": price, "quantity": quantity}
            book.on(day, buy, book, supplier, number, line, turn == 0 and place % 3 != 0)
    foreign(book)
    suppliers_notes(book)
    mutual(book)
    state(book)
    banks(book)
    cash(book)
    book.on(book.today, drafts, book)


def buy(book: Ledger, supplier: Counterparty, number: str, line: dict[str, Any], owed: bool) -> FinancialDocument:
    invoice = book.received(supplier, number=number, lines=[book.line(line["words"], line["price"],
                                                                     quantity=line["quantity"])])  # fmt: skip
    pays = not supplier.status or StatusEffect.STOP_PAYMENTS not in supplier.status.effects
    if not owed and pays and invoice.due_date is not None:
        book.on(invoice.due_date, book.pay, invoice)
    return invoice


# -- Foreign suppliers -----------------------------------------------------------------------------


def foreign(book: Ledger) -> None:
    """Goods from the Community with a protocol by чл. 117; imported goods with a customs debt."""
    for name, number, days, price, paid in (
        ("Müller Haushaltswaren", "RE-2026-04417", 93, "22.40", True),
        ("Ceramiche Bianchi", "1187/A", 51, "14.10", True),
        ("Müller Haushaltswaren", "RE-2026-05102", 18, "23.15", False),
    ):
        book.on(book.ago(days), from_the_community, book, book.parties[name], number, price, paid)
    book.on(book.ago(60), imported, book, book.parties["Shenzhen Bright Home"])


def from_the_community(book: Ledger, supplier: Counterparty, number: str, price: str, paid: bool) -> None:
    lines = [book.line("Домакински съдове, каталожен № 4410", price, quantity=96, vat="K")]
    invoice = book.received(supplier, number=number, lines=lines, firm=TRADE)
    book.on(book.day + dt.timedelta(days=6), charge_ourselves, book, invoice)
    if paid and invoice.due_date is not None:
        book.on(invoice.due_date, book.pay, invoice)


def charge_ourselves(book: Ledger, invoice: FinancialDocument) -> None:
    protocol = draft_protocol(invoice, book.books)
    protocol.date = book.day
    protocol.save()
    protocol.issue(book.books)


def imported(book: Ledger, supplier: Counterparty) -> None:
    lines = [book.line("LED лампи, асорти", "3.20", quantity=1200, vat="O")]
    invoice = book.received(supplier, number="SBH-260914", lines=lines, firm=TRADE, currency="USD")
    book.on(book.day + dt.timedelta(days=11), clear_customs, book, invoice)
    book.on(book.day + dt.timedelta(days=20), book.pay, invoice)


def clear_customs(book: Ledger, invoice: FinancialDocument) -> None:
    stem = f"{book.day:%y}BG005807004521R"
    mrn = stem + iso6346.calc_check_digit(stem)
    customs = book.parties["Агенция „Митници“"]
    duty = (invoice.net_eur * Decimal("0.037")).quantize(Decimal("0.01"))
    debt = draft_customs_debt(
        customs,
        book.firms[TRADE],
        book.books,
        mrn=mrn,
        customs_value=invoice.net_eur + 180,
        duty=duty,
        date=book.day,
        received_on=book.day,
        due_date=book.day + dt.timedelta(days=10),
    )
    debt.issue(book.books)
    book.on(book.day + dt.timedelta(days=1), book.pay, debt)


# -- Notes, offsets ----------------------------------------------------------------------------------


def suppliers_notes(book: Ledger) -> None:
    """A supplier's credit note, a received invoice that was a mistake, and one whose totals were printed a cent off."""
    glass, forms = book.parties["Стъкларски завод Диамант"], book.parties["Пласт Форм"]
    book.on(book.ago(40), receive_note, book, glass)
    book.on(book.ago(24), receive_wrong, book, forms)
    book.on(book.ago(20), receive_a_cent_off, book, book.parties["Печатница Мастило"])


def receive_note(book: Ledger, supplier: Counterparty) -> None:
    invoice = FinancialDocument.objects.issued().filter(party=supplier, received=True, kind="invoice").latest("date")
    book.received(
        supplier,
        DocumentKind.CREDIT_NOTE,
        firm=invoice.own_firm.name,
        number="1000999120",
        corrects=invoice,
        reason="Счупена стока при превоза",
        lines=[book.line("Стъклени чаши, опаковка 6 бр.", "7.35", quantity=4)],
    )


def receive_wrong(book: Ledger, supplier: Counterparty) -> None:
    invoice = book.received(supplier, number="1000999777", lines=[book.line("Пластмасови кутии", "2.45", quantity=90)])
    invoice.cancel(book.manager, "Фактурата не е за нас", on=book.day)


def receive_a_cent_off(book: Ledger, supplier: Counterparty) -> None:
    book.received(
        supplier,
        number="0000044821",
        lines=[book.line("Печат на брошури", "0.1337", quantity=1650)],
        printed_net=Decimal("220.61"),
        printed_vat=Decimal("44.12"),
    )


def mutual(book: Ledger) -> None:
    """A client who is a supplier too: both owe each other, and a protocol sets it off."""
    both = book.parties["Мебелна къща Дъб"]
    book.on(book.ago(57), owe_each_other, book, both)


def owe_each_other(book: Ledger, both: Counterparty) -> None:
    sold = book.issue(both, firm=TRADE, lines=[book.line("Стоки по заявка 77", "640.00")])
    bought = book.received(
        both, firm=TRADE, number="0000003318", lines=[book.line("Рафтове за магазин", "212.50", quantity=2)]
    )
    book.on(book.day + dt.timedelta(days=21), set_off, book, sold, bought)


def set_off(book: Ledger, sold: FinancialDocument, bought: FinancialDocument) -> None:
    offset = draft_offset(sold.party, sold.own_firm, [sold], [bought], book.books, date=book.day)
    offset.issue(book.books)


# -- The state and the banks -------------------------------------------------------------------------


def state(book: Ledger) -> None:
    """VAT month by month, insurance, a local tax with interest and a penal decree that may still be appealed."""
    revenue, town = book.parties["Национална агенция за приходите"], book.parties["Столична община"]
    for back in range(1, 5):
        month = month_of(book.today)
        for _each in range(back):
            month = month_of(month - dt.timedelta(days=1))
        after = month_of(month + dt.timedelta(days=31))
        day = after.replace(day=10)
        for firm, base in ((TRADE, 1830), (LOGISTICS, 640)):
            facts = {
                "number": f"ДДС-{month:%m%Y}",
                "amount": Decimal(base + back * 37) + Decimal("0.45"),
                "obligation_type": "declaration",
                "description": f"ДДС за внасяне за {month:%m.%Y}",
                "due_date": after.replace(day=14),
                "period": (month, after - dt.timedelta(days=1)),
            }
            book.on(day, owe_the_state, book, revenue, firm, facts, back > 1 or book.today.day > 14)
    insurance = {
        "number": f"Обр. 6-{book.ago(30):%m%Y}",
        "amount": Decimal("2140.18"),
        "obligation_type": "social",
        "description": "Осигурителни вноски",
        "due_date": book.ago(2),
    }
    book.on(book.ago(20), owe_the_state, book, revenue, TRADE, insurance, False)
    local = {
        "number": "ДНИ-1204/2026",
        "amount": Decimal("386.40"),
        "interest": Decimal("11.92"),
        "obligation_type": "local",
        "description": "Данък недвижими имоти и такса битови отпадъци",
        "due_date": book.ago(58),
    }
    book.on(book.ago(90), owe_the_state, book, town, LOGISTICS, local, False)
    penalty = {
        "number": "НП-23-002210",
        "amount": Decimal("255.65"),
        "obligation_type": "penalty",
        "description": "Имуществена санкция по наказателно постановление",
        "due_date": book.today + dt.timedelta(days=20),
        "appeal_until": book.today + dt.timedelta(days=6),
    }
    labour = book.parties["Изпълнителна агенция „Главна инспекция по труда“"]
    book.on(book.ago(8), owe_the_state, book, labour, LOGISTICS, penalty, False)


def owe_the_state(book: Ledger, body: Counterparty, firm: str, facts: dict[str, Any], paid: bool) -> None:
    debt = draft_obligation(body, book.firms[firm], book.books, **{**facts, "date": book.day, "received_on": book.day})
    debt.issue(book.books)
    if paid and debt.due_date is not None:
        book.on(debt.due_date, book.pay, debt)


def banks(book: Ledger) -> None:
    for firm in (TRADE, LOGISTICS):
        account = book.accounts[firm, "EUR"]
        if account.bank is None:
            continue
        for turn in range(3):
            fee = Decimal("18.60") + turn
            book.on(book.ago(8 + turn * 30), bank_takes, book, firm, account, fee, Direction.EXPENSE)
        book.on(book.ago(100), bank_takes, book, firm, account, Decimal("4.12"), Direction.INCOME)


def bank_takes(book: Ledger, firm: str, account: Any, amount: Decimal, direction: str) -> None:
    """A fee, or interest that the bank pays us; booked and paid at once, as banks do."""
    words = "Такси за обслужване на сметка" if direction == Direction.EXPENSE else "Лихва по разплащателна сметка"
    advice = draft_bank_advice(
        account.bank,
        book.firms[firm],
        book.books,
        number=f"{book.day:%Y%m%d}-{account.iban[-4:]}{'' if direction == Direction.EXPENSE else '-Л'}",
        amount=amount,
        description=words,
        direction=direction,
        date=book.day,
        received_on=book.day,
        due_date=book.day,
    )
    advice.issue(book.books)
    book.pay(advice)


def cash(book: Ledger) -> None:
    """Money into the desk from the bank, a small supplier paid out of it, and between accounts."""
    book.on(book.ago(130), fill_desk, book, TRADE, "900.00")
    book.on(book.ago(125), fill_desk, book, LOGISTICS, "400.00")
    person = book.parties["Стефан Димов Цветков"]
    book.on(book.ago(48), pay_in_cash, book, person)


def fill_desk(book: Ledger, firm: str, amount: str) -> None:
    book.post(
        book.firms[firm], amount, firm, direction="internal", other_desk=book.desks[firm], reason="Захранване на каса"
    )


def pay_in_cash(book: Ledger, person: Counterparty) -> None:
    lines = [book.line("Наем на паркомясто за месеца", "85", vat="O")]
    invoice = book.received(person, firm=TRADE, number="17", lines=lines, payment_method="cash")
    book.pay(invoice, method="cash", person=person.name)


# -- Drafts and closed periods -----------------------------------------------------------------------


def drafts(book: Ledger) -> None:
    """One of each kind that we receive or make of what we received."""
    supplier = book.parties["Транс Щафета"]
    facts: dict[str, Any] = {"direction": Direction.EXPENSE, "received": True, "received_on": book.today}
    lines = [book.line("Превоз на стоки", "295")]
    stored(book.document(supplier, number="1000777001", lines=lines, **facts))
    received = FinancialDocument.objects.issued().filter(received=True, kind="invoice")
    forms = received.filter(party=book.parties["Пласт Форм"]).latest("date")
    returned = [(forms.lines.order_by("position")[0], Decimal(3))]
    draft_note(forms, DocumentKind.CREDIT_NOTE, book.books, lines=returned, reason="Очаква се от доставчика")
    charged = FinancialDocument.objects.filter(kind="protocol").values("corrects")
    waiting = received.filter(party__country__in=("DE", "IT")).exclude(pk__in=charged).first()
    if waiting is None:
        lines = [book.line("Домакински съдове, каталожен № 4475", "19.90", quantity=48, vat="K")]
        waiting = book.received(book.parties["Polskie Szkło Huta"], number="FV/118/2026", lines=lines, firm=TRADE)
    draft_protocol(waiting, book.books)
    town, firm = book.parties["Столична община"], book.firms[TRADE]
    draft_obligation(town, firm, book.books, number="ТБО-3312", amount=Decimal("74.20"), obligation_type="local")
    stem = f"{book.today:%y}BG005807004999R"
    mrn = stem + iso6346.calc_check_digit(stem)
    customs = book.parties["Агенция „Митници“"]
    draft_customs_debt(customs, firm, book.books, mrn=mrn, customs_value=Decimal("2870.00"), duty=Decimal("106.19"))
    bank = book.accounts[TRADE, "EUR"].bank
    if bank is not None:
        draft_bank_advice(
            bank, firm, book.books, number="без номер", amount=Decimal("3.00"), description="Такса превод"
        )
    offset_of_what_is_open(book)


def offset_of_what_is_open(book: Ledger) -> None:
    both = book.parties["Юнион Фуудс"]
    sold = book.issue(both, firm=TRADE, lines=[book.line("Стоки по заявка 141", "180.00")])
    bought = book.received(both, firm=TRADE, number="0000090417", lines=[book.line("Дегустационни комплекти", "95.00")])
    draft_offset(both, book.firms[TRADE], [sold], [bought], book.books)


def close_periods(book: Ledger) -> None:
    """All months before the last quarter are closed, back to the first paper; one was opened again and closed anew."""
    first = month_of(FinancialDocument.objects.earliest("date").date)
    months = []
    month = month_of(book.today)
    while month > first:
        month = month_of(month - dt.timedelta(days=1))
        months.append(month)
    for firm in (TRADE, LOGISTICS):
        for month in reversed(months[3:]):
            PeriodClosing.close(book.firms[firm], month, book.books)
    newest = PeriodClosing.objects.closed().filter(own_firm=book.firms[TRADE]).latest("month")
    newest.reopen(book.manager, "Пропусната фактура на доставчик")
    PeriodClosing.close(book.firms[TRADE], newest.month, book.books)
