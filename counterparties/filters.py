"""The filter of the lists of parties."""

from __future__ import annotations

from functools import cache
from typing import Any

import django_filters
from django import forms
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common.forms import PlainForm
from counterparties.kinds import Kind
from counterparties.models import Characteristic, CharacteristicValue, Counterparty, PartyType, Status
from users.models import User


def reference_choices() -> dict[str, list[tuple[Any, ...]]]:
    """All choices that the filter offers, out of one query: statuses, types, traders, characteristics."""
    sql, params = reference_query(get_language() or "bg")
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    for what, pk, label, spare, more, _place in sorted(rows, key=lambda row: (row[5], row[2])):
        found.setdefault(what, []).append((pk, label.strip() or spare, more))
    return found


@cache
def reference_query(language: str) -> tuple[str, tuple[Any, ...]]:
    """The query of `reference_choices` as SQL: putting it together costs more than the database needs to answer it."""
    text = TextField()
    name, spare = F("name_en" if language == "en" else "name"), F("name")
    empty = Value("", output_field=text)

    def rows(queryset: QuerySet[Any], what: str, label: Any, spare: Any, more: Any, order: Any) -> QuerySet[Any]:
        return (
            queryset.order_by()
            .annotate(
                what=Value(what, output_field=text),
                label=Cast(label, text),
                spare=Cast(spare, text),
                more=Cast(more, text),
                place=order,
            )
            .values_list("what", "pk", "label", "spare", "more", "place")
        )

    united = rows(Status.objects.all(), "status", name, spare, empty, F("order")).union(
        rows(
            PartyType.objects.filter(is_active=True),
            "type",
            name,
            spare,
            Concat(F("tree"), Value("\n"), Coalesce(Cast("parent", text), empty), output_field=text),
            F("order"),
        ),
        rows(
            User.objects.filter(is_active=True).filter(Exists(Counterparty.objects.filter(trader=OuterRef("pk")))),
            "trader",
            Concat("first_name", Value(" "), "last_name"),
            F("username"),
            empty,
            Value(0),
        ),
        rows(
            Characteristic.objects.filter(is_active=True, in_filter=True),
            "characteristic",
            name,
            spare,
            Concat(F("value_type"), Value("\n"), F("kind"), Value("\n"), F("choices"), output_field=text),
            F("order"),
        ),
        all=True,
    )
    return united.query.sql_with_params()


def as_tree(types: list[tuple[Any, ...]], tree: str) -> list[tuple[Any, str]]:
    """The types of one tree, those below indented; one whose parent is not in use stands at the top."""
    below: dict[str, list[tuple[Any, str]]] = {}
    known = {str(pk) for pk, _label, _more in types}
    for pk, label, more in types:
        its_tree, parent = more.split("\n")
        if its_tree == tree:
            below.setdefault(parent if parent in known else "", []).append((pk, label))

    def walk(parent: str, depth: int) -> list[tuple[Any, str]]:
        rows = []
        for pk, label in below.get(parent, []):
            rows += [(pk, "\u2003" * depth + label), *walk(str(pk), depth + 1)]
        return rows

    return walk("", 0)


