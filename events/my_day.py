"""The door of My day, the first page, and its own panels: what is late, today's, next, due, and opened last.

An app above puts a panel in; what it shows goes through the user's rights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.dates import SOFIA
from common.registry import Registry
from counterparties.models import Counterparty, RecentParty
from documents.models import File, Letter
from events.models import Event, Reminder
from events.querysets import midnight

SHOWN = 10  # rows of a panel; the rest is in the list that it leads to


@dataclass(frozen=True)
class DayPanel:
    """A card of My day. `context(user, now)` gives None when there is nothing to show.

    `width` is third, half, two-thirds or full; a `url` in the context becomes the link "All".
    """

    slug: str
    title: Any
    template: str
    context: Callable[[Any, dt.datetime], dict[str, Any] | None]
    permission: str = ""
    order: int = 100
    width: str = "half"


day_panels: Registry[DayPanel] = Registry("panel of My day")


def panels_for(user: Any, now: dt.datetime) -> list[dict[str, Any]]:
    shown = []
    for panel in day_panels:
        if panel.permission and not user.has_perm(panel.permission):
            continue
        context = panel.context(user, now)
        if context is not None:
            shown.append(
                {
                    "slug": panel.slug,
                    "title": panel.title,
                    "template": panel.template,
                    "width": panel.width,
                    "context": context,
                    "url": context.get("url", ""),
                }
            )
    return shown


def mine(user: Any) -> Any:
    return Event.objects.visible_to(user).of_user(user).for_list()


def some(rows: QuerySet[Any], url: str = "") -> dict[str, Any] | None:
    """The first rows, and the way to all of them when there are more; None when there are none."""
    found = list(rows[: SHOWN + 1])
    if not found:
        return None
    return {"rows": found[:SHOWN], "more": len(found) > SHOWN, "url": url}


def list_url(**values: Any) -> str:
    return f"{reverse('events:event_list')}?{urlencode(values)}"


def todays(user: Any, now: dt.datetime) -> dict[str, Any]:
    """What the user has today, done or not; of the whole day first, then by the hour."""
    day = now.astimezone(SOFIA).date()
    rows = mine(user).between(day, day).filter(cancelled_at__isnull=True)
    url = reverse("events:calendar") + f"?week={day:%Y-%m-%d}"
    found = some(rows.order_by("-all_day", "starts_at", "pk"), url) or {"rows": [], "more": False, "url": ""}
    return found | {"day": day, "dated": False}


def overdue(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """What is late from the days before; what is late today stands among today's."""
    today = midnight(now.astimezone(SOFIA).date())
    rows = mine(user).overdue(now).filter(starts_at__lt=today).exclude(ends_at__gt=today)
    found = some(rows.order_by("-starts_at", "-pk"), list_url(state="overdue", whose="mine"))
    return found and found | {"dated": True, "late": True}


def next_days(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    tomorrow = now.astimezone(SOFIA).date() + dt.timedelta(days=1)
    rows = mine(user).planned().filter(starts_at__gte=midnight(tomorrow))
    rows = rows.filter(starts_at__lt=midnight(tomorrow + dt.timedelta(days=7)))
    url = reverse("events:calendar") + f"?week={tomorrow:%Y-%m-%d}"
    found = some(rows.order_by("starts_at", "pk"), url)
    return found and found | {"dated": True}


def reminded(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """Of what comes later than today, that of which a reminder came today."""
    day = now.astimezone(SOFIA).date()
    due = Reminder.objects.filter(event=OuterRef("pk"), user=user, at__gte=midnight(day), at__lte=now)
    rows = mine(user).planned().alias(reminder=Subquery(due.order_by("at").values("at")[:1]))
    rows = rows.filter(reminder__isnull=False, starts_at__gte=midnight(day + dt.timedelta(days=1)))
    found = some(rows.order_by("starts_at", "pk"))
    return found and found | {"dated": True}


def answers_due(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """Letters that are to be answered within a week, or should have been, by this user or by nobody in particular."""
    day = now.astimezone(SOFIA).date()
    letters: Any = Letter.objects.visible_to(user).awaiting_answer()
    letters = letters.filter(Q(responsible=user) | Q(responsible__isnull=True))
    letters = letters.filter(answer_due__lte=day + dt.timedelta(days=7)).select_related("party", "party__legal_form")
    found = some(letters.order_by("answer_due", "pk"))
    return found and found | {"day": day}


def files_ending(user: Any, now: dt.datetime) -> dict[str, Any] | None:
    """Files of which the user should be reminded: his own, and those of the parties that he is the trader of."""
    day = now.astimezone(SOFIA).date()
    files: Any = File.objects.visible_to(user).ending(day).filter(valid_until__gte=day - dt.timedelta(days=30))
    files = files.filter(Q(added_by=user) | Q(party__trader=user)).select_related("party", "party__legal_form")
    found = some(files.order_by("valid_until", "pk"))
    return found and found | {"day": day}


def recent_parties(user: Any, now: dt.datetime) -> dict[str, Any]:
    recent = (
        RecentParty.objects.filter(user=user, party__in=Counterparty.objects.visible_to(user))
        .select_related("party__legal_form", "party__status")
        .order_by("-opened_at")[:SHOWN]
    )
    return {"rows": list(recent)}


LINES, TODAY = "events/_day_events.html", "events/_day_today.html"

for panel in (
    DayPanel("overdue", gettext_lazy("Overdue"), LINES, overdue, permission="events.view_event", order=10),
    DayPanel("today", gettext_lazy("Today"), TODAY, todays, permission="events.view_event", order=20),
    DayPanel("next", gettext_lazy("Next seven days"), LINES, next_days, permission="events.view_event", order=30),
    DayPanel("reminders", gettext_lazy("Reminders"), LINES, reminded, permission="events.view_event", order=40),
    DayPanel(
        "answers",
        gettext_lazy("Answers due"),
        "events/_day_letters.html",
        answers_due,
        permission="documents.view_letter",
        order=50,
    ),
    DayPanel(
        "files",
        gettext_lazy("Files that end soon"),
        "events/_day_files.html",
        files_ending,
        permission="documents.view_file",
        order=60,
    ),
    DayPanel("recent", gettext_lazy("Recently opened dossiers"), "events/_day_recent.html", recent_parties, order=900),
):
    day_panels.register(panel)
