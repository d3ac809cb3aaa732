"""What stands on the print of a financial document, gathered from what is stored: copies, lines, taxes, totals.

A draft has no copies and no stored taxes yet: it shows what issuing would write, and nothing of that is saved.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from common.codes import sepa_qr_svg
from common.dates import format_date
from common.file_content import content_type_of
from common.file_types import PICTURES
from common.money import NBSP
from common.words import amount_in_words
from contacts.iban import format_iban
from counterparties.models import Counterparty
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FirmSettings
from finance.models.choices import ObligationType
from finance.printing.labels import Words, words_in
from trade.amounts import in_euro, round_amount
from trade.models import VatCategory

HUNDRED = Decimal(100)
# Nothing is charged and no rate is named; the other categories without VAT are a rate of zero.
WITHOUT_RATE = (VatCategory.REVERSE_CHARGE, VatCategory.EXEMPT, VatCategory.OUTSIDE)
# On these the amount stands in words, and they are signed by both sides.
TRADE_PAPERS = (
    DocumentKind.INVOICE,
    DocumentKind.ADVANCE_INVOICE,
    DocumentKind.PROFORMA,
    DocumentKind.CREDIT_NOTE,
    DocumentKind.DEBIT_NOTE,
)
WITH_ORIGINAL = tuple(kind for kind in TRADE_PAPERS if kind != DocumentKind.PROFORMA)
FEMININE = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE, DocumentKind.PROFORMA)
NEUTER = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)
QR_NAME = 70  # what the standard takes of the payee's name


# -- Numbers on paper ------------------------------------------------------------------------------


def number(value: Decimal, least: int = 0, most: int = 6) -> str:
    """A number with a comma, spaces between thousands, and as many decimals as it has, from `least` to `most`."""
    shown = f"{value:,.{most}f}"
    whole, _dot, rest = shown.partition(".")
    rest = rest.rstrip("0").ljust(least, "0")
    text = whole.replace(",", NBSP) + (f",{rest}" if rest else "")
    return "0" if text == "-0" else text


def money(amount: Decimal, currency: str) -> str:
    """An amount without its currency, which the head of its column names."""
    return f"{round_amount(amount, currency):,f}".replace(",", NBSP).replace(".", ",")


def percent(value: Decimal) -> str:
    return f"{number(value)}{NBSP}%"


def day(value: dt.date | None) -> str:
    return f"{format_date(value)}{NBSP}г." if value else ""


# -- Parts -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    label: SafeString | str
    value: SafeString | str


def facts(*pairs: tuple[Any, Any]) -> list[Fact]:
    """Those that have a value."""
    return [Fact(label, value) for label, value in pairs if value]


def party_block(title: Any, copy: dict[str, Any], record: Counterparty, words: Words) -> dict[str, Any]:
    """Name, address and numbers as they were copied; a personal number, which is never copied, from the record."""
    number_shown = record.personal_number if copy.get("personal") else copy.get("number", "")
    vat_number = copy.get("vat_number", "")
    if copy.get("vat_personal") and record.personal_number:
        vat_number = f"BG{record.personal_number}"
    kind = copy.get("identifier_type") or "eik"
    latin = copy.get("name_latin", "")
    return {
        "title": title,
        "name": copy.get("name", ""),
        "name_latin": latin if words.is_bilingual and latin != copy.get("name") else "",
        "facts": facts(
            (words["address"], copy.get("address", {}).get("one_line", "")),
            (words[kind], number_shown),
            (words["vat_number"], vat_number),
            (words["representative"], copy.get("representative", "")),
        ),
    }


def logo_of(settings: FirmSettings) -> tuple[bytes, str] | None:
    """The firm's logo and its type; None without one, or when it cannot be read."""
    if not settings.logo:
        return None
    with suppress(OSError, ValueError), settings.logo.open("rb") as file:
        kind = content_type_of(file)
        if kind in PICTURES:
            return file.read(), kind
    return None


