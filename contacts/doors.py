"""What this app adds to search, duplicate hints, history and the lists of parties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import to_python

from common.lists import Column
from common.text import compact_number, fold_query
from contacts.access import tab_url
from contacts.models import (
    Address,
    BankAccount,
    ContactLink,
    ContactLinkArea,
    ContactPerson,
    PersonEmail,
    PersonPhone,
    Settlement,
)
from counterparties import duplicates, history, lists, search
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope

SHORTEST = 3  # characters that a search in contacts and accounts needs


# -- The search box ---------------------------------------------------------------------------------


def find_people(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Contact persons by name, phone or e-mail: one hit for each party that someone serves."""
    if len(text.strip()) < SHORTEST:
        return []
    links = ContactLink.objects.visible_to(user).current().select_related("person", "party__legal_form", "role")
    for token in fold_query(text):
        links = links.filter(person__search_text__contains=token)
    return [
        search.Hit(
            link.party,
            link.person.name,
            " · ".join(part for part in (link.title, link.party.display_name) if part),
            link.person.get_absolute_url(),
            icon="person-lines-fill",
        )
        for link in links.order_by("person__sort_name", "party__sort_name", "pk")[:limit]
    ]


def find_accounts(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Bank accounts by an IBAN or a part of it."""
    number = compact_number(text)
    if len(number) < SHORTEST or not re.fullmatch("[0-9A-Z]+", number):
        return []
    accounts = BankAccount.objects.visible_to(user).current().filter(iban__contains=number)
    return [
        search.Hit(
            account.party,
            account.number,
            account.party.display_name,
            tab_url(account.party, "bank-accounts"),
            icon="bank",
        )
        for account in accounts.select_related("party__legal_form").order_by("party__sort_name", "pk")[:limit]
    ]


search.sources.register(
    search.SearchSource(
        "contact_persons", _("Contact persons"), find_people, permission="contacts.view_contactperson", order=40
    )
)
search.sources.register(
    search.SearchSource(
        "bank_accounts", _("Bank accounts"), find_accounts, permission="contacts.view_bankaccount", order=50
    )
)


# -- Likely duplicates ------------------------------------------------------------------------------


def same_iban(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    iban = compact_number(typed.get("iban", "")[:60])
    if len(iban) < 15:
        return []
    return parties.filter(Exists(BankAccount.objects.filter(party=OuterRef("pk"), iban=iban)))[: duplicates.LIMIT]


def served_by(people: QuerySet[Any], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    links = ContactLink.objects.filter(party=OuterRef("pk"), person__in=people.values("person"))
    return parties.filter(Exists(links))[: duplicates.LIMIT]


def same_contact_email(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    email = typed.get("email", "").strip()
    if "@" not in email or len(email) > 254:
        return []
    return served_by(PersonEmail.objects.filter(email__iexact=email), parties)


def same_contact_phone(typed: dict[str, str], parties: QuerySet[Counterparty]) -> Iterable[Counterparty]:
    number = to_python(typed.get("phone", "")[:40], region="BG")
    if not number or not number.is_valid():
        return []
    return served_by(PersonPhone.objects.filter(number=number.as_e164), parties)


duplicates.hints.register(
    duplicates.DuplicateHint("iban", _("same IBAN"), same_iban, permission="contacts.view_bankaccount", order=15)
)
duplicates.hints.register(
    duplicates.DuplicateHint(
        "contact_email",
        _("e-mail of a contact person"),
        same_contact_email,
        permission="contacts.view_contactperson",
        order=25,
    )
)
duplicates.hints.register(
    duplicates.DuplicateHint(
        "contact_phone",
        _("phone of a contact person"),
        same_contact_phone,
        permission="contacts.view_contactperson",
        order=35,
    )
)


# -- History ----------------------------------------------------------------------------------------


def people_of(party: Any) -> QuerySet[Any]:
    return ContactLink.objects.filter(party=party).values("person")


def reached(values: dict[str, Any]) -> str:
    return str(values.get("number") or values.get("email") or "")


def address_title(values: dict[str, Any]) -> str:
    """What tells the address from the party's others: its street, else quarter and block, else the foreign lines."""

    def said(*names: str) -> str:
        return " ".join(str(values[name]) for name in names if values.get(name))

    if foreign := said("foreign_text"):
        return ", ".join(line.strip() for line in foreign.splitlines() if line.strip())
    block = said("block")
    where = said("street", "number") or ", ".join(
        part for part in (said("quarter"), f"бл. {block}" if block else "") if part
    )
    return ", ".join(part for part in (said("settlement_name"), where or said("extra")) if part)


def person_of_link(values: dict[str, Any]) -> str:
    return str(values.get("person_name") or "")


# A link's events hold the person's key alone; his name stands beside it.
NAME_BY_PERSON = """jsonb_build_object(
    'person_name', (SELECT p.name FROM contacts_contactperson p WHERE p.id = e.person_id))"""
NAME_BY_LINK = """jsonb_build_object(
    'person_name', (SELECT p.name FROM contacts_contactlink l JOIN contacts_contactperson p ON p.id = l.person_id
                    WHERE l.id = e.link_id))"""


def sees_accounts_of(party: Any, user: Any) -> bool:
    """An own firm's accounts are seen only by those who work for that firm."""
    if not party.is_own_firm:
        return True
    scope = own_firms_in_scope(user)
    return scope is None or Counterparty.objects.filter(pk=party.pk).filter(scope).exists()


PEOPLE = "contacts.view_contactperson"
history.register(
    ContactPerson,
    lambda events, party: events.filter(pgh_obj_id__in=people_of(party)),
    permission=PEOPLE,
    title=lambda values: str(values.get("name") or ""),
    order=50,
)
history.register(
    ContactLink,
    lambda events, party: events.filter(party_id=party.pk),
    permission=PEOPLE,
    title=person_of_link,
    also=NAME_BY_PERSON,
    order=51,
)
history.register(
    ContactLinkArea,
    lambda events, party: events.filter(link_id__in=ContactLink.objects.filter(party=party).values("pk")),
    permission=PEOPLE,
    title=person_of_link,
    also=NAME_BY_LINK,
    order=52,
)
for model in (PersonPhone, PersonEmail):
    history.register(
        model,
        lambda events, party: events.filter(person_id__in=people_of(party)),
        permission=PEOPLE,
        title=reached,
        order=53,
    )
history.register(
    Address,
    lambda events, party: events.filter(party_id=party.pk),
    permission="contacts.view_address",
    title=address_title,
    order=60,
)
history.register(
    BankAccount,
    lambda events, party: events.filter(party_id=party.pk),
    permission="contacts.view_bankaccount",
    allows=sees_accounts_of,
    title=lambda values: str(values.get("iban") or values.get("account_number") or ""),
    order=70,
)


# -- The lists of parties ---------------------------------------------------------------------------


def registered(party: Any) -> QuerySet[Any]:
    """The registered offices in force of a party; for a natural person the permanent address stands for it."""
    kinds = [Address.Kind.REGISTERED, Address.Kind.PERMANENT]
    return Address.objects.in_force().filter(party=party, kind__in=kinds)


def with_town(parties: QuerySet[Any], user: Any) -> QuerySet[Any]:
    name = Case(When(settlement__isnull=False, then=F("settlement__name")), default=F("settlement_name"))
    newest = registered(OuterRef("pk")).order_by(F("valid_from").desc(nulls_last=True), "-pk").annotate(town_shown=name)
    return parties.annotate(town=Subquery(newest.values("town_shown")[:1], output_field=CharField()))


def with_main_contact(parties: QuerySet[Any], user: Any) -> QuerySet[Any]:
    main = ContactLink.objects.current().filter(party=OuterRef("pk"), is_primary=True)
    return parties.annotate(main_contact=Subquery(main.values("person__name")[:1], output_field=CharField()))


lists.columns.register(
    Column(
        "town",
        _("Town"),
        "town",
        sort=["town"],
        order=55,
        permission="contacts.view_address",
        annotate=with_town,
    )
)
lists.columns.register(
    Column(
        "main_contact",
        _("Main contact"),
        "main_contact",
        sort=["main_contact"],
        order=85,
        default=False,
        permission="contacts.view_contactperson",
        annotate=with_main_contact,
    )
)


def in_town(parties: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    found = Settlement.objects.matching(value)
    where = Q(settlement__in=found) | Q(settlement_name__icontains=value)
    return parties.filter(Exists(registered(OuterRef("pk")).filter(where)))


def having_contact(parties: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    links = ContactLink.objects.current().filter(party=OuterRef("pk"))
    for token in fold_query(value):
        links = links.filter(person__search_text__contains=token)
    return parties.filter(Exists(links))


def make_town_filter(request: HttpRequest) -> Any:
    return django_filters.CharFilter(label=_("Town"), method=in_town, max_length=100)


def make_contact_filter(request: HttpRequest) -> Any:
    return django_filters.CharFilter(label=_("Contact person"), method=having_contact, max_length=100)


lists.filters.register(lists.ListFilter("town", make_town_filter, permission="contacts.view_address", order=10))
lists.filters.register(
    lists.ListFilter("contact", make_contact_filter, permission="contacts.view_contactperson", order=20)
)
