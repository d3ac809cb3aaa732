"""Pages of parties, of their contacts, and of the house around them, each with something on it."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from contacts.importing import process
from contacts.models import Address, PartyImport
from counterparties.models import Counterparty, RecentParty, Relation
from tests.factories.contacts import (
    AddressFactory,
    BankAccountFactory,
    ContactLinkFactory,
    PersonEmailFactory,
    PersonPhoneFactory,
)
from tests.factories.counterparties import (
    CharacteristicFactory,
    CharacteristicValueFactory,
    NaturalPersonFactory,
    RelationFactory,
    eik,
)


def party_pages(user: Any, party: Counterparty, words: str) -> dict[str, str]:
    """A party with people, addresses and accounts; an import that was checked and one that asks for its columns."""
    link = ContactLinkFactory(party=party, person__given_name="Светлана", person__family_name="Владиславова")
    PersonPhoneFactory.create_batch(2, person=link.person)
    PersonEmailFactory(person=link.person)
    AddressFactory(party=party, street="ул. „Академик Методи Попов-Стефанов“", number="124А")
    AddressFactory(party=party, kind=Address.Kind.DELIVERY)
    BankAccountFactory.create_batch(2, party=party, added_by=user)
    RelationFactory(from_party=party, to_party=NaturalPersonFactory(), kind=Relation.Kind.RELATED, source="ТР")
    CharacteristicValueFactory(party=party, characteristic=CharacteristicFactory(), text="Стойност")
    person = NaturalPersonFactory(identifier_type="egn", personal_number="0001010010")
    RecentParty.objects.note(user, party)
    rows = f"kinds;name;eik\nclient;Алфа;{eik(2)}\nclient;{words};1234\n"
    made = process.upload(rows.encode(), "клиенти.csv", user, update=False)
    process.dry_run(made)
    waiting = PartyImport.objects.create(user=user, file_name="Неизвестни колони.csv")
    waiting.file.save("columns.csv", ContentFile("Фирма;Булстат №\nАлфа;123\n".encode()))
    dossier = party.get_absolute_url()
    return {
        "list of all": "/counterparties/",
        "list of clients": "/counterparties/clients/?q=светлана",
        "empty list": "/counterparties/holdings/",
        "nothing found": "/counterparties/clients/?q=няма",
        "dossier": dossier,
        "dossier of a person": person.get_absolute_url(),
        "contacts tab": f"{dossier}contacts/",
        "addresses tab": f"{dossier}addresses/",
        "accounts tab": f"{dossier}bank-accounts/",
        "history tab": f"{dossier}history/",
        "form of a new party": "/counterparties/add/?kind=client",
        "form of a party": f"{dossier}edit/",
        "archive": f"{dossier}archive/",
        "contact form": f"/contacts/persons/add/?party={party.pk}",
        "address form": f"/contacts/addresses/add/?party={party.pk}",
        "account form": f"/contacts/bank-accounts/add/?party={party.pk}",
        "contact person": link.person.get_absolute_url(),
        "all contact persons": "/contacts/persons/",
        "address report": "/contacts/addresses/",
        "labels": "/contacts/addresses/labels/",
        "search": "/search/?q=000",
        "imports": "/contacts/imports/",
        "import": "/contacts/imports/start/",
        "import review": made.get_absolute_url(),
        "import columns": f"/contacts/imports/{waiting.pk}/columns/",
        "profile": "/profile/",
        "password": "/accounts/password/change/",
        "second factor": "/accounts/2fa/",
        "sessions": "/accounts/sessions/",
        "about": "/about/",
        "not found": "/counterparties/999999/",
    }
