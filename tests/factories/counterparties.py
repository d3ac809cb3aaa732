"""Counterparties and their reference data: the smallest valid ones; what matters to a test is said in the test."""

import factory
from factory.django import DjangoModelFactory

from counterparties.models import (
    Characteristic,
    CharacteristicValue,
    Counterparty,
    LegalForm,
    OwnFirmAccess,
    PartyType,
    PersonKind,
    Relation,
    ServingFirm,
    Status,
)
from tests.factories.users import UserFactory


def eik(n: int) -> str:
    """A synthetic EIK of nine digits with a right check digit; another one for each n below ten million."""
    digits = f"2{n:07d}"
    rest = sum(int(digit) * weight for weight, digit in enumerate(digits, 1)) % 11
    if rest == 10:
        rest = sum(int(digit) * weight for weight, digit in enumerate(digits, 3)) % 11 % 10
    return digits + str(rest)


def egn(n: int) -> str:
    """A synthetic EGN with a right check digit: born on 1 January 1900 plus n years (n below 100)."""
    digits = f"{n:02d}0101{n:03d}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    return digits + str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)


class LegalFormFactory(DjangoModelFactory):
    class Meta:
        model = LegalForm

    name = factory.Sequence(lambda n: f"ФОРМА{n}")


class StatusFactory(DjangoModelFactory):
    class Meta:
        model = Status

    code = factory.Sequence(lambda n: f"status-{n}")
    name = factory.Sequence(lambda n: f"статус {n}")


class PartyTypeFactory(DjangoModelFactory):
    class Meta:
        model = PartyType

    tree = PartyType.Tree.CLIENT
    name = factory.Sequence(lambda n: f"Тип {n}")


class CounterpartyFactory(DjangoModelFactory):
    """A legal person without numbers and of no kind but the one that the class says."""

    class Meta:
        model = Counterparty

    name = factory.Sequence(lambda n: f"Контрагент {n}")


class ClientFactory(CounterpartyFactory):
    is_client = True


class SupplierFactory(CounterpartyFactory):
    is_supplier = True


class BankFactory(CounterpartyFactory):
    is_bank = True
    name = factory.Sequence(lambda n: f"Банка {n}")


class StateBodyFactory(CounterpartyFactory):
    is_state_body = True


class OwnFirmFactory(CounterpartyFactory):
    is_own_firm = True
    vat_registration = "full"
    name = factory.Sequence(lambda n: f"Наша фирма {n}")


class HoldingFactory(CounterpartyFactory):
    is_holding = True


class NaturalPersonFactory(ClientFactory):
    person_kind = PersonKind.NATURAL
    given_name = "Иван"
    family_name = factory.Sequence(lambda n: f"Иванов-{n}")
    name = factory.LazyAttribute(lambda party: f"{party.given_name} {party.family_name}")


class RelationFactory(DjangoModelFactory):
    class Meta:
        model = Relation

    from_party = factory.SubFactory(ClientFactory)
    to_party = factory.SubFactory(ClientFactory)
    kind = Relation.Kind.RELATED


class ServingFirmFactory(DjangoModelFactory):
    class Meta:
        model = ServingFirm

    party = factory.SubFactory(ClientFactory)
    own_firm = factory.SubFactory(OwnFirmFactory)


class OwnFirmAccessFactory(DjangoModelFactory):
    class Meta:
        model = OwnFirmAccess

    user = factory.SubFactory(UserFactory)
    own_firm = factory.SubFactory(OwnFirmFactory)


class CharacteristicFactory(DjangoModelFactory):
    class Meta:
        model = Characteristic

    code = factory.Sequence(lambda n: f"characteristic-{n}")
    name = factory.Sequence(lambda n: f"Характеристика {n}")


class CharacteristicValueFactory(DjangoModelFactory):
    class Meta:
        model = CharacteristicValue

    party = factory.SubFactory(ClientFactory)
    characteristic = factory.SubFactory(CharacteristicFactory)
