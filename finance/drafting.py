"""Drafts that are made from what is there: notes, protocols, invoices from proformas, copies, offsets, obligations.

Each function saves a draft and gives it back; who calls it asks for the right to add documents first. A draft commits
to nothing: the rules are asked when it is issued.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from common.dates import format_date, today
from finance.advances import add_deductions, advance_left, open_advances
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FinancialDocumentLine, FirmSettings
from finance.models.choices import ObligationType
from finance.remaining import left_of
from finance.rules.offsets import draft_offset
from trade.amounts import ZERO, line_amount, spread
from trade.errors import DocumentError
from trade.models import VatCategory, VatGround, VatRate
from trade.models.rates import LEV_PER_EURO

__all__ = [
    "add_deductions",
    "advance_left",
    "draft_bank_advice",
    "draft_copy",
    "draft_customs_debt",
    "draft_from_proforma",
    "draft_note",
    "draft_obligation",
    "draft_offset",
    "draft_protocol",
    "open_advances",
    "untaxed",
]

# Texts that stand on documents: these are Bulgarian, whoever writes them.
BY_INVOICE = "По фактура № {number} от {day} г."
BY_INVOICE_EN = "By invoice No {number} of {day}"
PROTOCOL_GROUND = "чл. 117, ал. 1 във вр. с чл. 82 ЗДДС"
ACQUISITION_GROUND = "чл. 117, ал. 1 във вр. с чл. 84 ЗДДС"
NO_VAT = "извън обхвата на ЗДДС"
SIX_PLACES = Decimal("0.000001")
INVOICES = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
LINE_FIELDS = (
    "position",
    "article_id",
    "description",
    "description_en",
    "unit_id",
    "quantity",
    "unit_price",
    "discount_percent",
    "vat_rate_id",
    "vat_ground_id",
)
HEAD_FIELDS = (
    "own_firm_id",
    "party_id",
    "direction",
    "received",
    "currency",
    "includes_vat",
    "trader_id",
    "note",
    "payment_method",
    "bank_account_id",
    "place",
    "prepared_by",
    "recipient",
    "print_language",
    "buyer_reference",
)


def values_of(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}


def copy_lines(source: Any, target: FinancialDocument, *, price: Any = None) -> None:
    """Copy the lines, but for those that deduct an advance; `price` changes each unit price."""
    for line in source.priced_lines():
        if line.deducts_id is not None:
            continue
        values = values_of(line, LINE_FIELDS)
        if price is not None:
            values["unit_price"] = price(line.unit_price)
        FinancialDocumentLine(document=target, **values).save()


def store_totals(document: FinancialDocument) -> FinancialDocument:
    """Write the amounts of a new draft, so that lists show them; the rate of the day when there is one."""
    typed = document.rate_on is not None
    with suppress(ValidationError):  # asked again when it is issued, for the day that it has then
        document.take_rate()
    document.store_amounts()
    if not typed:
        document.rate_on = None
    document.save()
    return document


# -- Notes ------------------------------------------------------------------------------------------


@transaction.atomic
def draft_note(
    invoice: FinancialDocument,
    kind: str,
    by: Any,
    lines: Iterable[tuple[Any, Decimal]] | None = None,
    reason: str = "",
) -> FinancialDocument:
    """A draft of a credit or debit note to an issued invoice.

    `lines` are pairs of a line of the invoice and a quantity. Without them a credit note takes back all that is left
    and a debit note is empty. A note to an invoice in levs is in euro, at the fixed rate. Raises DocumentError when the
    invoice takes no notes.
    """
    if invoice.kind not in INVOICES or not invoice.is_issued:
        raise DocumentError(_("Notes are made to issued invoices."))
    into_euro = invoice.currency == "BGN"
    head = values_of(invoice, HEAD_FIELDS) | {"currency": "EUR" if into_euro else invoice.currency, "note": ""}
    note = FinancialDocument(
        **head,
        kind=kind,
        date=max(today(), invoice.date),
        corrects=invoice,
        corrects_number=invoice.number,
        corrects_date=invoice.date,
        reason=reason[:300],
        source=invoice,
        created_by=by,
    )
    if not into_euro:
        # The base is reduced at the rate at which it arose (ЗДДС чл. 115).
        note.rate, note.rate_on = invoice.rate, invoice.rate_on
    note.save()
    if lines is not None:
        for line, quantity in lines:
            price = (line.unit_price / LEV_PER_EURO).quantize(SIX_PLACES) if into_euro else line.unit_price
            values = values_of(line, LINE_FIELDS) | {"quantity": quantity, "unit_price": price}
            FinancialDocumentLine(document=note, **values).save()
    elif kind == DocumentKind.CREDIT_NOTE:
        credit_all(note, invoice)
    return store_totals(note)


def credit_all(note: FinancialDocument, invoice: FinancialDocument) -> None:
    """All that is left of the invoice: its own lines while nothing was taken from it, else one line per rate."""
    left = left_of(invoice, note.currency)
    if not left:
        raise DocumentError(_("Nothing is left of %s: notes have taken all of it.") % invoice)
    untouched = {
        (tax.vat_category, tax.vat_percent, tax.ground): (tax.base, tax.base + tax.tax) for tax in invoice.taxes.all()
    }
    plain = not invoice.lines.filter(deducts__isnull=False).exists()
    if (
        plain
        and note.currency == invoice.currency
        and {tuple(key): tuple(there) for key, there in left.items()}
        == {key: there for key, there in untouched.items() if any(there)}
    ):
        copy_lines(invoice, note)
        return
    words = {"number": invoice.number, "day": format_date(invoice.date)}
    for position, (key, there) in enumerate(left.items(), start=1):
        like = invoice.lines.filter(vat_category=key.category, vat_percent=key.percent, ground_text=key.ground)[0]
        FinancialDocumentLine(
            document=note,
            position=position,
            description=BY_INVOICE.format(**words),
            description_en=BY_INVOICE_EN.format(**words),
            quantity=Decimal(1),
            unit_price=there.gross if note.includes_vat else there.base,
            vat_rate=like.vat_rate,
            vat_ground=like.vat_ground,
        ).save()


# -- From a proforma, and copies --------------------------------------------------------------------


@transaction.atomic
def draft_from_proforma(proforma: FinancialDocument, kind: str, by: Any) -> FinancialDocument:
    """A draft invoice with the lines of the proforma, which it names as its source; or an advance invoice.

    An advance is one line for each way of taxing, of the whole proforma: the user writes how much of it is paid ahead.
    """
    if proforma.kind != DocumentKind.PROFORMA or proforma.is_cancelled:
        raise DocumentError(_("An invoice is made from a proforma that is not cancelled."))
    if kind not in INVOICES:
        raise DocumentError(_("A proforma becomes an invoice or an advance invoice."))
    invoice = FinancialDocument(
        **values_of(proforma, HEAD_FIELDS), kind=kind, date=today(), source=proforma, created_by=by
    )
    invoice.save()
    if kind == DocumentKind.ADVANCE_INVOICE:
        write_advance_lines(proforma, invoice)
    else:
        copy_lines(proforma, invoice)
    return store_totals(invoice)


def write_advance_lines(proforma: FinancialDocument, advance: FinancialDocument) -> None:
    """One line for each VAT rate and ground of the proforma, in the words of the paper."""
    found: dict[tuple[int, int | None], list[Any]] = {}
    for line in proforma.priced_lines():
        found.setdefault((line.vat_rate_id, line.vat_ground_id), []).append(line)
    number, day = proforma.number, format_date(proforma.date)
    for position, ((rate, ground), lines) in enumerate(found.items(), start=1):
        FinancialDocumentLine(
            document=advance,
            position=position,
            description=f"Аванс по проформа фактура № {number}/{day} г." if number else "Аванс",
            description_en=f"Advance on proforma invoice № {number}/{day}" if number else "Advance",
            quantity=1,
            unit_price=sum((line_amount(line.priced(), proforma.currency) for line in lines), Decimal(0)),
            vat_rate_id=rate,
            vat_ground_id=ground,
        ).save()


@transaction.atomic
def draft_copy(document: FinancialDocument, by: Any) -> FinancialDocument:
    """A draft like the document, of today: same parties, terms and lines; nothing of its number, source or notes."""
    if document.kind in (DocumentKind.PROTOCOL, DocumentKind.OFFSET):
        raise DocumentError(_("A protocol is made from what it is about, not copied."))
    currency = "EUR" if document.currency == "BGN" else document.currency
    copy = FinancialDocument(
        **values_of(document, HEAD_FIELDS) | {"currency": currency},
        kind=document.kind,
        date=today(),
        obligation_type=document.obligation_type,
        corrects=document.corrects,
        corrects_number=document.corrects_number,
        corrects_date=document.corrects_date,
        reason=document.reason,
        created_by=by,
    )
    copy.save()
    into_euro = document.currency != currency
    copy_lines(document, copy, price=(lambda price: (price / LEV_PER_EURO).quantize(SIX_PLACES)) if into_euro else None)
    return store_totals(copy)


# -- Protocol by чл. 117 ----------------------------------------------------------------------------


@transaction.atomic
def draft_protocol(invoice: FinancialDocument, by: Any) -> FinancialDocument:
    """A draft of the protocol by чл. 117 that charges ourselves the VAT of a received invoice without VAT.

    In euro, by the rate of the invoice's tax event, at the usual rate of VAT. Raises DocumentError when the invoice has
    one already.
    """
    from finance.rules.protocols import check_protocol_of

    check_protocol_of(invoice)
    day = invoice.tax_event_date or invoice.date
    rate = VatRate.objects.in_force(day).filter(category=VatCategory.STANDARD).order_by("-is_default", "order").first()
    if rate is None:
        raise DocumentError(_("No rate of VAT is in force on this day."))
    protocol = FinancialDocument(
        own_firm=invoice.own_firm,
        party=invoice.party,
        kind=DocumentKind.PROTOCOL,
        direction=Direction.EXPENSE,
        date=today(),
        tax_event_date=day,
        currency="EUR",
        corrects=invoice,
        corrects_number=invoice.number,
        corrects_date=invoice.date,
        source=invoice,
        reason=protocol_ground(invoice),
        note=BY_INVOICE.format(number=invoice.number, day=format_date(invoice.date)),
        prepared_by=FirmSettings.of(invoice.own_firm_id).prepared_by,
        trader=invoice.trader,
        created_by=by,
    )
    protocol.save()
    for line in protocol_lines(invoice):
        FinancialDocumentLine(document=protocol, vat_rate=rate, **line).save()
    return store_totals(protocol)


def protocol_ground(invoice: FinancialDocument) -> str:
    """Goods of a supplier in the Community are an acquisition (чл. 84); else the recipient owes the VAT (чл. 82)."""
    categories = set(invoice.taxes.values_list("vat_category", flat=True))
    return ACQUISITION_GROUND if categories == {VatCategory.INTRA_COMMUNITY} else PROTOCOL_GROUND


def protocol_lines(invoice: FinancialDocument) -> list[dict[str, Any]]:
    """The invoice's lines in euro; one for all of it where an advance was deducted."""
    lines: list[Any] = list(invoice.priced_lines())
    if any(line.deducts_id is not None for line in lines):
        words = {"number": invoice.number, "day": format_date(invoice.date)}
        return [
            {
                "position": 1,
                "description": BY_INVOICE.format(**words),
                "description_en": BY_INVOICE_EN.format(**words),
                "quantity": Decimal(1),
                "unit_price": invoice.net_eur,
            }
        ]
    made = []
    for position, (line, net) in enumerate(
        zip(lines, spread(invoice.net_eur, [line.net for line in lines]), strict=True), start=1
    ):
        price = (net / line.quantity).quantize(SIX_PLACES)
        exact = (price * line.quantity).quantize(Decimal("0.01")) == net
        made.append(
            {
                "position": position,
                "article_id": line.article_id,
                "description": line.description,
                "description_en": line.description_en,
                "unit_id": line.unit_id if exact else None,
                "quantity": line.quantity if exact else Decimal(1),
                "unit_price": price if exact else net,
            }
        )
    return made


