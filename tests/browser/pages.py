"""All pages that people meet, each with something on it, for the tests that go through every one of them.

A group of pages is a function that fills the database a little and returns the addresses by name; what the group of
another is filled with is not there, so that groups can be gone through one apart from the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counterparties.models import Counterparty, Status
from tests.browser.communication_pages import communication_pages
from tests.browser.document_pages import document_pages
from tests.browser.empty_pages import empty_pages
from tests.browser.file_pages import file_pages
from tests.browser.firm_pages import firm_pages
from tests.browser.party_pages import party_pages
from tests.browser.payment_pages import payment_pages
from tests.browser.report_pages import report_pages
from tests.browser.statement_pages import statement_pages
from tests.browser.trade_pages import trade_pages
from tests.factories.counterparties import SupplierFactory, eik
from users.models import User

Pages = dict[str, str]
LONG = "Научно-производствено обединение „Светлана Димитрова-Владиславова и съдружници – Строителство“"
GROUPS: dict[str, Callable[[User, Counterparty, str], Pages]] = {
    "parties": party_pages,
    "communication": communication_pages,
    "files": file_pages,
    "documents": document_pages,
    "payments": payment_pages,
    "statements": statement_pages,
    "firms": firm_pages,
    "reports": report_pages,
    "trade": trade_pages,
    "nothing yet": empty_pages,
}


def pages_of(group: str, user: User) -> Pages:
    """Fill the pages of a group and return their addresses by name."""
    return GROUPS[group](user, party_of(user), LONG)


def party_of(user: User) -> Counterparty:
    """A client and supplier about which all is said, at length."""
    return SupplierFactory(
        name=LONG,
        is_client=True,
        identifier_type="eik",
        registration_number=eik(1),
        status=Status.objects.order_by("order").last(),
        trader=user,
        email="mnogo.dulug.adres.za.poshta@svetlana-dimitrova-vladislavova.example",
        phone="+35924000000",
        note="Дълга бележка. " * 20,
        comment="Общ коментар",
    )


def entrance() -> dict[str, Any]:
    """Pages of somebody who is not logged in."""
    return {
        "log-in": "/accounts/login/",
        "forgotten password": "/accounts/password/reset/",
        "admin's log-in": "/admin/",
    }
