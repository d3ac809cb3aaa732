"""The log of accesses to personal numbers: who saw or searched whose number, when and why."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.context_processors import MenuEntry, menu
from common.dates import format_moment
from common.forms import PlainForm
from common.lists import Column, Empty, ListPage
from counterparties.models import PersonalNumberAccess
from users.models import User


class AccessFilter(django_filters.FilterSet):
    primary = ("user", "way")

    user = django_filters.ModelChoiceFilter(label=_("Who"), queryset=User.objects.all())
    way = django_filters.ChoiceFilter(label=_("Way"), choices=PersonalNumberAccess.Way.choices)
    since = django_filters.DateFilter(label=_("From"), field_name="at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label=_("To"), field_name="at", lookup_expr="date__lte")

    class Meta:
        model = PersonalNumberAccess
        fields: list[str] = []
        form = PlainForm


class AccessLog(ListPage):
    """Read only, newest first; a party outside the reader's scope is left out."""

    model = PersonalNumberAccess
    filterset_class = AccessFilter
    permission_required = "counterparties.view_personal_number_log"
    page_title = _("Accesses to personal numbers")
    default_sort = "-at"
    columns = (
        Column("at", _("When"), lambda row: format_moment(row.at), sort=["at", "pk"], export=lambda row: row.at),
        Column("user", _("Who"), "user", sort=["user__first_name", "user__last_name"]),
        Column("party", _("Counterparty"), "party", sort=["party__sort_name"]),
        Column("way", _("Way"), "get_way_display", sort=["way"]),
        Column("reason", _("Reason"), "reason"),
    )
    empty = Empty(
        _("Nobody has seen a personal number yet"), _("Each reveal and each search by a number is listed here.")
    )

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().select_related("user", "party__legal_form")

    def row_url(self, obj: Any) -> str:
        return obj.party.get_absolute_url()


menu.register(
    MenuEntry(
        "personal_number_log",
        _("Accesses to personal numbers"),
        "/counterparties/personal-numbers/",
        icon="eye",
        visible=lambda user: user.has_perm("counterparties.view_personal_number_log"),
        parent="counterparties",
        order=90,
    )
)
