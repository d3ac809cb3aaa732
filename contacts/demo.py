"""Demonstration data of people, addresses and accounts: each party that is there gets what it would have."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

import pghistory
import phonenumbers
from django.utils import timezone
from django.utils.text import slugify
from stdnum import iban as stdnum_iban

from common.dates import today
from common.demo import DemoPart, parts
from common.phones import searchable
from common.text import transliterate
from contacts import demo_data as data
from contacts.iban import validate_iban
from contacts.models import (
    Address,
    BankAccount,
    BankCode,
    ContactArea,
    ContactLink,
    ContactLinkArea,
    ContactPerson,
    ContactRole,
    PersonEmail,
    PersonPhone,
    Settlement,
)
from counterparties.demo_banks import BANKS, CENTRAL_BANK
from counterparties.models import Counterparty
from users.models import User


class Filling:
    """The data while it is being written; the same each time."""

    def __init__(self) -> None:
        self.rng = random.Random(2026)
        self.roles = {role.code: role for role in ContactRole.objects.all()}
        self.areas = {area.code: area for area in ContactArea.objects.all()}
        self.settlements = {one.pk: one for one in Settlement.objects.select_related("district", "municipality")}
        users = {user.username: user for user in User.objects.all()}
        spare: User | None = next(iter(users.values()), None)
        self.author = users.get("buyer", spare)
        self.second = users.get("accountant", spare)
        self.parties = list(Counterparty.objects.select_related("legal_form").order_by("pk"))
        self.phones: list[PersonPhone] = []
        self.emails: list[PersonEmail] = []
        self.links: list[ContactLink] = []
        self.link_areas: list[tuple[ContactLink, str]] = []
        self.addresses: list[Address] = []
        self.accounts: list[BankAccount] = []
        self.banks: dict[str, BankCode] = {}
        self.foreigners: dict[str, int] = {}

    # -- Banks -------------------------------------------------------------------------------------

    def bank_codes(self) -> None:
        """The banks among the parties carry their BIC."""
        by_name = {party.name: party for party in self.parties if party.is_bank}
        rows = [
            BankCode(bank=by_name[bank.name], bic=bank.bic)
            for bank in [*BANKS, CENTRAL_BANK]
            if bank.bic and bank.name in by_name
        ]
        self.banks = {row.bic[:4]: row for row in BankCode.objects.bulk_create(rows)}

    # -- People ------------------------------------------------------------------------------------

    def himself(self, party: Counterparty) -> ContactPerson:
        """A natural person as the contact of his own dossier."""
        names = {name: getattr(party, name) for name in ("given_name", "fathers_name", "family_name")}
        return self.reachable(ContactPerson(**names, natural_party=party), party)

    def person(self, party: Counterparty) -> ContactPerson:
        """A new person with phones and e-mails, of the party's country."""
        country = str(party.country)
        if country in data.FOREIGNERS:
            met = self.foreigners[country] = self.foreigners.get(country, 0) + 1
            given, family = data.FOREIGNERS[country][(met - 1) % len(data.FOREIGNERS[country])]
            person = ContactPerson(given_name=given, family_name=family, language="en")
        else:
            woman = self.rng.random() < 0.5
            ending = "а" if woman else ""
            given = self.rng.choice(data.WOMEN if woman else data.MEN)
            father = f"{self.rng.choice(data.FAMILIES[:8])}{ending}"
            family = self.rng.choice(data.FAMILIES)
            family = f"{family[:-1]}а" if woman and family.endswith("ски") else f"{family}{ending}"
            person = ContactPerson(given_name=given, fathers_name=father, family_name=family)
        return self.reachable(person, party)

    def mobile(self, country: str) -> str:
        """A mobile number of the country, another one each time."""
        number = len(self.phones) + 1
        example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
        if country == "BG" or example is None:
            return f"+35988810{number:04d}"
        return f"+{example.country_code}{str(example.national_number)[:-3]}{number % 1000:03d}"

    def reachable(self, person: ContactPerson, party: Counterparty) -> ContactPerson:
        """The person written down with phones and an e-mail at the party."""
        person.compose_name()
        names = (transliterate(name.translate(data.IN_ADDRESSES)) for name in (person.given_name, person.family_name))
        mail = ".".join(slugify(name) for name in names)
        number = len(self.phones) + 1
        phones = [PersonPhone(person=person, kind="mobile", number=self.mobile(str(party.country)))]
        if self.rng.random() < 0.35 and str(party.country) == "BG":
            extension = str(self.rng.randint(10, 99))
            phones.append(
                PersonPhone(
                    person=person, kind="landline", number=f"+3592810{number:04d}", extension=extension, order=1
                )
            )
        emails = [PersonEmail(person=person, kind="work", email=f"{mail or 'office'}@{self.domain(party)}")]
        reached = [way for phone in phones for way in searchable(phone.number)]
        person.fill_derived([*reached, *(one.email for one in emails)])
        ContactPerson.objects.bulk_create([person])
        self.phones += phones
        self.emails += emails
        return person

    @staticmethod
    def domain(party: Counterparty) -> str:
        """A domain that can never exist."""
        return f"{slugify(party.latin_name)[:30].strip('-') or 'firma'}.example"

    def link(self, person: ContactPerson, party: Counterparty, role: str, *areas: str, **values: Any) -> ContactLink:
        link = ContactLink(person=person, party=party, role=self.roles[role] if role else None, **values)
        self.links.append(link)
        self.link_areas += [(link, area) for area in areas]
        return link

    def people(self) -> None:
        bookkeeper: ContactPerson | None = None
        for number, party in enumerate(self.parties):
            if not party.is_legal:
                self.natural_people(party, number)
                continue
            head = self.person(party)
            position = self.rng.choice(data.POSITIONS[:2])
            official = party.is_bank or party.is_state_body or party.is_foreign
            role = "representative" if official else "mol"
            self.link(head, party, role, "contracts", is_primary=True, position=position)
            if party.is_client or party.is_own_firm:
                self.link(self.person(party), party, "buyer", "orders", "logistics", position=data.POSITIONS[2])
            if party.is_supplier:
                seller = self.person(party)
                self.link(seller, party, "sales_representative", "orders", "complaints", position=data.POSITIONS[4])
            if party.is_client or party.is_supplier or party.is_own_firm:
                # A bookkeeping office serves several small firms: one person, many parties.
                if party.is_foreign:
                    accountant = self.person(party)
                else:
                    if bookkeeper is None or number % 3:
                        bookkeeper = self.person(party)
                    accountant = bookkeeper
                self.link(
                    accountant,
                    party,
                    "accountant",
                    "invoices",
                    "payments",
                    receives_invoices=True,
                    receives_reminders=party.is_client,
                    valid_from=dt.date(2024, 1, 1),
                )
            if number % 11 == 4:
                self.link(self.person(party), party, "warehouse", "logistics", valid_to=dt.date(2026, 3, 31))
            if number % 13 == 5:
                self.link(self.person(party), party, "assistant", archived_at=timezone.now(), archived_by=self.second)
        PersonPhone.objects.bulk_create(self.phones)
        PersonEmail.objects.bulk_create(self.emails)
        ContactLink.objects.bulk_create(self.links)
        ContactLinkArea.objects.bulk_create(
            ContactLinkArea(link=link, area=self.areas[area]) for link, area in self.link_areas
        )

    def natural_people(self, party: Counterparty, number: int) -> None:
        """A natural person is his own contact, or has someone who acts for him; he has no staff."""
        if number % 2:
            return
        self.link(self.himself(party), party, "", "contracts", is_primary=True)
        if number % 4 == 0:
            self.link(self.person(party), party, "proxy", "orders", "payments", position="роднина")

    # -- Addresses ---------------------------------------------------------------------------------

    def address(self, party: Counterparty, kind: str, **values: Any) -> None:
        country = str(party.country)
        address = Address(party=party, kind=kind, country=party.country, **values)
        if country != "BG":
            address.foreign_text = data.FOREIGN_ADDRESSES.get(country, "Main Street 1")
        else:
            self.fill_bulgarian(address)
        self.addresses.append(address)

    def fill_bulgarian(self, address: Address) -> None:
        rng = self.rng
        if rng.random() < 0.5:
            address.settlement = self.settlements[data.SOFIA_CODE]
            address.city_district, address.quarter, address.postal_code = rng.choice(data.SOFIA)
        else:
            known = [self.settlements[code] for code in data.TOWNS if code in self.settlements]
            address.settlement = rng.choice(known)
        address.fill_from_settlement()
        if address.quarter.startswith("ж.к.") and rng.random() < 0.6:
            # A block needs no street.
            address.block, address.entrance = str(rng.randint(1, 420)), rng.choice("АБВГ")
            address.floor, address.apartment = str(rng.randint(1, 8)), str(rng.randint(1, 120))
            return
        address.street = rng.choice(data.STREETS)
        address.number = f"{rng.randint(1, 180)}{rng.choice(['', '', '', 'А', 'Б'])}"
        if rng.random() < 0.3:
            address.floor = str(rng.randint(1, 6))
            address.office = str(rng.randint(1, 40))

    def seat(self, party: Counterparty) -> None:
        """The town of a real bank or state body; its street is not invented."""
        towns = [self.settlements[code] for code in data.TOWNS if self.settlements[code].name in party.name]
        address = Address(party=party, kind=Address.Kind.REGISTERED, country="BG")
        address.settlement = towns[0] if towns else self.settlements[data.SOFIA_CODE]
        address.fill_from_settlement()
        self.addresses.append(address)

    def all_addresses(self) -> None:
        for number, party in enumerate(self.parties):
            if party.is_bank or party.is_state_body:
                self.seat(party)
                continue
            if not party.is_legal:
                self.address(party, Address.Kind.PERMANENT)
                if number % 2:
                    self.address(party, Address.Kind.CURRENT, valid_from=dt.date(2025, 5, 1))
                continue
            if number % 9 == 7:
                self.address(party, Address.Kind.REGISTERED, valid_to=dt.date(2025, 6, 30))
                self.address(party, Address.Kind.REGISTERED, valid_from=dt.date(2025, 7, 1))
            else:
                self.address(party, Address.Kind.REGISTERED)
            if number % 3 == 1:
                self.address(party, Address.Kind.CORRESPONDENCE, email=f"office@{self.domain(party)}")
            if number % 7 == 3:
                self.address(party, Address.Kind.BILLING)
            if party.is_client:
                for place in self.rng.sample(data.PLACES, k=self.rng.choice([0, 1, 1, 2])):
                    self.address(party, Address.Kind.DELIVERY, name=place, phone=f"+3592820{len(self.addresses):04d}")
            if party.is_own_firm or number % 10 == 6:
                self.address(party, Address.Kind.SITE, name=self.rng.choice(data.PLACES))
            if number % 15 == 8:
                self.address(party, Address.Kind.CORRESPONDENCE, archived_at=timezone.now(), archived_by=self.second)
        Address.objects.bulk_create(self.addresses)

    # -- Accounts ----------------------------------------------------------------------------------

    def digits(self, pattern: str) -> str:
        return re.sub("#", lambda _match: str(self.rng.randint(0, 9)), pattern)

    def iban(self, country: str, pattern: str) -> str:
        """A synthetic IBAN that passes every check."""
        bban = self.digits(pattern)
        return validate_iban(f"{country}{stdnum_iban.calc_check_digits(f'{country}00{bban}')}{bban}")

    def account(self, party: Counterparty, bank: str = "", currency: str = "EUR", **values: Any) -> BankAccount | None:
        """An account of the party in its country; in Bulgaria at the bank with these four letters."""
        country = str(party.country)
        account = BankAccount(party=party, currency=currency, added_by=self.author, **values)
        if country == "BG":
            code = self.banks.get(bank)
            if code is None:
                return None
            account.iban, account.bic, account.bank = self.iban("BG", f"{bank}####10########"), code.bic, code.bank
        else:
            account.bank_name, account.bic = data.FOREIGN_BANKS.get(country, ("", ""))
            if country in data.FOREIGN_BBANS:
                account.iban = self.iban(country, data.FOREIGN_BBANS[country])
            else:
                account.account_number = self.digits("4000############")
        if party.is_supplier and not values.get("archived_at"):
            account.confirmed_at, account.confirmed_by = timezone.now(), self.second
            if self.author == self.second:
                account.confirmed_at = account.confirmed_by = None
        self.accounts.append(account)
        return account

    def all_accounts(self) -> None:
        unconfirmed = 0
        shared = ""
        for number, party in enumerate(self.parties):
            if party.is_bank or (party.is_holding and not party.is_own_firm):
                continue
            bank = "BNBG" if party.is_state_body else self.rng.choice(data.USUAL_BANKS)
            account = self.account(party, bank, is_default=True)
            if account is None:
                continue
            if party.is_supplier and number % 5 == 2 and unconfirmed < 3:
                # A supplier has written that his account is a new one.
                account.confirmed_at = account.confirmed_by = None
                unconfirmed += 1
            if party.is_own_firm or number % 6 == 1:
                self.account(party, self.rng.choice(data.USUAL_BANKS))
            if party.is_own_firm:
                self.account(party, "UNCR", "USD", is_default=True)
            if number % 12 == 9:
                self.account(party, "IORT", archived_at=timezone.now(), archived_by=self.second)
            if party.is_client and party.is_legal and str(party.country) == "BG" and number % 17 == 6:
                # Two firms of one owner that are paid to one account: a notice, no mistake.
                if shared:
                    account.iban, account.holder = shared, "Собственик на двете фирми"
                shared = account.iban
        BankAccount.objects.bulk_create(self.accounts)


def fill() -> None:
    filling = Filling()
    with pghistory.context(user=filling.author.pk if filling.author else None, on=str(today())):
        filling.bank_codes()
        filling.people()
        filling.all_addresses()
        filling.all_accounts()


def holds_rows() -> bool:
    return ContactPerson.objects.exists() or Address.objects.exists() or BankAccount.objects.exists()


parts.register(DemoPart("contacts", 30, fill, holds_rows))
