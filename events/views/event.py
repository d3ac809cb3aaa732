"""Events: add, edit, look at, mark as done, call off, open again, log a call in one line."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common.dates import SOFIA, format_date, format_moment, parse_date
from common.forms_view import ask, done, show_form
from common.lists import Action
from common.text import without_nul
from common.views import back
from contacts.access import asked_party, crumbs, demand, seen, tab_url
from contacts.views.choose import choose_party
from counterparties.models import Counterparty
from events import about, times
from events.blocks import blocks_for
from events.forms.deeds import CancelForm, DoneForm, LogForm
from events.forms.event import EventForm
from events.lists import event_actions
from events.models import Event, EventType
from events.reminding import read_by

SLUG = "events"
# Types that are written down without an hour: a task is for a day.
OF_THE_DAY = ("task",)


def rows() -> Any:
    return Event.objects.select_related("type", "party", "party__legal_form", "author")


def home_of(event: Event) -> str:
    """The list in which the event stands."""
    return tab_url(event.party, SLUG) if event.party is not None else reverse("events:event_list")


def path_to(party: Counterparty | None) -> list[tuple[str, str]]:
    return crumbs(party, _("Events"), SLUG) if party is not None else [(_("Events"), reverse("events:event_list"))]


# -- Add and edit -----------------------------------------------------------------------------------


@login_required
def event_add(request: HttpRequest) -> HttpResponse:
    """A new event; the address may say party, type, day, hour, what it follows, and that it has happened."""
    party = asked_party(request)
    demand(request, "events.add_event")
    followed = event_followed(request)
    if followed is not None and party is None:
        party = followed.party
    event = Event(party=party, follows=followed, type=asked_type(request, followed))
    form = EventForm(
        request.POST or None,
        request.FILES or None,
        instance=event,
        user=request.user,
        fixed=party is not None,
        initial=offered(request, event),
    )
    return edit(request, form)


def event_followed(request: HttpRequest) -> Event | None:
    key = request.GET.get("follows", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    demand(request, "events.view_event")
    return get_object_or_404(rows().visible_to(request.user), pk=key)


def asked_type(request: HttpRequest, followed: Event | None) -> EventType:
    """The type that the address names, else that of the event before, else a meeting."""
    types = EventType.objects.filter(is_active=True)
    code = without_nul(request.GET.get("type", ""))[:50]
    named = types.filter(code=code).first() if code else None
    return named or (followed.type if followed is not None else EventType.named("meeting"))


def offered(request: HttpRequest, event: Event) -> dict[str, Any]:
    """What a new form begins with: the next full hour, or nine o'clock of the day that was asked for."""
    now = timezone.now().astimezone(SOFIA)
    happened = bool(request.GET.get("happened"))
    day, hour = now.date(), now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    try:
        day = parse_date(request.GET.get("on", "")[:20])
    except ValueError:
        if not happened:
            day = hour.date()
    clock = hour.time() if day == hour.date() else dt.time(9)
    if happened:
        clock = now.time()
    with contextlib.suppress(ValueError):
        clock = times.parse_clock(request.GET.get("at", "")[:10])
    all_day = event.type.code in OF_THE_DAY and not request.GET.get("at")
    made: dict[str, Any] = {
        "type": event.type_id,
        "start_day": day,
        "all_day": all_day,
        "participants": [request.user.pk],
        "happened": happened,
        "subject": request.GET.get("subject", "")[:200],
    }
    if not all_day:
        made["start_time"] = f"{clock:%H:%M}"
        if event.type.minutes and not happened:
            end = dt.datetime.combine(day, clock) + dt.timedelta(minutes=event.type.minutes)
            if end.date() == day:
                made["end_time"] = f"{end:%H:%M}"
    if event.follows is not None:
        made["subject"] = made["subject"] or event.follows.next_step[:200] or event.follows.subject
        made["contacts"] = list(event.follows.contact_links.values_list("person", flat=True))
        made["is_private"] = event.follows.is_private
    return made


@login_required
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    event = seen(request, rows(), pk, "events.change_event")
    form = EventForm(request.POST or None, request.FILES or None, instance=event, user=request.user)
    return edit(request, form)


def edit(request: HttpRequest, form: EventForm) -> HttpResponse:
    event: Event = form.instance
    new = event.pk is None
    party = event.party if form.fixed or not new else None
    if request.method == "POST" and form.is_valid():
        event = form.save()
        messages.success(request, _("The event is added.") if new else _("The event is saved."))
        if blind := form.those_who_will_not_see_it():
            words = ngettext(
                "%(names)s does not see this counterparty, and so will not see the event.",
                "%(names)s do not see this counterparty, and so will not see the event.",
                len(blind),
            )
            messages.warning(request, words % {"names": ", ".join(blind)})
        # A list may not show a new row: its own page does.
        return done(request, back(request, event.get_absolute_url()))
    context = {
        "form": form,
        "page_title": _("New event") if new else _("Event"),
        "crumbs": path_to(party),
        "cancel_url": back(request, event.get_absolute_url() if not new else home_of(event)),
    }
    if event.follows_id is not None and new:
        context["intro"] = _("It follows “%(subject)s” of %(day)s.") % {
            "subject": event.follows.subject,  # type: ignore[union-attr]
            "day": format_date(event.follows.starts_at),  # type: ignore[union-attr]
        }
    return show_form(request, context)


