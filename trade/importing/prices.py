"""Prices of a list out of the rows of a file: what becomes of each, and the writing of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from common.dates import format_date
from common.importing.plans import Change, Outcome, Planned, chunks
from common.importing.reading import Table
from common.importing.undoing import note, note_change
from trade.importing.cells import CellRow, Cells, day, not_negative
from trade.importing.columns import PRICES
from trade.models import Article, ArticleBarcode, PriceList, PriceListPrice
from trade.quoting import period_words, plain, price_words

Progress = Any
Key = tuple[int, int, Decimal]


@dataclass
class PlannedPrice(Planned):
    """`price` is the new one; `ended` the one before it, with its new end; `changed` one that gets another price."""

    article: Article | None = None
    price: PriceListPrice | None = None
    ended: PriceListPrice | None = None
    ended_before: dt.date | None = None
    changed: PriceListPrice | None = None
    changed_before: Decimal | None = None


class PricePlanner:
    """Decides row by row; remembers the prices of the rows above."""

    def __init__(
        self, user: Any, mapping: Sequence[str], price_list: PriceList, since: dt.date | None, *, update: bool
    ):
        self.user, self.price_list, self.since, self.update = user, price_list, since, update
        self.cells = Cells(PRICES, mapping)
        self.articles: dict[str, Article] = {}
        self.by_barcode: dict[str, Article] = {}
        self.here: dict[Key, list[PriceListPrice]] = defaultdict(list)
        self.seen: dict[tuple[Key, dt.date | None], CellRow] = {}

    def plan(self, table: Table, *, lock: bool, progress: Progress = None) -> list[PlannedPrice]:
        rows = [self.cells.read(raw) for raw in table.rows]
        self.load(rows, lock=lock)
        planned, every = [], max(200, len(rows) // 20)
        for place, row in enumerate(rows, 1):
            planned.append(self.decide(row))
            if progress is not None and place % every == 0:
                progress(place, len(rows))
        return planned

    def load(self, rows: Sequence[CellRow], *, lock: bool) -> None:
        """The articles that the rows name, and what the list has of them."""
        for part in chunks({row.get("code").lower() for row in rows if row.get("code")}):
            found = Article.objects.alias(low=Lower("code")).filter(low__in=part).select_related("unit")
            self.articles |= {article.code.lower(): article for article in found}
        for part in chunks({row.get("barcode") for row in rows if row.get("barcode")}):
            codes = ArticleBarcode.objects.filter(code__in=part).select_related("article__unit")
            self.by_barcode |= {one.code: one.article for one in codes}
        keys = {article.pk for article in (*self.articles.values(), *self.by_barcode.values())}
        if lock:
            # Nobody else writes prices into this list until the import is through.
            PriceList.objects.select_for_update().get(pk=self.price_list.pk)
        for some in chunks(sorted(keys)):
            for price in PriceListPrice.objects.filter(price_list=self.price_list, article__in=some):
                self.here[price.article_id, price.unit_id, price.min_quantity].append(price)

    def decide(self, row: CellRow) -> PlannedPrice:
        planned = PlannedPrice(row)
        price = self.price_of(row, planned)
        if price is None or row.problems:
            planned.reasons = list(row.problems)
            return planned
        key = (price.article_id, price.unit_id, price.min_quantity)
        if (above := self.seen.get((key, price.valid_from))) is not None:
            if above.values == row.values:
                return planned.skip(_("The same as row %d of this file.") % above.number)
            return planned.fail(
                _("Row %d of this file has a price of the same article: only the first of them is taken.")
                % above.number
            )
        if not self.user.has_perm("trade.change_pricelist"):
            return planned.fail(_("You may not change price lists."))
        if self.price_list.is_archived:
            return planned.fail(_("The price list is archived: restore it first."))
        self.seen[key, price.valid_from] = row
        self.place(planned, price, self.here[key])
        return planned

    def price_of(self, row: CellRow, planned: PlannedPrice) -> PriceListPrice | None:
        """What the row says as a price of the list; None and its problems when it does not hold together."""
        cells = self.cells
        if row.problems:
            return None
        article = self.articles.get(row.get("code").lower()) or self.by_barcode.get(row.get("barcode"))
        if article is None:
            name = "code" if row.get("code") or not row.get("barcode") else "barcode"
            words = _("There is no article “%s”.") % row.get(name)[:48] if row.get(name) else _("This is empty.")
            cells.refuse(row, name, words)
            return None
        planned.article, row.title = article, str(article)[:300]
        if not row.get("price"):
            cells.refuse(row, "price", _("This is empty."))
        unit = cells.attempt(row, "unit", cells.unit, article.unit)
        amount = cells.attempt(row, "price", not_negative)
        least = cells.attempt(row, "min_quantity", not_negative, Decimal(0))
        start = cells.attempt(row, "valid_from", day, self.since)
        end = cells.attempt(row, "valid_to", day)
        if start and end and end < start:
            cells.refuse(row, "valid_to", _("The end is before the beginning."))
        try:
            article.factor_of(unit)
        except ValidationError as refusal:
            cells.refuse(row, "unit", " ".join(refusal.messages))
        if row.problems:
            return None
        return PriceListPrice(
            price_list=self.price_list, article=article, unit=unit, min_quantity=least, price=amount,
            valid_from=start, valid_to=end,
        )  # fmt: skip

    def place(self, planned: PlannedPrice, new: PriceListPrice, present: list[PriceListPrice]) -> None:
        """Put the price among those of the same article, unit and quantity that the list has."""
        start, end = new.valid_from or dt.date.min, new.valid_to or dt.date.max
        met = [one for one in present if days_of(one)[0] <= end and days_of(one)[1] >= start]
        if not met:
            planned.outcome, planned.price = Outcome.CREATED, new
            planned.changes = [Change(self.label("price"), "", self.words(new))]
            present.append(new)
            return
        first = min(met, key=lambda one: days_of(one)[0])
        if len(met) > 1 or days_of(first)[0] > start:
            later = next(one for one in sorted(met, key=lambda one: days_of(one)[0]) if days_of(one)[0] > start)
            planned.fail(
                _("The list has another price from %s on: it would have to be ended or changed by hand.")
                % format_date(days_of(later)[0])
            )
        elif first.price == new.price and days_of(first)[1] == end:
            planned.skip(_("The list has this price already."))
        elif not self.update:
            planned.skip(_("The list has another price for these days: %s.") % self.words(first))
        else:
            planned.outcome = Outcome.UPDATED
            planned.changes = [Change(self.label("price"), self.words(first), self.words(new))]
            if days_of(first)[0] == start and days_of(first)[1] == end:
                planned.changed, planned.changed_before = first, first.price
                first.price = new.price
            elif days_of(first)[0] == start:
                planned.fail(_("The list has a price from this very day to another end: change it by hand."))
            else:
                planned.ended, planned.ended_before = first, first.valid_to
                if new.valid_to is None:
                    new.valid_to = first.valid_to
                first.valid_to = start - dt.timedelta(days=1)
                planned.price = new
                present.append(new)

    @staticmethod
    def label(name: str) -> str:
        return str(PRICES.fields[name].label)

    def words(self, price: PriceListPrice) -> str:
        parts = [f"{price_words(price.price, self.price_list.currency)} / {price.unit}"]
        if price.min_quantity:
            parts.append(_("from a quantity of %s") % plain(price.min_quantity))
        if period := period_words(price.valid_from, price.valid_to):
            parts.append(period)
        return ", ".join(parts)


def days_of(price: PriceListPrice) -> tuple[dt.date, dt.date]:
    return price.valid_from or dt.date.min, price.valid_to or dt.date.max


def write_prices(planned: Sequence[PlannedPrice], progress: Progress = None) -> None:
    """Write what is planned, in the caller's transaction; what ends does so before what begins is written."""
    wanted = [one for one in planned if one.outcome in (Outcome.CREATED, Outcome.UPDATED)]
    done = 0
    for part in chunks(wanted, 500):
        for one in part:
            # One that stands higher in this very file is written with its end already.
            if one.ended is not None and one.ended.pk:
                one.ended.save(update_fields=["valid_to"])
                note_change(one, one.ended, {"valid_to": one.ended_before})
            if one.changed is not None:
                one.changed.save(update_fields=["price"])
                note_change(one, one.changed, {"price": one.changed_before})
        PriceListPrice.objects.bulk_create([one.price for one in part if one.price is not None])
        for one in part:
            note(one, one.price)
        done += len(part)
        if progress is not None:
            progress(done, len(wanted))
