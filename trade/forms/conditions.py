"""The form of a price condition, and the question what an article costs whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.dates import today
from common.forms import PlainForm, RecordForm
from counterparties.forms import party_picker
from counterparties.kinds import Kind
from counterparties.models import Counterparty, PartyType
from trade.forms.fields import ArticleField, GroupField, indented, units_in_use
from trade.forms.prices import currency_field, price_field
from trade.models import Article, PriceCondition


class ConditionForm(RecordForm):
    """For whom, of what, how much. One of the party and the client type, or neither: then it is for all clients."""

    article = ArticleField(label=gettext_lazy("Article"), required=False)
    discount_percent = AmountField(
        label=gettext_lazy("Discount, %"), max_digits=5, decimal_places=2, shown_decimals=0, required=False
    )
    price = price_field(label=gettext_lazy("Agreed price"), required=False)
    min_quantity = AmountField(
        label=gettext_lazy("From quantity"), decimal_places=6, shown_decimals=0, min_value=0, required=False
    )

    class Meta:
        model = PriceCondition
        fields = [
            *("party", "client_type", "article", "group", "discount_percent", "price", "unit", "currency"),
            *("includes_vat", "min_quantity", "priority", "valid_from", "valid_to", "note"),
        ]
        help_texts = {"unit": gettext_lazy("Empty: the article's own unit.")}

    fieldsets = (
        (gettext_lazy("For whom"), ["party", "client_type"]),
        (gettext_lazy("Of what"), ["article", "group"]),
        (
            gettext_lazy("A discount or an agreed price"),
            ["discount_percent", ("price", "currency"), "includes_vat", ("min_quantity", "unit")],
        ),
        (gettext_lazy("When it counts"), [("valid_from", "valid_to"), "priority", "note"]),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = self.instance
        clients = Counterparty.objects.visible_to(user).of_kind(Kind.CLIENT)
        clients = clients.filter(Q(archived_at__isnull=True) | Q(pk=one.party_id or 0))
        self.fields["party"] = party_picker(
            user,
            queryset=clients,
            label=gettext_lazy("Client"),
            required=False,
            help_text=gettext_lazy("Leave client and client type empty for a condition for all clients."),
        )
        kinds: Any = self.fields["client_type"]
        kinds.queryset = PartyType.objects.filter(
            Q(is_active=True) | Q(pk=one.client_type_id or 0), tree=PartyType.Tree.CLIENT
        )
        kinds.choices = [("", "—"), *indented(kinds.queryset)]
        article: Any = self.fields["article"]
        article.queryset = Article.objects.filter(Q(archived_at__isnull=True) | Q(pk=one.article_id or 0))
        article.help_text = _("Leave article and group empty for a discount on all articles.")
        self.fields["group"] = GroupField(one.group_id, label=gettext_lazy("Group"), required=False)
        unit: Any = self.fields["unit"]
        unit.queryset = units_in_use(one.unit_id)
        self.fields["currency"] = currency_field(one.currency, label=gettext_lazy("Currency"))

    def clean_min_quantity(self) -> Decimal:
        return self.cleaned_data["min_quantity"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}

        def both(one: str, other: str) -> bool:
            return data.get(one) not in (None, "") and data.get(other) not in (None, "")

        if both("party", "client_type"):
            self.add_error("client_type", _("Choose a client or a client type, not both."))
        if both("article", "group"):
            self.add_error("group", _("Choose an article or a group, not both."))
        if both("discount_percent", "price"):
            self.add_error("price", _("Give a discount or a price, one of the two."))
        elif not {"discount_percent", "price"} & self.errors.keys():
            if data.get("discount_percent") is None and data.get("price") is None:
                self.add_error("discount_percent", _("Give a discount or a price, one of the two."))
            percent = data.get("discount_percent")
            if percent is not None and not 0 < percent <= 100:
                self.add_error("discount_percent", _("A discount lies above 0 and up to 100 %."))
            if data.get("price") is not None and data.get("article") is None and "article" not in self.errors:
                self.add_error("article", _("A price is that of one article."))
        article, unit = data.get("article"), data.get("unit")
        if unit is not None:
            try:
                if article is None:
                    raise ValidationError(_("A unit is said only for one article."))
                article.factor_of(unit)
            except ValidationError as refusal:
                self.add_error("unit", refusal)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """What is told at a field above is not told once more by the constraints."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | set(self.errors)


class ExplainForm(PlainForm):
    """What is asked of the price engine."""

    article = ArticleField(label=gettext_lazy("Article"))
    quantity = AmountField(
        label=gettext_lazy("Quantity"), decimal_places=6, shown_decimals=0, required=False, initial=Decimal(1)
    )
    on = forms.DateField(label=gettext_lazy("Day"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    includes_vat = forms.BooleanField(label=gettext_lazy("Price with VAT"), required=False)

    fieldsets = (("", ["article", "party", ("quantity", "unit"), ("on", "currency"), "includes_vat"]),)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        article: Any = self.fields["article"]
        article.queryset = Article.objects.visible_to(user).select_related("unit", "vat_rate")
        self.fields["party"] = party_picker(user, label=gettext_lazy("Client"), required=False)
        self.fields["unit"] = forms.ModelChoiceField(
            units_in_use(), label=gettext_lazy("Unit"), required=False, empty_label=_("the article's own")
        )
        self.fields["currency"] = currency_field(label=gettext_lazy("Currency"), required=False)
        self.fields["on"].help_text = _("Empty: today.")

    def clean_quantity(self) -> Decimal:
        quantity = self.cleaned_data["quantity"]
        if quantity is not None and quantity <= 0:
            raise ValidationError(_("Write a quantity above zero."))
        return quantity or Decimal(1)

    def clean_on(self) -> Any:
        return self.cleaned_data["on"] or today()

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or "EUR"
