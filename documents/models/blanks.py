"""Forms with placeholders: the text, its extra fields, each party's values, and what was made of them."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.addresses import address
from common.dates import today
from common.history import tracked
from contacts.models.reference import CodedReference
from counterparties.kinds import Kind
from documents import field_types
from documents.models.files import File, FileCategory
from documents.querysets import OfPartyQuerySet

# A field's code, as placeholders name it.
CODE = re.compile(r"[a-z][a-z0-9_]*")


class FormTemplate(CodedReference):
    """A form that is filled with a party's data: contract, declaration, letter.

    The text is Markdown without HTML; `{{ party.name }}` is a placeholder. Which there are the registry says
    (`documents/placeholders.py`); `{{ field.code }}` are the form's own fields.
    """

    class Language(models.TextChoices):
        BULGARIAN = "bg", _("Bulgarian")
        ENGLISH = "en", _("English")

    language = models.CharField(_("language of the text"), max_length=2, choices=Language, default=Language.BULGARIAN)
    description = models.CharField(_("what it is for"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=50_000)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind.choices),
        verbose_name=_("for kinds"),
        default=list,
        blank=True,
        help_text=_("For which kinds of party; none chosen means all."),
    )
    category = models.ForeignKey(
        FileCategory,
        verbose_name=_("category of the made file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(CodedReference.Meta):
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        default_permissions = ("view", "add", "change", "delete")
        permissions = [("fill_formtemplate", "Can fill forms and keep the PDF")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="form_template_code", condition=~models.Q(code=""))
        ]

    def fits(self, party: Any) -> bool:
        """Whether the form is meant for a party of these kinds."""
        return not self.kinds or any(kind in self.kinds for kind in party.kinds)

    @classmethod
    def offered_to(cls, party: Any) -> list[FormTemplate]:
        """The forms in use that are meant for such a party."""
        return [one for one in cls.objects.filter(is_active=True) if one.fits(party)]


class FormField(models.Model):
    """An extra field of a form, which no dossier has: a term, a sum, a name."""

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        LONG_TEXT = "long_text", _("text of several lines")
        NUMBER = "number", pgettext_lazy("type of a value", "number")
        MONEY = "money", _("amount in euro")
        DATE = "date", _("date")
        BOOLEAN = "boolean", _("yes/no")
        CHOICE = "choice", _("one of a list")

    template = models.ForeignKey(
        FormTemplate, verbose_name=_("form"), on_delete=models.CASCADE, related_name="form_fields"
    )
    code = models.SlugField(
        _("code"), max_length=40, help_text=_("Latin letters, digits and underscores; in the text {{ field.code }}.")
    )
    label = models.CharField(_("label"), max_length=150)
    label_en = models.CharField(_("label in English"), max_length=150, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.TEXT)
    choices = ArrayField(models.CharField(max_length=200), verbose_name=_("list of choices"), default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    default = models.CharField(pgettext_lazy("of a field", "default"), max_length=500, blank=True)
    help = models.CharField(_("hint"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("field of a form")
        verbose_name_plural = _("fields of forms")
        ordering = ["order", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["template", "code"], name="form_field_code_unique")]

    def __str__(self) -> str:
        if self.label_en and translation.get_language() == "en":
            return self.label_en
        return self.label

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if not CODE.fullmatch(self.code or ""):
            errors["code"] = _("Small Latin letters, digits and underscores, a letter first: payment_days.")
        if self.type != self.Type.CHOICE:
            self.choices = []
        elif not self.choices:
            errors["choices"] = _("A list needs at least one choice.")
        if self.default and "choices" not in errors:
            try:
                if self.type == self.Type.DATE and self.default.strip().lower() in field_types.TODAY_WORDS:
                    self.default = field_types.TODAY
                else:
                    self.default = field_types.canonical(self.type, self.default, self.choices)
            except ValidationError as refusal:
                errors["default"] = refusal
        if errors:
            raise ValidationError(errors)

    @property
    def beginning(self) -> str:
        """The stored value with which the field begins: its default, the word "today" as the present day."""
        if self.type == self.Type.DATE and self.default == field_types.TODAY:
            return today().isoformat()
        return self.default


@tracked()
class FormValue(models.Model):
    """A party's value of a form's field, as text that its type reads back: 12.5, 2026-11-24, yes."""

    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="form_values",
    )
    field = models.ForeignKey(FormField, verbose_name=_("field"), on_delete=models.PROTECT, related_name="values")
    value = models.TextField(pgettext_lazy("of a field", "value"), max_length=5000, blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("changed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of a form's field")
        verbose_name_plural = _("values of forms' fields")
        ordering = ["field__template__order", "field__order", "pk"]
        default_permissions = ("view", "change")
        permissions = [("export_formvalue", "Can export values of forms' fields")]
        constraints = [models.UniqueConstraint(fields=["party", "field"], name="form_value_unique")]

    def __str__(self) -> str:
        return f"{self.field}: {self.shown}"

    def get_absolute_url(self) -> str:
        return address("documents:formvalue_edit", self.pk)

    @property
    def shown(self) -> str:
        """The value as people write it, in the reader's language."""
        return field_types.shown(self.field.type, self.value)

    def change(self, value: str, by: Any) -> None:
        """Put another value, already in its stored form, in the place of the present one."""
        self.value, self.changed_by, self.changed_at = value, by, timezone.now()
        self.save(update_fields=["value", "changed_by", "changed_at"])


class FilledForm(models.Model):
    """The file made of a form for a party, an own firm and, when it is signed by one, a contact person.

    Filled again, the file gets a new version.
    """

    template = models.ForeignKey(FormTemplate, verbose_name=_("form"), on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(
        "counterparties.Counterparty",
        verbose_name=_("counterparty"),
        on_delete=models.PROTECT,
        related_name="filled_forms",
    )
    own_firm = models.ForeignKey(
        "counterparties.Counterparty", verbose_name=_("own firm"), on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(
        "contacts.ContactPerson",
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file = models.ForeignKey(File, verbose_name=_("file"), on_delete=models.PROTECT, related_name="filled_forms")
    # What stood in the placeholders, by code.
    values = models.JSONField(default=dict)
    # Of what was made last: the same once more is no new version.
    digest = models.CharField(max_length=64, editable=False, blank=True)
    filled_at = models.DateTimeField(_("filled at"), default=timezone.now)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("filled by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("filled form")
        verbose_name_plural = _("filled forms")
        ordering = ["-filled_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["template", "party", "own_firm", "contact"], name="filled_form_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} – {self.party}"
