"""Sales and purchases of a period without VAT: by party, article, trader or month, beside an earlier period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DateField
from django.db.models.functions import Coalesce, Trunc
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.addresses import address
from common.dates import format_date, today
from finance.figures import period_documents, seen, signed_lines, total, year_until
from finance.reports.base import Report, ReportColumn, ReportForm, Row, name_parties, register
from trade.models import Article
from users.models import User


class TurnoverReport(Report):
    names = ("since", "until", "by", "compare", "own_firm", "party", "trader", "type", "currency")
    figure = ""
    party_label: Any = ""

    def make_form(self, data: Any) -> ReportForm:
        form = super().make_form(data)
        form.fields["by"].choices = [  # type: ignore[attr-defined]
            ("", self.party_label),
            ("article", _("article")),
            ("trader", _("trader")),
            ("month", _("month")),
        ]
        return form

    # -- Period ----------------------------------------------------------------------------------

    @property
    def by(self) -> str:
        return self.data.get("by") or "party"

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """The days asked for; the twelve months of the figure when none are."""
        first, after = year_until(today())
        until = self.data.get("until") or after - dt.timedelta(days=1)
        return self.data.get("since") or min(first, until), until

    @property
    def earlier(self) -> tuple[dt.date, dt.date] | None:
        since, until = self.period
        match self.data.get("compare"):
            case "year":
                return year_before(since), year_before(until)
            case "before":
                return since - (until - since) - dt.timedelta(days=1), since - dt.timedelta(days=1)
        return None

    @property
    def pairs_months(self) -> bool:
        """Whether each month stands beside itself a year before."""
        return self.by == "month" and self.data.get("compare") == "year"

    @property
    def subtitle(self) -> str:
        since, until = self.period
        days = f"{format_date(since)} – {format_date(until)}"
        return " · ".join(filter(None, [days, super().subtitle]))

    def documents(self, period: tuple[dt.date, dt.date]) -> Any:
        return self.narrowed(seen(period_documents(self.figure, *period, today()), self.user))

    def narrowed(self, rows: Any) -> Any:
        trader = self.data.get("trader")
        self.data["trader"] = None
        rows = super().narrowed(rows)
        self.data["trader"] = trader
        # A sale is its document's trader's, and the party's where the document names none.
        return rows.alias(seller=Coalesce("trader", "party__trader")).filter(seller=trader) if trader else rows

    # -- Columns and rows --------------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[ReportColumn]:
        heads = {
            "party": self.party_label,
            "article": _("Article"),
            "trader": _("Trader"),
            "month": _("Month"),
        }
        columns = [
            ReportColumn("name", str(heads[self.by])[:1].upper() + str(heads[self.by])[1:], url=self.name_url),
            ReportColumn("count", _("Documents"), "count"),
            ReportColumn("sum", _("Without VAT"), "money", lambda row: self.link(row, self.period)),
            ReportColumn("share", _("Share"), "percent"),
        ]
        if earlier := self.earlier:
            columns += [
                ReportColumn("before", _("Before"), "money", lambda row: self.link(row, earlier)),
                ReportColumn("change", _("Difference"), "money"),
                ReportColumn("change_percent", _("Change"), "percent"),
            ]
        return columns

    def name_url(self, row: Row) -> str:
        return str(row.get("url", ""))

    def link(self, row: Row, period: tuple[dt.date, dt.date]) -> str:
        """The documents (or lines) that add up to a sum."""
        since, until = period
        query: dict[str, Any] = {"since": since.isoformat(), "until": until.isoformat()}
        query |= {key: value for key, value in self.link_filters.items() if value}
        if self.data.get("party"):
            query["party"] = self.data["party"].pk
        by: str = self.by
        key: Any = row.get("key")
        if "key" in row:
            if by == "month":
                month = year_before(key) if self.pairs_months and period == self.earlier else key
                query |= month_within(month, since, until)
            else:
                query[by] = key or "none"
        name = "finance:figure_lines" if by == "article" and "key" in row else "finance:figure_items"
        return f"{address(name, self.figure)}?{urlencode(query)}"

    def sums(self, period: tuple[dt.date, dt.date]) -> dict[Any, tuple[Decimal, int]]:
        documents = self.documents(period)
        match self.by:
            case "party":
                rows = documents.order_by().values("party")
            case "trader":
                rows = documents.order_by().annotate(seller=Coalesce("trader", "party__trader")).values("seller")
            case "month":
                month = Trunc("tax_event_date", "month", output_field=DateField())
                rows = documents.order_by().annotate(month=month).values("month")
            case _article:
                return self.article_sums(documents)
        key = {"party": "party", "trader": "seller", "month": "month"}[self.by]
        return {
            row[key]: (row["sum"], row["count"]) for row in rows.annotate(sum=total(self.amount), count=Count("pk"))
        }

    def article_sums(self, documents: Any) -> dict[Any, tuple[Decimal, int]]:
        """By the lines, whose amounts add up to those of their documents, in euro too."""
        rows = signed_lines(documents).order_by().values("article")
        summed = rows.annotate(sum=total(self.amount), count=Count("document", distinct=True))
        return {row["article"]: (row["sum"], row["count"]) for row in summed}

    @cached_property
    def rows(self) -> list[Row]:
        now = self.sums(self.period)
        before = self.sums(self.earlier) if self.earlier else {}
        if self.pairs_months:
            before = {month.replace(year=month.year + 1): sums for month, sums in before.items()}
        if self.by == "month" and (now or before):
            # A month in which nothing was sold is a row too, with nothing in it.
            for period in filter(None, (self.period, None if self.pairs_months else self.earlier)):
                for month in months_of(*period):
                    now.setdefault(month, (Decimal("0.00"), 0))
        whole = sum((amount for amount, _count in now.values()), Decimal(0))
        made = []
        for key in {**now, **before}:
            amount, count = now.get(key, (Decimal("0.00"), 0))
            row: Row = {"key": key, "sum": amount, "count": count, "share": percent(amount, whole)}
            if self.earlier:
                earlier = before.get(key, (Decimal("0.00"), 0))[0]
                row |= {
                    "before": earlier,
                    "change": amount - earlier,
                    "change_percent": percent(amount - earlier, earlier) if earlier > 0 else None,
                }
            made.append(row)
        if self.by == "month":
            return sorted(made, key=lambda row: row["key"])
        return sorted(made, key=lambda row: (-row["sum"], row["key"] or 0))

    @cached_property
    def totals(self) -> Row:
        totals = super().totals
        if self.by == "article":
            totals["count"] = None  # a document of several articles would count several times
        if self.rows:
            totals["share"] = Decimal(100)
        if self.earlier and totals["before"] > 0:
            totals["change_percent"] = percent(totals["change"], totals["before"])
        return totals

    def told(self, rows: list[Row]) -> list[Row]:
        keys = [row["key"] for row in rows if row["key"]]
        match self.by:
            case "party":
                for row in rows:
                    row["party"] = row["key"]
                return name_parties(rows)
            case "month":
                for row in rows:
                    row["name"] = f"{row['key']:%m.%Y}"
                return rows
            case "trader":
                named: dict[Any, str] = {one.pk: str(one) for one in User.objects.filter(pk__in=keys)}
                nothing = _("no trader")
            case _article:
                articles = Article.objects.filter(pk__in=keys)
                named = {one.pk: str(one) for one in articles}
                nothing = _("free text")
        for row in rows:
            row["name"] = named.get(row["key"], nothing)
        return rows


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return part * 100 / whole if whole else None


def year_before(day: dt.date) -> dt.date:
    """The same day of the year before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def months_of(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The first days of the months of a period."""
    for month in range(since.year * 12 + since.month - 1, until.year * 12 + until.month):
        yield dt.date(month // 12, month % 12 + 1, 1)


def month_within(month: dt.date, since: dt.date, until: dt.date) -> dict[str, str]:
    """The days of a month that lie in the period."""
    after = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    first, last = max(month, since), min(after - dt.timedelta(days=1), until)
    return {"since": first.isoformat(), "until": last.isoformat()}


@register
class Sales(TurnoverReport):
    slug = "sales"
    title = gettext_lazy("Sales without VAT")
    text = gettext_lazy("By client, article, trader or month, beside an earlier period.")
    icon = "graph-up"
    order = 50
    figure = "sales"
    party_label = gettext_lazy("client")


@register
class Purchases(TurnoverReport):
    slug = "purchases"
    title = gettext_lazy("Purchases without VAT")
    text = gettext_lazy("By supplier, article, trader or month, beside an earlier period.")
    icon = "graph-down"
    order = 60
    figure = "purchases"
    party_label = gettext_lazy("supplier")
