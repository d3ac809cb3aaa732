"""Imports of articles and of prices: what was uploaded, and what became of each row."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.importing.records import TableImport, TableImportRow
from trade.models.articles import Article
from trade.models.prices import PriceList


class TradeImportQuerySet(models.QuerySet["TradeImport"]):
    def visible_to(self, user: Any) -> Self:
        """One's own imports."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class TradeImport(TableImport):
    """One file of articles, or of prices for a list."""

    class Kind(models.TextChoices):
        ARTICLES = "articles", _("articles")
        PRICES = "prices", _("prices for a list")

    kind = models.CharField(_("what"), max_length=10, choices=Kind, default=Kind.ARTICLES)
    update_existing = models.BooleanField(_("change what is here"), default=False)
    make_groups = models.BooleanField(_("make the groups that are missing"), default=False)
    new_groups = models.PositiveIntegerField(_("new groups"), default=0, editable=False)
    price_list = models.ForeignKey(
        PriceList, verbose_name=_("price list"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField(_("prices valid from"), null=True)
    # What the chosen columns are remembered by: the next file with the same headers takes them.
    header_key = models.CharField(max_length=64, blank=True)

    objects = TradeImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of articles or prices")
        verbose_name_plural = _("imports of articles and prices")
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="trade_import_prices_have_a_list",
                condition=Q(kind="articles", price_list__isnull=True) | Q(kind="prices", price_list__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["header_key"], name="trade_import_by_header", condition=~Q(header_key=""))]

    def get_absolute_url(self) -> str:
        return address("trade:import_review", self.pk)

    @property
    def told_besides(self) -> str:
        if not self.new_groups:
            return ""
        if self.state == self.State.PLANNED:
            return gettext("Groups of articles to be made: %d.") % self.new_groups
        return gettext("Groups of articles made: %d.") % self.new_groups if self.state == self.State.APPLIED else ""


class TradeImportRow(TableImportRow):
    trade_import = models.ForeignKey(TradeImport, on_delete=models.CASCADE, related_name="rows")
    title = models.CharField(_("article"), max_length=300, blank=True)
    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="import_rows")

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["trade_import", "number"], name="trade_import_row_unique")]
        indexes = [models.Index(fields=["trade_import", "outcome", "number"], name="trade_import_row_by_outcome")]
