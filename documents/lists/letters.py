"""The correspondence register: every letter of the user's own firms, newest first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import format_date, today
from common.forms import PlainForm
from common.lists import Action, Column, Empty, ListPage
from contacts.cells import party_link, tone
from counterparties.models import Counterparty
from documents.models import Letter
from users.models import User

STATE_TONES = {
    Letter.State.WAITING: "blue",
    Letter.State.OVERDUE: "red",
    Letter.State.ANSWERED: "green",
    Letter.State.CANCELLED: "cancelled",
}


def draw_state(letter: Letter) -> SafeString | str:
    """What the letter still asks for, with the day when there is one."""
    state = letter.state
    if state == Letter.State.NONE:
        return ""
    badge = tone(STATE_TONES[state], state.label)
    if letter.is_awaited and letter.answer_due:
        return format_html('{} <span class="number">{}</span>', badge, format_date(letter.answer_due))
    return badge


def draw_number(letter: Letter) -> SafeString | str:
    """The number; with several own firms also whose register it stands in, for each counts from one."""
    if not letter.tells_firm:
        return letter.short_number
    return format_html('{}<br><span class="muted">{}</span>', letter.short_number, letter.own_firm.display_name)


def senders_reference(letter: Letter) -> str:
    """The sender's own number and day: 12-34 / 20.11.2026."""
    day = format_date(letter.senders_date) if letter.senders_date else ""
    return " / ".join(part for part in (letter.senders_number, day) if part)


