"""Reference data of the party record: legal forms, types, statuses and what a status brings with it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counterparties.kinds import Kind


class NamedInTwoLanguages(models.Model):
    """Reference data with a Bulgarian name and, when it is set, an English one."""

    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("What is no longer in use stays where it was chosen, but is not offered."),
    )

    class Meta:
        abstract = True
        ordering = ["order", "name"]

    def __str__(self) -> str:
        if self.name_en and translation.get_language() == "en":
            return self.name_en
        return self.name


class LegalForm(NamedInTwoLanguages):
    """Legal form, and where it stands in a full name: „Алфа ООД“, „ЕТ Иван Петров“, „Фондация Утре“."""

    class Place(models.TextChoices):
        AFTER = "after", _("after the name")
        BEFORE = "before", _("before the name")
        NOWHERE = "nowhere", _("not written beside the name")

    place = models.CharField(
        _("where it is written"),
        max_length=10,
        choices=Place,
        default=Place.AFTER,
        help_text=_("A name that says its form by itself (Фондация Утре) needs it nowhere else."),
    )

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("legal form")
        verbose_name_plural = _("legal forms")
        constraints = [models.UniqueConstraint(fields=["name"], name="legal_form_name_unique")]

    def beside(self, name: str) -> str:
        """The name with this form at its place."""
        match self.place:
            case self.Place.AFTER:
                return f"{name} {self.name}"
            case self.Place.BEFORE:
                return f"{self.name} {name}"
        return name


class PartyType(NamedInTwoLanguages):
    """A node in the tree of client types or of supplier types."""

    class Tree(models.TextChoices):
        CLIENT = "client", _("client type")
        SUPPLIER = "supplier", _("supplier type")

    tree = models.CharField(_("tree"), max_length=10, choices=Tree)
    parent = models.ForeignKey(
        "self", verbose_name=_("parent"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("client or supplier type")
        verbose_name_plural = _("client and supplier types")
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "parent", "name"], name="party_type_name_unique", nulls_distinct=False
            )
        ]

    def clean(self) -> None:
        if self.parent is None:
            return
        if self.parent.tree != self.tree:
            raise ValidationError({"parent": _("The parent belongs to the other tree.")})
        ancestor: PartyType | None = self.parent
        while ancestor is not None:
            if ancestor.pk is not None and ancestor.pk == self.pk:
                raise ValidationError({"parent": _("A type cannot stand under itself.")})
            ancestor = ancestor.parent


class StatusEffect(models.TextChoices):
    """What a status does to work with the party; said in words where it bites."""

    WARN = "warn", _("warn")
    STOP_SALES = "stop_sales", _("stop sales")
    ADVANCE_ONLY = "advance_only", _("advance payment only")
    STOP_ORDERS = "stop_orders", _("stop orders")
    STOP_PAYMENTS = "stop_payments", _("stop payments out")


EFFECT_SENTENCES: dict[str, Promise] = {
    StatusEffect.WARN: _("be careful"),
    StatusEffect.STOP_SALES: _("sales are stopped"),
    StatusEffect.ADVANCE_ONLY: _("only against advance payment"),
    StatusEffect.STOP_ORDERS: _("orders are stopped"),
    StatusEffect.STOP_PAYMENTS: _("payments out are stopped"),
}


class Status(NamedInTwoLanguages):
    """A coloured status of a party, with the statuses one may go to from it and its effects."""

    class Color(models.TextChoices):
        GREEN = "green", _("green")
        BLUE = "blue", _("blue")
        AMBER = "amber", _("amber")
        RED = "red", _("red")
        GREY = "grey", _("grey")

    code = models.SlugField(_("code"), unique=True)
    color = models.CharField(_("colour"), max_length=10, choices=Color, default=Color.GREY)
    is_default = models.BooleanField(_("for new parties"), default=False)
    next_statuses = models.ManyToManyField(
        "self",
        verbose_name=_("may change to"),
        symmetrical=False,
        blank=True,
        related_name="previous_statuses",
        help_text=_("None chosen: any other status is allowed."),
    )
    effects = ArrayField(
        models.CharField(max_length=20, choices=StatusEffect), verbose_name=_("effects"), default=list, blank=True
    )

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                name="status_one_default",
                condition=models.Q(is_default=True),
                violation_error_message=_("Another status is already the one for new parties."),
            )
        ]

    def allows(self, other: Status) -> bool:
        """Whether a party may go from this status to the other; with no transitions set, all are allowed."""
        if other == self:
            return True
        allowed = {status.pk for status in self.next_statuses.all()}
        return not allowed or other.pk in allowed

    @property
    def effect_sentences(self) -> list[str]:
        return [str(EFFECT_SENTENCES[effect]) for effect in self.effects if effect in EFFECT_SENTENCES]


class Characteristic(NamedInTwoLanguages):
    """A custom field that administrators add to parties of a kind or a type."""

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", pgettext_lazy("type of a value", "number")
        DATE = "date", _("date")
        BOOLEAN = "boolean", _("yes/no")
        CHOICE = "choice", _("choice")
        PARTY = "party", _("counterparty")
        FILE = "file", _("file")

    code = models.SlugField(_("code"), unique=True)
    value_type = models.CharField(_("value"), max_length=10, choices=Type, default=Type.TEXT)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One per line; only for the value type “choice”."))
    kind = models.CharField(
        _("for kind"), max_length=10, choices=Kind, blank=True, help_text=_("Empty: for every kind.")
    )
    party_type = models.ForeignKey(
        PartyType,
        verbose_name=_("for type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Types under it are meant too."),
    )
    required = models.BooleanField(_("required"), default=False)
    in_filter = models.BooleanField(_("in the list's filter"), default=False)
    help_text = models.CharField(_("help"), max_length=200, blank=True)

    class Meta(NamedInTwoLanguages.Meta):
        verbose_name = _("characteristic")
        verbose_name_plural = _("characteristics")

    def clean(self) -> None:
        if self.value_type == self.Type.CHOICE and not self.choice_list:
            raise ValidationError({"choices": _("Write the choices, one per line.")})

    @property
    def choice_list(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]
