"""The one price-rule engine: what an article costs a party, on a day, for a quantity, and why.

Whoever knows prices or discounts registers a `ConditionSource`; `quote` asks them all and lets `quoting` choose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from common.dates import today
from common.registry import Registry
from counterparties.models import PartyType
from trade.models import (
    Article,
    ArticleGroup,
    ExchangeRate,
    PartyTerms,
    PriceCondition,
    PriceList,
    PriceListPrice,
    Unit,
)
from trade.models.rates import FIXED, OLDEST_DAYS
from trade.quoting import Asked, Candidate, Quote, choose

# Places of the sources among one another; those of apps above stand between or before them.
OF_PARTY, OF_TYPE, OF_ALL = 200, 300, 400
OWN_LIST, LIST_OF_TYPE, GENERAL_LIST = 500, 600, 700
WHOLE_RANGE = 10_000  # wider than any group


@dataclass(frozen=True)
class Reach:
    """Groups of the article and client types of the party, the nearest first, with those above them."""

    groups: list[int]
    types: list[int]

    @property
    def things(self) -> Q:
        """Conditions for the article itself are added by the one who asks; these are its groups and everything."""
        return Q(group__in=self.groups) | Q(article__isnull=True, group__isnull=True)

    def width(self, article_id: int | None, group_id: int | None) -> int:
        if article_id is not None:
            return 0
        return self.groups.index(group_id) + 1 if group_id is not None else WHOLE_RANGE


@dataclass(frozen=True)
class ConditionSource:
    """A source of prices and discounts. `candidates(asked, reach)` costs the same number of queries for any article.

    What it gives is sorted by `Candidate.rank`: put it before, between or after those named above.
    """

    slug: str
    candidates: Callable[[Asked, Reach], Iterable[Candidate]]
    order: int = 100


condition_sources: Registry[ConditionSource] = Registry("source of price conditions")


def upwards(model: Any, start: int | None, **narrowed: Any) -> list[int]:
    """The key and those above it in a tree, in one query; nothing without a start."""
    if start is None:
        return []
    parents = dict(model.objects.filter(**narrowed).values_list("pk", "parent"))
    found: list[int] = []
    above: int | None = start
    while above is not None and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def quote(
    article: Article,
    *,
    party: Any = None,
    own_firm: Any = None,
    on: dt.date | None = None,
    quantity: Decimal = Decimal(1),
    unit: Any = None,
    currency: str = "EUR",
    includes_vat: bool = False,
) -> Quote:
    """The price of one unit of the article with its discount, and the reasons in sentences.

    Raises ValidationError when nothing says how the unit is converted.
    """
    unit, on = unit or article.unit, on or today()
    reach = Reach(
        upwards(ArticleGroup, article.group_id),
        upwards(PartyType, party.client_type_id if party is not None else None, tree=PartyType.Tree.CLIENT),
    )
    bare = Asked(article, party, own_firm, on, quantity, unit, currency, includes_vat)
    found = [one for source in condition_sources for one in source.candidates(bare, reach)]
    asked = Asked(
        article,
        party,
        own_firm,
        on,
        quantity,
        unit,
        currency,
        includes_vat,
        article.vat_rate.percent,
        factors(article, unit, {one.unit_id for one in found if one.unit_id is not None}),
        rates({currency, *(one.currency for one in found)}, on),
    )
    return choose(found, asked)


def factors(article: Article, unit: Any, others: set[int]) -> dict[int, Decimal]:
    """How many of the article's own unit one of each is; units that cannot be converted are missing."""
    own = article.unit
    known = {own.pk: Decimal(1)}
    further = others | {unit.pk}
    if further <= {own.pk}:
        return known
    special = dict(article.units.values_list("unit", "factor"))
    base = own.base_id or own.pk
    for one in Unit.objects.filter(pk__in=further - {own.pk}):
        if one.pk in special:
            known[one.pk] = special[one.pk]
        elif (one.base_id or one.pk) == base:
            known[one.pk] = one.factor / own.factor
    if unit.pk not in known:
        article.factor_of(unit)  # refuses in its own words
    return known


