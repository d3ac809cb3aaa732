"""Cash desks: their list is a ListPage; here they are added, edited, and their daily book is shown and printed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.exports import FORMATS, export_response, file_name
from common.forms_view import done, saved, show_form
from common.lists import Action
from common.printing import pdf_response, render_pdf
from common.views import back
from contacts.access import demand, seen
from counterparties.models import Counterparty
from documents.views.letters import asked_row
from finance.cash_book import book_of
from finance.forms.cash import CashDeskForm, DaysForm
from finance.lists.cash import desk_deeds
from finance.models import CashDesk


def desks_url() -> str:
    return reverse("finance:cashdesk_list")


@login_required
def cashdesk_add(request: HttpRequest) -> HttpResponse:
    demand(request, "finance.add_cashdesk")
    user: Any = request.user
    firms = Counterparty.objects.own_firms_of(user)
    firm = asked_row(request, "own_firm", firms)
    return edit(request, CashDesk(own_firm=firm) if firm else CashDesk())


@login_required
def cashdesk_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, seen(request, CashDesk.objects.all(), pk, "finance.change_cashdesk"))


def edit(request: HttpRequest, desk: CashDesk) -> HttpResponse:
    new = desk.pk is None
    form = CashDeskForm(request.POST or None, instance=desk, user=request.user)
    if request.method == "POST" and form.is_valid() and (kept := saved(form)) is not None:
        messages.success(request, _("The cash desk is saved."))
        return done(request, kept.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("New cash desk") if new else desk.name,
        "crumbs": [(_("Cash desks"), desks_url())],
        "cancel_url": back(request, desks_url() if new else desk.get_absolute_url()),
    }
    return show_form(request, context)


@login_required
@require_POST
def cashdesk_archive(request: HttpRequest, pk: int) -> HttpResponse:
    desk = seen(request, CashDesk.objects.all(), pk, "finance.change_cashdesk")
    try:
        if desk.balance:
            raise ValidationError(_("There is still cash in the desk."))
        desk.archive(request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The cash desk is archived."))
    return redirect(back(request, desks_url()))


@login_required
@require_POST
def cashdesk_restore(request: HttpRequest, pk: int) -> HttpResponse:
    desk = seen(request, CashDesk.objects.all(), pk, "finance.change_cashdesk")
    try:
        desk.restore()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The cash desk is back."))
    return redirect(back(request, desk.get_absolute_url()))


@login_required
def cashdesk_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The daily cash book of the desk; `?export=xlsx` gives it as a table."""
    desks = CashDesk.objects.visible_to(request.user).select_related("own_firm", "own_firm__legal_form")
    desk = get_object_or_404(desks, pk=pk)
    demand(request, "finance.view_cashdesk")
    demand(request, "finance.view_payment")
    form, since, until = DaysForm.asked(request.GET)
    book = book_of(desk, since, until, request.user)
    if (wanted := request.GET.get("export")) in FORMATS:
        if not request.user.has_perm("finance.export_payment"):
            raise PermissionDenied
        header = [
            str(one)
            for one in (
                _("Day"), _("Order"), _("Counterparty"), _("Ground"), _("Came in"), _("Went out"), _("In the desk")
            )
        ]  # fmt: skip
        return export_response(wanted, f"{_('Cash book')} {desk}", header, book.lines())
    query = f"since={since:%d.%m.%Y}&until={until:%d.%m.%Y}"
    context = {
        "desk": desk,
        "book": book,
        "days": form,
        "actions": page_deeds(desk, request.user, query),
        "page_title": desk.name,
        "crumbs": [(_("Cash desks"), desks_url())],
    }
    return render(request, "finance/cashdesk_detail.html", context)


def page_deeds(desk: CashDesk, user: Any, query: str) -> list[Action]:
    deeds = []
    if user.has_perm("finance.print_payment"):
        url = f"{reverse('finance:cashdesk_pdf', args=[desk.pk])}?{query}"
        deeds.append(Action(_("Print the cash book"), url, icon="printer", primary=True))
    if user.has_perm("finance.export_payment"):
        url = f"{desk.get_absolute_url()}?{query}&export=xlsx"
        deeds.append(Action(_("Export as XLSX"), url, icon="file-earmark-spreadsheet"))
    return [*deeds, *desk_deeds(desk, user)]


@login_required
def cashdesk_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The cash book on paper."""
    desk = seen(
        request, CashDesk.objects.select_related("own_firm", "own_firm__legal_form"), pk, "finance.print_payment"
    )
    _form, since, until = DaysForm.asked(request.GET)
    context = {"desk": desk, "book": book_of(desk, since, until, request.user), "user": request.user}
    content = render_pdf("finance/print/cash_book.html", context, css=["css/cash-book.css"])
    return pdf_response(content, file_name(f"{_('Cash book')} {desk}", "pdf"))