class LetterFilter(django_filters.FilterSet):
    primary = ("q", "direction", "state", "own_firm", "since", "until")

    q = django_filters.CharFilter(label=gettext_lazy("Number, about, party"), method="search", max_length=200)
    direction = django_filters.ChoiceFilter(label=gettext_lazy("Direction"), choices=Letter.Direction.choices)
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Answer"),
        choices=[
            ("waiting", Letter.State.WAITING.label),
            ("overdue", Letter.State.OVERDUE.label),
            ("answered", Letter.State.ANSWERED.label),
        ],
        method="by_state",
    )
    own_firm = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Own firm"), queryset=Counterparty.objects.filter(is_own_firm=True)
    )
    since = django_filters.DateFilter(label=gettext_lazy("From"), field_name="registered_on", lookup_expr="gte")
    until = django_filters.DateFilter(label=gettext_lazy("To"), field_name="registered_on", lookup_expr="lte")
    way = django_filters.ChoiceFilter(label=gettext_lazy("Way"), choices=Letter.Way.choices)
    responsible = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Responsible"), queryset=User.objects.filter(is_active=True)
    )
    cancelled = django_filters.ChoiceFilter(
        label=gettext_lazy("Cancelled"),
        choices=[("without", gettext_lazy("without cancelled")), ("only", gettext_lazy("only cancelled"))],
        method="by_cancelled",
    )
    party = django_filters.CharFilter(label=gettext_lazy("Counterparty"), method="of_party", max_length=200)

    class Meta:
        model = Letter
        fields: list[str] = []
        form = PlainForm

    def search(self, queryset: Any, name: str, value: str) -> Any:
        parties = Counterparty.objects.matching(value)
        return queryset.filter(Q(pk__in=Letter.objects.matching(value).values("pk")) | Q(party__in=parties))

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        match value:
            case "waiting":
                return queryset.awaiting_answer().filter(answer_due__gte=today())
            case "overdue":
                return queryset.overdue()
        return queryset.current().with_state().filter(is_answered=True)

    def by_cancelled(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(cancelled_at__isnull=value == "without")

    def of_party(self, queryset: Any, name: str, value: str) -> Any:
        """By the party's key, as links from a dossier give it, else by its name or number."""
        if value.isdecimal() and len(value) < 9:
            return queryset.filter(party=int(value))
        return queryset.filter(party__in=Counterparty.objects.matching(value))


class LetterList(ListPage):
    model = Letter
    filterset_class = LetterFilter
    permission_required = "documents.view_letter"
    export_permission = "documents.export_letter"
    page_title = gettext_lazy("Correspondence register")
    default_sort = "-registered_on"
    tie_break = ("pk",)
    add_label = gettext_lazy("Register a letter")
    empty = Empty(
        gettext_lazy("No letters yet"),
        gettext_lazy("Letters that came in, went out or stayed in the house, each with a number of its year."),
    )
    columns = [
        Column("number", gettext_lazy("Number"), "short_number", css="number", sort=["year", "direction", "position"],
               html=draw_number, export=lambda letter: letter.number),
        Column("registered_on", gettext_lazy("Registered on"), "registered_on", sort=["registered_on", "pk"],
               css="number"),
        Column("direction", gettext_lazy("Direction"), "get_direction_display", sort=["direction"], default=False),
        Column("party", gettext_lazy("Counterparty"), "party.display_name", sort=["party__sort_name"],
               html=party_link),
        Column("subject", gettext_lazy("About"), "subject", sort=["subject"], css="is-long"),
        Column("state", gettext_lazy("Answer"), lambda letter: letter.state.label if letter.state else "",
               sort=["answer_due"], html=draw_state),
        Column("senders", gettext_lazy("Sender's number"), senders_reference, sort=["senders_number"]),
        Column("way", gettext_lazy("Way"), "get_way_display", sort=["way"], default=False),
        Column("answer_due", gettext_lazy("Answer due"), "answer_due", sort=["answer_due"], default=False,
               css="number"),
        Column("answers", gettext_lazy("Answers"), lambda letter: letter.answers.full_number if letter.answers else "",
               default=False),
        Column("responsible", gettext_lazy("Responsible"), "responsible",
               sort=["responsible__first_name", "responsible__last_name"]),
        Column("own_firm", gettext_lazy("Own firm"), "own_firm.display_name", sort=["own_firm__sort_name"],
               default=False),
        Column("file", gettext_lazy("File"), "shown_file", html=lambda letter: draw_file(letter)),
    ]  # fmt: skip

    def base_queryset(self) -> QuerySet[Any]:
        return super().base_queryset().for_list()  # type: ignore[attr-defined]

    def get_filterset(self, filterset_class: Any) -> Any:
        filterset = super().get_filterset(filterset_class)
        user: Any = self.request.user
        filterset.filters["own_firm"].field.queryset = Counterparty.objects.own_firms_of(user)
        return filterset

    def rows(self, objects: Any, columns: Any) -> Any:
        user: Any = self.request.user
        several = Counterparty.objects.own_firms_of(user).count() > 1
        for letter in objects:
            # A file of a private event may hang on a letter that everybody sees.
            letter.reader = user
            letter.tells_firm = several
        return super().rows(objects, columns)

    def row_css(self, obj: Letter) -> str:
        return "is-archived" if obj.is_cancelled else ""

    def get_add_url(self) -> str:
        if not self.request.user.has_perm("documents.add_letter"):
            return ""
        party = self.params.get("party", "")
        address = reverse("documents:letter_add")
        return f"{address}?{urlencode({'party': party})}" if party.isdecimal() else address

    def row_actions(self, obj: Letter) -> list[Action]:
        return deeds_for(obj, self.request.user)

    def get_actions(self) -> list[Action]:
        query = self.params.copy()
        for name in ("page", "page_size", "view", "export", "columns"):
            query.pop(name, None)
        return [Action(_("Print the register"), f"{reverse('documents:letter_print')}?{query.urlencode()}", "printer")]


def draw_file(letter: Letter) -> SafeString | str:
    file = letter.shown_file()
    return format_html('<a href="{}">{}</a>', file.get_absolute_url(), file.name) if file else ""


def deeds_for(letter: Letter, user: Any) -> list[Action]:
    """What this user may do to the letter."""
    if letter.is_cancelled:
        return []
    deeds = []
    if user.has_perm("documents.add_letter"):
        answering = reverse("documents:letter_add") + f"?answers={letter.pk}"
        deeds.append(Action(_("Register an answer"), answering, icon="reply", htmx=True, primary=letter.is_awaited))
    if user.has_perm("documents.change_letter"):
        deeds.append(Action(_("Edit"), reverse("documents:letter_edit", args=[letter.pk]), icon="pencil", htmx=True))
    if user.has_perm("documents.cancel_letter"):
        cancelling = reverse("documents:letter_cancel", args=[letter.pk])
        deeds.append(Action(_("Cancel the entry"), cancelling, icon="x-circle", htmx=True))
    return deeds