def foot_of(copy: dict[str, Any], account: dict[str, str], settings: FirmSettings) -> list[str]:
    """What a letter of a firm shows (ТЗ чл. 13): name with its form, seat and address, EIK, bank account."""
    iban = account.get("iban", "")
    parts = [
        copy.get("name", ""),
        copy.get("address", {}).get("one_line", ""),
        f"ЕИК{NBSP}{copy['number']}" if copy.get("number") else "",
        f"IBAN{NBSP}{format_iban(iban).replace(' ', NBSP)}" if iban else "",
        copy.get("phone", ""),
        copy.get("email", ""),
    ]
    return [" · ".join(part for part in parts if part), *([settings.foot] if settings.foot else [])]


def transfer_code(document: FinancialDocument, account: dict[str, str], words: Words) -> SafeString | str:
    """The QR code with which the document is paid; empty when there is nothing to pay to us in euro."""
    payable = document.kind in TRADE_PAPERS and document.kind != DocumentKind.CREDIT_NOTE
    if not payable or document.received or document.direction != Direction.INCOME or not document.number:
        return ""
    if document.currency != "EUR" or document.gross <= 0 or not account.get("iban"):
        return ""
    if document.payment_method != "bank":
        return ""
    return qr_of(transfer_of(document, account), words.plain("qr"))


def transfer_of(document: FinancialDocument, account: dict[str, str]) -> list[dict[str, Any]]:
    """What the code tells a banking app, the fullest first: the later ones are shorter, for names that do not fit."""
    firm = document.firm_copy
    names = (account.get("holder", ""), firm.get("name", ""), firm.get("name_latin", ""))
    name = " ".join((next((one for one in names if one), "")).split())
    known = {"iban": account["iban"], "amount": document.gross, "remittance": f"Фактура {document.number}"}
    if document.kind == DocumentKind.PROFORMA:
        known["remittance"] = f"Проформа {document.number}"
    elif document.kind == DocumentKind.DEBIT_NOTE:
        known["remittance"] = f"Дебитно известие {document.number}"
    bic = account.get("bic", "")
    return [
        known | {"name": name[:QR_NAME], "bic": bic},
        known | {"name": name[:QR_NAME].strip(), "remittance": document.number, "bic": bic},
        known | {"name": name[:QR_NAME].strip(), "remittance": document.number, "bic": ""},
    ]


def qr_of(ways: list[dict[str, Any]], title: str) -> SafeString | str:
    for told in ways:
        with suppress(ValueError, TypeError, ArithmeticError):
            return sepa_qr_svg(**told, size_mm=26, title=title)
    return ""


# -- Lines and totals ------------------------------------------------------------------------------


def unit_price_net(line: Any, includes_vat: bool) -> Decimal:
    """The unit price without VAT; of a price that includes it, to four decimals."""
    price: Decimal = line.unit_price
    if not includes_vat or not line.vat_percent:
        return price
    return (price * HUNDRED / (HUNDRED + line.vat_percent)).quantize(Decimal("0.0001"))


def line_rows(document: FinancialDocument, lines: list[Any], nets: list[Decimal], words: Words) -> list[dict[str, Any]]:
    gross = document.includes_vat
    rows = []
    for place, (line, net) in enumerate(zip(lines, nets, strict=True), start=1):
        advance = line.deducts
        deducted = f"{words.plain('deducted')} № {advance.number} от {day(advance.date)}" if advance else ""
        unit = line.unit
        rows.append(
            {
                "place": place,
                "description": line.description,
                "description_en": line.description_en if words.is_bilingual else "",
                "deducted": "" if advance is None or advance.number in line.description else deducted,
                "unit": words.pair(unit.name, unit.name_en) if unit else "",
                "quantity": number(line.quantity),
                "unit_price": number(unit_price_net(line, gross), least=2),
                "gross_price": number(line.unit_price, least=2) if gross else "",
                "discount": number(line.discount_percent) if line.discount_percent else "",
                "vat": "–" if line.vat_category in WITHOUT_RATE else number(line.vat_percent),
                "amount": money(net, document.currency),
            }
        )
    return rows


@dataclass(frozen=True)
class TotalRow:
    label: SafeString | str
    amount: str
    euro: str = ""
    is_sum: bool = False


