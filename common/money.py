"""Money: one rounding, one way onto the page. Amounts are Decimal; a float is refused."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from babel.core import Locale
from babel.numbers import get_currency_precision
from django.utils.translation import get_language

NBSP = "\u00a0"
_CURRENCIES = Locale("en").currencies
_SIGNS = {"EUR": "€"}
_BULGARIAN_SIGNS = {"BGN": "лв."}  # only old documents are in leva


def round_money(amount: Decimal | int, currency: str = "EUR") -> Decimal:
    """Round to the currency's smallest unit (cents for EUR, whole yen for JPY), a half away from zero.

    Raises TypeError for a float, whose cents are already lost, and ValueError for an unknown currency or for an
    amount that is not a finite number.
    """
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"An amount of money is a Decimal, not {type(amount).__name__}.")
    if currency not in _CURRENCIES:
        raise ValueError(f"Unknown currency: {currency!r}.")
    exact = Decimal(amount)
    if not exact.is_finite():
        raise ValueError("An amount of money is a finite number.")
    unit = Decimal(1).scaleb(-get_currency_precision(currency))
    with localcontext() as context:
        context.prec = max(28, len(exact.as_tuple().digits) + abs(exact.adjusted()) + 4)
        # ROUND_HALF_UP of decimal is "half away from zero": -0.005 gives -0.01. Adding 0 turns -0.00 into 0.00.
        return exact.quantize(unit, rounding=ROUND_HALF_UP) + Decimal(0)


def format_money(amount: Decimal | int, currency: str = "EUR", language: str | None = None) -> str:
    """Write an amount as "1 234,50 €", with no-break spaces; currencies without a sign of ours by their ISO code.

    Both languages write numbers the Bulgarian way, for the data is Bulgarian; `language` (the active one when None)
    decides only between "лв." and "BGN". Raises what `round_money` raises.
    """
    number = f"{round_money(amount, currency):,f}".replace(",", NBSP).replace(".", ",")
    return f"{number}{NBSP}{currency_sign(currency, language)}"


def currency_sign(currency: str, language: str | None = None) -> str:
    """The sign written after an amount: € for EUR, лв. for BGN in Bulgarian, otherwise the ISO code."""
    if (language or get_language() or "bg").startswith("bg") and currency in _BULGARIAN_SIGNS:
        return _BULGARIAN_SIGNS[currency]
    return _SIGNS.get(currency, currency)
