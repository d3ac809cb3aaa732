"""Demonstration data of trade: articles in groups, three price lists, some conditions. The same every time."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from stdnum import ean

from common.dates import today
from common.demo import DemoPart, parts
from counterparties.kinds import Kind
from counterparties.models import Counterparty, PartyType
from trade import demo_data as data
from trade.forms.prices import changed_price
from trade.models import (
    Article,
    ArticleBarcode,
    ArticleGroup,
    ArticleUnit,
    PartyTerms,
    PriceCondition,
    PriceList,
    PriceListPrice,
    Unit,
    VatRate,
)

# In Bulgaria 380; the number after it is nobody's.
MAKER = "3809999"
REDUCED = "Книги и печатни издания"
WHOLESALE, RETAIL, PARTNER = "Цени на едро", "Цени на дребно", "Цени за партньори"


class Filling:
    """The data while it is being written."""

    def __init__(self) -> None:
        self.rng = random.Random(41)
        self.units = {unit.name: unit for unit in Unit.objects.all()}
        self.rates = {rate.percent: rate for rate in VatRate.objects.filter(category="S")}
        self.groups: dict[str, ArticleGroup] = {}
        self.articles: list[tuple[Article, data.Sold]] = []
        self.codes = 0

    def fill(self) -> None:
        for order, (name, above, name_en, _service) in enumerate(data.GROUPS, start=1):
            self.groups[name] = ArticleGroup.objects.create(
                name=name, name_en=name_en, parent=self.groups.get(above), order=order * 10
            )
        for name, _above, _name_en, service in data.GROUPS:
            for sold in data.ARTICLES.get(name, []):
                self.add(sold, name, service)
        self.price_lists()
        self.conditions()

    def add(self, sold: data.Sold, group: str, service: bool) -> None:
        article = Article.objects.create(
            code=sold.code,
            name=sold.name,
            name_en=sold.name_en,
            kind=Article.Kind.SERVICE if service else Article.Kind.GOODS,
            group=self.groups[group],
            unit=self.units[sold.unit],
            vat_rate=self.rates[Decimal(9) if group == REDUCED else Decimal(20)],
            origin="" if service else "BG",
        )
        self.articles.append((article, sold))
        if sold.package:
            unit = self.units[sold.package]
            ArticleUnit.objects.create(article=article, unit=unit, factor=Decimal(sold.factor))
        if not service:
            self.barcode(article)
            if sold.package in ("кашон", "опаковка"):
                self.barcode(article, self.units[sold.package])
        article.save()  # search finds it by its barcodes too

    def barcode(self, article: Article, unit: Unit | None = None) -> None:
        self.codes += 1
        stem = f"{MAKER}{self.codes:05d}"
        ArticleBarcode.objects.create(article=article, code=stem + ean.calc_check_digit(stem), unit=unit)

    # -- Prices ----------------------------------------------------------------------------------

    def price_lists(self) -> None:
        """Wholesale without VAT, retail with it, and a partner's; this year's prices follow those of last year."""
        new_year = today().replace(month=1, day=1)
        wholesale = PriceList.objects.create(name=WHOLESALE, is_general=True, priority=100)
        retail = PriceList.objects.create(name=RETAIL, includes_vat=True, priority=50, note="За физически лица")
        private = PartyType.objects.filter(tree="client", name="Крайни клиенти").first()
        if private is not None:
            retail.client_types.add(private)
        partner = PriceList.objects.create(name=PARTNER, priority=100, note="По споразумение")
        rows = []
        for article, sold in self.articles:
            price = Decimal(sold.price)
            before = changed_price(price, Decimal(-4), Decimal("0.01"))
            rows += [
                self.row(wholesale, article, before, valid_to=new_year - dt.timedelta(days=1)),
                self.row(wholesale, article, price, valid_from=new_year),
            ]
            gross = price * (100 + article.vat_rate.percent) / 100
            rows.append(self.row(retail, article, changed_price(gross, Decimal(25), Decimal("0.05"))))
            if article.kind == Article.Kind.GOODS:
                rows.append(self.row(partner, article, changed_price(price, Decimal(-8), Decimal("0.01"))))
            if sold.package == "палет":
                step = changed_price(price, Decimal(-5), Decimal("0.01"))
                rows.append(self.row(wholesale, article, step, min_quantity=Decimal(sold.factor), valid_from=new_year))
        PriceListPrice.objects.bulk_create(rows)
        self.partner = partner

    @staticmethod
    def row(price_list: PriceList, article: Article, price: Decimal, **fields: object) -> PriceListPrice:
        # A retail price of a pen rounded to five cents must not become nothing.
        least = Decimal("0.05")
        return PriceListPrice(
            price_list=price_list, article=article, unit_id=article.unit_id, price=max(price, least), **fields
        )

    def conditions(self) -> None:
        """Clients with a list of their own, and some with discounts and agreed prices."""
        clients = list(Counterparty.objects.current().of_kind(Kind.CLIENT).filter(person_kind="legal").order_by("pk"))
        self.rng.shuffle(clients)
        for party in clients[:6]:
            PartyTerms.objects.create(party=party, price_list=self.partner)
        foreign = next((party for party in clients[6:] if str(party.country) not in ("BG", "")), None)
        if foreign is not None:
            PartyTerms.objects.create(party=foreign, currency="EUR")
        year = today().year
        cement = next(article for article, sold in self.articles if sold.code == "ЦМ-425")
        for place, party in enumerate(clients[6:16]):
            group = list(self.groups.values())[place % len(self.groups)]
            percent = Decimal(self.rng.choice(["3", "5", "7.5", "10"]))
            PriceCondition.objects.create(
                party=party, group=group, discount_percent=percent, valid_from=dt.date(year, 1, 1)
            )
        for party in clients[16:19]:
            PriceCondition.objects.create(
                party=party,
                article=cement,
                price=Decimal("3.98"),
                unit=cement.unit,
                min_quantity=Decimal(100),
                valid_from=dt.date(year, 3, 1),
                valid_to=dt.date(year, 12, 31),
                note="по писмо от управителя",
            )
        PriceCondition.objects.create(
            group=self.groups["Канцеларски материали"],
            discount_percent=Decimal(2),
            min_quantity=Decimal(50),
            note="за количество",
        )


def fill() -> None:
    Filling().fill()


def holds_rows() -> bool:
    return Article.objects.exists()


parts.register(DemoPart("trade", 60, fill, holds_rows))
