"""Bringing the figures of a document into the shape that EN 16931 asks for."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import floor

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")


def spread(total: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Round the parts to cents so that they sum exactly to the total.

    For lines whose base is fixed by the document: a gross-priced document has VAT = gross x 20/120 and base = gross -
    VAT, and `spread(base, [gross of the line x 100/120, …])` gives net amounts of lines that sum to that base.

    The difference between the total and the parts is borne in proportion to their size, whatever their sign; the cents
    that remain go to the largest remainders, of equal ones to the first. So each part is off by less than a cent from
    its exact share, a part of zero stays zero unless all are, and the same input always gives the same output.

    Raises ValueError when there are no parts, or the total has a fraction of a cent.
    """
    if not parts:
        raise ValueError("There is nothing to spread the total over.")
    cents = Fraction(total) * 100
    if cents.denominator != 1:
        raise ValueError("The total has more than two decimals.")
    exact = [Fraction(part) * 100 for part in parts]
    missing = cents - sum(exact)
    size = sum(abs(part) for part in exact)
    shares = [part + (missing * abs(part) / size if size else missing / len(exact)) for part in exact]
    whole = [floor(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda index: (whole[index] - shares[index], index))
    for index in order[: int(cents) - sum(whole)]:
        whole[index] += 1
    return [Decimal(amount).scaleb(-2) for amount in whole]


def net_price(net: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """The price without VAT (BT-146) and the quantity it is for (BT-149) that give a line's net amount again.

    The price of one, to six decimals, when that times the quantity rounds to the net amount; otherwise the price of the
    whole quantity, which is exact. A price is never negative (BR-27): for a deduction the quantity is. `net` is before
    the discounts and surcharges of the line.

    Raises ValueError when the price would be negative, or the quantity is zero and the net amount is not.
    """
    if not quantity:
        if net:
            raise ValueError("An amount for a quantity of zero has no price.")
        return Decimal(0), Decimal(1)
    if net * quantity < 0:
        raise ValueError("The net amount and the quantity have different signs, so the price would be negative.")
    with localcontext() as context:
        context.prec = 60
        price = abs((net / quantity).quantize(PRICE_STEP, rounding=ROUND_HALF_UP))
        if (price * quantity).quantize(CENT, rounding=ROUND_HALF_UP) == net:
            return price, Decimal(1)
    return abs(net), abs(quantity)
