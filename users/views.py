"""The user's own settings."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.views import back
from users.forms import ProfileForm
from users.models import User
from users.scopes import PartiesScope


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Language, theme, page size, names and e-mail of the user."""
    user: Any = request.user
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Your settings are saved."))
        return redirect("users:profile")
    context = {
        "form": form,
        "page_title": _("Profile"),
        "cancel_url": "/",
        "roles": user.groups.order_by("name"),
        "parties_scope": PartiesScope(user.rights.parties_scope).label,
    }
    return render(request, "users/profile.html", context)


@login_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Switch language or theme from the menu; what is not among the choices changes nothing."""
    user: Any = request.user
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in User.Language.values and language:
        user.language = language
    if theme in User.Theme.values:
        user.theme = theme
    user.save(update_fields=["language", "theme"])
    return redirect(back(request))


@login_required
@require_POST
def own_firm_in_force(request: HttpRequest) -> HttpResponse:
    """Choose the own firm in force, or all; what is not among the user's firms changes nothing."""
    user: Any = request.user
    chosen = request.POST.get("own_firm", "")
    firm = next((one for one in user.own_firms if str(one.pk) == chosen), None)
    if firm is not None or chosen == "":
        others = {key: value for key, value in user.preferences.items() if key != "own_firm"}
        user.preferences = others | ({"own_firm": firm.pk} if firm is not None else {})
        user.save(update_fields=["preferences"])
    return redirect(back(request))


def not_offered(request: HttpRequest) -> HttpResponse:
    """Pages of the log-in library that have no use here."""
    raise Http404


@login_required
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the user's own sessions: whoever works in it must log in anew."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    session.end()
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")
