"""Price lists: their pages, their prices, copies with changed prices; the price list of a party."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from common.dates import today
from common.forms_view import done, saved, show_form
from common.lists import Action, Column, Empty, ListPage
from common.views import back
from contacts.access import demand, seen
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from trade import cells
from trade.filters import PriceFilter
from trade.forms.prices import CopyForm, NewPriceForm, PriceForm, PriceListForm, TermsForm
from trade.lists import archive_action
from trade.models import PartyTerms, PriceList, PriceListPrice
from trade.views import deeds


def crumbs(*lists: PriceList) -> list[tuple[str, str]]:
    return [(_("Price lists"), reverse("trade:pricelist_list")), *((str(one), one.get_absolute_url()) for one in lists)]


# -- The list and its prices --------------------------------------------------------------------------


class PriceListDetail(ListPage):
    """One price list: what it is, and its prices as a list of their own."""

    model = PriceListPrice
    template_name = "trade/pricelist_detail.html"
    filterset_class = PriceFilter
    permission_required = "trade.view_pricelist"
    export_permission = "trade.export_pricelist"
    default_sort = "article"
    tie_break = ("unit", "min_quantity", "valid_from", "pk")
    rows_in_panel = True
    add_label = gettext_lazy("Add a price")
    empty = Empty(gettext_lazy("No prices yet"), gettext_lazy("Add them one by one, or import them from a file."))
    columns = [
        Column("article", gettext_lazy("Code"), "article.code", sort=["article__code"], css="number"),
        Column("name", gettext_lazy("Article"), "article.name", sort=["article__name"], css="is-long"),
        Column("group", gettext_lazy("Group"), "article.group", sort=["article__group__name"], default=False),
        Column("price", gettext_lazy("Unit price"), "price", sort=["price"], numeric=True, html=cells.price),
        Column("unit", gettext_lazy("Unit"), "unit", sort=["unit__order"]),
        Column("least", gettext_lazy("From quantity"), "min_quantity", sort=["min_quantity"], numeric=True,
               html=lambda row: cells.number(row.min_quantity) if row.min_quantity else ""),
        Column("valid_from", gettext_lazy("From"), "valid_from", sort=["valid_from"]),
        Column("valid_to", gettext_lazy("To"), "valid_to", sort=["valid_to"]),
    ]  # fmt: skip

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            demand(request, "trade.view_pricelist")
            lists = PriceList.objects.visible_to(request.user).prefetch_related("client_types")
            self.price_list = get_object_or_404(lists, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def base_queryset(self) -> QuerySet[Any]:
        rows = super().base_queryset().filter(price_list=self.price_list)
        return rows.select_related("price_list", "article__group", "article__unit", "unit")

    def may(self, deed: str) -> bool:
        return self.request.user.has_perm(f"trade.{deed}_pricelist")

    @property
    def may_write(self) -> bool:
        return self.may("change") and not self.price_list.is_archived

    def get_page_title(self) -> str:
        return self.price_list.name

    def get_add_url(self) -> str:
        return reverse("trade:pricelistprice_add", args=[self.price_list.pk]) if self.may_write else ""

    def row_url(self, obj: Any) -> str:
        return obj.get_absolute_url() if self.may_write else ""

    def row_css(self, obj: Any) -> str:
        return "" if obj.is_in_force() else "is-archived"

    def row_actions(self, obj: Any) -> list[Action]:
        if not self.may_write:
            return []
        of_row = [obj.pk]
        actions = [Action(_("Edit"), obj.get_absolute_url(), icon="pencil", htmx=True)]
        if obj.valid_to is None or obj.valid_to >= today():
            url = reverse("trade:pricelistprice_change", args=of_row)
            actions.append(Action(_("New price from a day on"), url, icon="calendar-plus", htmx=True))
            url = reverse("trade:pricelistprice_end", args=of_row)
            question = _("End this price? It holds to the end of today.")
            actions.append(Action(_("End it today"), url, icon="calendar-x", method="post", confirm=question))
        url = reverse("trade:pricelistprice_delete", args=of_row)
        question = _("Delete this price? For a price that was right until now, end it instead.")
        actions.append(Action(_("Delete"), url, icon="trash", method="post", confirm=question))
        return actions

    def get_actions(self) -> list[Action]:
        one, actions = self.price_list, []
        if self.may_write:
            url = reverse("trade:pricelist_edit", args=[one.pk])
            actions.append(Action(_("Edit the list"), url, icon="pencil", htmx=True))
        if self.may("add"):
            url = reverse("trade:pricelist_copy", args=[one.pk])
            actions.append(Action(_("Copy with changed prices"), url, icon="copy", htmx=True))
        if self.may("import") and not one.is_archived:
            url = f"{reverse('trade:import_start')}?price_list={one.pk}"
            actions.append(Action(_("Import prices"), url, icon="box-arrow-in-down"))
        if self.may("archive"):
            actions.append(archive_action(one, "pricelist", lambda name, row: reverse(f"trade:{name}", args=[row.pk])))
        return actions

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one: Any = self.price_list
        one.party_count = PartyTerms.objects.filter(price_list=one).count()
        return super().get_context_data(**kwargs) | {
            "price_list": one,
            "whom": cells.whom(one),
            "vat_words": cells.vat_words(one.includes_vat),
            "crumbs": crumbs(),
        }


@login_required
def pricelist_add(request: HttpRequest) -> HttpResponse:
    demand(request, "trade.add_pricelist")
    return edit(request, PriceList())


@login_required
def pricelist_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, seen(request, PriceList.objects.all(), pk, "trade.change_pricelist"))


def edit(request: HttpRequest, one: PriceList) -> HttpResponse:
    new, title = one.pk is None, str(one)
    form = PriceListForm(request.POST or None, instance=one)
    default = reverse("trade:pricelist_list") if new else one.get_absolute_url()
    if request.method == "POST" and form.is_valid() and (kept := saved(form)) is not None:
        messages.success(request, _("The price list “%s” is added.") % kept if new else _("The price list is saved."))
        return done(request, back(request, kept.get_absolute_url()))
    context = {
        "form": form,
        "page_title": _("New price list") if new else title,
        "crumbs": crumbs() if new else crumbs(one),
        "cancel_url": back(request, default),
    }
    return show_form(request, context)


@login_required
def pricelist_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new list with all prices raised or lowered."""
    source = seen(request, PriceList.objects.all(), pk, "trade.add_pricelist")
    form = CopyForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid() and (made := saved(form)) is not None:
        messages.success(request, _("The price list “%s” is made.") % made)
        return done(request, made.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Copy “%s”") % source,
        "crumbs": crumbs(source),
        "submit_label": _("Make the list"),
        "cancel_url": source.get_absolute_url(),
    }
    return show_form(request, context)


