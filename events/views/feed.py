"""Calendars elsewhere: the page of one's private address, the feed itself, and one event as a file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.access import demand, seen
from events.feed import CONTENT_TYPE, calendar_of, file_of, make_secret, note_reading, reader_of
from events.models import CalendarFeed, Event


@login_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What the address is for, and whether there is one; itself it is shown only when it is made."""
    demand(request, "events.view_event")
    return show(request)


@login_required
@require_POST
def feed_make(request: HttpRequest) -> HttpResponse:
    """Make the address, or a new one in its place, and show it: here and never again."""
    demand(request, "events.view_event")
    user: Any = request.user
    path = reverse("events:feed_ics", args=[make_secret(user)])
    response = show(request, request.build_absolute_uri(path))
    # It is kept nowhere, not in the browser either.
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_required
@require_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    demand(request, "events.view_event")
    user: Any = request.user
    CalendarFeed.objects.filter(user=user).delete()
    messages.success(request, _("The address is revoked: it opens nothing any more."))
    return redirect("events:feed")


def show(request: HttpRequest, address: str = "") -> HttpResponse:
    user: Any = request.user
    context = {
        "feed": CalendarFeed.objects.filter(user=user).first(),
        "address": address,
        # With this scheme a calendar programme of the machine opens it by itself.
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
        "page_title": _("Calendar address"),
        "crumbs": [(_("Calendar"), reverse("events:calendar"))],
    }
    return render(request, "events/feed.html", context)


@require_safe
def feed_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """The feed, for whoever knows its secret; asks for no log-in, for calendar programmes have none."""
    found = reader_of(secret)
    if found is None:
        return not_found()
    user, feed = found
    now = timezone.now()
    with translation.override(user.language or settings.LANGUAGE_CODE):
        content = calendar_of(user, now, request.build_absolute_uri)
    note_reading(feed, now)
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=300)
    return response


def not_found() -> HttpResponse:
    """The same few bytes, whether there never was such a secret, it was revoked, or its user may no more."""
    response = HttpResponseNotFound(b"404\n", content_type="text/plain; charset=utf-8")
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_required
@require_safe
def event_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, to be put into any calendar."""
    rows = Event.objects.select_related("type", "party", "party__legal_form")
    event = seen(request, rows, pk, "events.view_event")
    response = HttpResponse(file_of(event, request.build_absolute_uri), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="event-{event.pk}.ics"'
    patch_cache_control(response, private=True, no_store=True)
    return response
