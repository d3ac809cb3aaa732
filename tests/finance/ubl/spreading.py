"""Net amounts of the lines of a gross-priced invoice, for invoices that tests write by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor


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
