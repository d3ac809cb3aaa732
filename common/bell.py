"""The bell in the top bar: what it shows at a glance, notices on the page that is open, and the list of all."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from common.columns import Action, BulkAction, Column, Empty
from common.dates import format_moment
from common.lists import ListPage
from common.models import Notification
from common.notifications import kinds

LATEST = 10
# So many notices are shown one by one; of more a single notice tells the number.
NOTICES = 3


# -- On every page ----------------------------------------------------------------------------------


@login_required
@require_GET
def notification_latest(request: HttpRequest) -> HttpResponse:
    """What the bell shows when it is opened: the latest few."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("common:notification_list")
    return show_latest(request)


def show_latest(request: HttpRequest) -> HttpResponse:
    own = Notification.objects.visible_to(request.user)
    latest = list(own.order_by("-created_at", "-pk")[:LATEST])
    if new := [one.pk for one in latest if one.shown_at is None]:
        own.filter(pk__in=new).mark_shown()
    newest = max((one.pk for one in latest), default=0)
    return render(request, "common/_bell_latest.html", {"latest": latest, "newest": newest})


@login_required
@require_GET
def notification_poll(request: HttpRequest) -> HttpResponse:
    """Notices that were never shown, once; and the bell's number as it is now."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    if not htmx:
        return redirect("common:notification_list")
    page = (htmx.current_url_abs_path or "").partition("?")[0]
    new = Notification.objects.take_unseen(request.user, page)
    shown = new if len(new) <= NOTICES + 1 else new[:NOTICES]
    return render(request, "common/_bell_notices.html", {"notices": shown, "more": len(new) - len(shown)})


@login_required
@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read all that the user had before him; what came since then stays unread."""
    user: Any = request.user
    unread = Notification.objects.visible_to(user).unread()
    until = request.POST.get("until", "")
    rows = unread.filter(pk__lte=until) if until.isdecimal() and len(until) < 19 else unread
    count = rows.mark_read()
    here = reverse("common:notification_list")
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    if not htmx:
        messages.success(request, words_of_read(count))
        return redirect(here)
    user.unread_notifications = unread.capped()
    response = show_latest(request)
    if (htmx.current_url_abs_path or "").partition("?")[0] == here:
        trigger_client_event(response, "list-changed")
    return response


@login_required
@require_GET
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notification as read and go to what it is about."""
    rows = Notification.objects.visible_to(request.user)
    one = get_object_or_404(rows, pk=pk)
    rows.filter(pk=pk).mark_read()
    return redirect(one.target)


# -- The list ---------------------------------------------------------------------------------------


def words_of_read(count: int) -> str:
    if not count:
        return _("There was nothing unread.")
    words = ngettext("%(count)d notification is marked as read.", "%(count)d notifications are marked as read.", count)
    return words % {"count": count}


def mark_read(request: HttpRequest, rows: QuerySet[Any]) -> str:
    return words_of_read(Notification.objects.filter(pk__in=rows.order_by().values("pk")).mark_read())


def words_of_kind(one: Notification) -> str:
    kind = kinds.get(one.kind)
    return str(kind.label) if kind is not None else one.kind


def draw_title(one: Notification) -> SafeString:
    return format_html('<span class="bell-title">{}</span>', one.title)


def draw_text(one: Notification) -> SafeString:
    return format_html('<span class="bell-lines">{}</span>', one.text)


def draw_time(one: Notification) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', one.created_at.isoformat(), format_moment(one.created_at))


def draw_state(one: Notification) -> SafeString:
    tone, words = ("grey", _("read")) if one.read_at else ("blue", _("unread"))
    return format_html('<span class="tone tone-{}">{}</span>', tone, words)


class NotificationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[("unread", gettext_lazy("unread")), ("read", gettext_lazy("read"))],
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=lambda: [(kind.slug, kind.label) for kind in kinds]
    )

    class Meta:
        model = Notification
        fields = ["state", "kind"]

    def in_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(read_at__isnull=value == "unread")


class NotificationList(ListPage):
    """All that the user has been told, the latest first."""

    model = Notification
    filterset_class = NotificationFilter
    page_title = gettext_lazy("Notifications")
    default_sort = "-time"
    tie_break = ("pk",)
    empty = Empty(
        gettext_lazy("Nothing has been told to you yet"),
        gettext_lazy("Reminders and the results of long tasks come here."),
    )
    bulk_actions = [BulkAction("read", gettext_lazy("Mark as read"), mark_read, icon="check2-all", order=10)]
    columns = [
        Column("title", gettext_lazy("Notification"), "title", sort=["title"], html=draw_title, order=10),
        Column("text", gettext_lazy("Text"), "text", html=draw_text, order=20, css="is-long"),
        Column("kind", gettext_lazy("Kind"), words_of_kind, sort=["kind"], order=30),
        Column(
            "time",
            gettext_lazy("Time"),
            "created_at",
            sort=["created_at"],
            html=draw_time,
            order=40,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: _("read") if one.read_at else _("unread"),
            sort=["read_at"],
            html=draw_state,
            order=50,
        ),
    ]

    def row_css(self, obj: Any) -> str:
        return "" if obj.read_at else "is-unread"

    def get_actions(self) -> list[Action]:
        user: Any = self.request.user
        if not user.unread_notifications:
            return []
        url = reverse("common:notification_read_all")
        return [Action(_("Mark all as read"), url, icon="check2-all", method="post")]
