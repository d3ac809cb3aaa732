"""Reference data of contact persons: what someone is at a party, and what he answers for there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from counterparties.models.reference import NamedInTwoLanguages


class CodedReference(NamedInTwoLanguages):
    """Reference data whose delivered rows carry a code that programs can rely on; rows added later need none."""

    code = models.SlugField(_("code"), blank=True)

    class Meta(NamedInTwoLanguages.Meta):
        abstract = True


class ContactRole(CodedReference):
    """What a contact person is at a party: МОЛ, accountant, sales representative…"""

    class Meta(CodedReference.Meta):
        verbose_name = _("role of a contact person")
        verbose_name_plural = _("roles of contact persons")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="contact_role_name_unique"),
            models.UniqueConstraint(fields=["code"], name="contact_role_code_unique", condition=~models.Q(code="")),
        ]


class ContactArea(CodedReference):
    """What a contact person answers for: orders, invoices, payments…"""

    class Meta(CodedReference.Meta):
        verbose_name = _("area of responsibility")
        verbose_name_plural = _("areas of responsibility")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="contact_area_name_unique"),
            models.UniqueConstraint(fields=["code"], name="contact_area_code_unique", condition=~models.Q(code="")),
        ]
