"""What a user's own settings and roles ask of each request."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """The user's language goes before the browser's; his pages are no one else's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            # What one user saw is not shown from a cache to the next, nor after he has logged out.
            patch_cache_control(response, private=True, no_cache=True)
        return response


class SecondFactorMiddleware:
    """A user whose role demands a second factor can do nothing else until it is set up."""

    # Log-in, log-out, second factor, sessions and password; language and theme.
    open_paths = ("/accounts/", "/static/", "/health/", "/i18n/", "/profile/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not request.path.startswith(self.open_paths):
            rights = user.rights
            if rights.second_factor_required and not rights.second_factor_set:
                return self.ask_for_it(request)
        return self.get_response(request)

    def ask_for_it(self, request: HttpRequest) -> HttpResponse:
        messages.warning(request, _("Your role requires a second factor. Set it up to go on."))
        url = reverse("mfa_activate_totp")
        if request.headers.get("HX-Request"):  # a redirect would put the whole page into a part of this one
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)
