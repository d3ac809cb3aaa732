"""Filters of the lists of articles, price lists, prices and conditions."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.dates import today
from common.forms import PlainForm
from common.pickers import PickerField
from contacts.filters import PERIODS, ArchivableFilter
from counterparties.forms import find_party
from counterparties.models import Counterparty, PartyType
from trade.forms.fields import GroupField, find_article, with_subgroups
from trade.models import Article, ArticleGroup, PriceCondition, PriceList, PriceListPrice, Unit, VatRate

IN_FORCE = [("now", _("in force today")), ("ended", _("ended")), ("future", _("still to come"))]


class GroupFilter(django_filters.Filter):
    """A group with all under it."""

    field_class = GroupField

    def filter(self, qs: Any, value: ArticleGroup | None) -> Any:
        return qs if value is None else qs.filter(**{f"{self.field_name}__in": with_subgroups(value.pk)})


class ArticleFilter(ArchivableFilter):
    primary = ("q", "group", "kind")

    q = django_filters.CharFilter(label=_("Code, name, barcode"), method="search", max_length=200)
    group = GroupFilter(label=_("Group"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Article.Kind.choices)
    vat_rate = django_filters.ModelChoiceFilter(label=_("VAT rate"), queryset=VatRate.objects.all())
    unit = django_filters.ModelChoiceFilter(label=_("Unit"), queryset=Unit.objects.all())
    barcode = django_filters.ChoiceFilter(
        label=_("Barcode"), choices=[("with", _("with a barcode")), ("without", _("without a barcode"))],
        method="by_barcode",
    )  # fmt: skip

    class Meta:
        model = Article
        fields: list[str] = []
        form = PlainForm

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)

    def by_barcode(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(barcodes__isnull=False).distinct() if value == "with" else queryset.filter(barcodes=None)


class PriceListFilter(ArchivableFilter):
    primary = ("q", "whom", "period")

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains", max_length=100)
    whom = django_filters.ChoiceFilter(
        label=_("For whom"),
        choices=[("all", _("all clients")), ("types", _("client types")), ("parties", _("single parties"))],
        method="by_whom",
    )
    vat = django_filters.ChoiceFilter(
        label=_("Prices"), choices=[("net", _("without VAT")), ("gross", _("with VAT"))], method="by_vat"
    )
    period = django_filters.ChoiceFilter(label=_("Period"), choices=PERIODS, method="by_period")

    class Meta:
        model = PriceList
        fields: list[str] = []
        form = PlainForm

    def by_whom(self, queryset: Any, name: str, value: str) -> Any:
        match value:
            case "all":
                return queryset.filter(is_general=True)
            case "types":
                types = PriceList.client_types.through.objects.filter(pricelist=OuterRef("pk"))
                return queryset.filter(Exists(types))
        return queryset.filter(parties__isnull=False).distinct()

    def by_vat(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(includes_vat=value == "gross")


class PriceFilter(django_filters.FilterSet):
    primary = ("q", "group", "period")

    q = django_filters.CharFilter(label=_("Article (code, name, barcode)"), method="search", max_length=200)
    group = GroupFilter(label=_("Group"), field_name="article__group")
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=[*IN_FORCE, ("any", _("at any time"))], method="nothing", empty_label=_("not ended"),
    )  # fmt: skip

    class Meta:
        model = PriceListPrice
        fields: list[str] = []
        form = PlainForm

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(article__in=Article.objects.matching(value).values("pk"))

    def nothing(self, queryset: Any, name: str, value: str) -> Any:
        return queryset  # chosen in filter_queryset, where the empty choice is seen too

    def filter_queryset(self, queryset: Any) -> Any:
        found, day = super().filter_queryset(queryset), today()
        not_ended = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        match self.form.cleaned_data.get("period"):
            case "any":
                return found
            case "ended":
                return found.filter(valid_to__lt=day)
            case "future":
                return found.filter(valid_from__gt=day)
            case "now":
                return not_ended.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
        return not_ended


class PartyFilter(django_filters.Filter):
    """One party, out of those that the user may see."""

    field_class = PickerField

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"url_name": "counterparties:counterparty_picker", "find": find_party} | kwargs
        super().__init__(queryset=Counterparty.objects.none(), **kwargs)


class ArticlePickFilter(django_filters.Filter):
    field_class = PickerField

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"url_name": "trade:article_picker", "find": find_article} | kwargs
        super().__init__(queryset=Article.objects.none(), **kwargs)


class ConditionFilter(ArchivableFilter):
    primary = ("party", "client_type", "article", "period")

    party = PartyFilter(label=_("Counterparty"))
    client_type = django_filters.ModelChoiceFilter(
        label=_("Client type"), queryset=PartyType.objects.filter(tree=PartyType.Tree.CLIENT)
    )
    article = ArticlePickFilter(label=_("Article"))
    group = GroupFilter(label=_("Group"))
    what = django_filters.ChoiceFilter(
        label=_("Discount or price"), choices=[("discount", _("discount")), ("price", _("price"))], method="by_what"
    )
    period = django_filters.ChoiceFilter(label=_("Period"), choices=PERIODS, method="by_period")

    class Meta:
        model = PriceCondition
        fields: list[str] = []
        form = PlainForm

    def __init__(self, *args: Any, user: Any = None, of_one: bool = False, **kwargs: Any) -> None:
        """`of_one`: the list holds the conditions of one party."""
        super().__init__(*args, **kwargs)
        if user is not None:
            self.filters["party"].field.queryset = Counterparty.objects.visible_to(user).select_related("legal_form")
            self.filters["article"].field.queryset = Article.objects.visible_to(user)
        for name in ("party", "client_type") if of_one else ():
            del self.filters[name]

    def by_what(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(price__isnull=value == "discount")