def page(one: PriceList) -> str:
    return one.get_absolute_url()


pricelist_archive = deeds.deed(PriceList, "trade.archive_pricelist", deeds.archive, page)
pricelist_restore = deeds.deed(PriceList, "trade.archive_pricelist", deeds.restore, page)


# -- Prices ------------------------------------------------------------------------------------------


@login_required
def pricelistprice_add(request: HttpRequest, pk: int) -> HttpResponse:
    price_list = seen(request, PriceList.objects.all(), pk, "trade.change_pricelist")
    return edit_price(request, PriceListPrice(price_list=price_list))


def seen_price(request: HttpRequest, pk: int) -> PriceListPrice:
    rows = PriceListPrice.objects.select_related("price_list", "article__unit", "unit")
    price: PriceListPrice = seen(request, rows, pk, "trade.change_pricelist")
    return price


@login_required
def pricelistprice_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_price(request, seen_price(request, pk))


def edit_price(request: HttpRequest, price: PriceListPrice) -> HttpResponse:
    new, its = price.pk is None, price.price_list
    form = PriceForm(request.POST or None, instance=price)
    if its.is_archived:
        messages.error(request, _("The price list is archived: restore it first."))
        return done(request, its.get_absolute_url())
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The price is added.") if new else _("The price is saved."))
        return done(request, its.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("New price") if new else str(price.article),
        "intro": _("Prices of “%(list)s” are in %(currency)s, %(vat)s.")
        % {"list": its, "currency": its.currency, "vat": cells.vat_words(its.includes_vat)},
        "crumbs": crumbs(its),
        "cancel_url": its.get_absolute_url(),
    }
    return show_form(request, context)


@login_required
def pricelistprice_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another price from a day on; the one before ends the day before."""
    price = seen_price(request, pk)
    form = NewPriceForm(request.POST or None, old=price)
    url = price.price_list.get_absolute_url()
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("The new price is entered, and the old one ends the day before."))
        return done(request, url)
    context = {
        "form": form,
        "page_title": str(price.article),
        "intro": _("The present price is %s. It ends the day before the new one begins.") % cells.price(price),
        "crumbs": crumbs(price.price_list),
        "cancel_url": url,
    }
    return show_form(request, context)


@login_required
@require_POST
def pricelistprice_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the price hold to the end of today; one that has not begun yet is taken out."""
    price = seen_price(request, pk)
    day: dt.date = today()
    if price.valid_from is not None and price.valid_from > day:
        price.delete()
        messages.success(request, _("The price had not begun yet: it is taken out."))
    elif price.valid_to is None or price.valid_to > day:
        price.valid_to = day
        price.save(update_fields=["valid_to"])
        messages.success(request, _("The price ends today."))
    return redirect(back(request, price.price_list.get_absolute_url()))


@login_required
@require_POST
def pricelistprice_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a price that was entered by mistake; the history keeps it, and documents have copies of their own."""
    price = seen_price(request, pk)
    price.delete()
    messages.success(request, _("The price is deleted."))
    return redirect(back(request, price.price_list.get_absolute_url()))


# -- The price list of a party -------------------------------------------------------------------------


@login_required
def partyterms_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The price list and the currency of a client."""
    clients = Counterparty.objects.visible_to(request.user).of_kind(Kind.CLIENT)
    party = get_object_or_404(clients, pk=pk)
    demand(request, "trade.change_partyterms")
    terms = PartyTerms.objects.filter(party=party).first() or PartyTerms(party=party)
    form = TermsForm(request.POST or None, instance=terms)
    if request.method == "POST" and form.is_valid() and saved(form) is not None:
        messages.success(request, _("Price list and currency are saved."))
        return done(request, party.get_absolute_url())
    context = {
        "form": form,
        "page_title": _("Price list and currency"),
        "crumbs": [(party.display_name, party.get_absolute_url())],
        "cancel_url": party.get_absolute_url(),
    }
    return show_form(request, context)
