"""Reading a UBL file that somebody has sent. What EN 16931 does not know is passed over; what is missing is told."""

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from .model import (
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
    VatBreakdown,
)
from .writer import GTIN_SCHEME, NOT_DEFINED
from .xml import CREDIT_NOTE, MAX_BYTES, NS, UblError, open_invoice

__all__ = ["MAX_BYTES", "read_ubl"]

# As in XML Schema: no exponent, no infinity. Longer than any number of an invoice is a trick.
_DECIMAL = re.compile(r"[+-]?(?:\d{1,28}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_VERSION = re.compile(r"2(\.\d+)?", re.ASCII)


def read_ubl(data: bytes) -> EInvoice:
    """The invoice that stands in the file, with its figures as they stand there; none is checked against another.

    Raises UblError, with words for the user, when the file is too large, is not XML, has a DTD, is no UBL invoice or of
    another version, or lacks what no invoice is without: number, date, currency, parties, lines, totals.
    """
    root = open_invoice(data)
    version = _text(root, "cbc:UBLVersionID")
    if version and not _VERSION.fullmatch(version):
        raise UblError(_("The file is in UBL version %(version)s. Only version 2 is read.") % {"version": version})
    is_credit_note = root.tag == CREDIT_NOTE
    currency = _needed(root, "cbc:DocumentCurrencyCode", _("The file does not say in which currency the invoice is."))
    issued_on = _date(root, "cbc:IssueDate")
    if issued_on is None:
        raise UblError(_("The file does not say when the invoice was issued."))
    lines = root.findall("cac:CreditNoteLine" if is_credit_note else "cac:InvoiceLine", NS)
    if not lines:
        raise UblError(_("The invoice in the file has no lines."))
    tax_currency = _text(root, "cbc:TaxCurrencyCode")
    return EInvoice(
        number=_needed(root, "cbc:ID", _("The invoice in the file has no number.")),
        issued_on=issued_on,
        type_code=_type_code(root, is_credit_note),
        currency=currency,
        seller=_party(root, "cac:AccountingSupplierParty/cac:Party", _("The file does not say who the seller is.")),
        buyer=_party(root, "cac:AccountingCustomerParty/cac:Party", _("The file does not say who the buyer is.")),
        lines=tuple(_line(node, is_credit_note) for node in lines),
        vat=_vat(root, currency),
        totals=_totals(root, currency, tax_currency),
        tax_currency=tax_currency,
        tax_point_on=_date(root, "cbc:TaxPointDate"),
        due_on=_date(root, "cbc:DueDate") or _date(root, "cac:PaymentMeans/cbc:PaymentDueDate"),
        buyer_reference=_text(root, "cbc:BuyerReference"),
        contract_reference=_text(root, "cac:ContractDocumentReference/cbc:ID"),
        order_reference=_text(root, "cac:OrderReference/cbc:ID"),
        despatch_reference=_text(root, "cac:DespatchDocumentReference/cbc:ID"),
        payment_terms=_text(root, "cac:PaymentTerms/cbc:Note"),
        notes=_texts(root, "cbc:Note"),
        profile=_text(root, "cbc:ProfileID"),
        customization=_text(root, "cbc:CustomizationID"),
        preceding=tuple(
            PrecedingInvoice(number=_text(node, "cbc:ID"), issued_on=_date(node, "cbc:IssueDate"))
            for node in root.findall("cac:BillingReference/cac:InvoiceDocumentReference", NS)
            if _text(node, "cbc:ID")
        ),
        deliver_to_name=_text(root, "cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name"),
        delivered_on=_date(root, "cac:Delivery/cbc:ActualDeliveryDate"),
        deliver_to=_address(root.find("cac:Delivery/cac:DeliveryLocation/cac:Address", NS)),
        period_start=_date(root, "cac:InvoicePeriod/cbc:StartDate"),
        period_end=_date(root, "cac:InvoicePeriod/cbc:EndDate"),
        payment=_payment(root, is_credit_note),
        allowances=_allowances(root),
    )


def _type_code(root: etree._Element, is_credit_note: bool) -> str:
    if is_credit_note:
        return _text(root, "cbc:CreditNoteTypeCode") or TypeCode.CREDIT_NOTE.value
    return _text(root, "cbc:InvoiceTypeCode") or TypeCode.INVOICE.value


def _party(root: etree._Element, path: str, missing: str) -> Party:
    node = root.find(path, NS)
    legal_name = "" if node is None else _text(node, "cac:PartyLegalEntity/cbc:RegistrationName")
    other_name = "" if node is None else _text(node, "cac:PartyName/cbc:Name")
    if node is None or not (legal_name or other_name):
        raise UblError(missing)
    contact = node.find("cac:Contact", NS)
    identifier = next(  # the bank's number of a creditor stands among a seller's identifiers and is none
        (each for each in node.findall("cac:PartyIdentification/cbc:ID", NS) if _scheme(each).upper() != "SEPA"), None
    )
    registration = node.find("cac:PartyLegalEntity/cbc:CompanyID", NS)
    endpoint = node.find("cbc:EndpointID", NS)
    numbers = {"VAT": "", "other": ""}
    for tax in node.findall("cac:PartyTaxScheme", NS):
        scheme = "VAT" if _text(tax, "cac:TaxScheme/cbc:ID").upper() == "VAT" else "other"
        numbers[scheme] = numbers[scheme] or _text(tax, "cbc:CompanyID")
    return Party(
        name=legal_name or other_name,
        trading_name=other_name if legal_name else "",
        identifier=_content(identifier),
        identifier_scheme=_scheme(identifier),
        registration_id=_content(registration),
        registration_scheme=_scheme(registration),
        vat_id=numbers["VAT"],
        tax_registration=numbers["other"],
        legal_info=_text(node, "cac:PartyLegalEntity/cbc:CompanyLegalForm"),
        address=_address(node.find("cac:PostalAddress", NS)),
        contact=Contact()
        if contact is None
        else Contact(
            name=_text(contact, "cbc:Name"),
            phone=_text(contact, "cbc:Telephone"),
            email=_text(contact, "cbc:ElectronicMail"),
        ),
        endpoint=_content(endpoint),
        endpoint_scheme=_scheme(endpoint),
    )


def _address(node: etree._Element | None) -> Address:
    if node is None:
        return Address()
    return Address(
        street=_text(node, "cbc:StreetName"),
        street2=_text(node, "cbc:AdditionalStreetName"),
        line3=_text(node, "cac:AddressLine/cbc:Line"),
        city=_text(node, "cbc:CityName"),
        postcode=_text(node, "cbc:PostalZone"),
        region=_text(node, "cbc:CountrySubentity"),
        country=_text(node, "cac:Country/cbc:IdentificationCode"),
    )


def _payment(root: etree._Element, is_credit_note: bool) -> Payment:
    means = root.findall("cac:PaymentMeans", NS)
    if not means:
        return Payment()
    code = means[0].find("cbc:PaymentMeansCode", NS)
    payment = Payment(
        code=_content(code),
        text="" if code is None else code.get("name", "").strip(),
        reference=next(filter(None, (_text(node, "cbc:PaymentID") for node in means)), ""),
        accounts=tuple(
            Account(
                iban=_text(node, "cbc:ID"),
                name=_text(node, "cbc:Name"),
                bic=_text(node, "cac:FinancialInstitutionBranch/cbc:ID"),
            )
            for node in root.findall("cac:PaymentMeans/cac:PayeeFinancialAccount", NS)
            if _text(node, "cbc:ID")
        ),
    )
    # In a credit note "not defined" may be there only to carry the due date.
    return Payment() if is_credit_note and payment == Payment(code=NOT_DEFINED) else payment


def _allowances(parent: etree._Element) -> tuple[Allowance, ...]:
    return tuple(
        Allowance(
            amount=_decimal_or_zero(node, "cbc:Amount"),
            is_charge=_text(node, "cbc:ChargeIndicator") in ("true", "1"),
            percent=_decimal(node, "cbc:MultiplierFactorNumeric"),
            base=_decimal(node, "cbc:BaseAmount"),
            reason=_text(node, "cbc:AllowanceChargeReason"),
            reason_code=_text(node, "cbc:AllowanceChargeReasonCode"),
            vat_category=_text(node, "cac:TaxCategory/cbc:ID"),
            vat_rate=_decimal(node, "cac:TaxCategory/cbc:Percent"),
        )
        for node in parent.findall("cac:AllowanceCharge", NS)
    )


def _vat(root: etree._Element, currency: str) -> tuple[VatBreakdown, ...]:
    return tuple(
        VatBreakdown(
            category=_text(node, "cac:TaxCategory/cbc:ID"),
            base=_decimal_or_zero(node, "cbc:TaxableAmount"),
            vat=_decimal_or_zero(node, "cbc:TaxAmount"),
            rate=_decimal(node, "cac:TaxCategory/cbc:Percent"),
            reason=_text(node, "cac:TaxCategory/cbc:TaxExemptionReason"),
            reason_code=_text(node, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
        )
        for node in root.findall("cac:TaxTotal/cac:TaxSubtotal", NS)
        if _currency(node.find("cbc:TaxAmount", NS)) in ("", currency)
    )


def _totals(root: etree._Element, currency: str, tax_currency: str) -> Totals:
    node = root.find("cac:LegalMonetaryTotal", NS)
    found = [
        None if node is None else _decimal(node, f"cbc:{name}")
        for name in ("LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount")
    ]
    lines, net, gross, payable = found
    if node is None or lines is None or net is None or gross is None or payable is None:
        raise UblError(_("The file does not state the totals of the invoice."))
    vat, in_tax_currency = None, None
    for total in root.findall("cac:TaxTotal", NS):
        of = _currency(total.find("cbc:TaxAmount", NS))
        if of in ("", currency) and vat is None:
            vat = _decimal(total, "cbc:TaxAmount")
        elif of == tax_currency and in_tax_currency is None:
            in_tax_currency = _decimal(total, "cbc:TaxAmount")
    return Totals(
        lines=lines,
        net=net,
        vat=gross - net if vat is None else vat,
        gross=gross,
        payable=payable,
        allowances=_decimal_or_zero(node, "cbc:AllowanceTotalAmount"),
        charges=_decimal_or_zero(node, "cbc:ChargeTotalAmount"),
        prepaid=_decimal_or_zero(node, "cbc:PrepaidAmount"),
        rounding=_decimal_or_zero(node, "cbc:PayableRoundingAmount"),
        vat_in_tax_currency=in_tax_currency,
    )


def _line(node: etree._Element, is_credit_note: bool) -> Line:
    quantity = node.find("cbc:CreditedQuantity" if is_credit_note else "cbc:InvoicedQuantity", NS)
    net = _decimal(node, "cbc:LineExtensionAmount")
    number = _text(node, "cbc:ID")
    if net is None:
        raise UblError(_("Line %(number)s of the invoice has no amount.") % {"number": number or "?"})
    counted = None if quantity is None else _to_decimal(quantity)
    amount = Decimal(1) if counted is None else counted
    price, base_quantity = _decimal(node, "cac:Price/cbc:PriceAmount"), _decimal(node, "cac:Price/cbc:BaseQuantity")
    if price is None:
        price, base_quantity = abs(net), abs(amount)
    standard = node.find("cac:Item/cac:StandardItemIdentification/cbc:ID", NS)
    discount = node.find("cac:Price/cac:AllowanceCharge", NS)
    return Line(
        id=number,
        name=_text(node, "cac:Item/cbc:Name") or _text(node, "cac:Item/cbc:Description"),
        quantity=amount,
        net=net,
        price=price,
        unit="" if quantity is None else quantity.get("unitCode", "").strip(),
        base_quantity=base_quantity or Decimal(1),
        gross_price=None if discount is None else _decimal(discount, "cbc:BaseAmount"),
        price_discount=Decimal(0) if discount is None else _decimal_or_zero(discount, "cbc:Amount"),
        vat_category=_text(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        vat_rate=_decimal(node, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"),
        description=_text(node, "cac:Item/cbc:Description"),
        note=_text(node, "cbc:Note"),
        seller_item_id=_text(node, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        buyer_item_id=_text(node, "cac:Item/cac:BuyersItemIdentification/cbc:ID"),
        gtin=_content(standard) if _scheme(standard) in ("", GTIN_SCHEME, "0088") else "",
        period_start=_date(node, "cac:InvoicePeriod/cbc:StartDate"),
        period_end=_date(node, "cac:InvoicePeriod/cbc:EndDate"),
        allowances=_allowances(node),
    )


def _content(node: etree._Element | None) -> str:
    return "" if node is None else (node.text or "").strip()


def _scheme(node: etree._Element | None) -> str:
    return "" if node is None else node.get("schemeID", "").strip()


def _currency(node: etree._Element | None) -> str:
    return "" if node is None else node.get("currencyID", "").strip()


def _text(node: etree._Element, path: str) -> str:
    return _content(node.find(path, NS))


def _texts(node: etree._Element, path: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_content, node.findall(path, NS))))


def _needed(node: etree._Element, path: str, missing: str) -> str:
    text = _text(node, path)
    if not text:
        raise UblError(missing)
    return text


def _decimal(node: etree._Element, path: str) -> Decimal | None:
    found = node.find(path, NS)
    return None if found is None else _to_decimal(found)


def _decimal_or_zero(node: etree._Element, path: str) -> Decimal:
    return _decimal(node, path) or Decimal(0)


def _to_decimal(node: etree._Element) -> Decimal | None:
    text = _content(node)
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise UblError(
            _("“%(value)s” in %(element)s on line %(line)s of the file is not a number.")
            % {"value": text[:40], "element": etree.QName(node).localname, "line": node.sourceline}
        )
    return Decimal(text)


def _date(node: etree._Element, path: str) -> date | None:
    found = node.find(path, NS)
    text = _content(found)
    if found is None or not text:
        return None
    try:
        return date.fromisoformat(_DATE.fullmatch(text)[1])  # type: ignore[index]
    except (TypeError, ValueError) as error:
        raise UblError(
            _("“%(value)s” in %(element)s on line %(line)s of the file is not a date.")
            % {"value": text[:40], "element": etree.QName(found).localname, "line": found.sourceline}
        ) from error
