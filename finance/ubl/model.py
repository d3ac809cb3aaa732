"""An invoice in the terms of EN 16931; beside each field the number of its business term (BT) or group (BG).

Text that is not there is "", a date or a number that is not there is None. What belongs together and is wholly absent
is an empty object (`Contact()`, `Payment()`), so nobody has to ask whether it is there before he reads it.

What the rules of the standard ask of the figures, and what no type can say:

- the net amounts of the lines sum to `Totals.lines` (BR-CO-10), and per category and rate, with the allowances and
  charges of the document, to the base of the breakdown (BR-S-08, exact for all categories but S);
- net = lines - allowances + charges (BR-CO-13), gross = net + vat (BR-CO-15), payable = gross - prepaid + rounding
  (BR-CO-16), vat = sum over the breakdown (BR-CO-14);
- vat of a breakdown = base x rate, where the official rules let pass a difference below one unit of the currency
  (BR-CO-17, BR-S-09). So a document whose VAT is fixed by its gross prices keeps its own base and VAT, and only the
  net amounts of its lines are brought to sum to the base, by `spread`;
- at most one breakdown for each of Z, E, AE, K, G, O: several grounds of exemption are one text (BR-E-01 …);
- O stands alone and without the VAT numbers of both parties (BR-O-02, BR-O-11); its rate is None (BR-O-05);
- prices are not negative (BR-27): a deduction has a negative quantity;
- something to pay needs a due date or payment terms (BR-CO-25, which the official check leaves out);
- K needs a delivery date or period, and the country of delivery (BR-IC-11, BR-IC-12).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

EN16931 = "urn:cen.eu:en16931:2017"
ZERO = Decimal(0)


class TypeCode(StrEnum):
    """What kind of document it is (BT-3, UNTDID 1001); of incoming files other codes are kept as they are."""

    INVOICE = "380"
    CREDIT_NOTE = "381"
    DEBIT_NOTE = "383"
    CORRECTED = "384"
    PREPAYMENT = "386"


# The codes that stand in a CreditNote; all others stand in an Invoice (BR-CL-01). 81 and 83 may stand in both.
CREDIT_NOTE_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})


class VatCategory(StrEnum):
    """The category of VAT (UNTDID 5305)."""

    STANDARD = "S"  # any rate above zero, the reduced one too
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE_SCOPE = "O"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """BG-5, BG-8, BG-15; a party's needs a country (BR-09, BR-11)."""

    street: str = ""  # BT-35, BT-50, BT-75
    street2: str = ""  # BT-36, BT-51, BT-76
    line3: str = ""  # BT-162, BT-163, BT-165
    city: str = ""  # BT-37, BT-52, BT-77
    postcode: str = ""  # BT-38, BT-53, BT-78
    region: str = ""  # BT-39, BT-54, BT-79
    country: str = ""  # BT-40, BT-55, BT-80; ISO 3166-1, two letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """BG-6, BG-9."""

    name: str = ""  # BT-41, BT-56
    phone: str = ""  # BT-42, BT-57
    email: str = ""  # BT-43, BT-58


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller (BG-4) or buyer (BG-7)."""

    name: str  # BT-27, BT-44
    trading_name: str = ""  # BT-28, BT-45
    identifier: str = ""  # BT-29, BT-46
    identifier_scheme: str = ""  # ISO 6523
    # EIK. ISO 6523 has no scheme for it, so the scheme stays empty; a wrong one would break BR-CL-11.
    registration_id: str = ""  # BT-30, BT-47
    registration_scheme: str = ""  # ISO 6523
    vat_id: str = ""  # BT-31, BT-48, with the country's letters (BR-CO-09)
    tax_registration: str = ""  # BT-32, of a seller without VAT number
    legal_info: str = ""  # BT-33, of a seller
    address: Address = Address()  # BG-5, BG-8
    contact: Contact = Contact()  # BG-6, BG-9
    endpoint: str = ""  # BT-34, BT-49
    endpoint_scheme: str = ""  # 9926 for a Bulgarian VAT number


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedingInvoice:
    """The invoice that a note changes, or an advance that is deducted (BG-3)."""

    number: str  # BT-25
    issued_on: date | None = None  # BT-26


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account to pay to (BG-17)."""

    iban: str  # BT-84
    name: str = ""  # BT-85
    bic: str = ""  # BT-86


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How it is paid (BG-16): 30 transfer, 58 SEPA transfer, 10 cash, 48 card … (UNTDID 4461)."""

    code: str = ""  # BT-81; empty: nothing is said
    text: str = ""  # BT-82
    reference: str = ""  # BT-83
    accounts: tuple[Account, ...] = ()  # needed for 30 and 58 (BR-61)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A discount or, when `is_charge`, a surcharge: of the document (BG-20, BG-21) or of a line (BG-27, BG-28)."""

    amount: Decimal  # BT-92, BT-99, BT-136, BT-141
    is_charge: bool = False
    percent: Decimal | None = None  # BT-94, BT-101, BT-138, BT-143
    base: Decimal | None = None  # BT-93, BT-100, BT-137, BT-142
    reason: str = ""  # BT-97, BT-104, BT-139, BT-144; this or the code is needed (BR-33, BR-42)
    reason_code: str = ""  # BT-98, BT-105, BT-140, BT-145; 95 is a discount
    vat_category: str = ""  # BT-95, BT-102; of the document's alone
    vat_rate: Decimal | None = None  # BT-96, BT-103


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """BG-25. `net` = `quantity` x `price` / `base_quantity` - discounts + surcharges, rounded to cents."""

    id: str  # BT-126
    name: str  # BT-153
    quantity: Decimal  # BT-129
    net: Decimal  # BT-131
    price: Decimal  # BT-146, without VAT and after the discount on the price
    unit: str = "C62"  # BT-130, UN/ECE recommendations 20 and 21
    base_quantity: Decimal = Decimal(1)  # BT-149
    gross_price: Decimal | None = None  # BT-148, before the discount on the price
    price_discount: Decimal = ZERO  # BT-147; only beside a gross price
    vat_category: str = VatCategory.STANDARD  # BT-151
    vat_rate: Decimal | None = None  # BT-152; None for O alone
    description: str = ""  # BT-154
    note: str = ""  # BT-127
    seller_item_id: str = ""  # BT-155
    buyer_item_id: str = ""  # BT-156
    gtin: str = ""  # BT-157, scheme 0160
    period_start: date | None = None  # BT-134
    period_end: date | None = None  # BT-135
    allowances: tuple[Allowance, ...] = ()  # BG-27, BG-28


