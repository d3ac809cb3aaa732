"""What the forms of trade choose from: articles by picker, groups as a tree, units and rates in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.forms.models import ModelChoiceIterator

from common.pickers import PickerField
from common.text import fold
from trade.models import Article, ArticleBarcode, ArticleGroup, Unit, VatRate
from trade.models.articles import ArticleQuerySet


def find_article(articles: Any, text: str) -> Any:
    """The articles that a typed text means: the one with this very code or barcode, else those that hold its words."""
    exact = articles.filter(Q(code__iexact=text) | Q(Exists(barcodes(text))))
    return exact if exact.exists() else articles.matching(text)


def barcodes(code: str) -> QuerySet[ArticleBarcode]:
    return ArticleBarcode.objects.filter(article=OuterRef("pk"), code=code)


def nearest_first(articles: ArticleQuerySet, text: str) -> ArticleQuerySet:
    """Those that match the text: the one of this code, of this barcode, codes and names that begin so, the rest."""
    text = text.strip()
    if not text:
        return articles.order_by("code")
    rank = Case(
        When(code__iexact=text, then=Value(0)),
        When(Exists(barcodes(text)), then=Value(1)),
        When(code__istartswith=text, then=Value(2)),
        When(search_text__startswith=fold(text) or text, then=Value(2)),
        When(name__istartswith=text, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return articles.matching(text).order_by(rank, "code")


class ArticleField(PickerField):
    """One article out of those that are not archived (and the one chosen before)."""

    def __init__(self, queryset: Any = None, **kwargs: Any) -> None:
        rows = Article.objects.current() if queryset is None else queryset
        super().__init__(rows.select_related("unit"), url_name="trade:article_picker", find=find_article, **kwargs)


def units_in_use(*chosen: Any) -> QuerySet[Unit]:
    """Units on offer; one that is no longer in use only where it was chosen."""
    return Unit.objects.filter(Q(is_active=True) | Q(pk__in=[key for key in chosen if key]))


def rates_in_use(chosen: Any = None) -> QuerySet[VatRate]:
    offered = VatRate.objects.in_force().values("pk")
    return VatRate.objects.filter(Q(pk__in=offered) | Q(pk=chosen or 0))


def tree(rows: Any) -> list[tuple[Any, int]]:
    """Rows of a tree from the top, each with its depth; what is under a missing row stands at the top."""
    rows = list(rows)
    known = {row.pk for row in rows}
    under: dict[int | None, list[Any]] = {}
    for row in rows:
        under.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def walk(parent: int | None, depth: int) -> list[tuple[Any, int]]:
        found = []
        for row in under.get(parent, []):
            found += [(row, depth), *walk(row.pk, depth + 1)]
        return found

    return walk(None, 0)


def indented(rows: Any) -> list[tuple[Any, str]]:
    """The tree as choices of a field."""
    return [(row.pk, "\u2003" * depth + str(row)) for row, depth in tree(rows)]


def by_path(rows: Any) -> list[tuple[Any, str]]:
    """The tree as choices that stand side by side, where an indent would say nothing: "Retail › Shop"."""
    names: list[str] = []
    found = []
    for row, depth in tree(rows):
        names = [*names[:depth], str(row)]
        found.append((row.pk, " › ".join(names)))
    return found


class TreeIterator(ModelChoiceIterator):
    """The choices of a field as a tree."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from indented(self.queryset)


class GroupField(forms.ModelChoiceField):
    """A group of articles, those below indented under those above."""

    iterator = TreeIterator

    def __init__(self, chosen: Any = None, **kwargs: Any) -> None:
        groups = ArticleGroup.objects.filter(Q(is_active=True) | Q(pk=chosen or 0))
        super().__init__(groups, **{"empty_label": "—"} | kwargs)


def with_subgroups(key: Any) -> list[int]:
    """Keys of a group and of all under it."""
    pairs = list(ArticleGroup.objects.values_list("pk", "parent"))
    found = [int(key)]
    for one in found:
        found += [pk for pk, parent in pairs if parent == one and pk not in found]
    return found
