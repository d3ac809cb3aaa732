"""The log of accesses to personal documents: who opened or erased whose, when and why. Never what was in it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import format_moment
from common.forms import PlainForm
from common.lists import Column, Empty, ListPage
from common.text import fold_query
from contacts.cells import party_link
from documents.models import PersonalDocumentAccess, PersonalDocumentType
from users.models import User


def who(access: Any) -> str:
    return str(access.user) if access.user_id else _("the program")


class PersonalDocumentAccessFilter(django_filters.FilterSet):
    primary = ("user", "whose", "way")

    user = django_filters.ModelChoiceFilter(label=gettext_lazy("Who"), queryset=User.objects.all())
    whose = django_filters.CharFilter(label=gettext_lazy("Holder"), method="of_holder", max_length=100)
    way = django_filters.ChoiceFilter(label=gettext_lazy("Way"), choices=PersonalDocumentAccess.Way.choices)
    type = django_filters.ModelChoiceFilter(label=gettext_lazy("Type"), queryset=PersonalDocumentType.objects.all())
    since = django_filters.DateFilter(label=gettext_lazy("From"), field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=gettext_lazy("To"), field_name="at", lookup_expr="date__lte")

    class Meta:
        model = PersonalDocumentAccess
        fields: list[str] = []
        form = PlainForm

    def of_holder(self, accesses: Any, name: str, value: str) -> Any:
        for token in fold_query(value):
            accesses = accesses.filter(Q(party__search_text__contains=token) | Q(person__search_text__contains=token))
        return accesses


class PersonalDocumentAccessLog(ListPage):
    """Read only, newest first; a party outside the reader's scope is left out."""

    model = PersonalDocumentAccess
    filterset_class = PersonalDocumentAccessFilter
    permission_required = "documents.view_personaldocument_log"
    page_title = gettext_lazy("Accesses to personal documents")
    list_key = "documents.personaldocumentaccess"
    default_sort = "-at"
    columns = (
        Column("at", gettext_lazy("When"), lambda row: format_moment(row.at), sort=["at", "pk"],
               export=lambda row: row.at),
        Column("user", gettext_lazy("Who"), who, sort=["user__first_name", "user__last_name"]),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("person", gettext_lazy("Contact person"), "person", sort=["person__sort_name"]),
        Column("type", gettext_lazy("Type"), "type", sort=["type__order", "type__name"]),
        Column("way", gettext_lazy("Way"), "get_way_display", sort=["way"]),
        Column("reason", gettext_lazy("Reason"), "reason", css="is-long"),
    )  # fmt: skip
    empty = Empty(
        gettext_lazy("Nobody has opened a personal document yet"),
        gettext_lazy("Each opening of a number or a scan, and each erasure, is listed here."),
    )

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("user", "party__legal_form", "person", "type")

    def row_url(self, obj: Any) -> str:
        return ""
