"""What this app hangs on the dossier: three tabs, panels, a warning, quick actions, first steps, printed sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.addresses import address
from common.context_processors import MenuEntry, menu
from common.expressions import CappedCount
from common.lists import Action
from contacts import doors, requisites  # noqa: F401  (they register themselves)
from contacts.access import tab_url
from contacts.lists import AddressList, BankAccountList, ContactLinkList
from contacts.models import Address, BankAccount, ContactLink, PersonPhone
from counterparties import dossier
from counterparties.dossier import DossierTab
from counterparties.kinds import Kind
from counterparties.models import Counterparty

SHOWN = 5  # rows in a panel of the Summary; the tab has them all
PRINTED = 100


# -- Tabs -------------------------------------------------------------------------------------------


@dossier.register
class ContactsTab(DossierTab):
    slug = "contacts"
    title = gettext_lazy("Contact persons")
    order = 10
    permission_required = "contacts.view_contactperson"
    list_page = ContactLinkList


@dossier.register
class AddressesTab(DossierTab):
    slug = "addresses"
    title = gettext_lazy("Addresses")
    order = 20
    permission_required = "contacts.view_address"
    list_page = AddressList


@dossier.register
class BankAccountsTab(DossierTab):
    slug = "bank-accounts"
    title = gettext_lazy("Bank accounts")
    order = 30
    kinds = tuple(kind for kind in Kind if kind != Kind.HOLDING)
    permission_required = "contacts.view_bankaccount"
    list_page = BankAccountList

    def narrow(self, queryset: QuerySet[Any], party: Any) -> QuerySet[Any]:
        """The party's own accounts; at a bank also those that our own firms have there."""
        if not party.is_bank:
            return queryset.filter(party=party)
        return queryset.filter(Q(party=party) | Q(bank=party, party__is_own_firm=True))


# -- Summary and printed sheet ----------------------------------------------------------------------


def links_of(party: Counterparty, user: Any) -> QuerySet[Any]:
    return in_order(ContactLink.objects.visible_to(user).filter(party=party).in_force().for_list())


def in_order(links: QuerySet[Any]) -> QuerySet[Any]:
    return links.order_by("-is_primary", "role__order", "person__sort_name", "pk")


def addresses_of(party: Counterparty, user: Any) -> QuerySet[Any]:
    return Address.objects.visible_to(user).filter(party=party).in_force().for_list().order_by("kind", "pk")


def accounts_of(party: Counterparty, user: Any) -> QuerySet[Any]:
    accounts = BankAccount.objects.visible_to(user).filter(party=party).current().for_list()
    return accounts.order_by("-is_default", "currency", "pk")


def contacts_panel(party: Counterparty, user: Any) -> dict[str, Any] | None:
    # First which five, then their phones and e-mails: those of two hundred others are not looked up.
    shown = in_order(ContactLink.objects.visible_to(user).filter(party=party).in_force()).values("pk")[:SHOWN]
    links = list(in_order(ContactLink.objects.filter(pk__in=shown).for_panel()))
    for link in links:
        if link.phone_number:
            link.phone = PersonPhone(number=link.phone_number, extension=link.phone_extension)
    return {"links": links, "url": tab_url(party, "contacts")} if links else None


# The order in which a reader looks for an address.
MAIN_KINDS = list(Address.Kind)


def addresses_panel(party: Counterparty, user: Any) -> dict[str, Any] | None:
    addresses = Address.objects.visible_to(user).filter(party=party).in_force()
    wanted = Case(*(When(kind=kind, then=place) for place, kind in enumerate(MAIN_KINDS)), default=len(MAIN_KINDS))
    shown = list(addresses.for_panel().order_by(wanted, "pk")[:SHOWN])
    return {"addresses": with_party(shown, party), "url": tab_url(party, "addresses")} if shown else None


def with_party(rows: list[Any], party: Counterparty) -> list[Any]:
    """The rows knowing the party that is open, so that it is not fetched with each of them."""
    for row in rows:
        row.party = party
    return rows


def accounts_panel(party: Counterparty, user: Any) -> dict[str, Any] | None:
    if Kind.HOLDING in party.kinds and len(party.kinds) == 1:
        return None
    accounts = BankAccount.objects.visible_to(user).filter(party=party).current().for_panel()
    shown = list(accounts.order_by("-is_default", "currency", "pk")[:SHOWN])
    return {"accounts": with_party(shown, party), "url": tab_url(party, "bank-accounts")} if shown else None


