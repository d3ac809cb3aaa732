"""The form of an article with its further units and barcodes."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from common.admin import is_used
from common.amounts import AmountField
from common.codes import is_valid_ean
from common.forms import RecordForm
from trade.forms.fields import GroupField, rates_in_use, units_in_use
from trade.models import Article, ArticleBarcode, ArticleUnit, VatRate


class ArticleForm(RecordForm):
    """The article alone."""

    origin = forms.ChoiceField(label=gettext_lazy("Country of origin"), required=False)

    class Meta:
        model = Article
        fields = [
            *("code", "name", "name_en", "kind", "group", "unit", "vat_rate", "tariff_code", "origin", "description"),
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "code": gettext_lazy("Your own number of the article; no two have the same."),
            "name_en": gettext_lazy("For documents in two languages."),
            "unit": gettext_lazy("The unit in which prices and quantities are kept; others follow below."),
            "tariff_code": gettext_lazy("Eight digits of the Combined Nomenclature, or ten of TARIC."),
        }

    fieldsets = (
        ("", [("code", "kind"), "name", "name_en", ("group",), ("unit", "vat_rate")]),
        (gettext_lazy("Further"), [("tariff_code", "origin"), "description"]),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        article = self.instance
        label = self.fields["group"].label
        self.fields["group"] = GroupField(article.group_id, label=label, required=False)
        unit: Any = self.fields["unit"]
        unit.queryset = units_in_use(article.unit_id)
        rate: Any = self.fields["vat_rate"]
        rate.queryset = rates_in_use(article.vat_rate_id)
        origin: Any = self.fields["origin"]
        origin.choices = [("", "—"), *countries]
        if article.pk is None and (usual := VatRate.objects.usual()) is not None:
            self.initial["vat_rate"] = self.initial.get("vat_rate") or usual.pk

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        same = Article.objects.filter(code__iexact=code).exclude(pk=self.instance.pk).first()
        if same is not None:
            words = (
                _("The code is taken by “%s”, which is archived.")
                if same.is_archived
                else _("The code is taken by “%s”.")
            )
            raise forms.ValidationError(words % same.name)
        return code

    def clean_tariff_code(self) -> str:
        code = re.sub(r"[\s.]", "", self.cleaned_data["tariff_code"])
        if code and not re.fullmatch(r"[0-9]{8}([0-9]{2})?", code):
            raise forms.ValidationError(_("A tariff code has eight or ten digits."))
        return code

    def clean_unit(self) -> Any:
        unit, before = self.cleaned_data["unit"], self.initial.get("unit")
        if self.instance.pk and unit.pk != before and is_used(self.instance):
            raise forms.ValidationError(
                _("The article is used with its unit already: add the other unit below, or make another article.")
            )
        return unit

    def say_what_collided(self) -> None:
        self.add_error("code", _("Somebody has just taken this code or one of the barcodes."))


class UnitForm(RecordForm):
    own_unit_id: Any = None  # told by the formset: a new article has no key yet

    factor = AmountField(
        label=gettext_lazy("How many of the article's unit"), decimal_places=6, shown_decimals=0, min_value=0
    )

    class Meta:
        model = ArticleUnit
        fields = ["unit", "factor"]
        help_texts = {"unit": gettext_lazy("A carton of 24: choose “carton” and write 24.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = units_in_use(self.instance.unit_id)

    def clean_factor(self) -> Any:
        factor = self.cleaned_data["factor"]
        if factor is not None and factor <= 0:
            raise forms.ValidationError(_("Write a number above zero."))
        return factor

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit = data.get("unit")
        if unit is not None and unit.pk == self.own_unit_id and not data.get("DELETE"):
            self.add_error("unit", _("This is the article's own unit."))
        return data


class BarcodeForm(RecordForm):
    class Meta:
        model = ArticleBarcode
        fields = ["code", "unit"]
        labels = {"unit": gettext_lazy("Of which unit")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = units_in_use(self.instance.unit_id)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if problem := barcode_problem(code):
            raise forms.ValidationError(problem)
        other = ArticleBarcode.objects.filter(code=code).exclude(pk=self.instance.pk).select_related("article").first()
        if other is not None:
            raise forms.ValidationError(_("This barcode belongs to “%s”.") % other.article)
        return code


def barcode_problem(code: str) -> str:
    """Why a text is no barcode; empty when it is one."""
    if not re.fullmatch("[!-~]+", code):
        return _("A barcode has Latin letters, digits and signs, without spaces.")
    if code.isdecimal() and len(code) in (8, 13) and not is_valid_ean(code):
        return _("The check digit at the end does not fit: one of the digits is wrong.")
    return ""


class PartsFormSet(BaseInlineFormSet):
    """Further rows of an article."""

    title: Any = ""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
        form.own_unit_id = self.instance.unit_id

    def get_unique_error_message(self, unique_check: Any) -> str:
        return _("The same stands here twice.")

    def get_form_error(self) -> str:
        return _("This stands here twice.")


UnitFormSet = inlineformset_factory(
    Article, ArticleUnit, form=UnitForm, formset=PartsFormSet, extra=1, can_delete=True, max_num=20
)
BarcodeFormSet = inlineformset_factory(
    Article, ArticleBarcode, form=BarcodeForm, formset=PartsFormSet, extra=1, can_delete=True, max_num=50
)


class WholeArticle:
    """The form of an article together with its units and barcodes: valid together, saved together."""

    def __init__(self, data: Any, article: Article) -> None:
        self.form = ArticleForm(data, instance=article)
        # First the form: the units are compared with what it says.
        self.right = self.form.is_bound and self.form.is_valid()
        units: Any = UnitFormSet(data, instance=article, prefix="units")
        codes: Any = BarcodeFormSet(data, instance=article, prefix="barcodes")
        units.title, codes.title = _("Other units"), _("Barcodes")
        self.formsets = [units, codes]

    def is_valid(self) -> bool:
        parts_right = all([formset.is_valid() for formset in self.formsets])  # noqa: C419  (all are checked)
        if not parts_right:
            self.form.add_error(None, _("Correct the units and barcodes below."))
        return self.right and parts_right

    @property
    def errors(self) -> Any:
        return self.form.errors

    def say_what_collided(self) -> None:
        self.form.say_what_collided()

    def save(self) -> Article:
        with transaction.atomic():
            article = self.form.save()
            for formset in self.formsets:
                formset.instance = article
                formset.save()
            article.save()  # once more: search finds the article by its barcodes too
        return article
