"""Articles out of the rows of a file: what becomes of each, and the writing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from common.admin import is_used
from common.importing.plans import Change, Outcome, Planned, chunks
from common.importing.reading import Table
from common.importing.undoing import note, note_change
from common.text import fold
from contacts.importing.words import country_of
from trade.forms.articles import barcode_problem
from trade.importing.cells import CellRow, Cells, positive
from trade.importing.columns import ARTICLES
from trade.importing.groups import is_new, key_of, make_groups, way_of
from trade.models import Article, ArticleBarcode, ArticleGroup, ArticleUnit, Unit, VatRate

_KINDS = {
    key_of(word): kind
    for kind, words in {
        Article.Kind.GOODS: ("goods", "good", "стока", "стоки", "материал", "продукт"),
        Article.Kind.SERVICE: ("service", "services", "услуга", "услуги"),
    }.items()
    for word in words
}
Progress = Any
MAKE_GROUPS = "trade.add_articlegroup"


@dataclass
class PlannedArticle(Planned):
    """`article` is the new one, or the one that is here with its new values; `before` what they were."""

    article: Article | None = None
    before: dict[str, Any] = field(default_factory=dict)
    barcodes: list[str] = field(default_factory=list)
    package: Unit | None = None
    factor: Decimal | None = None
    # A group that is still to be made for it.
    new_group: ArticleGroup | None = None


class ArticlePlanner:
    """Decides row by row; remembers the codes and barcodes of the rows above."""

    def __init__(self, user: Any, mapping: Sequence[str], *, update: bool, make_groups: bool = False) -> None:
        self.user, self.update = user, update
        self.cells = Cells(ARTICLES, mapping)
        self.cells.groups.may_make = user.has_perm(MAKE_GROUPS)
        self.cells.groups.make = make_groups and self.cells.groups.may_make
        self.usual_rate = VatRate.objects.usual()
        self.codes: dict[str, CellRow] = {}
        self.barcodes: dict[str, CellRow] = {}
        self.here: dict[str, Article] = {}
        self.taken: dict[str, tuple[int, str]] = {}
        self.packages: dict[tuple[int, int], Decimal] = {}

    def plan(self, table: Table, *, lock: bool, progress: Progress = None) -> list[PlannedArticle]:
        rows = [self.cells.read(raw) for raw in table.rows]
        self.load(rows, lock=lock)
        planned, every = [], max(200, len(rows) // 20)
        for place, row in enumerate(rows, 1):
            planned.append(self.decide(row))
            if progress is not None and place % every == 0:
                progress(place, len(rows))
        return planned

    def load(self, rows: Sequence[CellRow], *, lock: bool) -> None:
        """The articles, barcodes and packages that the rows name."""
        for part in chunks({row.get("code").lower() for row in rows if row.get("code")}):
            found = (
                Article.objects.alias(low=Lower("code"))
                .filter(low__in=part)
                .select_related("unit", "vat_rate", "group")
            )
            if lock:
                found = found.order_by("pk").select_for_update(of=("self",))
            self.here |= {article.code.lower(): article for article in found}
        for part in chunks({code for row in rows for code in several(row.get("barcode"))}):
            codes = ArticleBarcode.objects.filter(code__in=part).select_related("article")
            self.taken |= {one.code: (one.article_id, str(one.article)) for one in codes}
        for some in chunks([article.pk for article in self.here.values()]):
            units = ArticleUnit.objects.filter(article__in=some).values_list("article", "unit", "factor")
            self.packages |= {(article, unit): factor for article, unit, factor in units}

    def decide(self, row: CellRow) -> PlannedArticle:
        planned = PlannedArticle(row)
        values = self.values_of(row, planned)
        code = row.get("code").lower()
        if not row.problems and code in self.codes:
            above = self.codes[code]
            if above.values == row.values:
                return planned.skip(_("The same as row %d of this file.") % above.number)
            row.problems.append(
                _("Row %d of this file has the same code and other data: only the first of them is taken.")
                % above.number
            )
        if row.problems:
            planned.reasons = list(row.problems)
            return planned
        self.codes[code] = row
        here = self.here.get(code)
        if here is None:
            self.create(row, planned, values)
        elif here.is_archived:
            planned.skip(_("Exists and is archived: restore it first."))
        elif not self.update:
            planned.skip(_("Exists already."))
        else:
            self.compare(row, planned, values, here)
        if planned.outcome in (Outcome.CREATED, Outcome.UPDATED):
            self.barcodes |= dict.fromkeys(planned.barcodes, row)
        return planned

    def values_of(self, row: CellRow, planned: PlannedArticle) -> dict[str, Any]:
        """What the row says, by field; only what it says."""
        cells = self.cells
        for name in ("code", "name"):
            if not row.get(name) and not row.problems:
                cells.refuse(row, name, _("This is empty."))
        made: dict[str, Any] = {
            name: row.get(name) for name in ("code", "name", "name_en", "description") if row.get(name)
        }
        readers = {
            "kind": self.kind, "group": cells.group, "unit": cells.unit, "vat_rate": cells.vat_rate,
            "tariff_code": tariff_code, "origin": country_of,
        }  # fmt: skip
        for name, reader in readers.items():
            if (value := cells.attempt(row, name, reader)) is not None:
                made[name] = value
        planned.new_group = made["group"] if is_new(made.get("group")) else None
        planned.barcodes = cells.attempt(row, "barcode", self.codes_of(row), [])
        planned.package = cells.attempt(row, "package", cells.unit)
        planned.factor = cells.attempt(row, "factor", positive)
        if not row.problems and (planned.package is None) != (planned.factor is None):
            name = "package" if planned.package is None else "factor"
            cells.refuse(
                row, name, _("Another unit needs both: the unit, and how many of the article's unit it holds.")
            )
        return made

    @staticmethod
    def kind(text: str) -> str:
        if (kind := _KINDS.get(key_of(text))) is None:
            raise ValueError(_("“%s” is neither goods nor a service.") % text[:40])
        return kind

    def codes_of(self, row: CellRow) -> Any:
        def read(text: str) -> list[str]:
            found = several(text)
            for code in found:
                if problem := barcode_problem(code):
                    raise ValueError(f"{code[:48]}: {problem}")
                if len(code) > 48:
                    raise ValueError(_("A barcode has at most 48 signs."))
                holder = self.taken.get(code)
                own = self.here.get(row.get("code").lower())
                if holder is not None and (own is None or holder[0] != own.pk):
                    raise ValueError(
                        _("The barcode %(code)s belongs to “%(article)s”.") % {"code": code, "article": holder[1]}
                    )
                if code in self.barcodes:
                    raise ValueError(_("Row %d has the same barcode.") % self.barcodes[code].number)
            return found

        return read

    # -- A new article ---------------------------------------------------------------------------

    def create(self, row: CellRow, planned: PlannedArticle, values: dict[str, Any]) -> None:
        if not self.user.has_perm("trade.add_article"):
            planned.fail(_("You may not add articles."))
            return
        if "unit" not in values:
            planned.fail(f"{ARTICLES.fields['unit'].label}: " + _("A new article needs its unit."))
            return
        article = Article(**{"vat_rate": self.usual_rate} | values)
        if article.vat_rate_id is None:
            planned.fail(f"{ARTICLES.fields['vat_rate'].label}: " + _("A new article needs its VAT rate."))
            return
        if self.refuse_package(planned, article):
            return
        planned.outcome, planned.article = Outcome.CREATED, article
        planned.changes = [Change(self.label(name), "", self.words(article, name)) for name in values]
        self.tell_parts(planned)

    def refuse_package(self, planned: PlannedArticle, article: Article) -> bool:
        if planned.package is not None and planned.package.pk == article.unit_id:
            planned.fail(f"{ARTICLES.fields['package'].label}: " + _("This is the article's own unit."))
            return True
        return False

    def tell_parts(self, planned: PlannedArticle) -> None:
        if planned.barcodes:
            planned.changes.append(Change(self.label("barcode"), "", ", ".join(planned.barcodes)))
        if planned.package is not None and planned.factor is not None and planned.article is not None:
            words = f"1 {planned.package} = {planned.factor.normalize():f} {planned.article.unit}"
            planned.changes.append(Change(self.label("package"), "", words))

    @staticmethod
    def label(name: str) -> str:
        return str(ARTICLES.fields[name].label)

    @staticmethod
    def words(article: Article, name: str) -> str:
        if name == "group" and is_new(article.group):
            return _("%s (new)") % way_of(article.group)  # type: ignore[arg-type]
        display = getattr(article, f"get_{name}_display", None)
        return str(display() if display else getattr(article, name) or "")

    # -- One that is here ------------------------------------------------------------------------

    def compare(self, row: CellRow, planned: PlannedArticle, values: dict[str, Any], here: Article) -> None:
        """Bring the row's values into the article; say what changes. Empty cells change nothing."""
        planned.article = here
        values.pop("code")
        if "unit" in values and values["unit"].pk != here.unit_id and is_used(here):
            planned.fail(_("The article is used with its unit already; it cannot have another one."))
            return
        for name, value in values.items():
            attname = Article._meta.get_field(name).attname  # type: ignore[union-attr]
            key = getattr(value, "pk", value)
            old = getattr(here, attname)
            if old != key or is_new(value):
                before = self.words(here, name)
                planned.before[attname] = old
                setattr(here, name, value)
                planned.changes.append(Change(self.label(name), before, self.words(here, name)))
        planned.barcodes = [code for code in planned.barcodes if code not in self.taken]
        if planned.package is not None:
            known = self.packages.get((here.pk, planned.package.pk))
            if known is not None:
                if known != planned.factor:
                    planned.fail(
                        _("One “%(unit)s” of the article is %(known)s already: change it on the article's page.")
                        % {"unit": planned.package, "known": f"{known.normalize():f}"}
                    )
                    return
                planned.package = planned.factor = None
            elif self.refuse_package(planned, here):
                return
        self.tell_parts(planned)
        if not planned.changes:
            planned.skip(_("Exists already with the same data."))
        elif not self.user.has_perm("trade.change_article"):
            planned.fail(_("You may not change articles."))
        else:
            planned.outcome = Outcome.UPDATED


