"""My day: the first page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.dates import SOFIA, today
from contacts.access import demand
from events.forms.deeds import QuickTaskForm
from events.models import Event, EventParticipant, EventType
from events.my_day import panels_for
from events.querysets import midnight


@login_required
def my_day(request: HttpRequest) -> HttpResponse:
    """What is late, what is today, what comes; and one line in which a task for today is written."""
    user: Any = request.user
    form = QuickTaskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        demand(request, "events.add_event")
        if form.is_valid():
            add_task(user, form.cleaned_data["words"])
            messages.success(request, _("The task is added to today."))
            return redirect("events:my_day")
    now = timezone.now()
    context = {
        "page_title": _("My day"),
        "now": now.astimezone(SOFIA),
        "panels": panels_for(user, now),
        "form": form if user.has_perm("events.add_event") else None,
        "may_plan": user.has_perm("events.add_event"),
    }
    return render(request, "events/my_day.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def add_task(user: Any, words: str) -> Event:
    """A task of the whole day, today, of this user."""
    made = Event(type=EventType.named("task"), subject=words, starts_at=midnight(today()), all_day=True, author=user)
    made.save()
    EventParticipant.objects.create(event=made, user=user)
    made.settle()
    return made
