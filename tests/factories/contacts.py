"""Contact persons, addresses and accounts: the smallest valid ones."""

import factory
from factory.django import DjangoModelFactory
from stdnum import iban

from contacts.models import Address, BankAccount, BankCode, ContactLink, ContactPerson, PersonEmail, PersonPhone
from tests.factories.counterparties import BankFactory, ClientFactory


def bulgarian_iban(n: int, bank: str = "UNCR") -> str:
    """A synthetic IBAN at the bank with these four letters; another one for each n."""
    bban = f"{bank}700010{n:08d}"
    return f"BG{iban.calc_check_digits(f'BG00{bban}')}{bban}"


class ContactPersonFactory(DjangoModelFactory):
    class Meta:
        model = ContactPerson

    given_name = "Мария"
    family_name = factory.Sequence(lambda n: f"Иванова-{n}")


class ContactLinkFactory(DjangoModelFactory):
    class Meta:
        model = ContactLink

    person = factory.SubFactory(ContactPersonFactory)
    party = factory.SubFactory(ClientFactory)


class PersonPhoneFactory(DjangoModelFactory):
    class Meta:
        model = PersonPhone

    person = factory.SubFactory(ContactPersonFactory)
    number = factory.Sequence(lambda n: f"+35988812{n:04d}")


class PersonEmailFactory(DjangoModelFactory):
    class Meta:
        model = PersonEmail

    person = factory.SubFactory(ContactPersonFactory)
    email = factory.Sequence(lambda n: f"person{n}@example.com")


class AddressFactory(DjangoModelFactory):
    """A registered office somewhere that is in no register."""

    class Meta:
        model = Address

    party = factory.SubFactory(ClientFactory)
    settlement_name = "с. Непознато"


class BankAccountFactory(DjangoModelFactory):
    class Meta:
        model = BankAccount

    party = factory.SubFactory(ClientFactory)
    iban = factory.Sequence(bulgarian_iban)


class BankCodeFactory(DjangoModelFactory):
    class Meta:
        model = BankCode

    bank = factory.SubFactory(BankFactory)
    bic = "UNCRBGSF"
