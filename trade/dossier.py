"""What trade hangs on the dossier of a client, on the menus and on the search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.context_processors import MenuEntry, menu, new_menu
from common.lists import Action
from counterparties import dossier, history, search
from counterparties.kinds import Kind
from counterparties.models import Counterparty
from trade import calendar_doors  # noqa: F401  (registers itself)
from trade.forms.fields import nearest_first
from trade.lists import ConditionList
from trade.models import Article, PartyTerms, PriceCondition

# -- Dossier -----------------------------------------------------------------------------------------


@dossier.register
class PricesTab(dossier.DossierTab):
    """The client's own discounts and agreed prices."""

    slug = "prices"
    title = gettext_lazy("Price conditions")
    group = "client"
    order = 130
    kinds = (Kind.CLIENT,)
    permission_required = "trade.view_pricecondition"
    list_page = ConditionList


def edit_terms(party: Counterparty, user: Any) -> Action | None:
    if Kind.CLIENT not in party.kinds or party.is_archived:
        return None
    url = reverse("trade:partyterms_edit", args=[party.pk])
    return Action(_("Price list and currency"), url, icon="tags", htmx=True)


def add_condition(party: Counterparty, user: Any) -> Action | None:
    if Kind.CLIENT not in party.kinds or party.is_archived:
        return None
    tab = address("counterparties:counterparty_tab", party.pk, "prices")
    url = f"{reverse('trade:pricecondition_add')}?{urlencode({'party': party.pk, 'next': tab})}"
    return Action(_("Add a price condition"), url, icon="percent", htmx=True)


dossier.quick_actions.register(
    dossier.QuickAction("party_terms", edit_terms, permission="trade.change_partyterms", order=70)
)
dossier.quick_actions.register(
    dossier.QuickAction("add_condition", add_condition, permission="trade.add_pricecondition", order=71)
)


def terms_of(party: Counterparty, user: Any) -> Any:
    """Key of the party's own terms, asked in the frame's one query: most parties have none."""
    return Subquery(PartyTerms.objects.filter(party=OuterRef("pk")).values("pk")[:1])


def terms_panel(party: Counterparty, user: Any) -> dict[str, Any] | None:
    terms = PartyTerms.objects.filter(party=party).select_related("price_list").first()
    if terms is None or not (terms.price_list or terms.currency):
        return None
    return {"terms": terms, "sees_list": user.has_perm("trade.view_pricelist")}


dossier.panels.register(
    dossier.Panel(
        "party_terms",
        gettext_lazy("Price list and currency"),
        "trade/_panel_terms.html",
        terms_panel,
        permission="trade.view_partyterms",
        expression=terms_of,
        order=75,
    )
)

history.register(
    PartyTerms,
    lambda events, party: events.filter(party_id=party.pk),
    permission="trade.view_partyterms",
    order=210,
)
history.register(
    PriceCondition,
    lambda events, party: events.filter(party_id=party.pk),
    permission="trade.view_pricecondition",
    order=211,
)

# -- Search ------------------------------------------------------------------------------------------


def find_articles(text: str, user: Any, limit: int) -> list[search.Hit]:
    """Articles by code, name or barcode, archived ones after the others."""
    rows = nearest_first(Article.objects.visible_to(user), text).select_related("group", "unit")
    return [article_hit(one) for one in rows[:limit]]


def article_hit(article: Article) -> search.Hit:
    parts = [article.get_kind_display(), str(article.group or ""), str(article.unit)]
    if article.is_archived:
        parts.append(_("archived"))
    icon = "box-seam" if article.kind == Article.Kind.GOODS else "tools"
    return search.Hit(None, str(article), " · ".join(filter(None, parts)), article.get_absolute_url(), icon)


search.sources.register(
    search.SearchSource("articles", gettext_lazy("Articles"), find_articles, permission="trade.view_article", order=60)
)

# -- Menus -------------------------------------------------------------------------------------------

menu.register(
    MenuEntry(
        "trade",
        gettext_lazy("Articles and prices"),
        "/trade/articles/",
        icon="box-seam",
        visible=lambda user: user.has_perm("trade.view_article"),
        order=35,
    )
)
for order, (slug, label, url, icon, right) in enumerate(
    (
        ("pricelists", gettext_lazy("Price lists"), "/trade/price-lists/", "tags", "view_pricelist"),
        ("conditions", gettext_lazy("Price conditions"), "/trade/conditions/", "percent", "view_pricecondition"),
        ("imports", gettext_lazy("Import of articles"), "/trade/imports/", "box-arrow-in-down", "import_article"),
    ),
    start=1,
):
    menu.register(
        MenuEntry(
            f"trade.{slug}",
            label,
            url,
            icon=icon,
            parent="trade",
            visible=lambda user, right=right: user.has_perm(f"trade.{right}"),  # type: ignore[misc]
            order=order * 10,
        )
    )
for order, (slug, label, url, icon, right) in enumerate(
    (
        ("article", gettext_lazy("Article"), "/trade/articles/add/", "box-seam", "add_article"),
        ("pricelist", gettext_lazy("Price list"), "/trade/price-lists/add/", "tags", "add_pricelist"),
    ),
    start=1,
):
    new_menu.register(
        MenuEntry(
            f"trade.{slug}",
            label,
            url,
            icon=icon,
            visible=lambda user, right=right: user.has_perm(f"trade.{right}"),  # type: ignore[misc]
            order=60 + order,
        )
    )
