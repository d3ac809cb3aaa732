"""The books of the demonstration while they are being kept: deeds by day, through the real life of everything."""

from __future__ import annotations

import datetime as dt
import heapq
import io
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pghistory
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from common.dates import today
from common.money import round_money
from contacts.models import BankAccount
from counterparties.models import Counterparty
from documents.models import NumberSeries
from finance.kinds import Direction, DocumentKind
from finance.models import CashDesk, FinancialDocument, FinancialDocumentLine, FirmSettings, Payment
from finance.settling import post
from trade.models import Article, ExchangeRate, PriceListPrice, Unit, VatCategory, VatGround, VatRate
from users.models import User

TRADE, LOGISTICS = "Орион Трейд България", "Орион Логистика"
# Enough digits to look like a rate; nobody's published ones.
RATES = {"USD": Decimal("1.1640"), "GBP": Decimal("0.8710")}
LEV_DAY = dt.date(2025, 12, 31)


class Ledger:
    """Deeds are put down for a day and done in the order of days, as series of tax documents ask."""

    def __init__(self) -> None:
        self.rng = random.Random(2604)
        self.today = today()
        self.users = {user.username: user for user in User.objects.with_rights()}
        self.books, self.manager = self.users["accountant"], self.users["manager"]
        parties = Counterparty.objects.select_related("legal_form", "status")
        self.parties = {party.name: party for party in parties.order_by("-archived_at", "-pk")}
        self.firms = {name: self.parties[name] for name in (TRADE, LOGISTICS)}
        self.accounts: dict[tuple[str, str], BankAccount] = {}
        self.desks: dict[str, CashDesk] = {}
        self.rates = {(rate.category, rate.percent): rate for rate in VatRate.objects.filter(is_active=True)}
        self.grounds: dict[str, VatGround] = {}
        for ground in VatGround.objects.filter(is_active=True).order_by("-order"):
            self.grounds[ground.category] = ground
        self.units = {unit.name: unit for unit in Unit.objects.all()}
        self.goods = self.priced_articles()
        self._deeds: list[tuple[dt.date, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._order = 0
        self.day = dt.date.min

    def priced_articles(self) -> list[tuple[Article, Decimal]]:
        """Articles with their wholesale price of this year."""
        prices = PriceListPrice.objects.filter(price_list__is_general=True, valid_to__isnull=True, min_quantity=0)
        if not prices:
            prices = PriceListPrice.objects.filter(price_list__is_general=True, valid_to__isnull=True)
        found = {row.article_id: (row.article, row.price) for row in prices.select_related("article__vat_rate")}
        return [found[key] for key in sorted(found)]

    # -- Deeds by day ------------------------------------------------------------------------------

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def on(self, day: dt.date, deed: Callable[..., Any], *rest: Any) -> None:
        """Put a deed down for the day; what would lie in the future is not done at all."""
        if day <= self.today:
            self._order += 1
            heapq.heappush(self._deeds, (max(day, self.day), self._order, deed, rest))

    def run(self) -> None:
        """Do all that is put down, day after day; a deed may put down others."""
        with pghistory.context(user=self.books.pk):
            while self._deeds:
                self.day, _order, deed, rest = heapq.heappop(self._deeds)
                deed(*rest)

    # -- Firms -------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Settings, series, cash desks and accounts of the own firms; rates of the currencies."""
        for name, colour, letter in ((TRADE, "#1f5f8b", "О"), (LOGISTICS, "#8b4a1f", "Л")):
            firm = self.firms[name]
            settings = FirmSettings(
                own_firm=firm,
                prepared_by="Деница Стоянова",
                place="София",
                foot="Обработваме лични данни само за издаване на документи.",
                takes_cash_from_clients=name == LOGISTICS,
            )
            settings.logo.save("logo.png", ContentFile(logo(colour, letter)), save=False)
            settings.full_clean()
            settings.save()
            desk = CashDesk(own_firm=firm, name="Каса офис")
            desk.full_clean()
            desk.save()
            self.desks[name] = desk
            for account in BankAccount.objects.current().filter(party=firm).order_by("is_default", "-pk"):
                self.accounts[name, account.currency] = account
        series = NumberSeries(own_firm=self.firms[TRADE], code="tax", digits=10, first_number=12346, next_number=12346)
        series.full_clean()
        series.save()
        days = [self.ago(back) for back in range(0, 420, 7)]
        rows = [
            ExchangeRate(currency=code, on=day, rate=rate + Decimal(place % 9) / 1000, source="пример")
            for code, rate in RATES.items()
            for place, day in enumerate(days)
        ]
        ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True)

    def firm_of(self, party: Counterparty) -> str:
        """The own firm that deals with the party: one that serves it, mostly the trading one."""
        serving = {firm.name for firm in party.serving_firms.all()}
        if len(serving) == 1:
            return serving.pop()
        return LOGISTICS if party.pk % 4 == 0 else TRADE

    # -- Documents ---------------------------------------------------------------------------------

    def document(
        self, party: Counterparty, kind: str = DocumentKind.INVOICE, *, firm: str = "", lines: Any = None, **facts: Any
    ) -> FinancialDocument:
        """A draft of the day at work. `lines` as `line` makes them; some goods when none are told."""
        name = firm or self.firm_of(party)
        facts.setdefault("date", self.day)
        facts.setdefault("currency", "BGN" if facts["date"] <= LEV_DAY else "EUR")
        if facts.get("direction") != Direction.EXPENSE and not facts.get("received"):
            facts.setdefault("trader", party.trader)
            facts.setdefault("prepared_by", "Деница Стоянова")
            facts.setdefault("place", "София")
            facts.setdefault("bank_account", self.accounts.get((name, facts["currency"])))
            if facts["currency"] == "BGN":
                facts["bank_account"] = self.accounts[name, "EUR"]
        document = FinancialDocument(own_firm=self.firms[name], party=party, kind=kind, created_by=self.books, **facts)
        document.save()
        for position, line in enumerate(lines if lines is not None else self.some_goods(document), start=1):
            FinancialDocumentLine(document=document, position=position, **line).save()
        return document

    def issue(self, party: Counterparty, kind: str = DocumentKind.INVOICE, **facts: Any) -> FinancialDocument:
        document = self.document(party, kind, **facts)
        document.issue(self.books)
        return document

    def received(self, party: Counterparty, kind: str = DocumentKind.INVOICE, **facts: Any) -> FinancialDocument:
        """A supplier's paper, entered two days after its date."""
        arrived = min(self.day + dt.timedelta(days=2), self.today)
        facts = {"direction": Direction.EXPENSE, "received_on": arrived, **facts}
        return self.issue(party, kind, received=True, **facts)

    def line(self, words: str, price: Any, *, quantity: Any = 1, vat: Any = 20, unit: str = "бр.", **facts: Any) -> Any:
        """A line of free text; `vat` is a percent, or a category of EN 16931 for what is not taxed."""
        key = (VatCategory.STANDARD, Decimal(vat)) if isinstance(vat, int) else (vat, Decimal(0))
        rate = next(rate for (category, percent), rate in self.rates.items() if (category, percent) == key)
        ground = None if rate.percent else self.grounds[rate.category]
        return {
            "description": words,
            "unit": self.units[unit],
            "quantity": Decimal(quantity),
            "unit_price": Decimal(str(price)),
            "vat_rate": rate,
            "vat_ground": ground,
            **facts,
        }

    def some_goods(self, document: FinancialDocument, vat: str = "") -> list[Any]:
        """One to five lines of articles; in levs at the price in levs."""
        rng, made = self.rng, []
        for article, price in rng.sample(self.goods, rng.choice([1, 2, 2, 3, 3, 4, 5])):
            if document.currency == "BGN":
                price = round_money(price * Decimal("1.95583"), "BGN")
            quantity = rng.choice([1, 2, 5, 10, 12, 20, 24, 40])
            line = self.line(
                article.name,
                price,
                quantity=quantity,
                vat=vat or int(article.vat_rate.percent),
                article=article,
                unit=self.unit_name(article),
            )
            if rng.random() < 0.2:
                line["discount_percent"] = Decimal(rng.choice(["2", "5", "7.5"]))
            made.append(line | {"description_en": article.name_en})
        return made

    def unit_name(self, article: Article) -> str:
        return next(name for name, unit in self.units.items() if unit.pk == article.unit_id)

    # -- Payments ----------------------------------------------------------------------------------

    def pay(
        self, document: FinancialDocument, share: Any = 1, *, extra: Any = 0, currency: str = "", **facts: Any
    ) -> Payment:
        """Pay a part of what is open (all by default) on the day at work, and something more."""
        document.refresh_from_db()
        currency = currency or ("EUR" if document.currency == "BGN" and self.day > LEV_DAY else document.currency)
        open_in_it = document.open if currency == document.currency else document.open_eur
        amount = round_money(open_in_it * Decimal(str(share)), currency)
        facts.setdefault("direction", "in" if document.side == "debit" else "out")
        facts.setdefault("reason", f"{document.kind_label} № {document.number}"[:300])
        payment = self.payment(document.party, amount + Decimal(str(extra)), document.own_firm.name, currency, **facts)
        post(payment, self.books, [(document, amount)])
        return payment

    def payment(self, party: Counterparty, amount: Any, firm: str, currency: str = "EUR", **facts: Any) -> Payment:
        """A draft of a payment of the day at work; by bank when nothing else is said."""
        facts.setdefault("method", "bank")
        if facts["method"] == "bank":
            facts.setdefault("account", self.accounts[firm, "EUR" if currency == "BGN" else currency])
            if facts.get("direction") == "out":
                accounts = BankAccount.objects.current().filter(party=party).order_by("-is_default", "pk")
                facts.setdefault("party_account", next((one for one in accounts if one.can_be_paid), None))
        elif facts["method"] == "cash":
            facts.setdefault("desk", self.desks[firm])
        payment = Payment(
            own_firm=self.firms[firm],
            party=party,
            amount=Decimal(str(amount)),
            currency=currency,
            date=self.day,
            created_by=self.books,
            **facts,
        )
        payment.save()
        return payment

    def post(self, *what: Any, **facts: Any) -> Payment:
        payment = self.payment(*what, **facts)
        post(payment, self.books, [])
        return payment


def logo(colour: str, letter: str) -> bytes:
    """A disc with a ring, as a firm of the demonstration has it on its papers."""
    size = 240
    picture = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((8, 8, size - 8, size - 8), fill=colour)
    pen.ellipse((44, 44, size - 44, size - 44), outline="white", width=14)
    pen.line((size // 2, 60, size // 2, size - 60) if letter == "Л" else (60, size // 2, size - 60, size // 2),
             fill="white", width=14)  # fmt: skip
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
