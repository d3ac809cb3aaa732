"""What is chosen on a financial document, its states in words, and the database's watch over what is issued."""

from __future__ import annotations

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def frozen(name: str, fields: Iterable[str], unless_draft: str) -> pgtrigger.Trigger:
    """The database refuses a change of the fields while the condition on the old row holds."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*fields),
        func=f"""
            IF {unless_draft} THEN
                RAISE EXCEPTION 'What is issued does not change.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        """,
    )


def columns_but_settled(row: models.Model) -> set[str]:
    """What a plain save of a stored row writes. What is settled is kept by settlements alone, under the row's lock:
    a save of what was read before must not put an older sum back.
    """
    names = {field.name for field in row._meta.concrete_fields if not field.primary_key}
    return names - {"settled", "settled_eur"}


class Side(models.TextChoices):
    """On whose side what is open counts: `debit` they owe us, `credit` we owe them."""

    DEBIT = "debit", _("they owe us")
    CREDIT = "credit", _("we owe them")


class CreditRight(models.TextChoices):
    """Right to deduct the VAT of what is received (ЗДДС чл. 69–73)."""

    FULL = "full", _("full tax credit")
    PARTIAL = "partial", _("partial tax credit")
    NONE = "none", _("no tax credit")


class ObligationType(models.TextChoices):
    DECLARATION = "declaration", _("by declaration")
    SOCIAL = "social", _("social and health insurance")
    LOCAL = "local", _("local taxes and fees")
    AUDIT = "audit", _("tax audit act")
    PENALTY = "penalty", _("penal decree")
    OTHER = "other", pgettext_lazy("type of obligation", "other")


class PaymentState(models.TextChoices):
    """Derived: how far a document is paid."""

    NONE = "", _("nothing to pay")
    UNPAID = "unpaid", _("unpaid")
    PARTLY = "partly", _("partly paid")
    PAID = "paid", _("paid")
    OVERDUE = "overdue", _("overdue")


class PrintLanguage(models.TextChoices):
    BULGARIAN = "bg", _("Bulgarian")
    BILINGUAL = "bg+en", _("Bulgarian and English")


OWN_STATES = {
    "draft": pgettext_lazy("state of a document", "Draft"),
    "issued": pgettext_lazy("state of a document", "Issued"),
    "cancelled": pgettext_lazy("state of a document", "Cancelled"),
}
RECEIVED_STATES = {
    "draft": pgettext_lazy("state of a document", "Draft"),
    "issued": pgettext_lazy("state of a document", "Entered"),
    "cancelled": pgettext_lazy("state of a document", "Reversed"),
}
