"""The questions asked of people, addresses and accounts: who sees which, which are in force, which hold a text."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When

from common.dates import today
from common.text import fold, fold_query
from counterparties.models import Counterparty
from counterparties.querysets import own_firms_in_scope


def visible_parties(user: Any) -> models.QuerySet[Counterparty] | None:
    """The parties that the user may see, to stand in a subquery; None when these are all there are."""
    parties = Counterparty.objects.visible_to(user)
    return parties if parties.query.is_empty() or parties.query.where else None


class ArchivableQuerySet(models.QuerySet[Any]):
    """Rows that may be archived."""

    def current(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def archived(self) -> Self:
        return self.filter(archived_at__isnull=False)


class DatedQuerySet(ArchivableQuerySet):
    """Rows of a party that may be archived and hold from one day to another."""

    def in_force(self, on: dt.date | None = None) -> Self:
        """Not archived, begun and not ended on the day (today when none is given)."""
        on = on or today()
        return self.current().filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )

    def visible_to(self, user: Any) -> Self:
        """Rows of the parties that the user may see."""
        parties = visible_parties(user)
        return self if parties is None else self.filter(party__in=parties)


class SettlementQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> SettlementQuerySet:
        """Those whose name, code or postal code holds every word of the text, in either alphabet."""
        found = self
        for token in fold_query(strip_kind(text)):
            found = found.filter(search_text__contains=token)
        return found

    def nearest_first(self, text: str) -> SettlementQuerySet:
        """Names that are the text, then those that begin with it, towns before villages."""
        asked = fold(strip_kind(text))
        rank = Case(
            When(search_text=asked, then=Value(0)),
            When(search_text__startswith=f"{asked} ", then=Value(0)),
            When(search_text__startswith=asked, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        town_first = Case(When(kind="гр.", then=Value(0)), default=Value(1), output_field=IntegerField())
        return self.order_by(rank, town_first, "name", "ekatte")


def strip_kind(text: str) -> str:
    """The text without „гр.“, „с.“ or „ман.“ before the name of a settlement."""
    text = text.strip()
    for kind in ("гр.", "с.", "ман.", "gr.", "s."):
        if text.lower().startswith(kind):
            return text[len(kind) :].strip()
    return text


class ContactPersonQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> ContactPersonQuerySet:
        """People who serve, or served, a party that the user may see."""
        from contacts.models import ContactLink

        links = ContactLink.objects.filter(person=OuterRef("pk"))
        parties = visible_parties(user)
        if parties is not None:
            links = links.filter(party__in=parties)
        return self.filter(Exists(links))

    def matching(self, text: str) -> ContactPersonQuerySet:
        """Those whose names, phones and e-mails hold every word of the text, in any case and either alphabet."""
        found = self
        for token in fold_query(text):
            found = found.filter(search_text__contains=token)
        return found


class ContactLinkQuerySet(DatedQuerySet):
    def current(self) -> ContactLinkQuerySet:
        """Neither the link nor the person is archived."""
        return super().current().filter(person__archived_at__isnull=True)

    def for_list(self) -> ContactLinkQuerySet:
        return self.select_related("person", "role", "party", "party__legal_form").prefetch_related(
            "areas", "person__phones", "person__emails"
        )

    def for_panel(self) -> ContactLinkQuerySet:
        """Each person with one phone (a mobile first, no fax) and one e-mail (of work first), in this one query."""
        phones = apps.get_model("contacts", "PersonPhone")
        emails = apps.get_model("contacts", "PersonEmail")
        phone = (
            phones.objects.filter(person=OuterRef("person"))
            .exclude(kind=phones.Kind.FAX)
            .order_by(Case(When(kind=phones.Kind.MOBILE, then=0), default=1), "order", "pk")
        )
        email = emails.objects.filter(person=OuterRef("person")).order_by(
            Case(When(kind=emails.Kind.WORK, then=0), default=1), "order", "pk"
        )
        shown = ("person__name", "role__name", "role__name_en", "is_primary", "position", "party", "archived_at")
        return (
            self.select_related("person", "role")
            .only(*shown)
            .annotate(
                phone_number=Subquery(phone.values("number")[:1]),
                phone_extension=Subquery(phone.values("extension")[:1]),
                email=Subquery(email.values("email")[:1]),
            )
        )


class AddressQuerySet(DatedQuerySet):
    def for_list(self) -> AddressQuerySet:
        return self.select_related("party", "party__legal_form", "district", "municipality", "settlement")

    def for_panel(self) -> AddressQuerySet:
        """Only what the address itself says; of its settlement only the names."""
        return self.select_related("settlement", "district").defer(
            "archived_by", "created_at", "updated_at", "settlement__search_text", "settlement__name_latin"
        )


class BankAccountQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> BankAccountQuerySet:
        """Accounts of the parties that the user may see; those of own firms only within the user's own firms."""
        found = self
        parties = visible_parties(user)
        if parties is not None:
            found = found.filter(party__in=parties)
        scope = own_firms_in_scope(user)
        if scope is not None:
            mine = Counterparty.objects.filter(is_own_firm=True).filter(scope)
            found = found.filter(Q(party__is_own_firm=False) | Q(party__in=mine))
        return found

    def unconfirmed(self) -> BankAccountQuerySet:
        """Suppliers' accounts in use that nobody but their author has looked at."""
        return self.current().filter(party__is_supplier=True, confirmed_at__isnull=True)

    def for_list(self) -> BankAccountQuerySet:
        return self.select_related("party", "party__legal_form", "bank", "bank__legal_form", "confirmed_by", "added_by")

    def for_panel(self) -> BankAccountQuerySet:
        """The number, its state, and of the bank only the name."""
        own = ("party", "iban", "account_number", "bic", "bank_name", "currency", "is_default", "confirmed_at")
        bank = ("name", "short_name", "person_kind", "legal_form__name", "legal_form__place", "legal_form__name_en")
        return self.select_related("bank__legal_form").only(*own, "archived_at", *(f"bank__{name}" for name in bank))
