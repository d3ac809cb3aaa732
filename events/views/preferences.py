"""The page on which each user says how he wants to be reminded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from contacts.access import demand
from events.forms.preferences import PreferencesForm
from events.models import EventPreferences


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    demand(request, "events.view_event")
    user: Any = request.user
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=EventPreferences.of(user))
    if form.is_valid():
        form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("events:preferences")
    return render(
        request,
        "events/preferences.html",
        {
            "form": form,
            "page_title": _("Reminders"),
            "crumbs": [(_("Calendar"), reverse("events:calendar"))],
            "cancel_url": reverse("events:calendar"),
            "email": user.email,
            "intro": intro(user),
        },
    )


def intro(user: Any) -> str:
    """To which address letters go; or that there is none."""
    if user.email:
        return _("Every reminder stands in the bell. Letters go to %(email)s.") % {"email": user.email}
    words = _("Every reminder stands in the bell. For letters {link} is missing.")
    link = format_html('<a href="{}">{}</a>', reverse("users:profile"), _("your e-mail address"))
    return format_html(words, link=link)