# -- Obligations to the budget, customs debts, bank advice ------------------------------------------


def untaxed() -> tuple[VatRate, VatGround]:
    """The rate and the ground of what VAT has nothing to do with: taxes, fines, bank charges."""
    rate = VatRate.objects.filter(category=VatCategory.OUTSIDE).order_by("-is_active", "order").first()
    grounds = VatGround.objects.filter(category=VatCategory.OUTSIDE)
    ground = grounds.filter(text=NO_VAT).first() or grounds.order_by("-is_active", "order").last()
    if rate is None or ground is None:
        raise DocumentError(_("The reference data lacks the rate “no VAT charged” or a ground for it."))
    return rate, ground


def _received(own_firm: Any, party: Any, kind: str, by: Any, **facts: Any) -> FinancialDocument:
    facts = {"date": today(), "received_on": today(), "direction": Direction.EXPENSE, **facts}
    document = FinancialDocument(own_firm=own_firm, party=party, kind=kind, received=True, created_by=by, **facts)
    document.save()
    return document


def _add_line(document: FinancialDocument, position: int, words: str, amount: Decimal, rate: Any, ground: Any) -> None:
    FinancialDocumentLine(
        document=document,
        position=position,
        description=words,
        quantity=Decimal(1),
        unit_price=amount,
        vat_rate=rate,
        vat_ground=ground,
    ).save()


