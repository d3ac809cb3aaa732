"""The filter of the lists of files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.dates import SOFIA, today
from common.forms import PlainForm
from common.text import fold_query
from documents import file_kinds
from documents.models import File, FileCategory
from documents.models.files import SOON_DAYS


def begin_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SOFIA)


class FileFilter(django_filters.FilterSet):
    """Deleted files are offered only to those who may restore them."""

    primary = ("q", "category", "kind", "validity")

    q = django_filters.CharFilter(label=_("Name or description"), method="search", max_length=200)
    category = django_filters.ModelChoiceFilter(label=_("Category"), queryset=FileCategory.objects.all())
    kind = django_filters.ChoiceFilter(label=_("Type"), choices=file_kinds.CHOICES, method="of_kind")
    validity = django_filters.ChoiceFilter(
        label=_("Validity"),
        choices=[
            ("ended", _("has ended")),
            ("soon", _("ends within 30 days")),
            ("valid", _("has an end, still valid")),
        ],
        method="by_validity",
    )
    since = django_filters.DateFilter(label=_("Added from"), method="added_since")
    until = django_filters.DateFilter(label=_("Added to"), method="added_until")
    origin = django_filters.ChoiceFilter(label=_("Origin"), choices=File.Origin.choices)
    deleted = django_filters.ChoiceFilter(
        label=_("Deleted files"),
        choices=[("with", _("also deleted")), ("only", _("only deleted"))],
        method="nothing",
        empty_label=_("without deleted"),
    )

    class Meta:
        model = File
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, across: bool = False, **kwargs: Any) -> None:
        """`across`: the list shows files of many parties; then the text is looked for in their names too."""
        super().__init__(*args, **kwargs)
        self.across = across
        if across:
            self.filters["q"].label = _("Name, description, party")
        if not self.request.user.has_perm("documents.delete_file"):
            del self.filters["deleted"]

    def nothing(self, queryset: Any, name: str, value: str) -> Any:
        return queryset  # chosen in filter_queryset, where the empty choice is seen too

    def filter_queryset(self, queryset: Any) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        match self.form.cleaned_data.get("deleted"):
            case "with":
                return found
            case "only":
                return found.deleted()
        return found.current()

    def search(self, queryset: Any, name: str, value: str) -> Any:
        for token in fold_query(value):
            words = Q(search_text__contains=token)
            queryset = queryset.filter(words | Q(party__search_text__contains=token) if self.across else words)
        return queryset

    def of_kind(self, queryset: Any, name: str, value: str) -> Any:
        if value == file_kinds.OTHER.slug:
            return queryset.exclude(content__content_type__in=file_kinds.KNOWN)
        types = next(kind.types for kind in file_kinds.KINDS if kind.slug == value)
        return queryset.filter(content__content_type__in=types)

    def by_validity(self, queryset: Any, name: str, value: str) -> Any:
        match value:
            case "ended":
                return queryset.ended()
            case "soon":
                return queryset.ending_within(SOON_DAYS)
        return queryset.filter(valid_until__gte=today())

    def added_since(self, queryset: Any, name: str, value: dt.date) -> Any:
        return queryset.filter(created_at__gte=begin_of(value))

    def added_until(self, queryset: Any, name: str, value: dt.date) -> Any:
        if value == dt.date.max:
            return queryset
        return queryset.filter(created_at__lt=begin_of(value + dt.timedelta(days=1)))
