"""Financial documents and payments. A factory makes drafts; `issued` and `posted` take them through the real life."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from common.dates import today
from contacts.models import BankAccount
from finance.models import CashDesk, FinancialDocument, FinancialDocumentLine, Payment
from tests.factories.contacts import BankAccountFactory
from tests.factories.counterparties import ClientFactory, OwnFirmFactory, SupplierFactory
from tests.factories.trade import ground, unit, vat
from tests.factories.users import UserFactory


class FinancialDocumentFactory(DjangoModelFactory):
    """A draft invoice to a client, without lines (`with_lines` gives it one of 100.00 and 20 % VAT)."""

    class Meta:
        model = FinancialDocument
        skip_postgeneration_save = True

    own_firm = factory.SubFactory(OwnFirmFactory)
    party = factory.SubFactory(ClientFactory)
    kind = "invoice"
    date = factory.LazyFunction(today)

    @factory.post_generation
    def with_lines(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`with_lines=[100, "59.90"]`: a line for each price; True: one line of 100.00."""
        if create and extracted:
            for price in [100] if extracted is True else extracted:
                FinancialDocumentLineFactory(document=self, unit_price=Decimal(str(price)))


class FinancialDocumentLineFactory(DjangoModelFactory):
    class Meta:
        model = FinancialDocumentLine

    document = factory.SubFactory(FinancialDocumentFactory)
    description = factory.Sequence(lambda n: f"Стока {n}")
    unit = factory.LazyFunction(unit)
    quantity = 1
    unit_price = 100
    vat_rate = factory.LazyFunction(vat)
    vat_ground = factory.LazyAttribute(lambda line: None if line.vat_rate.percent else ground(line.vat_rate.category))


def draft(*, price: Any = 100, **facts: Any) -> FinancialDocument:
    """A draft with one line."""
    return FinancialDocumentFactory(with_lines=[price], **facts)


def issued(*, price: Any = 100, by: Any = None, **facts: Any) -> FinancialDocument:
    """An issued invoice (or what `kind` says) with one line of the price and 20 % VAT."""
    document = draft(price=price, **facts)
    document.issue(by or UserFactory(role="administrator"))
    return document


def entered(*, price: Any = 100, number: str = "0000000777", **facts: Any) -> FinancialDocument:
    """A received invoice of a supplier, entered."""
    facts.setdefault("party", facts.get("party") or SupplierFactory())
    facts.setdefault("received_on", today())
    return issued(price=price, received=True, direction="expense", number=number, **facts)


class CashDeskFactory(DjangoModelFactory):
    class Meta:
        model = CashDesk

    own_firm = factory.SubFactory(OwnFirmFactory)
    name = factory.Sequence(lambda n: f"Каса {n}")


class PaymentFactory(DjangoModelFactory):
    """A draft of a bank transfer of 120.00 from a client."""

    class Meta:
        model = Payment

    own_firm = factory.SubFactory(OwnFirmFactory)
    party = factory.SubFactory(ClientFactory)
    amount = 120
    date = factory.LazyFunction(today)

    @factory.lazy_attribute
    def account(self) -> BankAccount | None:
        """Our account in the currency, when the money goes through a bank."""
        through_bank = getattr(self, "method", "bank") == "bank" and getattr(self, "desk", None) is None
        return account_of(self.own_firm, getattr(self, "currency", "EUR")) if through_bank else None


def account_of(firm: Any, currency: str = "EUR") -> BankAccount:
    """An account of the own firm in the currency."""
    found = BankAccount.objects.filter(party=firm, currency=currency).first()
    return found or BankAccountFactory(party=firm, currency=currency)


def posted(*, by: Any = None, **facts: Any) -> Payment:
    """A posted payment."""
    payment = PaymentFactory(**facts)
    payment.issue(by or UserFactory(role="administrator"))
    return payment


def days_ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)
