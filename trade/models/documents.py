"""The document, written once: lines, totals per rate, frozen copies. Its life is that of `life.py`.

Concrete documents live in apps above.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trade.amounts import HUNDRED, ZERO, Amounts, EuroAmounts, PricedLine, VatKey, compute, in_euro, line_amount
from trade.copies import account_copy, copy_of
from trade.errors import DocumentError
from trade.models.articles import Article, Unit
from trade.models.life import Issuable, life_constraints
from trade.models.vat import VatCategory, VatGround, VatRate

MONEY: Any = {"max_digits": 18, "decimal_places": 2}
MOST = Decimal("999999999.99")
MOST_LINES = 2000


class Document(Issuable):
    """What all commercial documents share: lines, amounts, frozen copies of the parties."""

    includes_vat = models.BooleanField(_("prices include VAT"), default=False)
    trader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("trader"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.TextField(_("text on the document"), max_length=2000, blank=True)

    net = models.DecimalField(_("tax base"), **MONEY, default=ZERO, editable=False)
    vat = models.DecimalField(_("VAT"), **MONEY, default=ZERO, editable=False)
    gross = models.DecimalField(_("total with VAT"), **MONEY, default=ZERO, editable=False)
    net_eur = models.DecimalField(_("tax base in EUR"), **MONEY, default=ZERO, editable=False)
    vat_eur = models.DecimalField(_("VAT in EUR"), **MONEY, default=ZERO, editable=False)
    gross_eur = models.DecimalField(_("total in EUR"), **MONEY, default=ZERO, editable=False)

    firm_copy = models.JSONField(default=dict, blank=True, editable=False)
    party_copy = models.JSONField(default=dict, blank=True, editable=False)
    account_copy = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def printed_account(self) -> Any:
        """The bank account that stands on the document, or None."""
        return None

    def check_rules(self) -> None:
        """Refuse what else may not be issued; the amounts are known. Raises DocumentError."""

    def prepare(self) -> None:
        """Check the lines, compute and store the amounts, copy the parties as they are now."""
        self.check_lines(self.priced_lines())
        self.store_amounts()
        self.check_rules()
        self.freeze()

    def check_lines(self, lines: Sequence[DocumentLine]) -> None:
        if not lines:
            raise DocumentError(_("A document without lines cannot be issued."))
        for line in lines:
            line.check_values()
        categories = {line.vat_category for line in lines}
        if VatCategory.OUTSIDE in categories and len(categories) > 1:
            raise DocumentError(
                _("What lies outside the scope of VAT does not stand on one document with what is taxed or exempt.")
            )

    def freeze(self) -> None:
        """Copy the parties as they are now; what is printed of the document from now on is these."""
        self.firm_copy = copy_of(self.own_firm, self.date, firm=True)
        self.party_copy = copy_of(self.party, self.date)
        self.account_copy = account_copy(self.printed_account())

    def priced_lines(self) -> Sequence[DocumentLine]:
        """The lines in their order."""
        lines: Any = self.lines  # type: ignore[attr-defined]
        return list(lines.select_related("vat_rate", "vat_ground", "unit", "article").order_by("position", "pk"))

    # -- Amounts ---------------------------------------------------------------------------------

    def compute(self, lines: Sequence[DocumentLine] | None = None) -> Amounts:
        """The amounts of the given lines (the stored ones when None), in the currency of the document."""
        lines = self.priced_lines() if lines is None else lines
        return compute([line.priced() for line in lines], currency=self.currency, includes_vat=self.includes_vat)

    def take_amounts(self, amounts: Amounts, euros: EuroAmounts) -> None:
        """Put the totals on the document, in its currency and in euro."""
        self.net, self.vat, self.gross = amounts.net, amounts.vat, amounts.gross
        self.net_eur, self.vat_eur, self.gross_eur = euros.net, euros.vat, euros.gross

    def store_amounts(self) -> Amounts:
        """Compute anew from the stored lines; write lines' amounts, taxes and totals (the document itself unsaved)."""
        lines = self.priced_lines()
        amounts = self.compute(lines)
        euros = in_euro(amounts, [line.priced() for line in lines], self.rate)
        for line, amount, net, net_eur in zip(lines, amounts.lines, amounts.nets, euros.nets, strict=True):
            line.amount, line.net, line.net_eur = amount, net, net_eur
        if lines:
            type(lines[0])._default_manager.bulk_update(lines, ["amount", "net", "net_eur"])
        taxes: Any = self.taxes  # type: ignore[attr-defined]
        taxes.all().delete()
        taxes.model._default_manager.bulk_create(
            taxes.model(
                document=self,
                vat_category=tax.vat.category,
                vat_percent=tax.vat.percent,
                ground=tax.vat.ground,
                base=tax.base,
                tax=tax.tax,
                base_eur=euro.base,
                tax_eur=euro.tax,
            )
            for tax, euro in zip(amounts.taxes, euros.taxes, strict=True)
        )
        self.take_amounts(amounts, euros)
        return amounts