def rates(currencies: set[str], on: dt.date) -> dict[str, Decimal]:
    """Units of each currency for one euro on the day, as far as they are known."""
    known = {code: rate for code, rate in FIXED.items() if code in currencies}
    if further := currencies - known.keys():
        days = (on - dt.timedelta(days=OLDEST_DAYS), on)
        rows = ExchangeRate.objects.filter(currency__in=further, on__range=days).order_by("currency", "-on")
        known |= dict(rows.distinct("currency").values_list("currency", "rate"))
    return known


# -- Conditions ------------------------------------------------------------------------------------


def from_conditions(asked: Asked, reach: Reach) -> Iterator[Candidate]:
    """Conditions of the party, of its client type and of all clients. Those of another day are told, not counted."""
    party = asked.party
    whom = Q(party__isnull=True, client_type__isnull=True) | Q(client_type__in=reach.types)
    if party is not None:
        whom |= Q(party=party.pk)
    what = Q(article=asked.article.pk) | reach.things
    for row in PriceCondition.objects.current().filter(whom, what).select_related("unit", "client_type", "group"):
        if row.party_id is not None:
            rank, title = OF_PARTY, _("a condition of the counterparty")
        elif row.client_type_id is not None:
            # The nearer type in the tree comes before those above it.
            rank, title = OF_TYPE + reach.types.index(row.client_type_id), _("a condition of “%s”") % row.client_type
        else:
            rank, title = OF_ALL, _("a condition for all clients")
        what_words = _("for the article")
        if row.article_id is None:
            what_words = _("for the group “%s”") % row.group if row.group else _("for all articles")
        note = f" ({row.note})" if row.note else ""
        yield Candidate(
            rank,
            f"{title} {what_words}{note}",
            price=row.price,
            discount_percent=row.discount_percent,
            currency=row.currency,
            includes_vat=row.includes_vat,
            unit_id=row.unit_id,
            unit_name=str(row.unit or ""),
            min_quantity=row.min_quantity,
            priority=row.priority,
            width=reach.width(row.article_id, row.group_id),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            key=row.pk,
        )


# -- Price lists -------------------------------------------------------------------------------------


def from_lists(asked: Asked, reach: Reach) -> Iterator[Candidate]:
    """Prices of the day from the party's own list, from those for its client type and from general ones."""
    terms = PartyTerms.objects.filter(party=asked.party.pk) if asked.party is not None else PartyTerms.objects.none()
    own = terms.values_list("price_list", flat=True).first()
    of_types = PriceList.client_types.through.objects.filter(
        pricelist=OuterRef("price_list"), partytype__in=reach.types or [0]
    )
    day = Q(valid_from__isnull=True) | Q(valid_from__lte=asked.on), Q(valid_to__isnull=True) | Q(valid_to__gte=asked.on)
    prices = (
        PriceListPrice.objects.filter(*day, article=asked.article.pk, price_list__archived_at__isnull=True)
        .annotate(for_type=Exists(of_types))
        .filter(Q(price_list=own) | Q(for_type=True) | Q(price_list__is_general=True))
        .select_related("price_list", "unit")
        .order_by("pk")
    )
    for row in prices:
        its = row.price_list
        rank = OWN_LIST if its.pk == own else LIST_OF_TYPE if row.for_type else GENERAL_LIST
        starts = [day for day in (row.valid_from, its.valid_from) if day]
        ends = [day for day in (row.valid_to, its.valid_to) if day]
        yield Candidate(
            rank,
            _("the list “%s”") % its.name,
            price=row.price,
            combines=True,
            currency=its.currency,
            includes_vat=its.includes_vat,
            unit_id=row.unit_id,
            unit_name=str(row.unit),
            min_quantity=row.min_quantity,
            priority=its.priority,
            valid_from=max(starts, default=None),
            valid_to=min(ends, default=None),
            key=row.pk,
        )


condition_sources.register(ConditionSource("conditions", from_conditions, order=20))
condition_sources.register(ConditionSource("price_lists", from_lists, order=50))

__all__ = [
    "GENERAL_LIST",
    "LIST_OF_TYPE",
    "OF_ALL",
    "OF_PARTY",
    "OF_TYPE",
    "OWN_LIST",
    "WHOLE_RANGE",
    "Asked",
    "Candidate",
    "ConditionSource",
    "Quote",
    "Reach",
    "condition_sources",
    "quote",
]
