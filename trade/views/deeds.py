"""Archive and restore, shared by what trade keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.views import back
from contacts.access import seen

View = Callable[[HttpRequest, int], HttpResponse]


def deed(model: Any, permission: str, do: Callable[[Any, Any], str], default: Callable[[Any], str]) -> View:
    """A view that does one deed to a row by POST and says what was done, or why it was refused."""

    @login_required
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        row = seen(request, model.objects.all(), pk, permission)
        try:
            messages.success(request, do(row, request.user))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect(back(request, default(row)))

    return view


def archive(row: Any, user: Any) -> str:
    row.archive(user)
    return _("“%s” is archived. What uses it stays as it is.") % row


def restore(row: Any, user: Any) -> str:
    row.restore()
    return _("“%s” is restored.") % row
