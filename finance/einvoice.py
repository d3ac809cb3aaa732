"""Financial documents as e-invoices by EN 16931 (UBL); a supplier's e-invoice as the draft of a received document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from common.money import round_money
from finance.einvoice_reading import UnknownParty, draft_from_ubl
from finance.kinds import DocumentKind
from finance.models import FinancialDocument
from finance.ubl import (
    Account,
    Address,
    Allowance,
    Contact,
    EInvoice,
    Line,
    Party,
    Payment,
    PrecedingInvoice,
    Totals,
    TypeCode,
    UblError,
    VatBreakdown,
    net_price,
    validate_xsd,
    write_ubl,
)
from trade.models import VatCategory, VatGround
from trade.models.rates import FIXED

__all__ = ["UnknownParty", "draft_from_ubl", "einvoice_of", "has_ubl", "ubl_of"]

TYPE_CODES = {
    DocumentKind.INVOICE: TypeCode.INVOICE,
    DocumentKind.ADVANCE_INVOICE: TypeCode.PREPAYMENT,
    DocumentKind.CREDIT_NOTE: TypeCode.CREDIT_NOTE,
    DocumentKind.DEBIT_NOTE: TypeCode.DEBIT_NOTE,
}
# Ways of payment by UNTDID 4461; a transfer's depends on the account.
CASH, CARD, CLEARING, TRANSFER, SEPA, OTHER = "10", "48", "97", "30", "58", "ZZZ"
WAYS = {"cash": CASH, "card": CARD, "offset": CLEARING, "cod": OTHER}
ONE = "C62"
BULGARIAN_VAT = "9926"  # in the list of schemes for electronic addresses


def has_ubl(document: FinancialDocument) -> bool:
    """Whether an e-invoice is made of the document: of our invoices and notes, once issued and not annulled."""
    return not document.received and document.is_issued and document.kind in TYPE_CODES


def ubl_of(document: FinancialDocument) -> bytes:
    """The UBL file of an issued document, checked against the schema. Raises UblError in words."""
    data = write_ubl(einvoice_of(document))
    if problems := validate_xsd(data):
        raise UblError(
            _("The e-invoice does not keep to the schema of UBL: %(problem)s") % {"problem": "; ".join(problems)[:500]}
        )
    return data


def einvoice_of(document: FinancialDocument) -> EInvoice:
    """The document in the terms of EN 16931, from what was stored when it was issued.

    Raises UblError in words for a document of which none is made, and for one that lacks what the rules ask for.
    """
    if not has_ubl(document):
        raise UblError(_("An e-invoice is made of issued invoices and notes of ours."))
    mapping = _Mapping(document)
    mapping.refuse_incomplete()
    with override("bg"):  # the file is the same whoever asks for it
        return mapping.invoice()


class _Mapping:
    """One document being told in the terms of EN 16931."""

    def __init__(self, document: FinancialDocument) -> None:
        self.document = document
        self.lines = list(
            document.lines.select_related("unit", "article", "deducts")
            .prefetch_related("article__barcodes")
            .order_by("position", "pk")
        )
        self.taxes = list(document.taxes.all())
        self.categories = {tax.vat_category for tax in self.taxes}
        self.seller, self.buyer = self.party(firm=True), self.party(firm=False)

    def invoice(self) -> EInvoice:
        document = self.document
        kind = DocumentKind(document.kind)
        day = document.tax_event_date or document.date
        community = VatCategory.INTRA_COMMUNITY in self.categories
        foreign = document.currency not in FIXED
        return EInvoice(
            number=document.number,
            issued_on=document.date,
            type_code=TYPE_CODES[kind],
            currency=document.currency,
            tax_currency="EUR" if foreign else "",
            seller=self.seller,
            buyer=self.buyer,
            lines=tuple(self.line(number, line) for number, line in enumerate(self.lines, start=1)),
            vat=self.breakdowns(),
            totals=Totals(
                lines=document.net,
                net=document.net,
                vat=document.vat,
                gross=document.gross,
                payable=document.gross,
                vat_in_tax_currency=document.vat_eur if foreign else None,
            ),
            tax_point_on=day,
            due_on=document.due_date,
            payment_terms="" if document.due_date or not document.gross else _("By agreement"),
            buyer_reference=document.buyer_reference,
            notes=tuple(filter(None, (document.reason.strip(), document.note.strip()))),
            preceding=self.preceding(),
            delivered_on=day if community or kind == DocumentKind.INVOICE else None,
            deliver_to=Address(country=self.buyer.address.country) if community else Address(),
            payment=Payment() if kind == DocumentKind.CREDIT_NOTE else self.payment(),
        )

    # -- Parties ---------------------------------------------------------------------------------

    def party(self, *, firm: bool) -> Party:
        """Seller or buyer as copied when the document was issued.

        Outside the scope of VAT neither VAT number may stand there (BR-O-02). A personal number is no part of the file,
        but for a VAT number that is made of one.
        """
        document = self.document
        copy: dict[str, Any] = document.firm_copy if firm else document.party_copy
        record = document.own_firm if firm else document.party
        vat_id = copy.get("vat_number") or (f"BG{record.personal_number}" if copy.get("vat_personal") else "")
        if VatCategory.OUTSIDE in self.categories:
            vat_id = ""
        number = "" if copy.get("personal") else copy.get("number", "")
        place = copy.get("address") or {}
        bulgarian = vat_id.startswith("BG")
        return Party(
            name=copy.get("name", ""),
            trading_name=copy.get("name_latin", ""),
            registration_id=number,
            vat_id=vat_id,
            tax_registration="" if vat_id or not firm else number,
            address=Address(
                street=place.get("street", ""),
                city=place.get("town", ""),
                postcode=place.get("postal_code", ""),
                country=place.get("country") or copy.get("country", ""),
            ),
            contact=Contact(
                name=document.prepared_by if firm else document.recipient,
                phone=copy.get("phone", ""),
                email=copy.get("email", ""),
            ),
            endpoint=vat_id if bulgarian else "",
            endpoint_scheme=BULGARIAN_VAT if bulgarian else "",
        )

    def refuse_incomplete(self) -> None:
        """Say in words what the rules of the standard would find missing (BR-CO-26, BR-AE-02, BR-IC-02 …)."""
        seller, buyer = self.seller, self.buyer
        if not (seller.registration_id or seller.vat_id):
            raise UblError(_("An e-invoice needs the EIK or the VAT number of the own firm."))
        if VatCategory.REVERSE_CHARGE in self.categories and not (buyer.vat_id or buyer.registration_id):
            raise UblError(_("An e-invoice with reverse charge needs the VAT number or the EIK of the client."))
        if VatCategory.INTRA_COMMUNITY in self.categories and not (seller.vat_id and buyer.vat_id):
            raise UblError(_("An e-invoice for a supply within the Community needs the VAT numbers of both parties."))

    # -- Lines -----------------------------------------------------------------------------------

    def line(self, number: int, line: Any) -> Line:
        """A line without VAT: with its own price and discount, or, priced with VAT, with the price that gives its net.

        What is deducted has a quantity of −1 and a positive price (BR-27).
        """
        document = self.document
        price, base_quantity = line.unit_price, Decimal(1)
        allowances: tuple[Allowance, ...] = ()
        full = round_money(line.quantity * line.unit_price, document.currency)
        if document.includes_vat:
            price, base_quantity = net_price(line.net, line.quantity)
        elif line.discount_percent and line.quantity > 0:
            off = Allowance(
                amount=full - line.net, percent=line.discount_percent, base=full, reason=_("Discount"), reason_code="95"
            )
            allowances = (off,)
        elif full != line.net:
            price, base_quantity = net_price(line.net, line.quantity)
        article = line.article
        return Line(
            id=str(number),
            name=line.description,
            description=line.description_en,
            quantity=plain(line.quantity),
            net=line.net,
            price=plain(price),
            base_quantity=plain(base_quantity),
            unit=(line.unit.code if line.unit else "") or ONE,
            vat_category=line.vat_category,
            vat_rate=None if line.vat_category == VatCategory.OUTSIDE else plain(line.vat_percent),
            seller_item_id=article.code if article else "",
            gtin=gtin_of(article) if article else "",
            allowances=allowances,
        )

    def breakdowns(self) -> tuple[VatBreakdown, ...]:
        """VAT by category and rate; several grounds of one category are told as one text."""
        groups: dict[tuple[str, Decimal], list[Any]] = {}
        for tax in self.taxes:
            groups.setdefault((tax.vat_category, tax.vat_percent), []).append(tax)
        grounds = [tax.ground for tax in self.taxes if tax.ground]
        codes = dict(VatGround.objects.filter(text__in=grounds).values_list("text", "code")) if grounds else {}
        found = []
        for (category, percent), taxes in groups.items():
            told = category not in (VatCategory.STANDARD, VatCategory.ZERO)
            reasons = list(dict.fromkeys(tax.ground for tax in taxes)) if told else []
            several = {codes.get(reason, "") for reason in reasons}
            found.append(
                VatBreakdown(
                    category=category,
                    rate=None if category == VatCategory.OUTSIDE else plain(percent),
                    base=sum((tax.base for tax in taxes), Decimal("0.00")),
                    vat=sum((tax.tax for tax in taxes), Decimal("0.00")),
                    reason="; ".join(reasons),
                    reason_code=several.pop() if len(several) == 1 else "",
                )
            )
        return tuple(found)

    # -- What it refers to -------------------------------------------------------------------------

    def preceding(self) -> tuple[PrecedingInvoice, ...]:
        """The invoice that a note corrects, and the advance invoices that are deducted."""
        document = self.document
        found = []
        if document.is_note:
            before = document.corrects
            number = before.number if before else document.corrects_number
            if number:
                found.append(
                    PrecedingInvoice(number=number, issued_on=before.date if before else document.corrects_date)
                )
        advances = {line.deducts_id: line.deducts for line in self.lines if line.deducts is not None}
        found += [PrecedingInvoice(number=one.number, issued_on=one.date) for one in advances.values() if one]
        return tuple(found)

    def payment(self) -> Payment:
        document, account = self.document, self.document.account_copy or {}
        if document.payment_method != "bank":
            return Payment(
                code=WAYS.get(document.payment_method, OTHER), text=str(document.get_payment_method_display())
            )
        if not account.get("iban"):
            return Payment()
        return Payment(
            code=SEPA if document.currency == "EUR" else TRANSFER,
            reference=document.number,
            accounts=(
                Account(
                    iban=account["iban"],
                    name=account.get("holder") or document.firm_copy.get("name", ""),
                    bic=account.get("bic", ""),
                ),
            ),
        )


def plain(number: Decimal) -> Decimal:
    """The number without zeros at its end, and never as 1E+3: as it stands in a file."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def gtin_of(article: Any) -> str:
    """The barcode of one piece by GS1, when the article has one."""
    codes = (barcode.code for barcode in article.barcodes.all() if barcode.unit_id in (None, article.unit_id))
    return next((code for code in codes if code.isdecimal() and len(code) in (8, 12, 13, 14)), "")
