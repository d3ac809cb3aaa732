"""The choice of a price among what was found, with its reasons. Asks the database nothing; `pricing` fetches.

What comes first wins: the source (conditions of the party, of its client type, of all; its own price list, those of its
client type, general ones), then the priority that was set, then the narrower before the wider, the unit that was asked
for, the larger quantity reached, the later beginning, and last the key, so that the answer never depends on chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.utils.translation import gettext as _

from common.dates import format_date
from common.money import currency_sign

HUNDRED = Decimal(100)
ONE = Decimal(1)
PLACES = Decimal("0.000001")  # of a unit price
LARGEST = Decimal("999999999999.999999")  # what the columns of prices hold
REFUSED_AT_MOST = 5


def plain(number: Decimal) -> str:
    """A price or a quantity as people write it: at least the cents of a price, no zeros behind them."""
    text = f"{number.normalize():f}"
    return text.replace(".", ",")


def price_words(price: Decimal, currency: str) -> str:
    whole, _comma, cents = plain(price).partition(",")
    return f"{whole},{cents.ljust(2, '0')}\u00a0{currency_sign(currency)}"


def period_words(valid_from: dt.date | None, valid_to: dt.date | None) -> str:
    """How long something holds, as the end of a sentence; "" when it always does."""
    if valid_from and valid_to:
        return _("valid from %(start)s to %(end)s") % {"start": format_date(valid_from), "end": format_date(valid_to)}
    if valid_from:
        return _("valid from %s") % format_date(valid_from)
    return _("valid to %s") % format_date(valid_to) if valid_to else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. `factors` are the units known: how many of the article's own unit each one is, by key."""

    article: Any
    party: Any
    own_firm: Any
    on: dt.date
    quantity: Decimal
    unit: Any
    currency: str
    includes_vat: bool
    vat_percent: Decimal = Decimal(0)
    factors: Mapping[int, Decimal] = field(default_factory=dict)
    # Units of each currency for one euro on the day; one that is missing has no rate.
    rates: Mapping[str, Decimal] = field(default_factory=lambda: {"EUR": ONE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price or a discount that somebody set and that may be the one.

    `rank` is the place of its source, `width` how wide it reaches (0 the article, then its groups upwards, then all),
    `title` what it is called in a sentence. `combines`: its price takes a discount (one of a list does, one that was
    agreed does not). A quantity without a unit is in the article's own.
    """

    rank: int
    title: str
    price: Decimal | None = None
    discount_percent: Decimal | None = None
    combines: bool = False
    currency: str = "EUR"
    includes_vat: bool = False
    unit_id: int | None = None
    unit_name: str = ""
    min_quantity: Decimal = Decimal(0)
    priority: int = 100
    width: int = 0
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    key: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer: `price` of one unit before the discount, `net_price` after it; None when nothing names a price."""

    price: Decimal | None
    discount_percent: Decimal
    net_price: Decimal | None
    currency: str
    includes_vat: bool
    why: list[str]


def refusal(one: Candidate, asked: Asked) -> str:
    """Why a candidate does not count; empty when it does."""
    if one.valid_from and asked.on < one.valid_from:
        return _("it begins on %s") % format_date(one.valid_from)
    if one.valid_to and asked.on > one.valid_to:
        return _("it ended on %s") % format_date(one.valid_to)
    own, factor = asked.factors.get(asked.unit.pk), own_units(one, asked)
    if own is None or factor is None:
        return _("nothing says how its unit is converted")
    if asked.quantity * own < one.min_quantity * factor:
        quantity = f"{plain(one.min_quantity)} {one.unit_name}".strip()
        return _("it holds from a quantity of %s") % quantity
    if one.price is not None:
        missing = next((code for code in (one.currency, asked.currency) if code not in asked.rates), "")
        if missing:
            return _("there is no exchange rate of %s for the day") % missing
        if not price_of(one, asked) <= LARGEST:
            return _("its price is too large")
    return ""


def own_units(one: Candidate, asked: Asked) -> Decimal | None:
    return asked.factors.get(one.unit_id) if one.unit_id is not None else ONE


def order_of(one: Candidate, asked: Asked) -> tuple[Any, ...]:
    other_unit = one.price is not None and one.unit_id not in (None, asked.unit.pk)
    start = one.valid_from.toordinal() if one.valid_from else 0
    reached = one.min_quantity * (own_units(one, asked) or ONE)
    return (one.rank, one.priority, one.width, other_unit, -reached, -start, one.key, one.title)


def price_of(one: Candidate, asked: Asked) -> Decimal:
    """The candidate's price for the unit, in the currency and with or without VAT as asked."""
    assert one.price is not None
    with localcontext() as context:
        context.prec = 60
        price = one.price
        factor, wanted = own_units(one, asked), asked.factors[asked.unit.pk]
        if factor is not None and factor != wanted:
            price = price * wanted / factor
        if one.currency != asked.currency:
            price = price / asked.rates[one.currency] * asked.rates[asked.currency]
        if one.includes_vat and not asked.includes_vat:
            price = price * HUNDRED / (HUNDRED + asked.vat_percent)
        elif asked.includes_vat and not one.includes_vat:
            price = price * (HUNDRED + asked.vat_percent) / HUNDRED
        return price.quantize(PLACES, rounding=ROUND_HALF_UP)


def discounted(price: Decimal, percent: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return (price * (HUNDRED - percent) / HUNDRED).quantize(PLACES, rounding=ROUND_HALF_UP)


def choose(candidates: Iterable[Candidate], asked: Asked) -> Quote:
    """The price that counts and the one discount on it, and why.

    The first condition decides: an agreed price is the price; a discount is taken from the first price that takes one.
    Discounts are never added to one another.
    """
    fitting, refused = [], []
    for one in sorted(candidates, key=lambda one: order_of(one, asked)):
        if reason := refusal(one, asked):
            refused.append((one, reason))
        else:
            fitting.append(one)
    # The first that fits of those that decide alone: an agreed price, or a discount.
    first = next((one for one in fitting if one.discount_percent is not None or not one.combines), None)
    why: list[str] = []
    discount: Candidate | None = None
    if first is not None and first.discount_percent is not None:
        discount = first
        base = next((one for one in fitting if one.price is not None and one.combines), None)
    else:
        base = first
    if base is None:
        base = next((one for one in fitting if one.price is not None), None)
    if base is None:
        why.append(_("No price of this article is found for the day, the quantity and the counterparty."))
        if discount is not None:
            why.append(say_discount(discount))
        return Quote(None, Decimal(0), None, asked.currency, asked.includes_vat, [*why, *say_refused(refused)])
    price = price_of(base, asked)
    why.append(say_price(base))
    why += say_conversion(base, asked, price)
    percent = Decimal(0)
    if discount is not None and base.combines:
        percent = discount.discount_percent or Decimal(0)
        why.append(say_discount(discount))
    elif not base.combines:
        why.append(_("The price is an agreed one: no discount is taken from it."))
    return Quote(
        price,
        percent,
        discounted(price, percent),
        asked.currency,
        asked.includes_vat,
        [*why, *say_passed_over(base, discount, fitting), *say_refused(refused)],
    )


# -- Words -------------------------------------------------------------------------------------------


def say_price(one: Candidate) -> str:
    assert one.price is not None
    words = _("Price %(price)s from %(title)s") % {"price": price_words(one.price, one.currency), "title": one.title}
    if one.unit_name:
        words = _("%(words)s for one %(unit)s") % {"words": words, "unit": one.unit_name}
    further = [_("with VAT") if one.includes_vat else _("without VAT")]
    if one.min_quantity:
        further.append(_("from a quantity of %s") % plain(one.min_quantity))
    if period := period_words(one.valid_from, one.valid_to):
        further.append(period)
    return ", ".join([words, *further]) + "."


def say_discount(one: Candidate) -> str:
    words = _("%(percent)s %% discount by %(title)s") % {
        "percent": plain(one.discount_percent or Decimal(0)),
        "title": one.title,
    }
    further = []
    if one.min_quantity:
        further.append(_("from a quantity of %s") % f"{plain(one.min_quantity)} {one.unit_name}".strip())
    if period := period_words(one.valid_from, one.valid_to):
        further.append(period)
    return ", ".join([words, *further]) + "."


def say_conversion(one: Candidate, asked: Asked, price: Decimal) -> list[str]:
    """What was converted on the way to the answer, each in a sentence; nothing when nothing was."""
    found = []
    factor, wanted = own_units(one, asked), asked.factors[asked.unit.pk]
    if factor is not None and factor != wanted:
        ratio = (wanted / factor).quantize(PLACES)
        found.append(
            _("Converted: 1 %(unit)s is %(ratio)s %(other)s.")
            % {"unit": asked.unit, "ratio": plain(ratio), "other": one.unit_name or asked.article.unit}
        )
    for code in dict.fromkeys((one.currency, asked.currency)) if one.currency != asked.currency else ():
        if code != "EUR":
            found.append(
                _("Exchange rate: 1 EUR = %(rate)s %(currency)s.")
                % {"rate": plain(asked.rates[code]), "currency": code}
            )
    if one.includes_vat != asked.includes_vat:
        percent = plain(asked.vat_percent)
        found.append(
            _("VAT of %s %% is taken out of the price.") % percent
            if one.includes_vat
            else _("VAT of %s %% is added to the price.") % percent
        )
    if found:
        found.append(_("So the price is %s.") % price_words(price, asked.currency))
    return found


def say_passed_over(base: Candidate, discount: Candidate | None, fitting: Iterable[Candidate]) -> list[str]:
    """Conditions that fit as well, after the one that counts: why not they."""
    others = [one for one in fitting if one is not base and one is not discount]
    told = [one for one in others if one.discount_percent is not None or not one.combines][:REFUSED_AT_MOST]
    return [_("Passed over: %s, because another one comes before it.") % one.title for one in told]


def say_refused(refused: Iterable[tuple[Candidate, str]]) -> list[str]:
    # A reason may end with an abbreviation, which has its own full stop.
    return [
        (_("Not counted: %(title)s, because %(reason)s.") % {"title": one.title, "reason": reason}).replace("..", ".")
        for one, reason in list(refused)[:REFUSED_AT_MOST]
    ]