def tax_rows(document: FinancialDocument, taxes: list[Any], words: Words) -> list[TotalRow]:
    """Base and VAT of each rate; when there are several, what they come to."""
    currency, foreign = document.currency, document.currency != "EUR"

    def row(name: str, tail: str, amount: Decimal, euro: Decimal, **more: Any) -> TotalRow:
        label = words.pair(f"{pair[0]}{tail}", f"{pair[1]}{tail}") if (pair := LABEL_PAIRS[name]) else ""
        return TotalRow(label, money(amount, currency), money(euro, "EUR") if foreign else "", **more)

    rows = []
    for tax in taxes:
        if tax.vat_category in WITHOUT_RATE:
            rows.append(row("base_without_rate", "", tax.base, tax.base_eur))
            continue
        tail = f" {percent(tax.vat_percent)}"
        rows.append(row("base", tail, tax.base, tax.base_eur))
        rows.append(row("vat", tail, tax.tax, tax.tax_eur))
    if len(taxes) > 1:
        rows.append(row("all_bases", "", document.net, document.net_eur, is_sum=True))
        rows.append(row("all_vat", "", document.vat, document.vat_eur))
    return rows


LABEL_PAIRS = {
    "base": ("Данъчна основа", "Taxable amount"),
    "vat": ("ДДС", "VAT"),
    "base_without_rate": ("Стойност, за която не се начислява ДДС", "Amount without VAT charged"),
    "all_bases": ("Общо без ДДС", "Total excl. VAT"),
    "all_vat": ("Общо ДДС", "Total VAT"),
}


def grounds(taxes: list[Any], lines: list[Any], words: Words) -> list[SafeString | str]:
    """On which grounds no VAT is charged, each once, in both languages when the print has both."""
    english = {line.ground_text: line.vat_ground.text_en for line in lines if line.vat_ground is not None}
    known = dict.fromkeys(tax.ground for tax in taxes if tax.ground)
    return [words.pair(ground, english.get(ground, "")) for ground in known]


# -- The draft, as if it were issued ---------------------------------------------------------------


@dataclass(frozen=True)
class DraftTax:
    vat_category: str
    vat_percent: Decimal
    ground: str
    base: Decimal
    tax: Decimal
    base_eur: Decimal
    tax_eur: Decimal


def as_issued(document: FinancialDocument, lines: list[Any]) -> tuple[list[Any], list[Decimal]]:
    """Put on a draft what issuing would: usual values, rate, totals, copies. Returns its taxes and lines without VAT.

    Nothing is saved. What cannot be told yet (a rate that is not published) stays as it is.
    """
    document.fill_usual()
    with suppress(ValidationError):
        document.take_rate()
    amounts = document.compute(lines)
    euros = in_euro(amounts, [line.priced() for line in lines], document.rate)
    document.take_amounts(amounts, euros)
    document.freeze()
    taxes = [
        DraftTax(
            *tax.vat[:2],
            ground=tax.vat.ground,
            base=tax.base,
            tax=tax.tax,
            base_eur=euro.base,
            tax_eur=euro.tax,
        )
        for tax, euro in zip(amounts.taxes, euros.taxes, strict=True)
    ]
    return sorted(taxes, key=lambda tax: (-tax.vat_percent, tax.vat_category)), list(amounts.nets)


# -- The whole sheet -------------------------------------------------------------------------------


