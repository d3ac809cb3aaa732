"""What belongs to a party record in rows of its own: serving firms, relations, characteristics, VIES answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.dates import format_date
from common.history import tracked
from common.uploads import CheckedFileField
from counterparties.kinds import Kind
from counterparties.models.reference import Characteristic


@tracked()
class ServingFirm(models.Model):
    """An own firm that serves a party; a party without any is served by all of them."""

    party = models.ForeignKey("counterparties.Counterparty", on_delete=models.CASCADE, related_name="serving_links")
    own_firm = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("own firm"),
        on_delete=models.PROTECT,
        related_name="served_links",
        limit_choices_to={Kind.OWN_FIRM.flag: True},
    )

    class Meta:
        verbose_name = _("serving firm")
        verbose_name_plural = _("serving firms")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["party", "own_firm"], name="serving_firm_unique"),
            models.CheckConstraint(condition=~Q(party=F("own_firm")), name="serving_firm_is_another"),
        ]

    def __str__(self) -> str:
        return str(self.own_firm)


class RelationQuerySet(models.QuerySet["Relation"]):
    def of(self, party: Any) -> RelationQuerySet:
        return self.filter(Q(from_party=party) | Q(to_party=party))

    def in_force(self, on: dt.date) -> RelationQuerySet:
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


@tracked()
class Relation(models.Model):
    """A dated relation between two parties, read from the first to the second: "A is parent of B"."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("is parent of")
        PAYS_FOR = "pays_for", _("pays for")
        RELATED = "related", _("is a related party of")
        BRANCH = "branch", _("is a branch of")

    # The same relation read from the second party.
    REVERSE = {
        Kind.PARENT: _("is a subsidiary of"),
        Kind.PAYS_FOR: _("is paid for by"),
        Kind.RELATED: _("is a related party of"),
        Kind.BRANCH: _("has the branch"),
    }

    from_party = models.ForeignKey(
        "counterparties.Counterparty", on_delete=models.PROTECT, related_name="relations_from", verbose_name=_("party")
    )
    kind = models.CharField(_("relation"), max_length=10, choices=Kind)
    to_party = models.ForeignKey(
        "counterparties.Counterparty",
        on_delete=models.PROTECT,
        related_name="relations_to",
        verbose_name=_("other party"),
    )
    share = models.DecimalField(
        _("share, %"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Share of the capital, for parent and subsidiary."),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["kind", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_party=F("to_party")),
                name="relation_between_two",
                violation_error_message=_("A party cannot be related to itself."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="relation_dates_in_order",
                violation_error_message=_("The end is before the beginning."),
            ),
            models.UniqueConstraint(
                fields=["from_party", "kind", "to_party", "valid_from"],
                name="relation_unique",
                nulls_distinct=False,
                violation_error_message=_("This relation is already entered."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_party} {self.get_kind_display()} {self.to_party}"

    def clean(self) -> None:
        if self.share is not None and self.kind != self.Kind.PARENT:
            raise ValidationError({"share": _("A share is given only for parent and subsidiary.")})
        if self.kind == self.Kind.PARENT and self.from_party_id and self.to_party_id and self.makes_a_circle():
            raise ValidationError({"to_party": _("This would make a company the parent of its own parent.")})

    def makes_a_circle(self) -> bool:
        """Whether the second party already stands, directly or through others, above the first."""
        seen: set[int] = set()
        level = {self.to_party_id}
        while level:
            if self.from_party_id in level:
                return True
            seen |= level
            below = Relation.objects.filter(kind=self.Kind.PARENT, from_party__in=level).exclude(pk=self.pk)
            level = set(below.values_list("to_party", flat=True)) - seen
        return False

    def words_for(self, party: Any) -> str:
        """The relation as read from the given party's dossier."""
        if self.from_party_id == party.pk:
            return str(self.get_kind_display())
        return str(self.REVERSE[self.Kind(self.kind)])

    def other(self, party: Any) -> Any:
        return self.to_party if self.from_party_id == party.pk else self.from_party

    @property
    def period(self) -> str:
        start, end = (format_date(day) if day else "" for day in (self.valid_from, self.valid_to))
        if start and end:
            return f"{start} – {end}"
        if start:
            return _("since %(day)s") % {"day": start}
        return _("until %(day)s") % {"day": end} if end else ""


@tracked()
class CharacteristicValue(models.Model):
    """A party's value of a characteristic, kept in the column of its type."""

    party = models.ForeignKey(
        "counterparties.Counterparty", on_delete=models.CASCADE, related_name="characteristic_values"
    )
    characteristic = models.ForeignKey(
        Characteristic, verbose_name=_("characteristic"), on_delete=models.PROTECT, related_name="values"
    )
    text = models.CharField(_("text"), max_length=1000, blank=True)
    number = models.DecimalField(
        pgettext_lazy("type of a value", "number"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    date = models.DateField(_("date"), null=True, blank=True)
    boolean = models.BooleanField(_("yes/no"), null=True, blank=True)
    other_party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file = CheckedFileField(_("file"), upload_to="characteristics", blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("characteristic")
        verbose_name_plural = _("characteristics")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["party", "characteristic"], name="characteristic_value_unique")]
        indexes = [
            # The list's filter by a characteristic.
            models.Index(fields=["characteristic", "text"], name="characteristic_by_text"),
        ]

    COLUMNS = {
        Characteristic.Type.TEXT: "text",
        Characteristic.Type.CHOICE: "text",
        Characteristic.Type.NUMBER: "number",
        Characteristic.Type.DATE: "date",
        Characteristic.Type.BOOLEAN: "boolean",
        Characteristic.Type.PARTY: "other_party",
        Characteristic.Type.FILE: "file",
    }

    def __str__(self) -> str:
        return f"{self.characteristic}: {self.shown}"

    @property
    def value(self) -> Any:
        return getattr(self, self.COLUMNS[Characteristic.Type(self.characteristic.value_type)])

    @value.setter
    def value(self, value: Any) -> None:
        setattr(self, self.COLUMNS[Characteristic.Type(self.characteristic.value_type)], value)

    @property
    def shown(self) -> str:
        """The value as text for pages and exports."""
        value = self.value
        match self.characteristic.value_type:
            case Characteristic.Type.BOOLEAN:
                return str(_("yes") if value else _("no"))
            case Characteristic.Type.DATE:
                return format_date(value) if value else ""
            case Characteristic.Type.NUMBER:
                return f"{value.normalize():f}".replace(".", ",") if value is not None else ""
            case Characteristic.Type.FILE:
                return self.file_name
        return str(value or "")


class ViesCheck(models.Model):
    """An answer of VIES about a VAT number, kept as proof with its consultation number."""

    party = models.ForeignKey(
        "counterparties.Counterparty", null=True, on_delete=models.CASCADE, related_name="vies_checks"
    )
    vat_number = models.CharField(_("VAT number"), max_length=16)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_valid = models.BooleanField(_("valid"))
    name = models.CharField(_("name"), max_length=500, blank=True)
    address = models.CharField(_("address"), max_length=1000, blank=True)
    consultation_number = models.CharField(_("consultation number"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("VIES check")
        verbose_name_plural = _("VIES checks")
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.vat_number} {self.asked_at:%d.%m.%Y}"
