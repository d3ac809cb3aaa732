"""The bare Django page: session, log-in, a template of one line."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string("<p>{{ user.username }}</p>")
    return HttpResponse(template.render({}, request))


urlpatterns = [path("bare/", bare, name="bare")]
