"""Lines of a supplier's e-invoice in the terms of our lines, with the rates, grounds, units and articles we know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from common.money import round_money
from common.text import fold
from finance.models import FinancialDocument
from finance.statements.records import tidy
from finance.ubl import EInvoice, Line
from trade.errors import DocumentError
from trade.models import Article, ArticleBarcode, Unit, VatCategory, VatGround, VatRate

HUNDRED = Decimal(100)
ZERO = Decimal("0.00")
PRICE_STEP = Decimal("0.000001")
MOST_LINES = 2000


@dataclass
class Problem:
    """What could not be taken over as it stands: said in the internal note; `kept` is their own text."""

    said: str
    kept: str = ""


@dataclass
class DraftLine:
    description: str
    quantity: Decimal
    unit_price: Decimal
    rate: VatRate
    ground: VatGround | None = None
    discount_percent: Decimal = ZERO
    unit: Unit | None = None
    article: Article | None = None
    deducts: Any = None
    order: int = MOST_LINES  # where it stands in the file; what is put together comes last

    def facts(self) -> dict[str, Any]:
        """The values of a line of ours."""
        return {
            "description": tidy(self.description[:1000], 500) or "?",
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "discount_percent": self.discount_percent,
            "vat_rate": self.rate,
            "vat_ground": self.ground,
            "unit": self.unit,
            "article": self.article,
            "deducts": self.deducts,
        }

    def amount(self, currency: str) -> Decimal:
        off = (HUNDRED - self.discount_percent) / HUNDRED
        return round_money(self.quantity * self.unit_price * off, currency)


@dataclass
class Portion:
    """What the file says at one category and rate: its lines, and what is added or taken off for the whole document."""

    category: str
    percent: Decimal
    lines: list[Line] = field(default_factory=list)
    changes: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO) + sum((amount for _text, amount in self.changes), ZERO)


def lines_of(invoice: EInvoice, document: FinancialDocument, problems: list[Problem]) -> list[DraftLine]:
    """Our lines, which come to the file's amounts; what was not taken over as it stands is told in `problems`.

    What a line of ours cannot say (something taken off without an advance that is entered here, a discount of the whole
    document) is brought into one line for its rate, so that base and VAT are the printed ones. Raises DocumentError.
    """
    if len(invoice.lines) > MOST_LINES:
        raise DocumentError(_("The invoice has more than %d lines.") % MOST_LINES)
    known = Known(invoice, document, problems)
    drafted: list[DraftLine] = []
    for portion in portions_of(invoice):
        rate, ground = known.rate_of(portion.category, portion.percent), None
        if rate.needs_ground:
            ground = known.ground_of(rate.category, portion.percent)
        lines = [known.line(line, rate, ground) for line in portion.lines]
        added = [DraftLine(text, Decimal(1), amount, rate, ground) for text, amount in portion.changes if amount > 0]
        taken_off = any(amount < 0 for _text, amount in portion.changes)
        if any(line is None for line in lines) or taken_off:
            drafted.append(known.together(portion, rate, ground))
        else:
            drafted += [line for line in lines if line is not None] + added
    drafted.sort(key=lambda line: line.order)
    return drafted


def portions_of(invoice: EInvoice) -> list[Portion]:
    found: dict[tuple[str, Decimal], Portion] = {}

    def of(category: str, percent: Decimal | None) -> Portion:
        percent = percent or Decimal(0)
        category = category or ("S" if percent else "Z")
        return found.setdefault((category, percent.normalize()), Portion(category, percent))

    for line in invoice.lines:
        of(line.vat_category, line.vat_rate).lines.append(line)
    for change in invoice.allowances:
        text = change.reason or (_("Surcharge") if change.is_charge else _("Discount"))
        amount = change.amount if change.is_charge else -change.amount
        of(change.vat_category, change.vat_rate).changes.append((text, amount))
    return list(found.values())


class Known:
    """What of the file is known here, asked once for all lines."""

    def __init__(self, invoice: EInvoice, document: FinancialDocument, problems: list[Problem]) -> None:
        self.invoice, self.document, self.problems = invoice, document, problems
        self.day: dt.date = document.tax_event_date or document.date
        self.rates = list(VatRate.objects.in_force(self.day).order_by("order", "pk"))
        self.grounds = list(VatGround.objects.filter(is_active=True).order_by("order", "pk"))
        units = Unit.objects.filter(is_active=True, code__in={line.unit for line in invoice.lines} - {""})
        self.units = {unit.code: unit for unit in units.order_by("-order", "-pk")}
        barcodes = ArticleBarcode.objects.filter(code__in={line.gtin for line in invoice.lines} - {""})
        self.articles = {
            barcode.code: barcode.article
            for barcode in barcodes.select_related("article")
            if barcode.article.archived_at is None
        }
        ours = {line.buyer_item_id for line in invoice.lines} - {""}
        self.by_code = {one.code: one for one in Article.objects.filter(code__in=ours, archived_at__isnull=True)}
        self.advances = self.entered_advances()

    def entered_advances(self) -> list[FinancialDocument]:
        """The advance invoices of the sender that the file refers to, as they are entered here."""
        numbers = [before.number for before in self.invoice.preceding]
        if not numbers or self.document.is_note:
            return []
        found = FinancialDocument.objects.issued().filter(
            own_firm=self.document.own_firm,
            party=self.document.party,
            received=True,
            kind="advance_invoice",
            number__in=numbers,
            currency=self.document.currency,
        )
        return list(found.order_by("date", "pk"))

    # -- VAT -------------------------------------------------------------------------------------

    def rate_of(self, category: str, percent: Decimal) -> VatRate:
        """Our rate of the category and percent on the day. Raises DocumentError for one we do not have."""
        fitting = [rate for rate in self.rates if rate.category == category and rate.percent == percent]
        if fitting:
            return fitting[0]
        raise DocumentError(
            _("The invoice charges VAT at %(percent)s %% (category %(category)s); no such rate is in force on its day.")
            % {"percent": f"{percent.normalize():f}", "category": category}
        )

    def ground_of(self, category: str, percent: Decimal) -> VatGround:
        """The ground of the category that is nearest to what the file says; other words than ours are kept."""
        told = [one for one in self.invoice.vat if one.category == category and (one.rate or 0) == percent]
        reason, code = (told[0].reason, told[0].reason_code) if told else ("", "")
        grounds = [ground for ground in self.grounds if ground.category == category]
        if not grounds:
            label = VatCategory(category).label
            raise DocumentError(_("No ground for “%s” is known here: an administrator has to add one.") % label)

        def likeness(ground: VatGround) -> tuple[float, bool]:
            texts = (fold(ground.text), fold(ground.text_en))
            return (
                max(SequenceMatcher(None, fold(reason), text).ratio() for text in texts) if reason else 0.0,
                bool(code) and ground.code == code,
            )

        best = max(grounds, key=likeness)
        if fold(reason) not in (fold(best.text), fold(best.text_en)):
            self.problems.append(
                Problem(
                    _("Check the ground for 0 %%: “%(ours)s” was chosen; the file says “%(theirs)s”.")
                    % {"ours": best.text, "theirs": reason or code or _("nothing")},
                    kept=reason,
                )
            )
        return best

    # -- Lines -----------------------------------------------------------------------------------

    def line(self, line: Line, rate: VatRate, ground: VatGround | None) -> DraftLine | None:
        """The line as ours, coming to its amount; None for one that takes something off without a known advance."""
        made = (
            self.deduction(line, rate, ground) if line.net < 0 or line.quantity < 0 else self.plain(line, rate, ground)
        )
        if made is not None:
            made.from_id = line.id  # type: ignore[attr-defined]
        return made

    def deduction(self, line: Line, rate: VatRate, ground: VatGround | None) -> DraftLine | None:
        if line.net > 0 or not self.advances:
            return None
        named = [one for one in self.advances if one.number in f"{line.name} {line.description} {line.note}"]
        advance = (named or self.advances)[0] if named or len(self.advances) == 1 else None
        if advance is None:
            return None
        return DraftLine(line.name, Decimal(-1), -line.net, rate, ground, deducts=advance)

    def plain(self, line: Line, rate: VatRate, ground: VatGround | None) -> DraftLine:
        currency = self.document.currency
        made = DraftLine(
            description=line.name or line.description or "?",
            quantity=line.quantity,
            unit_price=(line.price / line.base_quantity).quantize(PRICE_STEP),
            rate=rate,
            ground=ground,
            unit=self.units.get(line.unit),
            article=self.articles.get(line.gtin) or self.by_code.get(line.buyer_item_id),
        )
        off = sum((-one.amount if one.is_charge else one.amount for one in line.allowances), ZERO)
        full = round_money(made.quantity * made.unit_price, currency)
        if off > 0 and full:
            made.discount_percent = (off * HUNDRED / full).quantize(Decimal("0.01"))
        if fits(made) and made.amount(currency) == line.net:
            return made
        # Price and quantity do not give the amount: the price that does, else the amount for the whole.
        made.discount_percent = ZERO
        if line.quantity > 0:
            made.unit_price = (line.net / line.quantity).quantize(PRICE_STEP)
            if fits(made) and made.amount(currency) == line.net:
                return made
        counted = f"{line.quantity.normalize():f}"
        made.description = f"{made.description[:460]} ({counted} {made.unit or line.unit})".strip()
        made.quantity, made.unit_price, made.unit = Decimal(1), line.net, None
        return made

    def together(self, portion: Portion, rate: VatRate, ground: VatGround | None) -> DraftLine:
        """One line for all of a rate. Raises DocumentError when more is taken off than there is."""
        if portion.net < 0:
            raise DocumentError(
                _("The invoice takes off more than it charges at %(percent)s %%. Enter it by hand.")
                % {"percent": f"{portion.percent.normalize():f}"}
            )
        self.problems.append(
            Problem(
                _(
                    "What the file charges at %(percent)s %% is put together into one line, because it takes something "
                    "off (an advance that is not entered here, or a discount of the whole document)."
                )
                % {"percent": f"{portion.percent.normalize():f}"}
            )
        )
        names = ", ".join(dict.fromkeys(line.name for line in portion.lines if line.net > 0))
        return DraftLine(names or "?", Decimal(1), portion.net, rate, ground)


def fits(line: DraftLine) -> bool:
    """Whether the line is one that ours may be."""
    exact = line.quantity == line.quantity.quantize(PRICE_STEP)
    return exact and line.quantity > 0 and line.unit_price >= 0 and ZERO <= line.discount_percent <= HUNDRED