def sheet_of(document: FinancialDocument, *, language: str, mark: str = "", stamped: bool = False) -> dict[str, Any]:
    """Everything that the template of a document prints.

    `mark` is the label of what this print is (original, copy, duplicate); `stamped` says that a cancelled one shows so.
    """
    words = words_in(language)
    lines = list(document.lines.select_related("unit", "vat_ground", "deducts").order_by("position", "pk"))
    if document.is_draft:
        taxes, nets = as_issued(document, lines)
    else:
        taxes, nets = list(document.taxes.all()), [line.net for line in lines]
    settings = FirmSettings.of(document.own_firm)
    rows = line_rows(document, lines, nets, words)
    account = document.account_copy or {}
    total = total_label(document)
    return {
        "document": document,
        "words": words,
        "language": language,
        "heading": words.pair(document.facts.heading, document.facts.heading_en),
        "plain_heading": document.facts.heading,
        "subheading": subheading(document, words),
        "number": document.number,
        "day": day(document.date),
        "mark": words[mark] if mark else "",
        "watermark": watermark(document) if document.is_draft or (stamped and document.is_cancelled) else "",
        "cancelled": cancelled_words(document) if stamped and document.is_cancelled else "",
        "logo": None if document.received else logo_of(settings),
        "parties": parties(document, words),
        "facts": head_facts(document, words),
        "reasons": reasons(document, words),
        "rows": rows,
        "has_discount": any(row["discount"] for row in rows),
        "has_gross": document.includes_vat,
        "currency": document.currency,
        "is_foreign": document.currency != "EUR",
        "taxes": tax_rows(document, taxes, words),
        "total": TotalRow(
            words[total],
            f"{money(document.gross, document.currency)}",
            money(document.gross_eur, "EUR") if document.currency != "EUR" else "",
        ),
        "rate": rate_words(document, words),
        "grounds": grounds(taxes, lines, words),
        "in_words": in_words(document, words),
        "payment": payment_facts(document, account, words),
        "qr": "" if stamped and document.is_cancelled else transfer_code(document, account, words),
        "note": document.note,
        "signatures": signatures(document, settings, words),
        "foot": [] if document.received else foot_of(document.firm_copy, account, settings),
        "is_internal": document.received,
    }


def total_label(document: FinancialDocument) -> str:
    if document.kind == DocumentKind.CREDIT_NOTE:
        return "credited"
    return "to_pay" if document.kind in TRADE_PAPERS and not document.received else "total_with_vat"


def watermark(document: FinancialDocument) -> str:
    if document.is_draft:
        return "ЧЕРНОВА"
    if document.received:
        return "СТОРНИРАНО"
    return annulled_word(document.kind).upper()


def annulled_word(kind: str) -> str:
    """„Анулиран“ in the gender of the document."""
    return "анулирана" if kind in FEMININE else "анулирано" if kind in NEUTER else "анулиран"


def cancelled_words(document: FinancialDocument) -> str:
    word = "сторнирано" if document.received else annulled_word(document.kind)
    return f"{word.upper()} на {day(document.cancelled_on)} Причина: {document.cancel_reason}"


def subheading(document: FinancialDocument, words: Words) -> SafeString | str:
    if document.kind == DocumentKind.ADVANCE_INVOICE:
        return words["for_advance"]
    if document.kind == DocumentKind.PROTOCOL:
        return words["under_117"]
    return ""


def parties(document: FinancialDocument, words: Words) -> list[dict[str, Any]]:
    """Supplier left, recipient right, as on the page of the document; who is which hangs on whose paper it is."""
    firm, party = (document.firm_copy, document.own_firm), (document.party_copy, document.party)
    if document.kind == DocumentKind.PROTOCOL:
        return [
            party_block(words["issuer_recipient"], *firm, words),
            party_block(words["supplier"], *party, words),
        ]
    if document.kind in (DocumentKind.OBLIGATION, DocumentKind.CUSTOMS_DEBT):
        return [party_block(words["firm"], *firm, words), party_block(words["creditor"], *party, words)]
    income = document.direction == Direction.INCOME
    recipient, supplier = (party, firm) if income else (firm, party)
    return [
        party_block(words["supplier"], *supplier, words),
        party_block(words["recipient"], *recipient, words),
    ]


def head_facts(document: FinancialDocument, words: Words) -> list[Fact]:
    """Days and places under the heading."""
    advance = document.kind == DocumentKind.ADVANCE_INVOICE
    due = document.due_date if document.facts.owes and document.facts.sign > 0 else None
    period = " – ".join(day(one) for one in (document.period_from, document.period_to) if one)
    return facts(
        (words["paper_date" if document.received else "date"], day(document.date)),
        (words["advance_event" if advance else "tax_event"], day(document.tax_event_date)),
        (words["received_on"], day(document.received_on) if document.received else ""),
        (
            words["obligation"],
            OBLIGATIONS.get(document.obligation_type, ""),
        ),
        (words["period"], period),
        (words["duty"], money(document.duty, document.currency) if document.duty else ""),
        (words["interest"], money(document.interest, document.currency) if document.interest else ""),
        (words["appeal"], day(document.appeal_until)),
        (words["due"], day(due)),
        (words["place"], document.place),
        (words["their_reference"], document.buyer_reference),
    )


