"""Forms of price lists, their prices, and the price list of a party."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.dates import format_date, today
from common.forms import PlainForm, RecordForm
from contacts.currencies import currency_choices
from counterparties.models import PartyType
from trade.forms.fields import ArticleField, by_path, units_in_use
from trade.models import PartyTerms, PriceList, PriceListPrice, Unit
from trade.quoting import LARGEST, PLACES, period_words, price_words

HUNDRED = Decimal(100)


def price_field(**kwargs: Any) -> AmountField:
    return AmountField(max_digits=18, decimal_places=6, min_value=0, **kwargs)


def currency_field(chosen: str = "", **kwargs: Any) -> forms.ChoiceField:
    choices = currency_choices(chosen)
    if not kwargs.get("required", True):
        choices = [("", "—"), *choices]
    return forms.ChoiceField(choices=choices, **kwargs)


class PriceListForm(RecordForm):
    """The list itself; prices are entered on its page."""

    class Meta:
        model = PriceList
        fields = [
            *("name", "currency", "includes_vat", "is_general", "client_types", "priority"),
            *("valid_from", "valid_to", "note"),
        ]
        widgets = {"client_types": forms.CheckboxSelectMultiple}
        help_texts = {
            "is_general": gettext_lazy("Prices for everybody who has no better ones."),
            "valid_from": gettext_lazy("Empty: always."),
        }

    fieldsets = (
        ("", ["name", ("currency", "includes_vat")]),
        (gettext_lazy("For whom"), ["is_general", "client_types", "priority"]),
        (gettext_lazy("Days"), [("valid_from", "valid_to"), "note"]),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = self.instance
        self.fields["currency"] = currency_field(one.currency if one.pk else "", label=gettext_lazy("Currency"))
        types: Any = self.fields["client_types"]
        chosen = [kind.pk for kind in one.client_types.all()] if one.pk else []
        types.queryset = PartyType.objects.filter(Q(is_active=True) | Q(pk__in=chosen), tree=PartyType.Tree.CLIENT)
        types.choices = by_path(types.queryset)
        if one.pk and one.prices.exists():
            # What was entered as net does not become gross by a tick, nor euro dollars.
            for name in ("currency", "includes_vat"):
                self.fields[name].disabled = True
            self.fields["currency"].help_text = _("The list has prices: currency and VAT stay as they are.")


def refuse_overlap(price: PriceListPrice) -> None:
    """Raises ValidationError at the beginning of the period, naming the price that holds then."""
    other = PriceListPrice.objects.overlapping(price).select_related("price_list").order_by("valid_from").first()
    if other is not None:
        words = _("The list already has a price of this article for some of these days: %(price)s %(period)s.") % {
            "price": price_words(other.price, other.price_list.currency),
            "period": period_words(other.valid_from, other.valid_to) or _("for all days"),
        }
        raise ValidationError({"valid_from": words})


class PriceForm(RecordForm):
    """A price of an article in a list."""

    article = ArticleField(label=gettext_lazy("Article"))
    price = price_field(label=gettext_lazy("Unit price"))
    min_quantity = AmountField(
        label=gettext_lazy("From quantity"), decimal_places=6, shown_decimals=0, min_value=0, required=False
    )

    class Meta:
        model = PriceListPrice
        fields = ["article", "unit", "min_quantity", "price", "valid_from", "valid_to"]
        help_texts = {
            "unit": gettext_lazy("Empty: the article's own unit."),
            "valid_from": gettext_lazy("Empty: as long as the list holds."),
        }

    fieldsets = (("", ["article", ("price", "unit"), "min_quantity", ("valid_from", "valid_to")]),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset, unit.required = units_in_use(self.instance.unit_id), False
        if self.instance.pk:
            self.fields["article"].disabled = True

    def clean_min_quantity(self) -> Decimal:
        return self.cleaned_data["min_quantity"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        article, unit = data.get("article"), data.get("unit")
        if article is not None and unit is None and "unit" not in self.errors:
            data["unit"] = article.unit
        elif article is not None and unit is not None:
            try:
                article.factor_of(unit)
            except ValidationError as refusal:
                self.add_error("unit", refusal)
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                refuse_overlap(self.instance)
            except ValidationError as refusal:
                self.add_error(None, refusal)

    def say_what_collided(self) -> None:
        try:
            refuse_overlap(self.instance)
        except ValidationError as refusal:
            self.add_error(None, refusal)


class NewPriceForm(PlainForm):
    """Another price from a day on: the old one ends the day before."""

    price = price_field(label=gettext_lazy("New price"))
    since = forms.DateField(label=gettext_lazy("From"))

    def __init__(self, *args: Any, old: PriceListPrice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old = old
        self.initial.setdefault("since", today())

    def clean_since(self) -> dt.date:
        since: dt.date = self.cleaned_data["since"]
        if self.old.valid_from is not None and since <= self.old.valid_from:
            raise ValidationError(
                _("The present price begins on %s: the new one must begin later.") % format_date(self.old.valid_from)
            )
        if self.old.valid_to is not None and since > self.old.valid_to:
            raise ValidationError(_("The price ended on %s: add a new one.") % format_date(self.old.valid_to))
        return since

    def save(self) -> PriceListPrice:
        old = self.old
        new = PriceListPrice(
            price_list_id=old.price_list_id,
            article_id=old.article_id,
            unit_id=old.unit_id,
            min_quantity=old.min_quantity,
            price=self.cleaned_data["price"],
            valid_from=self.cleaned_data["since"],
            valid_to=old.valid_to,
        )
        with transaction.atomic():
            old.valid_to = self.cleaned_data["since"] - dt.timedelta(days=1)
            old.save(update_fields=["valid_to"])
            new.save()
        return new


STEPS = [
    ("", gettext_lazy("not rounded")),
    ("0.01", "0,01"),
    ("0.05", "0,05"),
    ("0.10", "0,10"),
    ("0.50", "0,50"),
    ("1", "1"),
]


def changed_price(price: Decimal, percent: Decimal, step: Decimal | None) -> Decimal:
    """A price raised by a percentage (lowered when it is negative) and rounded to a step, a half away from zero."""
    changed = price * (HUNDRED + percent) / HUNDRED
    if step:
        changed = (changed / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    return changed.quantize(PLACES, rounding=ROUND_HALF_UP)


class CopyForm(PlainForm):
    """A new list out of the prices of another, all of them changed in the same way."""

    name = forms.CharField(label=gettext_lazy("Name of the new list"), max_length=100)
    percent = AmountField(
        label=gettext_lazy("Change of prices, %"),
        decimal_places=2,
        shown_decimals=0,
        min_value=-100,
        max_value=1000,
        initial=Decimal(0),
        help_text=gettext_lazy("5 raises all prices by 5 %, −5 lowers them."),
    )
    step = forms.ChoiceField(label=gettext_lazy("Rounded to"), choices=STEPS, required=False, initial="0.01")
    since = forms.DateField(
        label=gettext_lazy("Valid from"),
        help_text=gettext_lazy("The prices of the old list that hold on this day are taken."),
    )

    def __init__(self, *args: Any, source: PriceList, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.initial.setdefault("since", today())

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if PriceList.objects.filter(name=name).exists():
            raise ValidationError(_("There is a list of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("percent") is not None:
            prices = self.source.prices.in_force(data["since"])
            if not prices.exists():
                self.add_error("since", _("The list has no prices on this day."))
            elif changed_price(max(row.price for row in prices), data["percent"], None) > LARGEST:
                self.add_error("percent", _("Some prices would become too large."))
        return data

    def save(self) -> PriceList:
        """The copy, for the same types and with the same priority; where both fit, the later one counts."""
        source, data = self.source, self.cleaned_data
        step = Decimal(data["step"]) if data["step"] else None
        with transaction.atomic():
            made = PriceList.objects.create(
                name=data["name"],
                currency=source.currency,
                includes_vat=source.includes_vat,
                is_general=source.is_general,
                priority=source.priority,
                valid_from=data["since"],
                note=source.note,
            )
            made.client_types.set(source.client_types.all())
            PriceListPrice.objects.bulk_create(
                PriceListPrice(
                    price_list=made,
                    article_id=row.article_id,
                    unit_id=row.unit_id,
                    min_quantity=row.min_quantity,
                    price=changed_price(row.price, data["percent"], step),
                )
                for row in source.prices.in_force(data["since"])
            )
        return made

    def say_what_collided(self) -> None:
        self.add_error("name", _("There is a list of this name already."))


class TermsForm(RecordForm):
    """The price list and the currency of a party."""

    class Meta:
        model = PartyTerms
        fields = ["price_list", "currency"]
        help_texts = {
            "price_list": gettext_lazy("Its own list comes before those for its client type and for all clients."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists: Any = self.fields["price_list"]
        lists.queryset = PriceList.objects.filter(Q(archived_at__isnull=True) | Q(pk=self.instance.price_list_id or 0))
        self.fields["currency"] = currency_field(
            self.instance.currency,
            label=gettext_lazy("Currency"),
            required=False,
            help_text=gettext_lazy("New documents for the counterparty begin in it. Empty: EUR."),
        )


def unit_of(key: str) -> Unit | None:
    """The unit that an address names; None for the article's own. Raises ValidationError for one that is not known."""
    if not key:
        return None
    unit = Unit.objects.filter(pk=key).first() if key.isdecimal() and len(key) < 10 else None
    if unit is None:
        raise ValidationError(_("There is no such unit."))
    return unit
