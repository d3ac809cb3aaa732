"""A bank statement of the demonstration: written as the bank sends it (CAMT.053), read by the real reader."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from xml.sax.saxutils import escape

from contacts.models import BankAccount
from finance.bank_import import file_statement, keep_file
from finance.demo_ledger import TRADE, Ledger
from finance.models import FinancialDocument
from finance.statements import read_statements

OPENING = Decimal("18450.37")
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def statement(book: Ledger) -> None:
    """Yesterday's movements: two invoices paid, one in part, a supplier, a fee, and money of which nothing is known."""
    account = book.accounts[TRADE, "EUR"]
    day = book.ago(1)
    ours = FinancialDocument.objects.open().filter(own_firm=book.firms[TRADE], currency="EUR", kind="invoice")
    sold = list(ours.filter(received=False, party__country="BG").order_by("due_date", "pk")[:3])
    bought = ours.filter(received=True, party__country="BG").order_by("due_date", "pk").first()
    entries = []
    for place, invoice in enumerate(sold):
        amount = invoice.open if place < 2 else (invoice.open / 2).quantize(Decimal("0.01"))
        words = f"Плащане по фактура {invoice.number}" if place != 1 else "По фактура"
        entries.append(
            entry(amount, day, invoice.party.full_name, iban_of(invoice.party_id), words, f"FT26{place:05d}")
        )
    if bought is not None:
        words = f"Фактура {bought.number}"
        entries.append(entry(-bought.open, day, bought.party.full_name, iban_of(bought.party_id), words, "FT2600041"))
    entries.append(entry(Decimal("-6.50"), day, "", "", "Месечна такса интернет банкиране", "CH2600007"))
    entries.append(entry(Decimal("275.00"), day, "Хинап Консулт ООД", "", "Гаранция търг 12/26", "FT2600052"))
    amounts = [amount for amount, _text in entries]
    text = camt(
        account.iban, day, OPENING, OPENING + sum(amounts, Decimal(0)), "".join(text for _amount, text in entries)
    )
    data = text.encode()
    name = f"statement-{day:%Y%m%d}.xml"
    (read,) = read_statements(data, name)
    file_statement(read, book.books, keep_file(data, name), name)


def iban_of(party: int) -> str:
    account = BankAccount.objects.current().filter(party=party).exclude(iban="").order_by("-is_default", "pk").first()
    return account.iban if account is not None else ""


def mark(amount: Decimal) -> str:
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{"CRDT" if amount >= 0 else "DBIT"}</CdtDbtInd>'


def entry(amount: Decimal, day: dt.date, name: str, iban: str, words: str, reference: str) -> tuple[Decimal, str]:
    side = "Dbtr" if amount > 0 else "Cdtr"
    party = f"<{side}><Nm>{escape(name)}</Nm></{side}>" if name else ""
    account = f"<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>" if iban else ""
    related = f"<RltdPties>{party}{account}</RltdPties>" if party or account else ""
    return amount, (
        f"<Ntry>{mark(amount)}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>{related}"
        f"<RmtInf><Ustrd>{escape(words)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt(iban: str, day: dt.date, opening: Decimal, closing: Decimal, entries: str) -> str:
    def balance(code: str, amount: Decimal) -> str:
        kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        return f"<Bal>{kind}{mark(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"

    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>D{day:%y%m%d}</MsgId><CreDtTm>{day}T23:30:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{day:%j}</Id><ElctrncSeqNb>{day:%j}</ElctrncSeqNb><CreDtTm>{day}T23:30:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balance('OPBD', opening)}{balance('CLBD', closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    )
