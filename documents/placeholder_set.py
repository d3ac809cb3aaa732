"""The placeholders that the record, its contacts, the present user and the calendar give.

What stands in other rows than the context's own (address, account, representative) is fetched only when a text uses
it, and once for a text. There is no placeholder for a personal number (EGN, LNCh), nor for a person's VAT number, which
is made of one: a paper that must hold it leaves a gap, to be written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel.dates import format_date as babel_date
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from common.dates import format_date
from common.phones import national
from common.text import transliterate
from contacts.models import Address, BankAccount, ContactLink
from documents.placeholders import FillContext, Placeholder, placeholders

ADDRESSES, ACCOUNTS, PEOPLE = "contacts.view_address", "contacts.view_bankaccount", "contacts.view_contactperson"
# Who signs for a firm, the likeliest first.
SIGNING_ROLES = ("mol", "representative", "procurator")


def address_of(context: FillContext, part: str, *kinds: str) -> str:
    """The address in force of the first of these kinds that the party has, in one line."""

    def fetch() -> str:
        party = getattr(context, part)
        wanted = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(kinds)))
        addresses = Address.objects.in_force(context.on).filter(party=party, kind__in=kinds)
        found = addresses.select_related("settlement", "district").order_by(
            wanted, F("valid_from").desc(nulls_last=True), "-pk"
        )
        address = found.first()
        return address.one_line if address else ""

    return context.once(f"address of {part}: {kinds}", fetch)


REGISTERED = (Address.Kind.REGISTERED, Address.Kind.PERMANENT)
CORRESPONDENCE = (Address.Kind.CORRESPONDENCE, Address.Kind.CURRENT, *REGISTERED)


def account_of(context: FillContext, part: str) -> BankAccount | None:
    """The default account, that in euro first; never a supplier's that nobody has confirmed."""

    def fetch() -> BankAccount | None:
        party = getattr(context, part)
        accounts = BankAccount.objects.current().filter(party=party).select_related("bank__legal_form")
        if party.is_supplier:
            accounts = accounts.filter(confirmed_at__isnull=False)
        in_euro = Case(When(currency="EUR", then=Value(0)), default=Value(1))
        return accounts.order_by("-is_default", in_euro, "pk").first()

    return context.once(f"account of {part}", fetch)


def representative_of(context: FillContext, part: str) -> ContactLink | None:
    """The one who signs for the party: МОЛ, else representative, else procurator."""

    def fetch() -> ContactLink | None:
        party = getattr(context, part)
        wanted = Case(*(When(role__code=code, then=Value(place)) for place, code in enumerate(SIGNING_ROLES)))
        links = ContactLink.objects.in_force(context.on).filter(party=party, role__code__in=SIGNING_ROLES)
        return links.select_related("person", "role").order_by(wanted, "-is_primary", "pk").first()

    return context.once(f"representative of {part}", fetch)


def contact_link(context: FillContext) -> ContactLink | None:
    """What the chosen contact person is at this party."""

    def fetch() -> ContactLink | None:
        links = ContactLink.objects.filter(party=context.party, person=context.contact).select_related("role")
        latest = (F("archived_at").desc(nulls_first=True), F("valid_to").desc(nulls_first=True), "pk")
        return links.order_by(*latest).first()

    return context.once("contact's link", fetch)


def read(of: Callable[..., Any], part: str, value: Callable[[Any], Any]) -> Callable[[FillContext], str]:
    """`value` of what `of(context, part)` finds; "" when it finds nothing."""

    def text(context: FillContext) -> str:
        found = of(context, part)
        return str(value(found) or "") if found is not None else ""

    return text


# Label, example, permission and value of what a party can say of itself; `part` is "party" or "own_firm".
Entry = tuple[Any, str, str, Callable[[FillContext], str]]


