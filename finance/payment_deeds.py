"""What a user may do with a payment: the buttons of its page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.lists import Action
from finance import settling
from finance.cells import address_if_any
from finance.models.payments import Payment, PaymentDirection, PaymentMethod


def deeds_for(payment: Payment, user: Any) -> list[Action]:
    """Of a draft: post, edit, delete; of a posted payment: settle, print, give back, cancel."""
    if payment.is_draft:
        return draft_deeds(payment, user)
    return posted_deeds(payment, user) if payment.is_issued else []


def draft_deeds(payment: Payment, user: Any) -> list[Action]:
    deeds = []
    if user.has_perm("finance.issue_payment"):
        url = reverse("finance:payment_issue", args=[payment.pk])
        deeds.append(Action(_("Post"), url, icon="check2", primary=True, htmx=True))
    if user.has_perm("finance.change_payment"):
        deeds.append(Action(_("Edit"), reverse("finance:payment_edit", args=[payment.pk]), icon="pencil", primary=True))
    if user.has_perm("finance.delete_payment"):
        url = reverse("finance:payment_delete", args=[payment.pk])
        deeds.append(Action(_("Delete the draft"), url, icon="trash", method="post", confirm=_("Delete this draft?")))
    return deeds


def posted_deeds(payment: Payment, user: Any) -> list[Action]:
    deeds = []
    if may_settle := settling.may_settle(payment, user):
        url = reverse("finance:payment_settle", args=[payment.pk])
        deeds.append(Action(_("Settle"), url, icon="link-45deg", primary=True))
    is_order = payment.method == PaymentMethod.CASH and payment.direction != PaymentDirection.INTERNAL
    prints = is_order and user.has_perm("finance.print_payment")
    if prints and (url := address_if_any("finance:payment_pdf", payment.pk)):
        deeds.append(Action(_("Print the cash order"), url, icon="printer", primary=not may_settle))
    if may_settle and payment.method != PaymentMethod.OFFSET and user.has_perm("finance.add_payment"):
        url = reverse("finance:payment_refund", args=[payment.pk])
        deeds.append(Action(_("Give back the rest"), url, icon="arrow-counterclockwise", method="post"))
    if user.has_perm("finance.cancel_payment") and payment.method != PaymentMethod.OFFSET:
        url = reverse("finance:payment_cancel", args=[payment.pk])
        deeds.append(Action(_("Cancel the payment"), url, icon="x-circle", htmx=True))
    return deeds
