"""The filter of the list of events."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PlainForm
from common.text import fold_query
from events.models import Event, EventParticipant, EventType
from events.querysets import end_of, midnight
from users.models import User

STATES = [
    ("open", _("open")),
    ("overdue", _("overdue")),
    ("upcoming", _("still to come")),
    ("done", pgettext_lazy("event", "done")),
    ("cancelled", pgettext_lazy("event", "cancelled")),
]


class EventFilter(django_filters.FilterSet):
    primary = ("q", "type", "state", "whose")

    q = django_filters.CharFilter(label=_("Subject, text, outcome"), method="search", max_length=200)
    type = django_filters.ModelChoiceFilter(label=_("Type"), queryset=EventType.objects.all())
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    whose = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[("mine", _("mine"))], empty_label=_("everyone's"), method="by_whose"
    )
    since = django_filters.DateFilter(label=_("From"), method="by_since")
    until = django_filters.DateFilter(label=_("To"), method="by_until")
    participant = django_filters.ModelChoiceFilter(
        label=_("Participant"), queryset=User.objects.active(), method="by_participant"
    )
    author = django_filters.ModelChoiceFilter(label=_("Author"), queryset=User.objects.all())
    private = django_filters.ChoiceFilter(
        label=_("Private"), choices=[("yes", _("yes")), ("no", _("no"))], method="by_private"
    )

    class Meta:
        model = Event
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, across: bool = False, **kwargs: Any) -> None:
        """`across`: the list shows events of many parties, and a word may be one of a party's name."""
        super().__init__(*args, **kwargs)
        self.across = across

    def search(self, queryset: Any, name: str, value: str) -> Any:
        for token in fold_query(value):
            words = Q(search_text__contains=token)
            queryset = queryset.filter(words | Q(party__search_text__contains=token) if self.across else words)
        return queryset

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        now = timezone.now()
        match value:
            case "open":
                return queryset.planned()
            case "overdue":
                return queryset.overdue(now)
            case "upcoming":
                return queryset.upcoming(now)
            case "done":
                return queryset.done()
        return queryset.cancelled()

    def by_whose(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.of_user(self.request.user)

    def by_since(self, queryset: Any, name: str, value: Any) -> Any:
        start = midnight(value)
        return queryset.filter(Q(starts_at__gte=start) | Q(ends_at__gt=start))

    def by_until(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(starts_at__lt=end_of(value))

    def by_participant(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(Exists(EventParticipant.objects.filter(event=OuterRef("pk"), user=value)))

    def by_private(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(is_private=value == "yes")
