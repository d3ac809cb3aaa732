"""Articles: goods and services with their groups, units, conversions and barcodes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.addresses import address
from common.history import tracked
from common.text import fold, fold_query
from contacts.models.base import Archivable
from contacts.querysets import ArchivableQuerySet
from counterparties.models.reference import NamedInTwoLanguages
from trade.models.vat import VatRate

# Not a group of users, which other languages may call otherwise.
OF_ARTICLES = pgettext_lazy("of articles", "group")


class Unit(NamedInTwoLanguages):
    """A unit of quantity. One that is a multiple of another says of which, and how many: 1 t = 1000 kg."""

    code = models.CharField(
        _("code of UN/ECE Rec. 20"), max_length=3, help_text=_("As e-invoices write it: C62, KGM, LTR, HUR.")
    )
    decimals = models.PositiveSmallIntegerField(_("decimals of a quantity"), default=3)
    base = models.ForeignKey(
        "self", verbose_name=_("multiple of"), null=True, blank=True, on_delete=models.PROTECT, related_name="multiples"
    )
    factor = models.DecimalField(_("how many of it"), max_digits=18, decimal_places=6, default=1)

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="unit_name_unique"),
            models.CheckConstraint(name="unit_factor_positive", condition=Q(factor__gt=0)),
            models.CheckConstraint(name="unit_decimals_sane", condition=Q(decimals__lte=6)),
        ]

    def clean(self) -> None:
        super().clean()
        if self.base_id is not None and (self.base_id == self.pk or (self.base and self.base.base_id is not None)):
            raise ValidationError({"base": _("A unit is a multiple of one that is no multiple itself.")})


class ArticleGroup(NamedInTwoLanguages):
    """A node in the tree of articles."""

    parent = models.ForeignKey(
        "self", verbose_name=_("parent"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("group of articles")
        verbose_name_plural = _("groups of articles")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="article_group_unique", nulls_distinct=False)
        ]

    def clean(self) -> None:
        super().clean()
        if self.pk is not None and self.parent is not None and self.pk in {self.parent.pk, *self.parent.ancestors()}:
            raise ValidationError({"parent": _("A group cannot stand under itself.")})

    def ancestors(self) -> list[int]:
        """Keys of the groups above this one, the nearest first."""
        parents = dict(ArticleGroup.objects.values_list("pk", "parent"))
        found: list[int] = []
        above = parents.get(self.pk) if self.pk else self.parent_id
        while above is not None and above not in found:
            found.append(above)
            above = parents.get(above)
        return found


class ArticleQuerySet(ArchivableQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All articles: they belong to the house, not to a party. Whoever may view articles sees them all."""
        return self if user.is_active and user.has_perm("trade.view_article") else self.none()

    def matching(self, text: str) -> Self:
        """Those whose code, names or barcode hold every word of the text, in any case and either alphabet."""
        found = self
        for token in fold_query(text):
            found = found.filter(search_text__contains=token)
        return found

    def for_list(self) -> Self:
        return self.select_related("group", "unit", "vat_rate").defer("search_text", "description")


@tracked(exclude=["search_text", "created_at", "updated_at"])
class Article(Archivable):
    """What is sold or bought."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=250)
    name_en = models.CharField(_("name in English"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GOODS)
    group = models.ForeignKey(
        ArticleGroup, verbose_name=OF_ARTICLES, null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="articles")
    vat_rate = models.ForeignKey(VatRate, verbose_name=_("VAT rate"), on_delete=models.PROTECT, related_name="articles")
    tariff_code = models.CharField(_("tariff code"), max_length=10, blank=True)
    origin = models.CharField(_("country of origin"), max_length=2, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    search_text = models.TextField(editable=False)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("archive_article", "Can archive and restore articles"),
            ("export_article", "Can export articles"),
            ("import_article", "Can import articles"),
        ]
        constraints = [
            models.CheckConstraint(name="article_has_code_and_name", condition=~Q(code="") & ~Q(name="")),
        ]
        indexes = [
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="article_search_trgm"),
            models.Index(fields=["name", "id"], name="article_by_name", condition=Q(archived_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return address("trade:article_detail", self.pk)

    def fill_derived(self) -> None:
        """Fill the text that search looks in; bulk writers call it for themselves."""
        barcodes = list(self.barcodes.values_list("code", flat=True)) if self.pk else []
        self.search_text = " ".join(fold(piece) for piece in (self.code, self.name, self.name_en, *barcodes) if piece)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_text", "updated_at"}
        super().save(*args, **kwargs)

    def factor_of(self, unit: Unit) -> Decimal:
        """How many of the article's own unit one of the given unit is.

        Raises ValidationError when nothing says how the two are converted.
        """
        if unit.pk == self.unit_id:
            return Decimal(1)
        own = self.units.filter(unit=unit).first()
        if own is not None:
            return own.factor
        here, there = (self.unit.base_id or self.unit_id), (unit.base_id or unit.pk)
        if here == there:
            return unit.factor / self.unit.factor
        raise ValidationError(
            _("Nothing says how many “%(own)s” of the article one “%(unit)s” is.") % {"own": self.unit, "unit": unit}
        )


@tracked()
class ArticleUnit(models.Model):
    """Another unit in which an article is bought or sold: 1 carton = 24 pieces."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    factor = models.DecimalField(_("how many of the article's unit"), max_digits=18, decimal_places=6)

    class Meta:
        verbose_name = _("unit of an article")
        verbose_name_plural = _("units of an article")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "unit"], name="article_unit_unique"),
            models.CheckConstraint(name="article_unit_positive", condition=Q(factor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"1 {self.unit} = {self.factor.normalize():f} {self.article.unit}"


class ArticleBarcode(models.Model):
    """A barcode of an article; of a package, it says of how many of which unit."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(_("barcode"), max_length=48, unique=True)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("barcode")
        verbose_name_plural = _("barcodes")
        default_permissions = ()
        constraints = [models.CheckConstraint(name="article_barcode_not_empty", condition=~Q(code=""))]

    def __str__(self) -> str:
        return self.code
