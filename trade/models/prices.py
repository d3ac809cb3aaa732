"""Prices: dated price lists, conditions of single parties, and which list and currency a party has."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from common.addresses import address
from common.dates import today
from common.history import tracked
from contacts.currencies import validate_currency
from contacts.models.base import Archivable, Dated, dates_in_order
from contacts.querysets import ArchivableQuerySet, visible_parties
from counterparties.kinds import Kind
from trade.models.articles import OF_ARTICLES, Article, ArticleGroup, Unit


class Days(Func):
    """The days of a row as a range, both ends included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class PriceListQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if user.is_active and user.has_perm("trade.view_pricelist") else self.none()

    def in_force(self, on: dt.date | None = None) -> Self:
        on = on or today()
        return self.current().filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


@tracked(exclude=["created_at", "updated_at"])
class PriceList(Archivable, Dated):
    """A price list: net or gross, in one currency, for all clients, for types of them, or for parties that name it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    includes_vat = models.BooleanField(_("prices include VAT"), default=False)
    client_types = models.ManyToManyField(
        "counterparties.PartyType",
        verbose_name=_("for client types"),
        blank=True,
        related_name="price_lists",
        limit_choices_to={"tree": "client"},
        help_text=_("Types under them are meant too."),
    )
    is_general = models.BooleanField(_("for all clients"), default=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, help_text=_("Of several that fit, the one with the smallest number counts.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PriceListQuerySet.as_manager()

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["priority", "name"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("archive_pricelist", "Can archive and restore price lists"),
            ("export_pricelist", "Can export price lists"),
            ("import_pricelist", "Can import price lists"),
        ]
        constraints = [dates_in_order("price_list_dates_in_order")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("trade:pricelist_detail", self.pk)

    def clean(self) -> None:
        super().clean()
        try:
            self.currency = validate_currency(self.currency)
        except ValidationError as refusal:
            raise ValidationError({"currency": refusal}) from refusal


class PriceListPriceQuerySet(models.QuerySet["PriceListPrice"]):
    def visible_to(self, user: Any) -> Self:
        return self if user.is_active and user.has_perm("trade.view_pricelist") else self.none()

    def in_force(self, on: dt.date | None = None) -> Self:
        on = on or today()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )

    def overlapping(self, one: PriceListPrice) -> Self:
        """Other prices of the same article, unit and quantity in its list that hold on some of its days."""
        found = self.filter(
            price_list=one.price_list_id, article=one.article_id, unit=one.unit_id, min_quantity=one.min_quantity
        ).exclude(pk=one.pk)
        if one.valid_from:
            found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=one.valid_from))
        if one.valid_to:
            found = found.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=one.valid_to))
        return found


@tracked()
class PriceListPrice(Dated):
    """The price of an article in a list, from a quantity on, for some days."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="list_prices"
    )
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    min_quantity = models.DecimalField(_("from quantity"), max_digits=18, decimal_places=6, default=0)
    price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6)

    objects = PriceListPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["article__code", "unit", "min_quantity", "valid_from"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="list_price_not_negative",
                condition=Q(price__gte=0) & Q(min_quantity__gte=0),
                violation_error_message=_("Price and quantity are not below zero."),
            ),
            dates_in_order("list_price_dates_in_order"),
            ExclusionConstraint(
                name="list_price_one_a_day",
                expressions=[
                    (F("price_list"), RangeOperators.EQUAL),
                    (F("article"), RangeOperators.EQUAL),
                    (F("unit"), RangeOperators.EQUAL),
                    (F("min_quantity"), RangeOperators.EQUAL),
                    (
                        Days("valid_from", "valid_to", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The list already has a price of this article for some of these days."),
            ),
        ]
        indexes = [models.Index(fields=["article", "price_list"], name="list_price_by_article")]

    def __str__(self) -> str:
        return f"{self.article.code}: {self.price.normalize():f}"

    def get_absolute_url(self) -> str:
        return address("trade:pricelistprice_edit", self.pk)


@tracked()
class PartyTerms(models.Model):
    """In which currency a party deals, and the price list that is its own."""

    party = models.OneToOneField(
        "counterparties.Counterparty", verbose_name=_("counterparty"), on_delete=models.PROTECT, related_name="terms"
    )
    price_list = models.ForeignKey(
        PriceList, verbose_name=_("price list"), null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("price list and currency of a party")
        verbose_name_plural = _("price lists and currencies of parties")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return str(self.party)


class PriceConditionQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Conditions of parties that the user may see, of client types and of all."""
        if not user.is_active or not user.has_perm("trade.view_pricecondition"):
            return self.none()
        parties = visible_parties(user)
        return self if parties is None else self.filter(Q(party__isnull=True) | Q(party__in=parties))

    def for_list(self) -> Self:
        return self.select_related("party__legal_form", "client_type", "article__unit", "group", "unit")

    def in_force(self, on: dt.date | None = None) -> Self:
        on = on or today()
        return self.current().filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


@tracked(exclude=["created_at"])
class PriceCondition(Archivable, Dated):
    """A dated discount or price for a party or a client type: of one article, of a group, or of all."""

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="price_conditions",
        limit_choices_to={Kind.CLIENT.flag: True},
    )
    client_type = models.ForeignKey(
        "counterparties.PartyType",
        verbose_name=_("client type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="price_conditions",
        limit_choices_to={"tree": "client"},
    )
    article = models.ForeignKey(
        Article, verbose_name=_("article"), null=True, blank=True, on_delete=models.PROTECT, related_name="conditions"
    )
    group = models.ForeignKey(
        ArticleGroup,
        verbose_name=OF_ARTICLES,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="conditions",
    )
    discount_percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6, null=True, blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    includes_vat = models.BooleanField(_("the price includes VAT"), default=False)
    min_quantity = models.DecimalField(_("from quantity"), max_digits=18, decimal_places=6, default=0)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, help_text=_("Of several that fit, the one with the smallest number counts.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)

    objects = PriceConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("price condition")
        verbose_name_plural = _("price conditions")
        ordering = ["priority", "pk"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                name="price_condition_says_what",
                condition=Q(discount_percent__isnull=False, price__isnull=True)
                | Q(discount_percent__isnull=True, price__isnull=False),
                violation_error_message=_("Give a discount or a price, one of the two."),
            ),
            models.CheckConstraint(
                name="price_condition_one_scope",
                condition=Q(article__isnull=True) | Q(group__isnull=True),
                violation_error_message=_("Choose an article or a group, not both."),
            ),
            models.CheckConstraint(
                name="price_condition_price_of_article",
                condition=Q(price__isnull=True) | Q(article__isnull=False, price__gte=0),
                violation_error_message=_("A price is that of one article."),
            ),
            models.CheckConstraint(
                name="price_condition_discount_sane",
                condition=Q(discount_percent__isnull=True) | Q(discount_percent__gt=0, discount_percent__lte=100),
                violation_error_message=_("A discount lies above 0 and up to 100 %."),
            ),
            models.CheckConstraint(
                name="price_condition_for_whom", condition=Q(party__isnull=True) | Q(client_type__isnull=True)
            ),
            dates_in_order("price_condition_dates_in_order"),
        ]
        indexes = [models.Index(fields=["party"], name="price_condition_by_party")]

    def get_absolute_url(self) -> str:
        return address("trade:pricecondition_edit", self.pk)

    def __str__(self) -> str:
        what = self.article or self.group or _("all articles")
        return f"{what}: {self.discount_percent} %" if self.discount_percent is not None else f"{what}: {self.price}"
