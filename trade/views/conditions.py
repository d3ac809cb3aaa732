"""Price conditions, and the page that explains what an article costs whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.forms_view import done, saved, show_form
from common.views import back
from contacts.access import asked_party, demand, seen
from trade.forms.conditions import ConditionForm, ExplainForm
from trade.models import PriceCondition
from trade.pricing import quote
from trade.quoting import Quote, plain, price_words
from trade.views import deeds


def list_url(row: Any = None) -> str:
    return reverse("trade:pricecondition_list")


@login_required
def pricecondition_add(request: HttpRequest) -> HttpResponse:
    demand(request, "trade.add_pricecondition")
    return edit(request, PriceCondition(party=asked_party(request)))


@login_required
def pricecondition_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PriceCondition.objects.for_list()
    return edit(request, seen(request, rows, pk, "trade.change_pricecondition"))


def edit(request: HttpRequest, condition: PriceCondition) -> HttpResponse:
    new = condition.pk is None
    form = ConditionForm(request.POST or None, instance=condition, user=request.user)
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The condition is added.") if new else _("The condition is saved."))
        return done(request, back(request, list_url()))
    context = {
        "form": form,
        "page_title": _("New price condition") if new else _("Price condition"),
        "crumbs": [(_("Price conditions"), list_url())],
        "cancel_url": back(request, list_url()),
    }
    return show_form(request, context)


pricecondition_archive = deeds.deed(PriceCondition, "trade.change_pricecondition", deeds.archive, list_url)
pricecondition_restore = deeds.deed(PriceCondition, "trade.change_pricecondition", deeds.restore, list_url)


@login_required
def price_explain(request: HttpRequest) -> HttpResponse:
    """What an article costs a client on a day, for a quantity, and why."""
    demand(request, "trade.view_article")
    demand(request, "trade.view_pricelist")
    demand(request, "trade.view_pricecondition")
    form = ExplainForm(
        request.GET if request.GET.get("quantity") else None, user=request.user, initial=request.GET.dict()
    )
    answer: Quote | None = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            answer = quote(
                data["article"],
                party=data["party"],
                on=data["on"],
                quantity=data["quantity"],
                unit=data["unit"],
                currency=data["currency"],
                includes_vat=data["includes_vat"],
            )
        except ValidationError as refusal:
            form.add_error("unit", refusal)
    context: dict[str, Any] = {
        "form": form,
        "answer": answer,
        "page_title": _("Explain a price"),
        "crumbs": [(_("Price conditions"), list_url())],
    }
    if answer is not None and answer.price is not None and answer.net_price is not None:
        context["price"] = price_words(answer.net_price, answer.currency)
        context["before"] = price_words(answer.price, answer.currency) if answer.discount_percent else ""
        context["discount"] = plain(answer.discount_percent)
    return render(request, "trade/price_explain.html", context)