OBLIGATIONS: dict[str, str] = {
    ObligationType.DECLARATION: "по декларация",
    ObligationType.SOCIAL: "осигурителни вноски",
    ObligationType.LOCAL: "местни данъци и такси",
    ObligationType.AUDIT: "ревизионен акт",
    ObligationType.PENALTY: "наказателно постановление",
    ObligationType.OTHER: "друго",
}


def reasons(document: FinancialDocument, words: Words) -> list[Fact]:
    """What a note corrects and why; a protocol's ground and the paper it stands on; the proforma that was invoiced."""
    corrected = document.corrects
    number_of = corrected.number if corrected else document.corrects_number
    on = corrected.date if corrected else document.corrects_date
    label = "to_invoice"
    if document.kind == DocumentKind.PROTOCOL:
        label = "to_protocol" if corrected is not None and corrected.kind == document.kind else "to_paper"
    source = document.source
    proforma = source if source is not None and source.kind == DocumentKind.PROFORMA else None
    return facts(
        (words[label], told_by(number_of, on)),
        (words["ground" if document.kind == DocumentKind.PROTOCOL else "reason"], document.reason),
        (words["from_proforma"], told_by(proforma.number, proforma.date) if proforma else ""),
    )


def told_by(number_of: str, on: dt.date | None) -> str:
    """A document by its number and day."""
    if not number_of:
        return ""
    return f"№{NBSP}{number_of}" + (f" от {day(on)}" if on else "")


def rate_words(document: FinancialDocument, words: Words) -> SafeString | str:
    if document.currency == "EUR":
        return ""
    text = f"1{NBSP}EUR = {number(document.rate, least=4, most=8)}{NBSP}{document.currency}"
    english = f"Exchange rate: {text.replace(',', '.')} of {document.rate_on:%d.%m.%Y}" if document.rate_on else ""
    return words.pair(f"Курс: {text} към {day(document.rate_on)}", english)


def in_words(document: FinancialDocument, words: Words) -> list[tuple[str, str]]:
    """The total spelled out: (language, words)."""
    if document.kind not in TRADE_PAPERS or document.received:
        return []
    with suppress(ValueError):
        found = [("bg", amount_in_words(document.gross, document.currency, "bg"))]
        if words.is_bilingual:
            found.append(("en", amount_in_words(document.gross, document.currency, "en")))
        return found
    return []


def payment_facts(document: FinancialDocument, account: dict[str, str], words: Words) -> list[Fact]:
    if document.kind not in TRADE_PAPERS or document.received:
        return []
    if document.kind == DocumentKind.CREDIT_NOTE or document.direction != Direction.INCOME:
        return []
    iban = account.get("iban", "")
    by_bank = document.payment_method == "bank"
    holder = account.get("holder", "")
    return facts(
        (words["payment"], words[document.payment_method]),
        (words["iban"], format_iban(iban).replace(" ", NBSP) if by_bank else ""),
        (words["account_number"], account.get("number", "") if by_bank and not iban else ""),
        (words["bic"], account.get("bic", "") if by_bank else ""),
        (words["bank_name"], account.get("bank", "") if by_bank else ""),
        (words["holder"], holder if by_bank and holder != document.firm_copy.get("name") else ""),
    )


def signatures(document: FinancialDocument, settings: FirmSettings, words: Words) -> list[Fact]:
    """Who made it and who got it, each over a line for the hand."""
    if document.received:
        return []
    issued_by: Any = document.issued_by or document.created_by
    prepared = document.prepared_by or settings.prepared_by or (str(issued_by) if issued_by else "")
    if document.kind == DocumentKind.PROTOCOL:
        return [Fact(words["prepared_by"], prepared)]
    return [Fact(words["prepared_by"], prepared), Fact(words["received_by"], document.recipient)]
