"""The list of events: a tab of a dossier, and all events that the user sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.addresses import address
from common.dates import format_moment
from common.lists import Action, BulkAction, Column, Empty
from counterparties.party_rows import PartyRowsList
from events import cells, times
from events.filters import EventFilter
from events.letters import largest_letter
from events.models import Email, Event

# Across parties a column more, and so less room for the others.
ACROSS: dict[str, dict[str, Any]] = {
    "subject": {"css": "is-phrase"},
    "contacts": {"default": False},
    "outcome": {"default": False},
}
AT_ONCE = 500  # events that one deed on many may touch


def finish_chosen(request: HttpRequest, rows: QuerySet[Any]) -> str:
    """Mark the open ones of the chosen events as done."""
    chosen = list(rows.planned().select_related(None).defer(None)[: AT_ONCE + 1])  # type: ignore[attr-defined]
    if len(chosen) > AT_ONCE:
        raise ValidationError(_("At most %(most)d events can be marked as done at once.") % {"most": AT_ONCE})
    count = 0
    for event in chosen:
        try:
            event.finish(request.user)
            count += 1
        except ValidationError:
            continue  # somebody else was faster
    if not count:
        raise ValidationError(_("None of the chosen events is open."))
    return ngettext("%(count)d event is done.", "%(count)d events are done.", count) % {"count": count}


def with_mail_state(events: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Bring what became of the e-mail of an event, so that one that did not go out is not called done."""
    emails = Email.objects.filter(event=OuterRef("pk"))
    return events.annotate(mail_state=Subquery(emails.values("state")[:1]))


class EventList(PartyRowsList):
    """Events, the newest first; in a dossier those of the party."""

    model = Event
    filterset_class = EventFilter
    permission_required = "events.view_event"
    export_permission = "events.export_event"
    page_title = gettext_lazy("Events")
    list_key = "events.event"
    default_sort = "-when"
    add_label = gettext_lazy("Plan an event")
    empty = Empty(
        gettext_lazy("No events yet"),
        gettext_lazy("Calls, meetings, e-mails, tasks and notes: what was agreed, and what is to be done next."),
    )
    bulk_actions = (
        BulkAction(
            "finish",
            gettext_lazy("Mark as done"),
            finish_chosen,
            icon="check2-circle",
            permission="events.change_event",
            confirm=gettext_lazy("Mark the chosen events as done?"),
        ),
    )
    columns = [
        Column("when", gettext_lazy("When"), times.period, sort=["starts_at"], css="is-when",
               export=times.period, html=cells.when),
        Column("type", gettext_lazy("Type"), "type", sort=["type__order", "type__name"], html=cells.type_mark),
        Column("subject", gettext_lazy("Subject"), "subject", html=cells.subject, css="is-long"),
        Column("party", gettext_lazy("Counterparty"), lambda e: e.party.display_name if e.party else "",
               sort=["party__sort_name"], html=cells.party),
        Column("state", gettext_lazy("State"), cells.state_words, html=cells.state_mark, annotate=with_mail_state),
        Column("participants", gettext_lazy("Participants"), "participant_names"),
        Column("contacts", gettext_lazy("Contact persons"), "contact_names"),
        Column("outcome", gettext_lazy("Outcome and next step"), "outcome", html=cells.outcome, css="is-phrase"),
        Column("next_step", gettext_lazy("Next step"), "next_step", default=False),
        Column("private", gettext_lazy("Private"), "is_private", default=False),
        Column("place", gettext_lazy("Place"), "place", default=False),
        Column("attachments", gettext_lazy("Attachments"), "file_names", default=False),
        Column("author", gettext_lazy("Author"), "author", default=False,
               sort=["author__first_name", "author__last_name"]),
        Column("done", gettext_lazy("Done on"), lambda e: format_moment(e.done_at) if e.done_at else "",
               sort=["done_at"], default=False),
    ]  # fmt: skip

    def get_columns(self) -> list[Column]:
        found = super().get_columns()
        if not self.across:
            return found
        return [replace(column, **ACROSS.get(column.name, {})) for column in found]

    def get_switch(self) -> list[tuple[Any, str, bool]]:
        return self.frame.tab.switch(self.frame.party, "") if self.frame is not None else []

    # -- E-mails that are dropped on the tab ---------------------------------------------------------

    def get_template_names(self) -> list[str]:
        usual = super().get_template_names()
        if self.frame is not None and usual == [self.frame.template_name] and self.takes_emails():
            return ["events/events_tab.html"]
        return usual

    def takes_emails(self) -> bool:
        return self.may("add") and self.request.user.has_perm("documents.add_file")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.frame is not None:
            url = f"{reverse('events:email_drop')}?party={self.frame.party.pk}"
            context["mail_drop"] = {"url": url, "max_bytes": largest_letter()}
        return context

    # -- Deeds -------------------------------------------------------------------------------------

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"events.{deed}_event")

    def get_add_url(self) -> str:
        if not self.may("add"):
            return ""
        url = reverse("events:event_add")
        return url if self.frame is None else f"{url}?party={self.frame.party.pk}"

    def get_actions(self) -> list[Action]:
        if not self.across:
            return []
        return [Action(_("Calendar"), reverse("events:calendar"), icon="calendar3")]

    def here(self, name: str, obj: Any) -> str:
        """The address of a deed that comes back to this list."""
        return f"{address(f'events:{name}', obj.pk)}?{urlencode({'next': self.request.get_full_path()})}"

    def row_actions(self, obj: Any) -> list[Action]:
        return event_actions(obj, self.request.user, self.here)


def event_actions(event: Event, user: Any, here: Any) -> list[Action]:
    """What may be done to an event; `here(name, event)` gives the address of a deed."""
    if not user.has_perm("events.change_event"):
        return []
    edit = Action(_("Edit or move"), here("event_edit", event), icon="pencil", htmx=True)
    if not event.is_open:
        again = Action(_("Open again"), here("event_reopen", event), icon="arrow-counterclockwise", method="post")
        return [edit, again]
    return [
        Action(_("Mark as done"), here("event_done", event), icon="check2-circle", htmx=True),
        edit,
        Action(_("Call off"), here("event_cancel", event), icon="x-circle", htmx=True),
    ]
