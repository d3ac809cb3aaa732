"""Articles: the page of one, add, edit, archive, restore."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from common.codes import barcode_svg
from common.columns import Action
from common.dates import today
from common.forms_view import done, saved, show_form
from common.views import back
from contacts.access import demand, seen
from trade import cells
from trade.blocks import blocks_for
from trade.forms.articles import WholeArticle
from trade.lists import archive_action
from trade.models import Article, PriceListPrice
from trade.past import changes_of
from trade.views import deeds

PRICES_SHOWN = 30


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Articles"), reverse("trade:article_list")), *further]


@login_required
def article_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An article with its units, barcodes, prices of today, what others tell of it and what was changed."""
    rows = Article.objects.select_related("unit", "vat_rate", "group").prefetch_related("units__unit", "barcodes__unit")
    article = seen(request, rows, pk, "trade.view_article")
    context = {
        "article": article,
        "origin": countries.name(article.origin) if article.origin else "",
        "units": [f"1 {one.unit} = {cells.number(one.factor)} {article.unit}" for one in article.units.all()],
        "barcodes": [(one, drawn(one.code)) for one in article.barcodes.all()],
        "prices": prices_of(article, request.user),
        "blocks": blocks_for(article, request.user),
        "changes": changes_of(article, request.user),
        "actions": article_actions(request, article),
        "crumbs": crumbs(),
        "page_title": article.name,
    }
    return render(request, "trade/article_detail.html", context)


def drawn(code: str) -> str:
    """The bars of a code; nothing for one that cannot be drawn, which stands in words beside it anyway."""
    try:
        return barcode_svg(code, title=code)
    except ValueError:
        return ""


def prices_of(article: Article, user: Any) -> list[PriceListPrice]:
    """Prices that hold today or later, in lists that are in use; nothing for those who may not see price lists."""
    prices = PriceListPrice.objects.visible_to(user).filter(article=article, price_list__archived_at__isnull=True)
    found = prices.exclude(valid_to__lt=today()).select_related("price_list", "unit")
    found = found.order_by("price_list__priority", "price_list__name", "min_quantity", "valid_from")
    rows: list[Any] = list(found[:PRICES_SHOWN])
    for row in rows:
        row.words, row.vat_words = cells.price(row), cells.vat_words(row.price_list.includes_vat)
        row.least = cells.number(row.min_quantity) if row.min_quantity else ""
    return rows


def article_actions(request: HttpRequest, article: Article) -> list[Action]:
    user, actions = request.user, []
    if user.has_perm("trade.change_article") and not article.is_archived:
        url = reverse("trade:article_edit", args=[article.pk])
        actions.append(Action(_("Edit"), url, icon="pencil", primary=True, htmx=True))
    if user.has_perm("trade.view_pricecondition"):
        url = f"{reverse('trade:price_explain')}?article={article.pk}"
        actions.append(Action(_("Explain a price"), url, icon="question-circle"))
    url = f"{reverse('trade:article_labels')}?selected={article.pk}"
    actions.append(Action(_("Print labels"), url, icon="upc"))
    if user.has_perm("trade.archive_article"):
        actions.append(archive_action(article, "article", lambda name, row: reverse(f"trade:{name}", args=[row.pk])))
    return actions


@login_required
def article_add(request: HttpRequest) -> HttpResponse:
    demand(request, "trade.add_article")
    return edit(request, Article())


@login_required
def article_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit(request, seen(request, Article.objects.select_related("unit"), pk, "trade.change_article"))


def edit(request: HttpRequest, article: Article) -> HttpResponse:
    new, title = article.pk is None, str(article)
    whole = WholeArticle(request.POST if request.method == "POST" else None, article)
    default = reverse("trade:article_list") if new else article.get_absolute_url()
    if request.method == "POST" and whole.is_valid() and (kept := saved(whole)) is not None:
        messages.success(request, _("The article “%s” is added.") % kept if new else _("The article is saved."))
        return done(request, back(request, kept.get_absolute_url()))
    context = {
        "form": whole.form,
        "formsets": whole.formsets,
        "page_title": _("New article") if new else title,
        "crumbs": crumbs() if new else crumbs((title, default)),
        "cancel_url": back(request, default),
    }
    return show_form(request, context)


def page(article: Article) -> str:
    return article.get_absolute_url()


article_archive = deeds.deed(Article, "trade.archive_article", deeds.archive, page)
article_restore = deeds.deed(Article, "trade.archive_article", deeds.restore, page)