def of_party(part: str) -> dict[str, Entry]:
    def own(value: Callable[[Any], Any]) -> Callable[[FillContext], str]:
        return lambda context: str(value(getattr(context, part)) or "")

    def address(*kinds: str) -> Callable[[FillContext], str]:
        return lambda context: address_of(context, part, *kinds)

    return {
        "name": (_("full name with legal form"), "Алфа Трейд ООД", "", own(lambda p: p.full_name)),
        "short_name": (_("short name"), "Алфа", "", own(lambda p: p.short_name or p.display_name)),
        "name_latin": (_("name in Latin letters"), "Alfa Treyd OOD", "", own(lambda p: p.latin_name)),
        "legal_form": (
            _("legal form"),
            "ООД",
            "",
            own(lambda p: p.legal_form if p.is_legal and p.legal_form_id else ""),
        ),
        "number": (
            _("EIK or foreign number"),
            "123456789",
            "",
            own(lambda p: p.registration_number),
        ),
        "vat_number": (
            _("VAT no."),
            "BG123456789",
            "",
            own(lambda p: "" if p.vat_from_personal_number else p.vat_number_shown),
        ),
        "country": (_("country"), "България", "", own(lambda p: p.country.name)),
        "address": (
            _("registered office, of a person the permanent address"),
            "ул. „Шипка“ № 34, 1504 София",
            ADDRESSES,
            address(*REGISTERED),
        ),
        "address_latin": (
            _("registered office in Latin letters"),
            "ul. „Shipka“ No. 34, 1504 Sofia",
            ADDRESSES,
            lambda context: transliterate(address_of(context, part, *REGISTERED)).replace("№", "No."),
        ),
        "correspondence_address": (
            _("address for correspondence, else the registered one"),
            "ул. „Шипка“ № 34, 1504 София",
            ADDRESSES,
            address(*CORRESPONDENCE),
        ),
        "phone": (_("phone"), "02 943 1234", "", own(lambda p: national(p.phone))),
        "email": (_("e-mail"), "office@alfa.example", "", own(lambda p: p.email)),
        "iban": (
            _("IBAN of the main account"),
            "BG80 BNBG 9661 1020 3456 78",
            ACCOUNTS,
            read(account_of, part, lambda account: account.number),
        ),
        "bank": (
            _("bank of the main account"),
            "Българска банка АД",
            ACCOUNTS,
            read(account_of, part, lambda account: account.bank_shown),
        ),
        "bic": (
            _("BIC of the main account"),
            "BNBGBGSD",
            ACCOUNTS,
            read(account_of, part, lambda account: account.bic),
        ),
        "representative": (
            _("who represents it (МОЛ): name"),
            "Иван Петров Иванов",
            PEOPLE,
            read(representative_of, part, lambda link: link.person.name),
        ),
        "representative_latin": (
            _("who represents it: name in Latin letters"),
            "Ivan Petrov Ivanov",
            PEOPLE,
            read(representative_of, part, lambda link: link.person.latin_name),
        ),
        "representative_position": (
            _("who represents it: position"),
            "управител",
            PEOPLE,
            read(representative_of, part, lambda link: link.title),
        ),
    }


for order, part in enumerate(("party", "own_firm"), start=1):
    for place, (name, (label, example, permission, value)) in enumerate(of_party(part).items()):
        placeholders.register(
            Placeholder(f"{part}.{name}", label, value, part, order * 100 + place, example, permission)
        )


def of_contact(value: Callable[[Any], Any]) -> Callable[[FillContext], str]:
    return lambda context: str(value(context.contact) or "")


def of_link(value: Callable[[ContactLink], Any]) -> Callable[[FillContext], str]:
    return read(lambda context, part: contact_link(context), "contact", value)


for place, (name, (label, example, value)) in enumerate(
    {
        "name": (_("name"), "Мария Петрова", of_contact(lambda c: c.name)),
        "name_latin": (_("name in Latin letters"), "Maria Petrova", of_contact(lambda c: c.latin_name)),
        "position": (
            _("position at this party, else the role"),
            "търговски директор",
            of_link(lambda link: link.title),
        ),
        "role": (_("role at this party"), "снабдител", of_link(lambda link: link.role)),
        "phone": (_("phone"), "0888 123 456", of_contact(lambda c: national(getattr(c.main_phone, "number", "")))),
        "email": (_("e-mail"), "maria@alfa.example", of_contact(lambda c: c.main_email)),
    }.items()
):
    placeholders.register(Placeholder(f"contact.{name}", label, value, "contact", 300 + place, example, PEOPLE))


def long_date(context: FillContext) -> str:
    """The day in words: 3 ноември 2026 г., 3 November 2026."""
    return (
        babel_date(context.on, "d MMMM y 'г.'", "bg")
        if context.language == "bg"
        else (babel_date(context.on, "d MMMM y", "en_GB"))
    )


def short_date(context: FillContext) -> str:
    return f"{format_date(context.on)} г." if context.language == "bg" else format_date(context.on)


for place, (slug, label, value, needs, example) in enumerate(
    (
        ("user.name", _("name of the one who writes"), lambda c: str(c.user), "user", "Елена Колева"),
        ("user.email", _("e-mail of the one who writes"), lambda c: c.user.email, "user", "elena@firma.example"),
        ("date.today", _("today's date"), short_date, "on", "03.11.2026 г."),
        ("date.long", _("today's date, the month in words"), long_date, "on", "3 ноември 2026 г."),
    )
):
    placeholders.register(Placeholder(slug, label, value, needs, 400 + place, example))
