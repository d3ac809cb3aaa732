"""The import of articles and of prices: how the steps of all imports plan, write and remember here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.importing.columns import Columns, header_key
from common.importing.process import Importer, Progress
from common.importing.reading import Table
from trade.importing.articles import ArticlePlanner, write_articles
from trade.importing.columns import ARTICLES, PRICES
from trade.importing.groups import count_new
from trade.importing.prices import PricePlanner, write_prices
from trade.models import TradeImport, TradeImportRow

COLUMNS = {TradeImport.Kind.ARTICLES: ARTICLES, TradeImport.Kind.PRICES: PRICES}


class TradeImporter(Importer):
    model = TradeImport
    row_model = TradeImportRow
    columns = ARTICLES
    context_key = "trade_import"
    file_stem = "articles"

    def columns_of(self, made: TradeImport) -> Columns:
        return COLUMNS[TradeImport.Kind(made.kind)]

    # -- The columns that were chosen before for the same headers ------------------------------------

    def earlier(self, made: TradeImport, header: Sequence[str]) -> TradeImport | None:
        found = TradeImport.objects.filter(kind=made.kind, header_key=header_key(header)).exclude(pk=made.pk)
        return found.order_by("-pk").first()

    def recall(self, made: TradeImport, header: Sequence[str]) -> bool:
        earlier = self.earlier(made, header)
        if earlier is None or len(earlier.mapping) != len(header):
            return False
        made.mapping = earlier.mapping
        return True

    def is_remembered(self, made: TradeImport, header: Sequence[str]) -> bool:
        return self.earlier(made, header) is not None

    def remember(self, made: TradeImport, header: Sequence[str]) -> None:
        made.header_key = header_key(header)
        made.save(update_fields=["header_key"])

    # -- Rows ----------------------------------------------------------------------------------------

    def plan(self, made: TradeImport, table: Table, *, lock: bool, progress: Progress | None) -> Sequence[Any]:
        if made.kind == TradeImport.Kind.PRICES:
            assert made.price_list is not None
            prices = PricePlanner(made.user, made.mapping, made.price_list, made.since, update=made.update_existing)
            return prices.plan(table, lock=lock, progress=progress)
        articles = ArticlePlanner(made.user, made.mapping, update=made.update_existing, make_groups=made.make_groups)
        planned = articles.plan(table, lock=lock, progress=progress)
        made.new_groups = count_new(planned)
        return planned

    def write(self, made: TradeImport, planned: Sequence[Any], progress: Progress | None) -> None:
        if made.kind == TradeImport.Kind.PRICES:
            write_prices(planned, progress)
            return
        # Counted anew: rows that have changed since the dry run are left out.
        made.new_groups = count_new(planned)
        write_articles(planned, progress)

    def as_row(self, made: TradeImport, one: Any) -> TradeImportRow:
        article = one.article if one.article is not None and one.article.pk else None
        return TradeImportRow(
            trade_import=made,
            number=one.row.number,
            outcome=one.outcome,
            title=one.row.title,
            article=article,
            reasons=[reason[:1000] for reason in one.reasons],
            changes=[change.as_json() for change in one.changes],
            written=one.written,
        )

    def busy_words(self) -> str:
        return _("Others are entering the same articles at this moment: try again in a minute.")


importer = TradeImporter()