@transaction.atomic
def draft_obligation(
    party: Any,
    own_firm: Any,
    by: Any,
    *,
    number: str,
    amount: Decimal,
    interest: Decimal = ZERO,
    obligation_type: str = ObligationType.DECLARATION,
    description: str = "",
    due_date: dt.date | None = None,
    period: tuple[dt.date, dt.date] | None = None,
    appeal_until: dt.date | None = None,
    **facts: Any,
) -> FinancialDocument:
    """A draft of an obligation to the budget: the principal and, on a line of its own, the interest; both are due."""
    document = _received(
        own_firm,
        party,
        DocumentKind.OBLIGATION,
        by,
        number=number,
        interest=interest,
        obligation_type=obligation_type,
        due_date=due_date,
        period_from=period[0] if period else None,
        period_to=period[1] if period else None,
        appeal_until=appeal_until,
        **facts,
    )
    rate, ground = untaxed()
    words = description or str(ObligationType(obligation_type).label).capitalize()
    _add_line(document, 1, words, amount, rate, ground)
    if interest:
        _add_line(document, 2, "Лихва", interest, rate, ground)
    return store_totals(document)


@transaction.atomic
def draft_customs_debt(
    party: Any,
    own_firm: Any,
    by: Any,
    *,
    mrn: str,
    customs_value: Decimal,
    duty: Decimal,
    other: Decimal = ZERO,
    vat: Decimal | None = None,
    **facts: Any,
) -> FinancialDocument:
    """A draft of a customs debt: customs value, duty and other costs make the base of VAT; duty and VAT are due.

    `vat` is that of the declaration, when it differs by rounding.
    """
    document = _received(
        own_firm, party, DocumentKind.CUSTOMS_DEBT, by, number=mrn, duty=duty, printed_vat=vat, **facts
    )
    rate = VatRate.objects.in_force(document.date).filter(category=VatCategory.STANDARD).usual(document.date)
    if rate is None:
        raise DocumentError(_("No rate of VAT is in force on this day."))
    _add_line(document, 1, "Митническа стойност", customs_value, rate, None)
    if duty:
        _add_line(document, 2, "Мито", duty, rate, None)
    if other:
        _add_line(document, 3, "Други разходи в данъчната основа", other, rate, None)
    return store_totals(document)


@transaction.atomic
def draft_bank_advice(
    bank: Any,
    own_firm: Any,
    by: Any,
    *,
    number: str,
    amount: Decimal,
    description: str,
    direction: str = Direction.EXPENSE,
    **facts: Any,
) -> FinancialDocument:
    """A draft of a bank's advice: a fee that we owe, or interest that the bank owes (`direction` income)."""
    document = _received(own_firm, bank, DocumentKind.BANK_ADVICE, by, number=number, direction=direction, **facts)
    rate, ground = untaxed()
    _add_line(document, 1, description, amount, rate, ground)
    return store_totals(document)