class CounterpartyFilter(django_filters.FilterSet):
    """Filters of a list of parties; those of upper apps and of characteristics are added when it is made."""

    primary = ("q", "status", "trader", "client_type", "supplier_type", "town")

    q = django_filters.CharFilter(label=_("Name, number, phone, e-mail"), method="search", max_length=200)
    status = django_filters.MultipleChoiceFilter(label=_("Status"), field_name="status")
    client_type = django_filters.ChoiceFilter(label=_("Client type"), method="of_type")
    supplier_type = django_filters.ChoiceFilter(label=_("Supplier type"), method="of_type")
    trader = django_filters.ChoiceFilter(label=_("Trader"), method="of_trader")
    person_kind = django_filters.ChoiceFilter(
        label=_("Person"), choices=[("legal", _("legal person")), ("natural", _("natural person"))]
    )
    vat = django_filters.ChoiceFilter(
        label=_("VAT registration"), choices=[("yes", _("registered")), ("no", _("not registered"))], method="by_vat"
    )
    foreign = django_filters.ChoiceFilter(
        label=_("Country"), choices=[("no", _("Bulgaria")), ("yes", _("foreign"))], method="by_foreign"
    )
    archived = django_filters.ChoiceFilter(
        label=_("Archived"),
        choices=[("with", _("also archived")), ("only", _("only archived"))],
        method="nothing",
        empty_label=_("without archived"),
    )

    class Meta:
        model = Counterparty
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, kind: Kind | None = None, extra: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = reference_choices()
        self.set_choices("status", self.choices.get("status", []))
        for tree in ("client", "supplier"):
            self.set_choices(f"{tree}_type", as_tree(self.choices.get("type", []), tree))
        self.set_choices("trader", [("none", _("without a trader")), *self.choices.get("trader", [])])
        if kind is not None:
            for name, its_kind in (("client_type", Kind.CLIENT), ("supplier_type", Kind.SUPPLIER)):
                if kind != its_kind:
                    self.filters.pop(name)
        user = self.request.user
        for one in extra:
            if (not one.permission or user.has_perm(one.permission)) and (kind is None or kind in one.kinds):
                self.add(one.name, one.make(self.request))
        for row in self.choices.get("characteristic", []):
            self.add_characteristic(kind, *row[:3])

    def add(self, name: str, made: Any) -> None:
        made.field_name = made.field_name or name
        made.parent, made.model = self, Counterparty
        self.filters[name] = made

    def set_choices(self, name: str, rows: list[Any]) -> None:
        self.filters[name].extra["choices"] = [(row[0], row[1]) for row in rows]
        self.filters[name].extra.setdefault("widget", None)
        if self.filters[name].extra["widget"] is None:
            self.filters[name].extra.pop("widget")
        if name == "status":
            self.filters[name].extra["widget"] = forms.CheckboxSelectMultiple

    def add_characteristic(self, kind: Kind | None, pk: int, label: str, more: str) -> None:
        value_type, its_kind, choices = (*more.split("\n", 2), "", "")[:3]
        if kind is not None and its_kind and its_kind != kind.value:
            return
        offered: list[tuple[str, Any]] = []
        if value_type == Characteristic.Type.CHOICE:
            offered = [(line.strip(), line.strip()) for line in choices.splitlines() if line.strip()]
        elif value_type == Characteristic.Type.BOOLEAN:
            offered = [("1", gettext("yes")), ("0", gettext("no"))]

        def narrow(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
            values = CharacteristicValue.objects.filter(party=OuterRef("pk"), characteristic=pk)
            match value_type:
                case Characteristic.Type.BOOLEAN:
                    condition = Q(boolean=True) if value == "1" else Q(boolean=False)
                case Characteristic.Type.CHOICE:
                    condition = Q(text=value)
                case Characteristic.Type.NUMBER:
                    number = value.replace(",", ".").replace(" ", "")
                    condition = Q(number=number) if is_number(number) else Q(pk__in=[])
                case _:
                    condition = Q(text__icontains=value)
            return queryset.filter(Exists(values.filter(condition)))

        if value_type in (Characteristic.Type.DATE, Characteristic.Type.PARTY, Characteristic.Type.FILE):
            return
        made: django_filters.Filter
        if offered:
            made = django_filters.ChoiceFilter(label=label, choices=offered, method=narrow)
        else:
            made = django_filters.CharFilter(label=label, method=narrow, max_length=200)
        self.add(f"ch{pk}", made)

    # -- What each filter does ---------------------------------------------------------------------

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)

    def of_type(self, queryset: Any, name: str, value: str) -> Any:
        """A type and those under it."""
        below = Q(**{name: value}) | Q(**{f"{name}__parent": value}) | Q(**{f"{name}__parent__parent": value})
        return queryset.filter(below)

    def of_trader(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(trader__isnull=True) if value == "none" else queryset.filter(trader=value)

    def by_vat(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(vat_registration="none") if value == "yes" else queryset.filter(vat_registration="none")

    def by_foreign(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.exclude(country="BG") if value == "yes" else queryset.filter(country="BG")

    def nothing(self, queryset: Any, name: str, value: str) -> Any:
        return queryset  # the list itself chooses between current and archived rows


def is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and len(text) < 18
