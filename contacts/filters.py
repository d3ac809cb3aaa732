"""Filters of the lists of people, addresses and accounts."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.dates import today
from common.forms import PlainForm
from common.text import compact_number, fold_query
from contacts.models import (
    Address,
    BankAccount,
    ContactArea,
    ContactLink,
    ContactPerson,
    ContactRole,
    District,
    Settlement,
)
from counterparties.kinds import Kind

YES_NO = [("yes", _("yes")), ("no", _("no"))]


class ArchivableFilter(django_filters.FilterSet):
    """A filter that hides archived rows until they are asked for."""

    archived = django_filters.ChoiceFilter(
        label=_("Archived"),
        choices=[("with", _("also archived")), ("only", _("only archived"))],
        method="nothing",
        empty_label=_("without archived"),
    )

    def __init__(self, *args: Any, across: bool = False, **kwargs: Any) -> None:
        """`across`: the list shows rows of many parties; then the party's own archiving counts too."""
        super().__init__(*args, **kwargs)
        self.across = across
        if not across:
            self.filters.pop("party_kind", None)

    def nothing(self, queryset: Any, name: str, value: str) -> Any:
        return queryset  # chosen in filter_queryset, where the empty choice is seen too

    def filter_queryset(self, queryset: Any) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        match self.form.cleaned_data.get("archived"):
            case "with":
                return found
            case "only":
                return found.archived()
        found = found.current()
        return found.filter(party__archived_at__isnull=True) if self.across else found

    def of_party_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(**{f"party__{Kind(value).flag}": True})

    def by_period(self, queryset: Any, name: str, value: str) -> Any:
        day = today()
        match value:
            case "now":
                return queryset.filter(
                    Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
                )
            case "ended":
                return queryset.filter(valid_to__lt=day)
        return queryset.filter(valid_from__gt=day)


PERIODS = [("now", _("in force today")), ("ended", _("ended")), ("future", _("still to come"))]


class ContactLinkFilter(ArchivableFilter):
    primary = ("q", "role", "area", "party_kind")

    q = django_filters.CharFilter(label=_("Name, phone, e-mail"), method="search", max_length=200)
    role = django_filters.ModelChoiceFilter(label=_("Role"), queryset=ContactRole.objects.all())
    area = django_filters.ModelChoiceFilter(
        label=_("Answers for"), field_name="areas", queryset=ContactArea.objects.all()
    )
    party_kind = django_filters.ChoiceFilter(label=_("Kind of party"), choices=Kind.choices, method="of_party_kind")
    main = django_filters.ChoiceFilter(label=_("Main contact"), choices=YES_NO, method="by_main")
    receives = django_filters.ChoiceFilter(
        label=_("Receives"),
        choices=[("invoices", _("invoices")), ("reminders", _("payment reminders"))],
        method="by_receives",
    )
    language = django_filters.ChoiceFilter(
        label=_("Language"), field_name="person__language", choices=ContactPerson.Language.choices
    )
    period = django_filters.ChoiceFilter(label=_("Period"), choices=PERIODS, method="by_period")

    class Meta:
        model = ContactLink
        fields: list[str] = []
        form = PlainForm

    def search(self, queryset: Any, name: str, value: str) -> Any:
        for token in fold_query(value):
            words = Q(person__search_text__contains=token)
            queryset = queryset.filter(words | Q(party__search_text__contains=token) if self.across else words)
        return queryset

    def by_main(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(is_primary=value == "yes")

    def by_receives(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(**{f"receives_{value}": True})


class AddressFilter(ArchivableFilter):
    primary: tuple[str, ...] = ("q", "kind", "district", "settlement", "party_kind")

    q = django_filters.CharFilter(label=_("Party, street, place"), method="search", max_length=200)
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Address.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    district = django_filters.ModelChoiceFilter(label=_("District"), queryset=District.objects.all())
    settlement = django_filters.CharFilter(label=_("Settlement or postal code"), method="in_settlement", max_length=100)
    party_kind = django_filters.ChoiceFilter(label=_("Kind of party"), choices=Kind.choices, method="of_party_kind")
    abroad = django_filters.ChoiceFilter(
        label=_("Country"), choices=[("no", _("Bulgaria")), ("yes", _("foreign"))], method="by_country"
    )
    period = django_filters.ChoiceFilter(label=_("Period"), choices=PERIODS, method="by_period")

    class Meta:
        model = Address
        fields: list[str] = []
        form = PlainForm

    TEXTS = ("name", "street", "quarter", "city_district", "settlement_name", "foreign_text", "extra", "postal_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.across:
            self.primary = ("q", "kind")
            # In a dossier the filters stand on one line: one kind at a time.
            one = django_filters.ChoiceFilter(field_name="kind", label=_("Kind"), choices=Address.Kind.choices)
            one.parent, one.model = self, Address
            self.filters["kind"] = one
            self.filters["q"].label = _("Street, place")

    def search(self, queryset: Any, name: str, value: str) -> Any:
        # As typed in the address; the names of settlements and parties also in the other alphabet.
        for word in value.split()[:6]:
            condition = Q()
            for field in self.TEXTS:
                condition |= Q(**{f"{field}__icontains": word})
            for token in fold_query(word):
                condition |= Q(settlement__search_text__contains=token)
                if self.across:
                    condition |= Q(party__search_text__contains=token)
            queryset = queryset.filter(condition)
        return queryset

    def in_settlement(self, queryset: Any, name: str, value: str) -> Any:
        found = Settlement.objects.matching(value)
        return queryset.filter(
            Q(settlement__in=found) | Q(settlement_name__icontains=value) | Q(postal_code__startswith=value)
        )

    def by_country(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(country="BG") if value == "yes" else queryset.filter(country="BG")


class BankAccountFilter(ArchivableFilter):
    primary = ("q", "currency", "state")

    q = django_filters.CharFilter(label=_("IBAN, bank, holder"), method="search", max_length=100)
    currency = django_filters.ChoiceFilter(label=_("Currency"))
    state = django_filters.ChoiceFilter(
        label=_("Confirmation"),
        choices=[("waiting", _("waits for confirmation")), ("confirmed", _("confirmed"))],
        method="by_state",
    )

    class Meta:
        model = BankAccount
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["currency"].extra["choices"] = [(code, code) for code in ("EUR", "USD", "GBP", "CHF", "BGN")]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        number = compact_number(value)
        condition = Q(bank_name__icontains=value) | Q(holder__icontains=value) | Q(note__icontains=value)
        if number:
            condition |= Q(iban__contains=number) | Q(account_number__icontains=value) | Q(bic__startswith=number)
        tokens = fold_query(value)
        if tokens:
            of_bank = Q()
            for token in tokens:
                of_bank &= Q(bank__search_text__contains=token)
            condition |= of_bank
        return queryset.filter(condition)

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == "waiting":
            return queryset.unconfirmed()
        return queryset.filter(confirmed_at__isnull=False)
