"""The tab of events, and what the head of a dossier offers to write down at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.context_processors import MenuEntry, menu, new_menu
from common.lists import Action
from counterparties import dossier
from counterparties.dossier import DossierFrame, DossierTab
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from events.lists import EventList


@dossier.register
class EventsTab(DossierTab):
    slug = "events"
    title = gettext_lazy("Events")
    order = 40
    kinds = (Kind.CLIENT, Kind.SUPPLIER, Kind.BANK, Kind.STATE_BODY, Kind.OWN_FIRM)
    permission_required = "events.view_event"
    list_page = EventList
    # Other ways to show the tab, by the value of `?show=`: the words of the switch, and what answers.
    shows: dict[str, tuple[Any, Any]] = {}

    def show(self, request: HttpRequest, frame: DossierFrame) -> Any:
        asked = self.shows.get(request.GET.get("show", ""))
        return asked[1](request, frame) if asked else super().show(request, frame)

    def switch(self, party: Counterparty, present: str) -> list[tuple[Any, str, bool]]:
        """The ways to show the tab: words, address, whether it is the present one; none when there is only one."""
        if not self.shows:
            return []
        ways = [("", _("List")), *((slug, words) for slug, (words, _answer) in self.shows.items())]
        url = self.url(party)
        return [(words, f"{url}?show={slug}" if slug else url, slug == present) for slug, words in ways]


def adding(party: Counterparty, **values: Any) -> str:
    return f"{reverse('events:event_add')}?{urlencode({'party': party.pk, **values})}"


def log_call(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Log call"), f"{reverse('events:event_log')}?party={party.pk}", icon="telephone-plus", htmx=True)


def plan_event(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Plan an event"), adding(party, type="meeting"), icon="calendar-plus", htmx=True)


def add_task(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Add a task"), adding(party, type="task"), icon="check2-square", htmx=True)


def add_note(party: Counterparty, user: Any) -> Action | None:
    return Action(_("Add a note"), adding(party, type="note", happened=1), icon="sticky", htmx=True)


for slug, action, order, in_menu in (
    ("log_call", log_call, 5, False),
    ("plan_event", plan_event, 12, True),
    ("add_task", add_task, 13, True),
    ("add_note", add_note, 14, True),
):
    dossier.quick_actions.register(
        dossier.QuickAction(slug, action, permission="events.add_event", order=order, menu=in_menu)
    )

dossier.first_steps.register(
    dossier.FirstStep(
        "event",
        gettext_lazy("Plan an event"),
        lambda party: adding(party, type="meeting"),
        tab="events",
        text=gettext_lazy("A first call or meeting, with a reminder."),
        icon="calendar-plus",
        permission="events.add_event",
        order=40,
    )
)


def sees_events(user: Any) -> bool:
    return user.has_perm("events.view_event")


def adds_events(user: Any) -> bool:
    return user.has_perm("events.add_event")


menu.register(MenuEntry("my_day", gettext_lazy("My day"), "/", icon="sun", order=10))
menu.register(
    MenuEntry("events", gettext_lazy("Events"), "/events/", icon="calendar-event", visible=sees_events, order=50)
)
menu.register(
    MenuEntry(
        "events.calendar",
        gettext_lazy("Calendar"),
        "/events/calendar/",
        icon="calendar3",
        parent="events",
        visible=sees_events,
        order=10,
    )
)
new_menu.register(
    MenuEntry(
        "event", gettext_lazy("Event"), "/events/add/?type=meeting", icon="calendar-plus", visible=adds_events, order=5
    )
)
new_menu.register(
    MenuEntry(
        "task", gettext_lazy("Task"), "/events/add/?type=task", icon="check2-square", visible=adds_events, order=6
    )
)
