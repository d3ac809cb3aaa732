"""Bringing the prices of a document into the shape that EN 16931 asks for."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")


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
