"""What each request leaves in the log."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import page_not_found
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """Log the request without its query: a personal number that is searched for must not stay in a log."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class NotFoundMiddleware:
    """A page that is not there looks like the product in development too, instead of listing all its addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404 and b"DEBUG = True" in response.content:
            return page_not_found(request, Http404())
        return response


class NotAllowedMiddleware:
    """An address that is only posted to, opened in a browser, says so on a page instead of an empty one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        if "text/html" not in request.headers.get("accept", "") or "hx-request" in request.headers:
            return response
        page = render(request, "405.html", status=405)
        if "allow" in response.headers:
            page.headers["Allow"] = response.headers["Allow"]
        return page