dossier.panels.register(
    dossier.Panel(
        "contacts",
        gettext_lazy("Contact persons"),
        "contacts/_panel_contacts.html",
        contacts_panel,
        permission="contacts.view_contactperson",
        order=30,
    )
)
dossier.panels.register(
    dossier.Panel(
        "addresses",
        gettext_lazy("Addresses"),
        "contacts/_panel_addresses.html",
        addresses_panel,
        permission="contacts.view_address",
        order=40,
    )
)
dossier.panels.register(
    dossier.Panel(
        "bank_accounts",
        gettext_lazy("Bank accounts"),
        "contacts/_panel_accounts.html",
        accounts_panel,
        permission="contacts.view_bankaccount",
        order=50,
    )
)


def section(name: str, rows: Callable[[Counterparty, Any], QuerySet[Any]]) -> Callable[..., dict[str, Any] | None]:
    """Context of a section of the printed sheet; a section without rows is left out."""

    def context(party: Counterparty, user: Any) -> dict[str, Any] | None:
        found = list(rows(party, user)[:PRINTED])
        return {name: found} if found else None

    return context


for number, (slug, title, word, rows) in enumerate(
    (
        ("contacts", gettext_lazy("Contact persons"), "contactperson", links_of),
        ("addresses", gettext_lazy("Addresses"), "address", addresses_of),
        ("accounts", gettext_lazy("Bank accounts"), "bankaccount", accounts_of),
    )
):
    dossier.booklet_sections.register(
        dossier.BookletSection(
            slug,
            title,
            f"contacts/print/_{slug}.html",
            section("rows", rows),
            permission=f"contacts.view_{word}",
            order=20 + 10 * number,
        )
    )


# -- Head: warning and quick actions ----------------------------------------------------------------


def count_unconfirmed(party: Counterparty, user: Any) -> Any:
    if not party.is_supplier:
        return Value(0)
    return CappedCount(BankAccount.objects.visible_to(user).filter(party=party).unconfirmed())


def say_unconfirmed(party: Counterparty, count: Any, user: Any) -> Iterable[dossier.Warning]:
    if count:
        words = ngettext(
            "A bank account waits for confirmation by a second person and must not be paid yet",
            "%(count)d bank accounts wait for confirmation by a second person and must not be paid yet",
            count,
        ) % {"count": count}
        yield dossier.Warning("warning", words, f"{tab_url(party, 'bank-accounts')}?state=waiting")


dossier.warnings.register(
    dossier.HeadWarning(
        "unconfirmed_account",
        say_unconfirmed,
        count_unconfirmed,
        permission="contacts.view_bankaccount",
        order=40,
    )
)


def adding(name: str, party: Counterparty) -> str:
    return f"{address(f'contacts:{name}_add')}?party={party.pk}"


def add_contact(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Add a contact person"), adding("contactperson", party), icon="person-plus", htmx=True)


def add_address(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Add an address"), adding("address", party), icon="geo-alt", htmx=True)


dossier.quick_actions.register(
    dossier.QuickAction("add_contact", add_contact, permission="contacts.add_contactperson", order=20)
)
dossier.quick_actions.register(
    dossier.QuickAction("add_address", add_address, permission="contacts.add_address", order=30)
)

dossier.first_steps.register(
    dossier.FirstStep(
        "contact",
        gettext_lazy("Add a contact person"),
        lambda party: adding("contactperson", party),
        tab="contacts",
        text=gettext_lazy("Whom to call and write to."),
        icon="person-plus",
        permission="contacts.add_contactperson",
        order=10,
    )
)
dossier.first_steps.register(
    dossier.FirstStep(
        "address",
        gettext_lazy("Add an address"),
        lambda party: adding("address", party),
        tab="addresses",
        text=gettext_lazy("The registered office, and where to write and deliver."),
        icon="geo-alt",
        permission="contacts.add_address",
        order=20,
    )
)
dossier.first_steps.register(
    dossier.FirstStep(
        "bank_account",
        gettext_lazy("Add a bank account"),
        lambda party: adding("bankaccount", party),
        tab="bank-accounts",
        text=gettext_lazy("Where to pay and from where payments come."),
        icon="bank",
        permission="contacts.add_bankaccount",
        order=30,
    )
)

# -- Menu -------------------------------------------------------------------------------------------

menu.register(
    MenuEntry(
        "contacts.persons",
        gettext_lazy("Contact persons"),
        "/contacts/persons/",
        icon="person-lines-fill",
        parent="counterparties",
        visible=lambda user: user.has_perm("contacts.view_contactperson"),
        order=40,
    )
)
menu.register(
    MenuEntry(
        "contacts.addresses",
        gettext_lazy("Addresses"),
        "/contacts/addresses/",
        icon="geo-alt",
        parent="counterparties",
        visible=lambda user: user.has_perm("contacts.view_address"),
        order=41,
    )
)