@dataclass(frozen=True, slots=True, kw_only=True)
class VatBreakdown:
    """The VAT of one category and rate (BG-23)."""

    category: str  # BT-118
    base: Decimal  # BT-116
    vat: Decimal = ZERO  # BT-117
    rate: Decimal | None = None  # BT-119; None for O alone
    reason: str = ""  # BT-120; this or the code for E, AE, K, G, O; none for S and Z
    reason_code: str = ""  # BT-121, VATEX-EU-…


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """BG-22."""

    lines: Decimal  # BT-106
    net: Decimal  # BT-109
    vat: Decimal  # BT-110
    gross: Decimal  # BT-112
    payable: Decimal  # BT-115
    allowances: Decimal = ZERO  # BT-107
    charges: Decimal = ZERO  # BT-108
    prepaid: Decimal = ZERO  # BT-113
    rounding: Decimal = ZERO  # BT-114
    vat_in_tax_currency: Decimal | None = None  # BT-111, when BT-6 differs from BT-5


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """An invoice, credit note or debit note. A credit note states its amounts as positive."""

    number: str  # BT-1
    issued_on: date  # BT-2
    type_code: str = TypeCode.INVOICE  # BT-3
    currency: str = "EUR"  # BT-5
    seller: Party  # BG-4
    buyer: Party  # BG-7
    lines: tuple[Line, ...]  # BG-25
    vat: tuple[VatBreakdown, ...]  # BG-23
    totals: Totals  # BG-22
    tax_currency: str = ""  # BT-6
    tax_point_on: date | None = None  # BT-7
    due_on: date | None = None  # BT-9
    buyer_reference: str = ""  # BT-10
    contract_reference: str = ""  # BT-12
    order_reference: str = ""  # BT-13
    despatch_reference: str = ""  # BT-16
    payment_terms: str = ""  # BT-20
    notes: tuple[str, ...] = ()  # BT-22
    profile: str = ""  # BT-23
    customization: str = EN16931  # BT-24
    preceding: tuple[PrecedingInvoice, ...] = ()  # BG-3
    deliver_to_name: str = ""  # BT-70
    delivered_on: date | None = None  # BT-72
    deliver_to: Address = Address()  # BG-15
    period_start: date | None = None  # BT-73
    period_end: date | None = None  # BT-74
    payment: Payment = Payment()  # BG-16
    allowances: tuple[Allowance, ...] = ()  # BG-20, BG-21

    @property
    def is_credit_note(self) -> bool:
        """Whether it is written as a CreditNote."""
        return self.type_code in CREDIT_NOTE_CODES
