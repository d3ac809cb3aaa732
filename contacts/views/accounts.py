"""Bank accounts: add, edit, confirm a supplier's, make default, archive, restore."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from common.dates import format_date
from common.forms import PlainForm
from common.forms_view import ask, done, in_panel, show_form
from contacts.access import asked_party, crumbs, demand, seen, way_back
from contacts.forms.accounts import BankAccountForm
from contacts.models import BankAccount
from contacts.views import deeds
from contacts.views.choose import choose_party
from counterparties.models import Counterparty

SLUG = "bank-accounts"
RELATED = ("party", "party__legal_form", "bank", "bank__legal_form", "added_by")


@login_required
def bankaccount_add(request: HttpRequest) -> HttpResponse:
    party = asked_party(request)
    demand(request, "contacts.add_bankaccount")
    if party is None:
        return choose_party(request, _("New bank account"))
    if party.is_own_firm and not Counterparty.objects.own_firms_of(request.user).filter(pk=party.pk).exists():
        raise PermissionDenied
    form = BankAccountForm(request.POST or None, instance=BankAccount(party=party), user=request.user)
    return edit(request, form, party)


@login_required
def bankaccount_edit(request: HttpRequest, pk: int) -> HttpResponse:
    account = seen(request, BankAccount.objects.select_related(*RELATED), pk, "contacts.change_bankaccount")
    form = BankAccountForm(request.POST or None, instance=account, user=request.user)
    return edit(request, form, account.party)


def edit(request: HttpRequest, form: BankAccountForm, party: Counterparty) -> HttpResponse:
    new = form.instance.pk is None
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The bank account is added.") if new else _("The bank account is saved."))
        for notice in form.notices():
            messages.warning(request, notice)
        return done(request, way_back(request, party, SLUG))
    intro = ""
    if party.is_supplier:
        intro = _("A new or changed number of a supplier is confirmed by another person before it can be paid.")
    context = {
        "form": form,
        "intro": intro,
        "page_title": _("New bank account") if new else _("Bank account"),
        "crumbs": crumbs(party, _("Bank accounts"), SLUG),
        "cancel_url": way_back(request, party, SLUG),
    }
    return show_form(request, context)


class ConfirmForm(PlainForm):
    """The number that the confirming person has before his eyes goes back with his answer."""

    number = forms.CharField(max_length=60, widget=forms.HiddenInput)


@login_required
def bankaccount_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person looks at a supplier's number and says that it is right."""
    account = seen(request, BankAccount.objects.select_related(*RELATED), pk, "contacts.confirm_bankaccount")
    user: Any = request.user
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        try:
            account.confirm(user, form.cleaned_data["number"] if form.is_valid() else "")
            messages.success(request, _("The account %s is confirmed and can be paid.") % account.number)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        if in_panel(request):
            # The warning in the dossier's head changes too, so the whole page is asked for anew.
            return HttpResponseClientRefresh()
        return redirect(way_back(request, account.party, SLUG))
    if refusal_words := account.refusal_to_confirm(user):
        messages.error(request, refusal_words)
        return redirect(way_back(request, account.party, SLUG))
    entered = _("Entered by %(user)s on %(day)s.") % {
        "user": account.added_by or "—",
        "day": format_date(account.updated_at.date()),
    }
    context = {
        "form": ConfirmForm(initial={"number": account.iban or account.account_number}),
        "page_title": _("Confirm the account"),
        "question": account.number,
        "details": [
            _("Supplier: %s") % account.party.full_name,
            *([_("Account holder: %s") % account.holder] if account.holder else []),
            *([_("Bank: %s") % account.bank_shown] if account.bank_shown else []),
            entered,
            _("Compare the number with a contract or by a call to a number you know, not with the e-mail it came by."),
        ],
        "crumbs": crumbs(account.party, _("Bank accounts"), SLUG),
        "submit_label": _("The number is right"),
        "cancel_url": way_back(request, account.party, SLUG),
    }
    return ask(request, context)


def make_default(account: BankAccount, user: Any) -> str:
    account.make_default()
    return _("%(number)s is now the default account in %(currency)s.") % {
        "number": account.number,
        "currency": account.currency,
    }


bankaccount_default = deeds.deed(BankAccount, "contacts.change_bankaccount", SLUG, make_default)
bankaccount_archive = deeds.deed(BankAccount, "contacts.archive_bankaccount", SLUG, deeds.archive)
bankaccount_restore = deeds.deed(BankAccount, "contacts.archive_bankaccount", SLUG, deeds.restore)
