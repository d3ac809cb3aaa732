"""Pages of payments and cash desks, each with something on it."""

from __future__ import annotations

from typing import Any

from counterparties.models import Counterparty
from finance.models import FirmSettings, Settlement
from tests.factories.counterparties import OwnFirmFactory
from tests.factories.finance import CashDeskFactory, PaymentFactory, days_ago, issued, posted


def payment_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """Payments of a party with long words, and the addresses of all that is told of them."""
    firm = OwnFirmFactory()
    FirmSettings.objects.create(own_firm=firm, takes_cash_from_clients=True)
    desk = CashDeskFactory(own_firm=firm, name=words[:60])
    facts = {"own_firm": firm, "party": party, "by": user}
    paid = issued(date=days_ago(40), **facts)
    issued(date=days_ago(20), price=12345678, **facts)
    settled = posted(amount=200, reason=words, **facts)
    Settlement.settle(settled, paid, by=user)
    advance = posted(method="cash", desk=desk, amount=900, receipt_number="1", date=days_ago(8), reason=words, **facts)
    wrong = posted(method="cash", desk=desk, amount=3, receipt_number="2", person=words, **facts)
    wrong.cancel(user, words)
    transfer = posted(own_firm=firm, party=firm, direction="internal", amount=90, account=None, desk=desk, by=user,
                      other_account=settled.account)  # fmt: skip
    draft = PaymentFactory(own_firm=firm, party=party, amount=5)
    return {
        "payments tab": f"/counterparties/{party.pk}/payments/",
        "payments": "/finance/payments/",
        "payments filtered": "/finance/payments/?settled=late",
        "form of a payment": f"/finance/payments/add/?party={party.pk}",
        "form of a transfer": f"/finance/payments/add/?direction=internal&party={firm.pk}",
        "payment": settled.get_absolute_url(),
        "advance": advance.get_absolute_url(),
        "cancelled payment": wrong.get_absolute_url(),
        "transfer": transfer.get_absolute_url(),
        "draft of a payment": draft.get_absolute_url(),
        "form of a drafted payment": f"{draft.get_absolute_url()}edit/",
        "posting of a payment": f"{draft.get_absolute_url()}post/",
        "settling of a payment": f"{advance.get_absolute_url()}settle/",
        "cancelling of a payment": f"{advance.get_absolute_url()}cancel/",
        "exchange differences": "/finance/exchange-differences/",
        "balances of accounts": "/finance/account-balances/",
        "cash desks": "/finance/cash-desks/",
        "cash book": desk.get_absolute_url(),
        "form of a new cash desk": "/finance/cash-desks/add/",
        "form of a cash desk": f"{desk.get_absolute_url()}edit/",
    }
