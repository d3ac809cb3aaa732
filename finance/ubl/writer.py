"""Writing an invoice as a UBL 2.1 file. The order of the elements is the schema's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from .model import Address, Allowance, EInvoice, Line, Party, Payment, VatBreakdown
from .xml import CAC, CBC, CREDIT_NOTE, CREDIT_NOTE_NS, INVOICE, INVOICE_NS, UblError

# Whatever XML 1.0 cannot hold, as it comes with text pasted from elsewhere.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
GTIN_SCHEME = "0160"
NOT_DEFINED = "1"  # a way of payment about which nothing is said (UNTDID 4461)


def write_ubl(invoice: EInvoice) -> bytes:
    """The UBL file of the invoice: a CreditNote for credit notes, an Invoice for all else, debit notes included.

    The same invoice always gives the same bytes. Figures are written as they are; nothing is computed or rounded, so
    the rules told in `model` are the caller's. Raises UblError for an amount with fractions of a cent, TypeError for a
    float.
    """
    return _Writer(invoice).write()


class _Writer:
    """Writes one invoice; keeps its currency, which stands at every amount."""

    def __init__(self, invoice: EInvoice) -> None:
        self.invoice = invoice
        self.currency = invoice.currency

    def write(self) -> bytes:
        credit = self.invoice.is_credit_note
        default = CREDIT_NOTE_NS if credit else INVOICE_NS
        root = etree.Element(CREDIT_NOTE if credit else INVOICE, nsmap={None: default, "cac": CAC, "cbc": CBC})
        self._head(root)
        self._references(root)
        with _group(root, "AccountingSupplierParty") as supplier:
            self._party(supplier, self.invoice.seller)
        with _group(root, "AccountingCustomerParty") as customer:
            self._party(customer, self.invoice.buyer)
        self._delivery(root)
        self._payment(root)
        with _group(root, "PaymentTerms") as terms:
            _put(terms, "Note", self.invoice.payment_terms)
        for allowance in self.invoice.allowances:
            self._allowance(root, allowance)
        self._vat(root)
        self._totals(root)
        for line in self.invoice.lines:
            self._line(root, line)
        return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")

    def _head(self, root: etree._Element) -> None:
        invoice, credit = self.invoice, self.invoice.is_credit_note
        _put(root, "CustomizationID", invoice.customization)
        _put(root, "ProfileID", invoice.profile)
        _put(root, "ID", invoice.number)
        _put(root, "IssueDate", invoice.issued_on)
        if credit:  # has no due date of its own: see _payment
            _put(root, "TaxPointDate", invoice.tax_point_on)
            _put(root, "CreditNoteTypeCode", invoice.type_code)
        else:
            _put(root, "DueDate", invoice.due_on)
            _put(root, "InvoiceTypeCode", invoice.type_code)
        for note in invoice.notes:
            _put(root, "Note", note)
        if not credit:
            _put(root, "TaxPointDate", invoice.tax_point_on)
        _put(root, "DocumentCurrencyCode", invoice.currency)
        _put(root, "TaxCurrencyCode", invoice.tax_currency)
        _put(root, "BuyerReference", invoice.buyer_reference)

    def _references(self, root: etree._Element) -> None:
        invoice = self.invoice
        _period(root, invoice.period_start, invoice.period_end)
        with _group(root, "OrderReference") as order:
            _put(order, "ID", invoice.order_reference)
        for preceding in invoice.preceding:
            with _group(root, "BillingReference") as billing, _group(billing, "InvoiceDocumentReference") as reference:
                _put(reference, "ID", preceding.number)
                _put(reference, "IssueDate", preceding.issued_on)
        with _group(root, "DespatchDocumentReference") as despatch:
            _put(despatch, "ID", invoice.despatch_reference)
        with _group(root, "ContractDocumentReference") as contract:
            _put(contract, "ID", invoice.contract_reference)

    def _party(self, parent: etree._Element, party: Party) -> None:
        with _group(parent, "Party") as node:
            _put(node, "EndpointID", party.endpoint, schemeID=party.endpoint_scheme)
            with _group(node, "PartyIdentification") as identification:
                _put(identification, "ID", party.identifier, schemeID=party.identifier_scheme)
            with _group(node, "PartyName") as trading:
                _put(trading, "Name", party.trading_name)
            _address(node, "PostalAddress", party.address)
            for scheme, number in (("VAT", party.vat_id), ("TAX", party.tax_registration)):
                if number:
                    with _group(node, "PartyTaxScheme") as tax:
                        _put(tax, "CompanyID", number)
                        _tax_scheme(tax, scheme)
            with _group(node, "PartyLegalEntity") as legal:
                _put(legal, "RegistrationName", party.name)
                _put(legal, "CompanyID", party.registration_id, schemeID=party.registration_scheme)
                _put(legal, "CompanyLegalForm", party.legal_info)
            with _group(node, "Contact") as contact:
                _put(contact, "Name", party.contact.name)
                _put(contact, "Telephone", party.contact.phone)
                _put(contact, "ElectronicMail", party.contact.email)

    def _delivery(self, root: etree._Element) -> None:
        with _group(root, "Delivery") as delivery:
            _put(delivery, "ActualDeliveryDate", self.invoice.delivered_on)
            with _group(delivery, "DeliveryLocation") as location:
                _address(location, "Address", self.invoice.deliver_to)
            with _group(delivery, "DeliveryParty") as party, _group(party, "PartyName") as name:
                _put(name, "Name", self.invoice.deliver_to_name)

    def _payment(self, root: etree._Element) -> None:
        payment = self.invoice.payment
        # A credit note has its due date here; when nothing else is said of payment, beside "not defined".
        due = self.invoice.due_on if self.invoice.is_credit_note else None
        code = payment.code or (NOT_DEFINED if due or payment != Payment() else "")
        if not code:
            return
        for index, account in enumerate(payment.accounts or (None,)):
            first = index == 0  # the text and the due date may stand only once (UBL-SR-45, UBL-SR-46)
            with _group(root, "PaymentMeans") as means:
                _put(means, "PaymentMeansCode", code, name=payment.text if first else "")
                _put(means, "PaymentDueDate", due if first else None)
                _put(means, "PaymentID", payment.reference)
                if account is None:
                    continue
                with _group(means, "PayeeFinancialAccount") as payee:
                    _put(payee, "ID", account.iban)
                    _put(payee, "Name", account.name)
                    with _group(payee, "FinancialInstitutionBranch") as bank:
                        _put(bank, "ID", account.bic)

    def _allowance(self, parent: etree._Element, allowance: Allowance) -> None:
        with _group(parent, "AllowanceCharge") as node:
            _put(node, "ChargeIndicator", "true" if allowance.is_charge else "false")
            _put(node, "AllowanceChargeReasonCode", allowance.reason_code)
            _put(node, "AllowanceChargeReason", allowance.reason)
            _put(node, "MultiplierFactorNumeric", _number(allowance.percent))
            self._amount(node, "Amount", allowance.amount)
            self._amount(node, "BaseAmount", allowance.base)
            _tax_category(node, "TaxCategory", allowance.vat_category, allowance.vat_rate)

    def _vat(self, root: etree._Element) -> None:
        invoice = self.invoice
        with _group(root, "TaxTotal") as total:
            self._amount(total, "TaxAmount", invoice.totals.vat)
            for breakdown in invoice.vat:
                with _group(total, "TaxSubtotal") as subtotal:
                    self._amount(subtotal, "TaxableAmount", breakdown.base)
                    self._amount(subtotal, "TaxAmount", breakdown.vat)
                    _tax_category(subtotal, "TaxCategory", breakdown.category, breakdown.rate, breakdown)
        in_tax_currency = invoice.totals.vat_in_tax_currency
        if in_tax_currency is not None and invoice.tax_currency not in ("", invoice.currency):
            with _group(root, "TaxTotal") as total:
                self._amount(total, "TaxAmount", in_tax_currency, currency=invoice.tax_currency)

    def _totals(self, root: etree._Element) -> None:
        totals = self.invoice.totals
        # The sum of discounts stands there when there are any, and only then (BR-CO-11, BR-CO-12).
        discounts = totals.allowances or any(not each.is_charge for each in self.invoice.allowances)
        charges = totals.charges or any(each.is_charge for each in self.invoice.allowances)
        with _group(root, "LegalMonetaryTotal") as node:
            self._amount(node, "LineExtensionAmount", totals.lines)
            self._amount(node, "TaxExclusiveAmount", totals.net)
            self._amount(node, "TaxInclusiveAmount", totals.gross)
            self._amount(node, "AllowanceTotalAmount", totals.allowances if discounts else None)
            self._amount(node, "ChargeTotalAmount", totals.charges if charges else None)
            self._amount(node, "PrepaidAmount", totals.prepaid or None)
            self._amount(node, "PayableRoundingAmount", totals.rounding or None)
            self._amount(node, "PayableAmount", totals.payable)

    def _line(self, root: etree._Element, line: Line) -> None:
        credit = self.invoice.is_credit_note
        with _group(root, "CreditNoteLine" if credit else "InvoiceLine") as node:
            _put(node, "ID", line.id)
            _put(node, "Note", line.note)
            quantity = "CreditedQuantity" if credit else "InvoicedQuantity"
            _put(node, quantity, _number(line.quantity), unitCode=line.unit)
            self._amount(node, "LineExtensionAmount", line.net)
            _period(node, line.period_start, line.period_end)
            for allowance in line.allowances:
                self._allowance(node, allowance)
            self._item(node, line)
            self._price(node, line)

    def _item(self, parent: etree._Element, line: Line) -> None:
        with _group(parent, "Item") as item:
            _put(item, "Description", line.description)
            _put(item, "Name", line.name)
            for name, number, scheme in (
                ("BuyersItemIdentification", line.buyer_item_id, ""),
                ("SellersItemIdentification", line.seller_item_id, ""),
                ("StandardItemIdentification", line.gtin, GTIN_SCHEME),
            ):
                with _group(item, name) as identification:
                    _put(identification, "ID", number, schemeID=scheme)
            _tax_category(item, "ClassifiedTaxCategory", line.vat_category, line.vat_rate)

    def _price(self, parent: etree._Element, line: Line) -> None:
        with _group(parent, "Price") as price:
            _put(price, "PriceAmount", _number(line.price), currencyID=self.currency)
            if line.base_quantity != 1:
                _put(price, "BaseQuantity", _number(line.base_quantity), unitCode=line.unit)
            if line.gross_price is not None:
                with _group(price, "AllowanceCharge") as discount:
                    _put(discount, "ChargeIndicator", "false")
                    _put(discount, "Amount", _number(line.price_discount), currencyID=self.currency)
                    _put(discount, "BaseAmount", _number(line.gross_price), currencyID=self.currency)

    def _amount(self, parent: etree._Element, name: str, amount: Decimal | None, currency: str = "") -> None:
        if amount is None:
            return
        if len(_number(amount).partition(".")[2]) > 2:
            raise UblError(
                _("An e-invoice holds amounts of at most two decimals, and %(amount)s has more.") % {"amount": amount}
            )
        _put(parent, name, f"{amount if amount else abs(amount):.2f}", currencyID=currency or self.currency)


@contextmanager
def _group(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """An aggregate, which goes away again when nothing was put into it."""
    node = etree.SubElement(parent, f"{{{CAC}}}{name}")
    yield node
    if not len(node):
        parent.remove(node)


def _put(parent: etree._Element, name: str, value: str | date | None, /, **attributes: str) -> None:
    """An element with text; none at all for an empty value, nor an attribute for an empty one."""
    text = value.isoformat() if isinstance(value, date) else _clean(value or "")
    if text:
        node = etree.SubElement(parent, f"{{{CBC}}}{name}", {key: _clean(of) for key, of in attributes.items() if of})
        node.text = text


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text).strip()


def _number(value: Decimal | None) -> str:
    """A number without exponent and without zeros at its end."""
    if value is None:
        return ""
    if not isinstance(value, Decimal):
        raise TypeError(f"A number of an invoice is a Decimal, not {type(value).__name__}.")
    if not value.is_finite():
        raise ValueError("A number of an invoice is finite.")
    text = f"{value if value else abs(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _address(parent: etree._Element, name: str, address: Address) -> None:
    with _group(parent, name) as node:
        _put(node, "StreetName", address.street)
        _put(node, "AdditionalStreetName", address.street2)
        _put(node, "CityName", address.city)
        _put(node, "PostalZone", address.postcode)
        _put(node, "CountrySubentity", address.region)
        with _group(node, "AddressLine") as line:
            _put(line, "Line", address.line3)
        with _group(node, "Country") as country:
            _put(country, "IdentificationCode", address.country)


def _period(parent: etree._Element, start: date | None, end: date | None) -> None:
    with _group(parent, "InvoicePeriod") as period:
        _put(period, "StartDate", start)
        _put(period, "EndDate", end)


def _tax_scheme(parent: etree._Element, scheme: str = "VAT") -> None:
    with _group(parent, "TaxScheme") as node:
        _put(node, "ID", scheme)


def _tax_category(
    parent: etree._Element, name: str, category: str, rate: Decimal | None, breakdown: VatBreakdown | None = None
) -> None:
    if not category:
        return
    with _group(parent, name) as node:
        _put(node, "ID", category)
        _put(node, "Percent", _number(rate))
        if breakdown is not None:
            _put(node, "TaxExemptionReasonCode", breakdown.reason_code)
            _put(node, "TaxExemptionReason", breakdown.reason)
        _tax_scheme(node)
