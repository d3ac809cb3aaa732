"""What a user's own settings and roles ask of each request."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """The user's language goes before the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        return self.get_response(request)


class SecondFactorMiddleware:
    """A user whose role demands a second factor can do nothing else until it is set up."""

    open_paths = ("/accounts/", "/static/", "/health/", "/i18n/", "/profile/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not request.path.startswith(self.open_paths):
            rights = user.rights  # type: ignore[union-attr]
            if rights.second_factor_required and not rights.second_factor_set:
                messages.warning(request, _("Your role requires a second factor. Set it up to go on."))
                return redirect(reverse("mfa_activate_totp"))
        return self.get_response(request)