def several(text: str) -> list[str]:
    """The barcodes of a cell, each once."""
    return list(dict.fromkeys(piece for piece in re.split(r"[\s;,|]+", text) if piece))


def tariff_code(text: str) -> str:
    code = re.sub(r"[\s.]", "", text)
    if not re.fullmatch(r"[0-9]{8}([0-9]{2})?", code):
        raise ValueError(_("A tariff code has eight or ten digits."))
    return code


def write_articles(planned: Sequence[PlannedArticle], progress: Progress = None) -> None:
    """Write what is planned, in the caller's transaction, noting in each row what undoing needs."""
    created = [one for one in planned if one.outcome == Outcome.CREATED]
    updated = [one for one in planned if one.outcome == Outcome.UPDATED]
    total, done = len(created) + len(updated), 0
    make_groups([*created, *updated])
    for part in [*chunks(created, 1000), *chunks(updated, 200)]:
        if part[0].outcome == Outcome.CREATED:
            for one in part:
                assert one.article is not None
                one.article.fill_derived()
                one.article.search_text = " ".join([one.article.search_text, *map(fold, one.barcodes)])
            Article.objects.bulk_create([one.article for one in part if one.article is not None])
            for one in part:
                note(one, one.article)
        add_parts(part)
        for one in part:
            if one.outcome == Outcome.UPDATED and one.article is not None:
                one.article.save(update_fields=[name.removesuffix("_id") for name in one.before])
                note_change(one, one.article, one.before)
        done += len(part)
        if progress is not None:
            progress(done, total)


def add_parts(part: Sequence[PlannedArticle]) -> None:
    """New barcodes and packages of the articles."""
    codes = [(one, ArticleBarcode(article=one.article, code=code)) for one in part for code in one.barcodes]
    units = [
        (one, ArticleUnit(article=one.article, unit=one.package, factor=one.factor))
        for one in part
        if one.package is not None and one.factor is not None
    ]
    ArticleBarcode.objects.bulk_create([row for _one, row in codes])
    ArticleUnit.objects.bulk_create([row for _one, row in units])
    for one, row in [*codes, *units]:
        note(one, row)
