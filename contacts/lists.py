"""The lists of people, addresses and accounts: tabs of a dossier; people and addresses also across all parties."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.lists import Action, BulkAction, Column, Empty
from common.phones import national
from contacts import cells, link_actions
from contacts.filters import AddressFilter, BankAccountFilter, ContactLinkFilter
from contacts.models import Address, BankAccount, ContactLink
from counterparties.party_rows import PartyRowsList


class OfPartyList(PartyRowsList):
    """People, addresses, accounts: rows of a party that are edited in the panel and archived."""

    party_columns = ("party", "number")

    # The word for the row in permissions and addresses: contactperson, address, bankaccount.
    word = ""
    rows_in_panel = True
    default_sort = "name"

    @classmethod
    def counted_rows(cls, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.current()  # type: ignore[attr-defined]

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"contacts.{deed}_{self.word}")

    def get_add_url(self) -> str:
        if not self.may("add"):
            return ""
        address = reverse(f"contacts:{self.word}_add")
        return address if self.frame is None else f"{address}?party={self.frame.party.pk}"

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url() if self.may("change") else ""

    def here(self, name: str, obj: Any) -> str:
        """The address of a deed on a row that comes back to this list."""
        return f"{reverse(f'contacts:{name}', args=[obj.pk])}?{urlencode({'next': self.request.get_full_path()})}"

    def row_actions(self, obj: Any) -> list[Action]:
        actions = []
        if self.may("change") and not obj.is_archived:
            actions.append(Action(_("Edit"), self.edit_url(obj), icon="pencil", htmx=True))
            actions += self.further_actions(obj)
        if self.may("archive"):
            actions.append(self.archive_action(obj))
        return actions

    def edit_url(self, obj: Any) -> str:
        return obj.get_absolute_url()

    def further_actions(self, obj: Any) -> list[Action]:
        return []

    def archive_action(self, obj: Any) -> Action:
        name = self.archive_name
        if obj.is_archived:
            return Action(_("Restore"), self.here(f"{name}_restore", obj), icon="arrow-counterclockwise", method="post")
        return Action(
            _("Archive"),
            self.here(f"{name}_archive", obj),
            icon="archive",
            method="post",
            confirm=_("Archive “%s”? It can be restored.") % obj,
        )

    @property
    def archive_name(self) -> str:
        return self.word


class ContactLinkList(OfPartyList):
    """Contact persons: one row for each party that a person serves."""

    model = ContactLink
    filterset_class = ContactLinkFilter
    permission_required = "contacts.view_contactperson"
    export_permission = "contacts.export_contactperson"
    page_title = gettext_lazy("Contact persons")
    list_key = "contacts.contactperson"
    word = "contactperson"
    rows_in_panel = False
    tie_break = ("-is_primary", "person__sort_name", "pk")
    add_label = gettext_lazy("Add a contact person")
    empty = Empty(
        gettext_lazy("No contact persons yet"),
        gettext_lazy("Whom to call and write to: who signs, orders and pays, who receives invoices and reminders."),
    )
    columns = [
        Column("name", gettext_lazy("Name"), "person.name", sort=["person__sort_name"], html=cells.person_name),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=cells.party_link),
        Column("number", gettext_lazy("EIK / number"), "party.registration_number", default=False, css="number"),
        Column("role", gettext_lazy("Role"), "role", sort=["role__order", "role__name"]),
        Column("position", gettext_lazy("Position"), "position", sort=["position"]),
        Column("phones", gettext_lazy("Phones"), lambda link: ", ".join(map(str, link.person.phones.all())),
               html=lambda link: cells.phones(link.person)),
        Column("emails", gettext_lazy("E-mails"), lambda link: ", ".join(map(str, link.person.emails.all())),
               html=lambda link: cells.emails(link.person)),
        Column("areas", gettext_lazy("Answers for"), cells.areas),
        Column("receives", gettext_lazy("Receives"), cells.receives, default=False),
        Column("main", gettext_lazy("Main contact"), "is_primary", sort=["is_primary"], default=False),
        Column("language", gettext_lazy("Language"), "person.get_language_display", sort=["person__language"],
               default=False),
        Column("name_latin", gettext_lazy("Name in Latin letters"), "person.latin_name", default=False),
        Column("valid_from", gettext_lazy("From"), "valid_from", sort=["valid_from"], default=False),
        Column("valid_to", gettext_lazy("To"), "valid_to", sort=["valid_to"], default=False),
    ]  # fmt: skip

    def ordering_fields(self) -> list[str]:
        # In a dossier the main contact comes first unless another order is asked for.
        if not self.across and not self.params.get("sort"):
            return ["-is_primary", "person__sort_name", "pk"]
        return super().ordering_fields()

    def row_url(self, obj: ContactLink) -> str:
        return obj.person.get_absolute_url()

    def row_css(self, obj: ContactLink) -> str:
        return "is-archived" if obj.is_archived or obj.person.is_archived or not obj.is_in_force() else ""

    def further_actions(self, obj: ContactLink) -> list[Action]:
        if obj.is_primary or not obj.is_in_force() or obj.person.is_archived:
            return []
        return [
            Action(_("Make main contact"), self.here("contactlink_primary", obj), icon="star", method="post"),
        ]

    def row_actions(self, obj: ContactLink) -> list[Action]:
        return [*link_actions.actions_for(obj, self.request.user), *super().row_actions(obj)]

    @property
    def archive_name(self) -> str:
        return "contactlink"


class AddressList(OfPartyList):
    """Addresses. Across all parties it is the address report, from which labels are printed."""

    model = Address
    filterset_class = AddressFilter
    permission_required = "contacts.view_address"
    export_permission = "contacts.export_address"
    page_title = gettext_lazy("Addresses")
    list_key = "contacts.address"
    word = "address"
    tie_break = ("party__sort_name", "kind", "pk")
    add_label = gettext_lazy("Add an address")
    empty = Empty(
        gettext_lazy("No addresses yet"),
        gettext_lazy("The registered office, where letters and invoices go, where goods are delivered, sites of work."),
    )
    columns = [
        Column("kind", gettext_lazy("Kind"), "get_kind_display", sort=["kind"], html=cells.address_kind),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=cells.party_link),
        Column("number", gettext_lazy("EIK / number"), "party.registration_number", default=False, css="number"),
        Column("address", gettext_lazy("Address"), "one_line", css="is-long"),
        Column("settlement", gettext_lazy("Settlement"), "town", sort=["settlement__name", "settlement_name"],
               default=False),
        Column("postal_code", gettext_lazy("Postal code"), "postal_code", sort=["postal_code"], default=False,
               css="number"),
        Column("district", gettext_lazy("District"), "district", sort=["district__name"], default=False),
        Column("country", gettext_lazy("Country"), "country_name", sort=["country"], default=False),
        Column("name", gettext_lazy("Name of the place"), "name", sort=["name"], default=False),
        Column("reach", gettext_lazy("Phone and e-mail"),
               lambda a: ", ".join(filter(None, [national(a.phone), a.email])), html=cells.address_reach),
        Column("period", gettext_lazy("Period"), "period", sort=["valid_from"]),
    ]  # fmt: skip

    @property
    def sort(self) -> str:
        # Across all parties the report goes by party, in a dossier by kind.
        self.default_sort = "party" if self.across else "kind"
        return super().sort

    def row_css(self, obj: Address) -> str:
        return "is-archived" if obj.is_archived or not obj.is_in_force() else ""

    def labels_url(self) -> str:
        query = self.params.copy()
        for name in ("page", "page_size", "sort", "view", "export", "columns"):
            query.pop(name, None)
        if self.frame is not None:
            query["party"] = str(self.frame.party.pk)
        address = reverse("contacts:address_labels")
        return f"{address}?{query.urlencode()}" if query else address

    def get_actions(self) -> list[Action]:
        if self.across and not self.may_export():
            return []
        return [Action(_("Print labels"), self.labels_url(), icon="tags")]

    def get_bulk_actions(self) -> list[BulkAction]:
        return [BulkAction("labels", _("Print labels"), lambda request, rows: "", icon="tags")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The one deed on chosen addresses leads to the page where the sheet of labels is chosen."""
        if request.POST.get("action") != "labels" or request.POST.get("all"):
            return redirect(self.labels_url())
        keys = [key for key in request.POST.getlist("selected") if key.isdecimal() and len(key) < 19]
        if not keys:
            messages.warning(request, _("Choose at least one row."))
            return redirect(request.get_full_path())
        return redirect(f"{reverse('contacts:address_labels')}?{urlencode({'selected': ','.join(keys[:500])})}")


