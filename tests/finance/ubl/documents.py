"""Invoices of two invented firms, one for each thing that happens in practice."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

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
    VatBreakdown,
    VatCategory,
    net_price,
)
from tests.finance.ubl.spreading import spread

D = Decimal
CENT = D("0.01")

SELLER = Party(
    name="Пример Търговия ООД",
    trading_name="Пример",
    registration_id="131071587",
    vat_id="BG131071587",
    address=Address(street="ул. „Шипка“ № 34", street2="вх. А, ет. 2", city="София", postcode="1000", country="BG"),
    contact=Contact(name="Мария Примерова", phone="+359 2 123 4567", email="office@example.com"),
    endpoint="BG131071587",
    endpoint_scheme="9926",
)
BUYER = Party(
    name="Купувач & Синове АД",
    registration_id="175074752",
    vat_id="BG175074752",
    address=Address(street="бул. „Марица“ 1", city="Пловдив", postcode="4000", region="Пловдив", country="BG"),
    endpoint="BG175074752",
    endpoint_scheme="9926",
)
FOREIGN = Party(
    name="Muster GmbH", vat_id="DE123456788", address=Address(street="Hauptstr. 1", city="Berlin", country="DE")
)
OVERSEAS = Party(name="Example Inc.", registration_id="12-3456789", address=Address(city="Boston", country="US"))
PAYMENT = Payment(
    code="58",
    reference="0000000123",
    accounts=(
        Account(iban="BG80BNBG96611020345678", name="Пример Търговия ООД", bic="BNBGBGSD"),
        Account(iban="BG18RZBB91550123456789", bic="RZBBBGSF"),
    ),
)


def money(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line(number, name, quantity, price, rate="20", category=VatCategory.STANDARD, **more):
    """A line whose net amount is the quantity by the price, less its discounts."""
    quantity, price = D(quantity), D(price)
    off = sum((each.amount if not each.is_charge else -each.amount for each in more.get("allowances", ())), D(0))
    more.setdefault("net", money(quantity * price / more.get("base_quantity", D(1))) - off)
    return Line(
        id=str(number),
        name=name,
        quantity=quantity,
        price=price,
        vat_category=category,
        vat_rate=None if rate is None else D(rate),
        **more,
    )


def invoice(*lines, reason="", reason_code="", prepaid="0", rounding="0", **more):
    """An invoice of these lines; VAT by category and rate, totals from them."""
    allowances = more.get("allowances", ())
    bases: dict = {}
    for each in lines:
        bases.setdefault((each.vat_category, each.vat_rate), []).append(each.net)
    for each in allowances:
        bases.setdefault((each.vat_category, each.vat_rate), []).append(each.amount if each.is_charge else -each.amount)
    vat = tuple(
        VatBreakdown(
            category=category,
            rate=rate,
            base=sum(amounts),
            vat=money(sum(amounts) * (rate or D(0)) / 100),
            reason="" if category in "SZ" else reason,
            reason_code="" if category in "SZ" else reason_code,
        )
        for (category, rate), amounts in bases.items()
    )
    more = {
        "number": "0000000123",
        "issued_on": date(2026, 11, 3),
        "due_on": date(2026, 11, 17),
        "tax_point_on": date(2026, 11, 2),
        "delivered_on": date(2026, 11, 2),
        "seller": SELLER,
        "buyer": BUYER,
        "payment": PAYMENT,
        **more,
    }
    off = sum((each.amount for each in allowances if not each.is_charge), D(0))
    on = sum((each.amount for each in allowances if each.is_charge), D(0))
    total = sum(each.net for each in lines)
    net, tax = total - off + on, sum((each.vat for each in vat), D(0))
    totals = Totals(
        lines=total,
        allowances=off,
        charges=on,
        net=net,
        vat=tax,
        gross=net + tax,
        prepaid=D(prepaid),
        rounding=D(rounding),
        payable=net + tax - D(prepaid) + D(rounding),
    )
    return EInvoice(lines=tuple(lines), vat=vat, totals=totals, **more)


def gross_priced(*gross_lines, rate="20"):
    """A document whose prices include the VAT, as from a shop: (quantity, price with VAT) for each line."""
    rate = D(rate)
    gross = [money(D(quantity) * D(price)) for quantity, price in gross_lines]
    total = sum(gross, D(0))
    vat = money(total * rate / (100 + rate))
    base = total - vat
    nets = spread(base, [amount * 100 / (100 + rate) for amount in gross])
    lines = []
    for number, ((quantity, _price), net) in enumerate(zip(gross_lines, nets, strict=True), start=1):
        price, base_quantity = net_price(net, D(quantity))
        lines.append(line(number, "Стока", quantity, price, rate=str(rate), net=net, base_quantity=base_quantity))
    plain = invoice(*lines)
    return replace(
        plain,
        vat=(VatBreakdown(category="S", rate=rate, base=base, vat=vat),),
        totals=Totals(lines=base, net=base, vat=vat, gross=total, payable=total),
    )


def in_dollars():
    plain = invoice(
        line(1, "Consulting", "10", "99.99", unit="HUR"),
        rounding="0.01",
        currency="USD",
        tax_currency="EUR",
        payment=Payment(code="30", accounts=(Account(iban="BG80BNBG96611020345678"),)),
    )
    return replace(plain, totals=replace(plain.totals, vat_in_tax_currency=D("172.66")))


DOCUMENTS = {
    "plain 20 %": invoice(line(1, "Лаптоп", "2", "1234.50", seller_item_id="A-17", gtin="3800000000011")),
    "9 % and 20 %": invoice(
        line(1, "Нощувка", "3", "85.00", rate="9", unit="DAY"),
        line(2, "Паркинг", "3", "5.33", unit="DAY"),
        line(3, "Книга", "1.5", "12.345678", rate="9", unit="KGM", description="Два реда\nописание", note="Бележка"),
    ),
    "exempt, with a reason": invoice(
        line(1, "Обучение", "1", "500", rate="0", category="E"),
        reason="чл. 41, т. 1 ЗДДС",
        reason_code="VATEX-EU-132-1I",
    ),
    "exempt and taxed": invoice(
        line(1, "Наем на жилище", "1", "500", rate="0", category="E", period_start=date(2026, 11, 1)),
        line(2, "Наем на паркомясто", "1", "50"),
        reason="чл. 45, ал. 4 ЗДДС",
        period_start=date(2026, 11, 1),
        period_end=date(2026, 11, 30),
    ),
    "zero rate": invoice(line(1, "Превоз", "1", "800", rate="0", category="Z")),
    "reverse charge": invoice(
        line(1, "Метален скрап", "12.345", "310.20", rate="0", category="AE", unit="TNE"),
        reason="обратно начисляване, чл. 163а, ал. 2 ЗДДС",
        reason_code="VATEX-EU-AE",
    ),
    "within the Community": invoice(
        line(1, "Двигател", "4", "999.99", rate="0", category="K"),
        reason="чл. 53, ал. 1 във вр. с чл. 7, ал. 1 ЗДДС",
        reason_code="VATEX-EU-IC",
        buyer=FOREIGN,
        deliver_to=Address(street="Hafenstr. 5", city="Hamburg", line3="Tor 3", country="DE"),
        deliver_to_name="Lager Nord",
    ),
    "export": invoice(
        line(1, "Розово масло", "2", "4200", rate="0", category="G", unit="KGM"),
        reason="чл. 28 ЗДДС",
        reason_code="VATEX-EU-G",
        buyer=OVERSEAS,
    ),
    "outside the scope": invoice(
        line(1, "Обезщетение", "1", "350", rate=None, category="O"),
        reason="извън обхвата на ЗДДС",
        reason_code="VATEX-EU-O",
        seller=replace(SELLER, vat_id="", tax_registration="131071587"),
        buyer=OVERSEAS,
    ),
    "discount on the line": invoice(
        line(
            1,
            "Стол",
            "10",
            "45.00",
            allowances=(
                Allowance(amount=D("45.00"), percent=D(10), base=D("450.00"), reason="Отстъпка за количество"),
            ),
        ),
        line(
            2,
            "Маса",
            "1",
            "199.90",
            allowances=(
                Allowance(amount=D("19.99"), reason="Отстъпка", reason_code="95"),
                Allowance(amount=D("15.00"), reason="Монтаж", is_charge=True),
            ),
        ),
    ),
    "discount on the price": invoice(
        line(1, "Кабел", "250", "0.90", unit="MTR", gross_price=D("1.00"), price_discount=D("0.10")),
        line(2, "Винтове", "2500", "3.10", base_quantity=D(1000)),
    ),
    "discount and surcharge on the document": invoice(
        line(1, "Стока", "1", "1000"),
        line(2, "Книга", "1", "100", rate="9"),
        allowances=(
            Allowance(
                amount=D("50.00"), percent=D(5), base=D("1000.00"), reason="Отстъпка", vat_category="S", vat_rate=D(20)
            ),
            Allowance(amount=D("12.00"), reason="Доставка", is_charge=True, vat_category="S", vat_rate=D(20)),
        ),
    ),
    "advance": invoice(
        line(1, "Аванс по договор 7", "1", "250"), type_code=TypeCode.PREPAYMENT, due_on=None, prepaid="300"
    ),
    "deduction of an advance": invoice(
        line(1, "Машина", "1", "1000"),
        line(2, "Приспаднат аванс по фактура 0000000100", "-1", "250"),
        preceding=(PrecedingInvoice(number="0000000100", issued_on=date(2026, 10, 1)),),
        order_reference="PO-55",
        contract_reference="Д-7/2026",
        despatch_reference="СР-12",
        buyer_reference="Отдел 5",
        notes=("Първа бележка", "Втора бележка <&>"),
        payment_terms="14 дни",
    ),
    "already paid": invoice(line(1, "Услуга", "1", "83.33"), prepaid="100.00", due_on=None, payment=Payment(code="48")),
    "credit note": invoice(
        line(1, "Върната стока", "1", "100"),
        type_code=TypeCode.CREDIT_NOTE,
        preceding=(PrecedingInvoice(number="0000000099", issued_on=date(2026, 9, 30)),),
        notes=("Връщане на стока",),
    ),
    "credit note without payment": invoice(
        line(1, "Върната стока", "1", "100", rate="9"),
        type_code=TypeCode.CREDIT_NOTE,
        payment=Payment(),
        preceding=(PrecedingInvoice(number="0000000099"), PrecedingInvoice(number="0000000098")),
    ),
    "debit note": invoice(
        line(1, "Увеличение на цената", "1", "10.01"),
        type_code=TypeCode.DEBIT_NOTE,
        preceding=(PrecedingInvoice(number="0000000099", issued_on=date(2026, 9, 30)),),
    ),
    "in dollars, VAT in euro": in_dollars(),
    "300 lines": invoice(
        *(line(n, f"Артикул {n}", f"{n}.5", f"{n % 7}.{n:03}", rate="9" if n % 3 else "20") for n in range(1, 301))
    ),
    "with VAT in the prices": gross_priced(("1", "1.23")),
    "with VAT in the prices, many lines": gross_priced(*((str(n), f"{n}.99") for n in range(1, 40)), rate="9"),
    "with VAT in the prices, large quantity": gross_priced(("123456.789", "0.0133"), ("3", "9.99"), ("-1", "5.55")),
}