@login_required
def event_choices(request: HttpRequest) -> HttpResponse:
    """The fields of the form whose choices depend on the party, for the party just chosen."""
    event = Event()
    key = request.GET.get("event", "")
    if key.isdecimal() and len(key) < 19:
        event = seen(request, rows(), int(key), "events.change_event")
    else:
        demand(request, "events.add_event")
    party = request.GET.get("party", "")
    event.party = None
    if party.isdecimal() and len(party) < 19:
        event.party = Counterparty.objects.visible_to(request.user).filter(pk=party).first()
    form = EventForm(instance=event, user=request.user)
    fields = [form[name] for name in ("contacts", "files", "subject_of") if name in form.fields]
    return render(request, "events/_choices.html", {"fields": fields})


@login_required
def event_log(request: HttpRequest) -> HttpResponse:
    """What was said on the telephone: one field and Enter; it is done now, by this user."""
    party = asked_party(request)
    demand(request, "events.add_event")
    if party is None:
        return choose_party(request, _("Log call"), "events:event_list")
    form = LogForm(request.POST or None, user=request.user, party=party)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        Event.log(EventType.named("call"), data["words"], by=request.user, party=party, person=data["person"])
        messages.success(request, _("The call is written down."))
        return done(request, back(request, tab_url(party, SLUG)))
    more = f"{reverse('events:event_add')}?{urlencode({'party': party.pk, 'type': 'call', 'happened': 1})}"
    context = {
        "form": form,
        "form_template": "events/_log_form.html",
        "more_url": more,
        "page_title": _("Log call"),
        "crumbs": path_to(party),
        "cancel_url": back(request, tab_url(party, SLUG)),
    }
    return show_form(request, context)


# -- Look -------------------------------------------------------------------------------------------


@login_required
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    event = seen(request, rows().select_related("done_by", "cancelled_by", "follows__type"), pk, "events.view_event")
    user: Any = request.user
    read_by(user, event)
    visible = Event.objects.visible_to(user).select_related("type")
    files: Any = []
    if user.has_perm("documents.view_file"):
        files = [
            link.file
            for link in event.file_links.select_related("file__content").order_by("pk")
            if link.file.audience is None or user.pk in link.file.audience
        ]
    context = {
        "event": event,
        "people": event.participant_links.select_related("user").order_by("pk"),
        "contacts": event.contact_links.select_related("person").order_by("pk"),
        "may_see_contacts": user.has_perm("contacts.view_contactperson"),
        "files": files,
        "about": about.seen_row(event, user),
        "before": visible.filter(pk=event.follows_id).first() if event.follows_id else None,
        "after": visible.filter(follows=event).order_by("starts_at", "pk"),
        "reminder": reminder_words(event),
        "blocks": blocks_for(event, user),
        "actions": detail_actions(event, user),
        "crumbs": path_to(event.party),
        "page_title": event.subject,
    }
    return render(request, "events/event_detail.html", context)


def reminder_words(event: Event) -> str:
    if event.remind_before is None:
        return ""
    at = format_moment(event.starts_at - dt.timedelta(minutes=event.remind_before))
    return _("%(at)s, by e-mail too") % {"at": at} if event.remind_by_email else at


def detail_actions(event: Event, user: Any) -> list[Action]:
    actions = event_actions(event, user, lambda name, row: reverse(f"events:{name}", args=[row.pk]))
    if event.is_open and actions:
        first, *rest = actions
        actions = [replace(first, primary=True), *rest]
    if user.has_perm("events.add_event"):
        url = f"{reverse('events:event_add')}?follows={event.pk}"
        actions.append(Action(_("Plan what follows"), url, icon="calendar-plus", htmx=True))
    actions.append(
        Action(_("File for a calendar (.ics)"), reverse("events:event_ics", args=[event.pk]), icon="download")
    )
    return actions


# -- Deeds ------------------------------------------------------------------------------------------


@login_required
def event_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as done: with outcome and next step from the panel, or with one click."""
    event = seen(request, rows(), pk, "events.change_event")
    way_back = back(request, event.get_absolute_url())
    form = DoneForm(
        request.POST if request.method == "POST" else None,
        initial={"outcome": event.outcome, "next_step": event.next_step},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            event.finish(request.user, data["outcome"], data["next_step"])
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return done(request, way_back)
        messages.success(request, _("“%s” is done.") % event.subject)
        if data["plan_next"] and request.user.has_perm("events.add_event"):
            # The side panel follows the redirect by itself.
            return redirect(f"{reverse('events:event_add')}?{urlencode({'follows': event.pk, 'next': way_back})}")
        return done(request, way_back)
    context = {
        "form": form,
        "page_title": _("Mark as done"),
        "question": event.subject,
        "submit_label": _("Mark as done"),
        "crumbs": path_to(event.party),
        "cancel_url": way_back,
    }
    return ask(request, context)


@login_required
def event_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    event = seen(request, rows(), pk, "events.change_event")
    way_back = back(request, event.get_absolute_url())
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            event.cancel(request.user, form.cleaned_data["reason"])
            messages.success(request, _("“%s” is called off.") % event.subject)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return done(request, way_back)
    context = {
        "form": form,
        "page_title": _("Call off the event"),
        "question": event.subject,
        "submit_label": _("Call off the event"),
        "crumbs": path_to(event.party),
        "cancel_url": way_back,
        "danger": True,
    }
    return ask(request, context)


@login_required
@require_POST
def event_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    event = seen(request, rows(), pk, "events.change_event")
    event.reopen()
    messages.success(request, _("“%s” is open again.") % event.subject)
    return redirect(back(request, event.get_absolute_url()))