class BankAccountList(OfPartyList):
    """Bank accounts of one party; at a bank also the accounts that our own firms have there."""

    model = BankAccount
    filterset_class = BankAccountFilter
    permission_required = "contacts.view_bankaccount"
    export_permission = "contacts.export_bankaccount"
    page_title = gettext_lazy("Bank accounts")
    list_key = "contacts.bankaccount"
    word = "bankaccount"
    default_sort = ""
    tie_break = ("-is_default", "currency", "pk")
    add_label = gettext_lazy("Add a bank account")
    empty = Empty(
        gettext_lazy("No bank accounts yet"),
        gettext_lazy("Where to pay, and from where payments come. A supplier's new number waits for a second person."),
    )
    columns = [
        # First the bank: the first cell is the row's link, and the number carries a button of its own.
        Column("bank", gettext_lazy("Bank"), "bank_shown", sort=["bank__sort_name", "bank_name"]),
        Column("iban", gettext_lazy("IBAN / account"), "number", sort=["iban", "account_number"], html=cells.iban),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=cells.party_link),
        Column("currency", gettext_lazy("Currency"), "currency", sort=["currency"]),
        Column("bic", gettext_lazy("BIC"), "bic", sort=["bic"], css="number"),
        Column("state", gettext_lazy("State"), cells.account_state_text, html=cells.account_state),
        Column("holder", gettext_lazy("Account holder"), "holder", default=False),
        Column("default", gettext_lazy("Default"), "is_default", sort=["is_default"], default=False),
        Column("confirmed", gettext_lazy("Confirmed"), lambda a: a.confirmed_at and a.confirmed_at.date(),
               sort=["confirmed_at"], default=False),
        Column("confirmed_by", gettext_lazy("Confirmed by"), "confirmed_by", default=False),
        Column("note", gettext_lazy("Note"), "note", default=False),
    ]  # fmt: skip

    @property
    def across(self) -> bool:
        # A bank's dossier shows our firms' accounts too, so it must say whose each one is.
        return self.frame is None or self.frame.party.is_bank

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return super().get_filterset_kwargs(filterset_class) | {"across": self.frame is None}

    def further_actions(self, obj: BankAccount) -> list[Action]:
        actions = []
        if not obj.is_default:
            actions.append(Action(_("Make default"), self.here("bankaccount_default", obj), icon="star", method="post"))
        return actions

    def row_actions(self, obj: BankAccount) -> list[Action]:
        actions = super().row_actions(obj)
        user: Any = self.request.user
        if user.has_perm("contacts.confirm_bankaccount") and not obj.refusal_to_confirm(user):
            url = reverse("contacts:bankaccount_confirm", args=[obj.pk])
            actions.insert(0, Action(_("Confirm the account"), url, icon="check2-circle", htmx=True))
        return actions