class DocumentLine(models.Model):
    """A line: an article or free text, quantity × unit price − discount, taxed by a rate (with a ground for 0 %)."""

    position = models.PositiveIntegerField(default=0)
    article = models.ForeignKey(
        Article, verbose_name=_("article"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    description = models.CharField(_("description"), max_length=500)
    description_en = models.CharField(_("description in English"), max_length=500, blank=True)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=Decimal(1))
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6, default=ZERO)
    discount_percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, default=ZERO)
    vat_rate = models.ForeignKey(VatRate, verbose_name=_("VAT rate"), on_delete=models.PROTECT, related_name="+")
    vat_ground = models.ForeignKey(
        VatGround,
        verbose_name=_("ground for 0 %"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Copied from rate and ground at each save, so that a printed line never changes with the reference data.
    vat_category = models.CharField(_("VAT category"), max_length=2, choices=VatCategory, editable=False)
    vat_percent = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2, editable=False)
    ground_text = models.CharField(_("ground"), max_length=300, blank=True, editable=False)
    # As priced (with VAT when the document's prices include it), and without VAT.
    amount = models.DecimalField(_("amount"), **MONEY, default=ZERO, editable=False)
    net = models.DecimalField(_("amount without VAT"), **MONEY, default=ZERO, editable=False)
    net_eur = models.DecimalField(_("amount without VAT in EUR"), **MONEY, default=ZERO, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ground_for_zero",
                condition=Q(vat_percent__gt=0) | ~Q(ground_text=""),
                violation_error_message=_("Choose on which ground no VAT is charged."),
            ),
            models.CheckConstraint(
                name="%(class)s_discount_sane",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                violation_error_message=_("A discount lies between 0 and 100 %."),
            ),
            models.CheckConstraint(
                name="%(class)s_price_not_negative",
                condition=Q(unit_price__gte=0),
                violation_error_message=_("A unit price is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.description

    # Whether the line takes something off (the deduction of an advance), and so has a negative quantity.
    @property
    def deducts_something(self) -> bool:
        return False

    def fill_copies(self) -> None:
        """Copy what is taxed how from the rate and the ground."""
        self.vat_category, self.vat_percent = self.vat_rate.category, self.vat_rate.percent
        if self.vat_percent:
            self.vat_ground = None
        self.ground_text = self.vat_ground.text if self.vat_ground is not None else ""

    def priced(self) -> PricedLine:
        return PricedLine(
            self.quantity,
            self.unit_price,
            self.discount_percent,
            VatKey(self.vat_category, self.vat_percent, self.ground_text),
        )

    def clean(self) -> None:
        super().clean()
        self.check_values()

    def check_values(self) -> None:
        """Refuse a line that cannot be: at its fields, in words. Raises DocumentError."""
        errors: dict[str, Any] = {}
        if not self.description.strip():
            errors["description"] = _("Say what this is.")
        if not self.quantity:
            errors["quantity"] = _("A quantity of zero says nothing.")
        elif self.quantity < 0 and not self.deducts_something:
            errors["quantity"] = _("A quantity is above zero; what is given back stands on a credit note.")
        elif abs(self.quantity) > MOST:
            errors["quantity"] = _("This quantity is too large.")
        if self.unit_price < 0:
            errors["unit_price"] = _("A unit price is not below zero.")
        elif self.unit_price > MOST:
            errors["unit_price"] = _("This price is too large.")
        if not 0 <= self.discount_percent <= HUNDRED:
            errors["discount_percent"] = _("A discount lies between 0 and 100 %.")
        if self.vat_rate_id is not None:
            if self.vat_rate.needs_ground and self.vat_ground_id is None:
                errors["vat_ground"] = _("Choose on which ground no VAT is charged.")
            elif self.vat_ground is not None and self.vat_ground.category != self.vat_rate.category:
                errors["vat_ground"] = _("This ground belongs to another kind of 0 %.")
        if not errors and abs(line_amount_of(self)) > MOST:
            errors["unit_price"] = _("The amount of this line is too large.")
        if errors:
            raise DocumentError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_copies()
        super().save(*args, **kwargs)


def line_amount_of(line: DocumentLine) -> Decimal:
    """The line's amount at euro cents: enough to tell whether it is within reason."""
    return line_amount(PricedLine(line.quantity, line.unit_price, line.discount_percent, VatKey("S", ZERO, "")), "EUR")


class DocumentTax(models.Model):
    """Base and VAT of one rate on a document, stored when it is computed; every output reads these."""

    vat_category = models.CharField(_("VAT category"), max_length=2, choices=VatCategory)
    vat_percent = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2)
    ground = models.CharField(_("ground"), max_length=300, blank=True)
    base = models.DecimalField(_("tax base"), **MONEY)
    tax = models.DecimalField(_("VAT"), **MONEY)
    base_eur = models.DecimalField(_("tax base in EUR"), **MONEY)
    tax_eur = models.DecimalField(_("VAT in EUR"), **MONEY)

    class Meta:
        abstract = True
        ordering = ["-vat_percent", "vat_category", "pk"]

    def __str__(self) -> str:
        return f"{self.vat_percent} %"


def document_constraints(name: str) -> list[models.BaseConstraint]:
    """What the database itself holds of every document: its life, and totals that add up. Put into Meta.constraints."""
    return [
        *life_constraints(name),
        models.CheckConstraint(
            name=f"{name}_total_is_base_and_vat",
            condition=Q(gross=F("net") + F("vat")) & Q(gross_eur=F("net_eur") + F("vat_eur")),
        ),
    ]
