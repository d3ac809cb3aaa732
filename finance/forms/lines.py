"""The grid of a document's lines: read from what was typed, checked cell by cell, saved by what differs.

No formset: a document may have hundreds of lines, and a form with ten widgets for each would cost more than all else of
the page. A row is plain text by field; the order of the rows is that in which they are sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.amounts import AmountField, written
from common.forms import CleanCharField
from trade.models import Article, Unit, VatGround, VatRate
from trade.models.documents import MOST_LINES

PREFIX = "lines"
# Cells in the order of the table. Whatever a row says in one of the first three, it says something.
CELLS = ("article", "description", "unit_price", "quantity", "unit", "discount_percent", "vat_rate", "vat_ground")
SAYS_SOMETHING = ("article", "description", "unit_price")
# Rows that were fetched above; to check them again would ask the database for each.
CHOSEN = ("document", "article", "unit", "vat_rate", "vat_ground", "deducts", "amount", "net", "net_eur")
SPARE = 3  # empty rows for those without scripts

DESCRIPTION = CleanCharField(max_length=500)
ARTICLE = CleanCharField(max_length=60, required=False)
QUANTITY = AmountField(decimal_places=6, shown_decimals=0)
PRICE = AmountField(decimal_places=6, required=False)
DISCOUNT = AmountField(max_digits=5, decimal_places=2, shown_decimals=0, required=False)


@dataclass
class TypedLine:
    """One row as it stands on the page: `typed` text by cell, what is wrong with it, and the line once it is right."""

    index: str
    typed: dict[str, str]
    pk: int | None = None
    deducts: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    line: Any = None
    place: int = 0
    amount: Decimal | None = None

    def refuse(self, name: str, *messages: Any) -> None:
        self.errors.setdefault(name if name in CELLS else "description", []).extend(str(one) for one in messages)

    @property
    def says_nothing(self) -> bool:
        return self.pk is None and not any(self.typed.get(name, "").strip() for name in SAYS_SOMETHING)

    @property
    def name(self) -> str:
        return f"{PREFIX}-{self.index}"

    @property
    def words(self) -> list[str]:
        return [message for messages in self.errors.values() for message in messages]


class LineGrid:
    """The lines of a draft. `model` is the line's; `usual` (rate, ground) is what a new row begins with.

    `without_vat`: the grid shows no VAT, every line is taxed by `usual`.
    """

    def __init__(
        self,
        document: Any,
        *,
        user: Any,
        usual: tuple[Any, Any],
        data: Any = None,
        without_vat: bool = False,
    ) -> None:
        self.document, self.user, self.data = document, user, data
        self.usual_rate, self.usual_ground = usual
        self.without_vat = without_vat
        self.model: Any = type(document)._meta.get_field("lines").related_model
        self.stored = {line.pk: line for line in document.priced_lines()} if document.pk else {}
        self.general: list[str] = []

    # -- What can be chosen ------------------------------------------------------------------------

    @cached_property
    def rates(self) -> list[VatRate]:
        """Rates in force on the document's day, and those its lines have already."""
        kept = {line.vat_rate_id for line in self.stored.values()}
        on = self.document.rate_day
        in_force = {rate.pk for rate in VatRate.objects.in_force(on)}
        return [rate for rate in VatRate.objects.order_by("order", "pk") if rate.pk in kept | in_force]

    @cached_property
    def grounds(self) -> list[VatGround]:
        kept = {line.vat_ground_id for line in self.stored.values()}
        return list(VatGround.objects.filter(Q(is_active=True) | Q(pk__in=kept)))

    @property
    def grounds_by_category(self) -> list[tuple[str, list[VatGround]]]:
        categories = dict.fromkeys(ground.category for ground in self.grounds)
        return [(one, [ground for ground in self.grounds if ground.category == one]) for one in categories]

    @cached_property
    def units(self) -> list[Unit]:
        return list(Unit.objects.all())

    # -- Rows --------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[TypedLine]:
        if self.data is None:
            rows = [self.row_of(str(at), line) for at, line in enumerate(self.stored.values())]
            rows += [self.empty(str(len(rows) + at)) for at in range(SPARE)]
        else:
            rows = list(self.typed_rows())
        for place, row in enumerate(rows, start=1):
            row.place = place
        return rows

    def empty(self, index: str) -> TypedLine:
        """A row to write in; `__prefix__` as index makes the one that scripts copy."""
        typed = {"quantity": "1", "vat_rate": str(getattr(self.usual_rate, "pk", "") or "")}
        if self.usual_ground is not None:
            typed["vat_ground"] = self.usual_ground.text
        return TypedLine(index, typed)

    @property
    def pattern(self) -> TypedLine:
        return self.empty("__prefix__")

    def row_of(self, index: str, line: Any) -> TypedLine:
        """A stored line as it is shown."""
        typed = {
            "article": line.article.code if line.article is not None else "",
            "description": line.description,
            "quantity": written(line.quantity, 0),
            "unit": line.unit.name if line.unit is not None else "",
            "unit_price": written(line.unit_price, 2),
            "discount_percent": written(line.discount_percent, 0) if line.discount_percent else "",
            "vat_rate": str(line.vat_rate_id),
            "vat_ground": line.vat_ground.text if line.vat_ground is not None else "",
        }
        return TypedLine(index, typed, line.pk, getattr(line, "deducts", None), line=line, amount=line.amount)

    def typed_rows(self) -> Iterable[TypedLine]:
        """The rows in the order in which they were sent, without those that say nothing or are to go."""
        seen: dict[str, None] = {}
        for key in self.data:
            if match := re.fullmatch(rf"{PREFIX}-([0-9]{{1,6}})-[a-z_]+", key):
                seen.setdefault(match[1])
        for index in list(seen)[: MOST_LINES + 1]:
            name = f"{PREFIX}-{index}"
            if self.data.get(f"{name}-delete"):
                continue
            typed = {cell: str(self.data.get(f"{name}-{cell}", ""))[:2000] for cell in CELLS}
            key = self.data.get(f"{name}-line", "")
            pk = int(key) if key.isdecimal() and len(key) < 19 else None
            line = self.stored.get(pk) if pk is not None else None
            row = TypedLine(index, typed, pk if line is not None else None, getattr(line, "deducts", None))
            if not row.says_nothing:
                yield row

    @property
    def shown_rows(self) -> list[TypedLine]:
        """What the page shows: the rows, and a few empty ones after what was typed."""
        if self.data is None:
            return self.rows
        start = max((int(row.index) for row in self.rows), default=-1) + 1
        return [*self.rows, *(self.empty(str(start + at)) for at in range(SPARE if not self.rows else 1))]

    @property
    def next_index(self) -> int:
        return max((int(row.index) for row in self.shown_rows), default=-1) + 1

    # -- Checking ----------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether every row makes a line; what is wrong stands at the cells."""
        articles = self.articles()
        for row in self.rows:
            self.read(row, articles)
        if len(self.rows) > MOST_LINES:
            self.general.append(_("A document has at most %d lines.") % MOST_LINES)
        return not self.general and not any(row.errors for row in self.rows)

    def articles(self) -> dict[str, Any]:
        """The articles that the rows name, by what was typed: a code, a barcode, or words that mean one alone."""
        typed = {row.typed["article"].strip()[:60] for row in self.rows} - {""}
        if not typed:
            return {}
        kept = {line.article_id for line in self.stored.values()}
        articles = Article.objects.visible_to(self.user).filter(Q(archived_at__isnull=True) | Q(pk__in=kept))
        articles = articles.select_related("unit", "vat_rate")
        found: dict[str, Any] = {}
        for article in articles.filter(barcodes__code__in=typed).prefetch_related("barcodes").distinct():
            found |= {one.code: article for one in article.barcodes.all() if one.code in typed}
        found |= {article.code: article for article in articles.filter(code__in=typed)}
        # Words are looked up one by one, so only so many of them: nobody types the names of a hundred articles.
        for text in sorted(typed - found.keys())[:50]:
            same = list(articles.filter(code__iexact=text)[:1]) or list(articles.matching(text)[:2])
            if len(same) == 1:
                found[text] = same[0]
        return found

    def read(self, row: TypedLine, articles: dict[str, Any]) -> None:
        """Make a line of the row, or say at its cells what is wrong."""
        line = self.stored.get(row.pk) if row.pk is not None else None
        # A line of its own: the stored one stays as it is until all rows are right.
        made = self.model(pk=line.pk if line else None, document=self.document)
        if line is not None:
            made.deducts_id, made.description_en = line.deducts_id, line.description_en
        code = clean(row, "article", ARTICLE)
        article: Any = articles.get(code) if code else None
        if code and article is None:
            row.refuse("article", _("No article is called so. Leave the cell empty for free text."))
        elif article is not None:
            made.article = article
            if not row.typed["description"].strip():
                row.typed["description"] = article.name
            if not row.typed["unit"].strip():
                row.typed["unit"] = article.unit.name
            if not made.description_en and row.typed["description"].strip() == article.name:
                made.description_en = article.name_en[:500]
        made.description = clean(row, "description", DESCRIPTION) or ""
        made.quantity = clean(row, "quantity", QUANTITY)
        made.unit_price = clean(row, "unit_price", PRICE)
        made.discount_percent = clean(row, "discount_percent", DISCOUNT) or Decimal(0)
        if made.unit_price is None and "unit_price" not in row.errors:
            row.refuse("unit_price", _("Write the price; 0 for what is free."))
        self.read_unit(row, made)
        self.read_vat(row, made)
        if not row.errors:
            try:
                made.check_values()
                made.fill_copies()
                made.clean_fields(exclude=CHOSEN)
            except ValidationError as refusal:
                for name, messages in refusal.message_dict.items():
                    row.refuse(name, *messages)
        row.line = made

    def read_unit(self, row: TypedLine, made: Any) -> None:
        text = row.typed["unit"].strip()
        if not text:
            return
        written = text.casefold().rstrip(".")
        unit = next(
            (one for one in self.units if written in (name.casefold().rstrip(".") for name in (one.name, one.name_en))),
            None,
        )
        if unit is None:
            row.refuse("unit", _("There is no unit called so."))
        made.unit = unit

    def read_vat(self, row: TypedLine, made: Any) -> None:
        if self.without_vat:
            made.vat_rate, made.vat_ground = self.usual_rate, self.usual_ground
            return
        rate = next((one for one in self.rates if str(one.pk) == row.typed["vat_rate"]), None)
        if rate is None:
            row.refuse("vat_rate", _("Choose the VAT rate."))
            return
        made.vat_rate, text = rate, row.typed["vat_ground"].strip()
        if not rate.needs_ground:
            return
        if not text:
            row.refuse("vat_ground", _("Choose on which ground no VAT is charged."))
            return
        here = [one for one in self.grounds if text.casefold() in (one.text.casefold(), one.text_en.casefold())]
        made.vat_ground = next((one for one in here if one.category == rate.category), None)
        if not here:
            made.vat_ground = self.ground_by_part(text, rate)
        if made.vat_ground is None:
            words = (
                _("This ground belongs to another kind of 0 %.") if here else _("There is no such ground: choose one.")
            )
            row.refuse("vat_ground", words)

    def ground_by_part(self, text: str, rate: VatRate) -> VatGround | None:
        """“чл. 30” or “износ” is enough where it stands, as whole words, in one ground of the rate alone."""
        part = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)
        found = [one for one in self.grounds if one.category == rate.category and part.search(one.text)]
        return found[0] if len(found) == 1 else None

    @property
    def errors(self) -> list[tuple[str, str, list[str]]]:
        """For the summary at the top: where it is, which row, and what is wrong."""
        return [(row.name, _("Line %d") % row.place, row.words) for row in self.rows if row.errors]

    # -- Saving ------------------------------------------------------------------------------------

    def save(self) -> None:
        """Bring the stored lines to what was typed: new ones, changed ones, those that are gone."""
        document, names = self.document, self.written_fields
        kept, changed, new = set(), [], []
        for place, row in enumerate(self.rows, start=1):
            line = row.line
            line.document, line.position = document, place
            before = self.stored.get(line.pk)
            if before is None:
                line.pk = None
                new.append(line)
                continue
            kept.add(line.pk)
            if any(getattr(line, name) != getattr(before, name) for name in names):
                changed.append(line)
        gone = self.stored.keys() - kept
        if gone:
            document.lines.filter(pk__in=gone).delete()
        if changed:
            self.model._default_manager.bulk_update(changed, names)
        self.model._default_manager.bulk_create(new)

    @property
    def written_fields(self) -> list[str]:
        computed = {"id", "document", "amount", "net", "net_eur"}
        return [one.name for one in self.model._meta.concrete_fields if one.name not in computed]


def clean(row: TypedLine, name: str, form_field: forms.Field) -> Any:
    """The value of a cell; None, with the reason at the cell, when it is none."""
    try:
        return form_field.clean(row.typed[name])
    except ValidationError as refusal:
        row.refuse(name, *refusal.messages)
        return None
