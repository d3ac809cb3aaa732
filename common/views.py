"""Pages that belong to no one app: about, background jobs, saved views and columns of lists."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from common import uploads
from common.models import Job, Notification, SavedView
from common.text import clean_text, without_nul

QUERY_LENGTH = 2000  # of SavedView.query


@login_required
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "common/about.html", {"version": settings.VERSION, "licences": LIBRARIES})


def _libraries() -> list[dict[str, str]]:
    """Name, version and licence of all that the product itself needs, of what its needs need too."""
    found: dict[str, dict[str, str]] = {}
    waiting = [line.split("[")[0].split("~")[0].strip().lower() for line in REQUIRED.read_text().splitlines()]
    while waiting:
        name = waiting.pop()
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue  # needed on other platforms only
        key = canonical(one.metadata["Name"])
        if key in found:
            continue
        meta: Any = one.metadata
        classifiers = [line for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
        stated = meta.get("License-Expression") or (classifiers[0].rsplit("::", 1)[-1].strip() if classifiers else "")
        licence = stated or (meta.get("License") or "").split("\n")[0][:60]
        found[key] = {"name": meta["Name"], "version": one.version, "licence": licence}
        waiting += [re.split(r"[^A-Za-z0-9._-]", need)[0] for need in one.requires or [] if "extra ==" not in need]
    return [found[key] for key in sorted(found)]


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


REQUIRED = settings.BASE_DIR / "requirements" / "base.in"
LIBRARIES = _libraries()  # what is installed does not change while the process lives


@login_required
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    template = "common/_job.html" if request.htmx else "common/job_detail.html"  # type: ignore[attr-defined]
    if not job.running:
        Notification.objects.settle(request.user, job.key)
    response = render(request, template, {"job": job, "job_url": job.get_absolute_url(), "page_title": job.title})
    return response if job.running else trigger_client_event(response, "bell")


@login_required
def job_file(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not job.file:
        raise Http404
    return uploads.serve(job.file, job.file_name)  # type: ignore[return-value]


def back(request: HttpRequest, default: str = "/") -> str:
    """The page that a form names as its way back, when it lies on this site."""
    target = request.POST.get("next") or request.GET.get("next") or default
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # A word alone would be taken for the name of a page.
    return target if allowed and target.startswith(("/", "http://", "https://")) else default


def list_key_of(request: HttpRequest) -> str:
    return without_nul(request.GET.get("list", ""))[:100]


def column_names(sent: list[str]) -> list[str]:
    """Names of columns out of a request; which of them a list knows is the list's to say."""
    return [name for name in sent[:60] if name.isprintable() and len(name) <= 60]


@login_required
@require_POST
def saved_view_save(request: HttpRequest) -> HttpResponse:
    """Keep a list's filter, sort and columns under a name; the same name again replaces one's own view."""
    path = back(request).partition("?")[0]
    kept = QueryDict(request.POST.get("query", "")[:QUERY_LENGTH], mutable=True)
    columns = kept.pop("columns", [])
    for param in ("page", "page_size", "view", "export"):
        kept.pop(param, None)
    here = f"{path}?{kept.urlencode()}" if kept else path
    try:
        name = clean_text(request.POST.get("name", "")[:200])[:60]
    except ValueError as refusal:
        messages.error(request, str(refusal))
        return redirect(here)
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(here)
    query = kept.urlencode()
    if len(query) > QUERY_LENGTH:
        messages.error(request, _("The filter is too long to be kept as a view."))
        return redirect(path)
    list_key = list_key_of(request)
    columns = column_names(columns)
    columns = columns or request.user.preferences.get("columns", {}).get(list_key, [])  # type: ignore[union-attr]
    shared = bool(request.POST.get("is_shared")) and request.user.has_perm("common.share_savedview")
    owner: Any = request.user
    view, _created = SavedView.objects.update_or_create(
        user=owner,
        list_key=list_key,
        name=name,
        defaults={"query": query, "columns": columns, "is_shared": shared},
    )
    messages.success(request, _("The view “%s” is saved.") % name)
    return redirect(f"{path}?view={view.pk}")


@login_required
@require_POST
def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    if view.user_id != request.user.pk:
        raise PermissionDenied
    view.delete()
    messages.success(request, _("The view “%s” is deleted.") % view.name)
    return redirect(back(request).partition("?")[0])


@login_required
@require_POST
def list_columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns the user wants in a list; none chosen brings the usual ones back."""
    user: Any = request.user
    key = list_key_of(request)
    names = column_names(request.POST.getlist("columns"))
    chosen = dict(user.preferences.get("columns", {}))
    if names and not request.POST.get("reset"):
        chosen[key] = names
    else:
        chosen.pop(key, None)
    user.preferences = {**user.preferences, "columns": chosen}
    user.save(update_fields=["preferences"])
    path, _mark, query = back(request).partition("?")
    params = QueryDict(query, mutable=True)
    params.pop("columns", None)
    return redirect(f"{path}?{params.urlencode()}" if params else path)
