"""The form of a bank account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts import iban as iban_rules
from contacts.currencies import currency_choices
from contacts.forms.base import OfPartyForm
from contacts.forms.pickers import BankField
from contacts.models import BankAccount
from counterparties.models import Counterparty


class BankAccountForm(OfPartyForm):
    """One account. The IBAN tells the bank and its BIC when the bank is among our parties."""

    iban = forms.CharField(label=gettext_lazy("IBAN"), max_length=60, required=False)
    bic = forms.CharField(
        label=gettext_lazy("BIC"), max_length=20, required=False, help_text=gettext_lazy("May stay empty for euro.")
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        initial="EUR",
        error_messages={"invalid_choice": gettext_lazy("There is no such currency among those in use.")},
    )
    default = forms.BooleanField(label=gettext_lazy("Default account in this currency"), required=False)

    class Meta:
        model = BankAccount
        fields = ["iban", "account_number", "currency", "bic", "bank_name", "holder", "note"]
        labels = {"bank_name": gettext_lazy("Bank, when it is not among the parties")}

    fieldsets = [
        (gettext_lazy("The account"), ["iban", "account_number", ("currency", "default")]),
        (
            gettext_lazy("The bank"),
            ["bank", ("bank_name", "bic")],
        ),
        (gettext_lazy("Further"), ["holder", "note"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = BankField(
            self.user,
            chosen=self.instance.bank_id,
            label=_("Bank"),
            required=False,
            help_text=_("Left empty, it follows from the IBAN when the bank is among the parties."),
        )
        # A bank that the user may not see stays as it is.
        if self.instance.bank_id is None or field.queryset.filter(pk=self.instance.bank_id).exists():
            self.fields["bank"] = field
            self.initial["bank"] = self.instance.bank_id
        self.initial["default"] = self.instance.is_default
        if self.instance.iban:
            self.initial["iban"] = iban_rules.format_iban(self.instance.iban)
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        for name in ("iban", "bic"):
            self.fields[name].widget.attrs |= attrs
        currency: Any = self.fields["currency"]
        currency.choices = currency_choices(self.instance.currency)
        currency.widget.attrs["data-enhance-select"] = ""

    def clean_iban(self) -> str:
        value = self.cleaned_data["iban"]
        return iban_rules.validate_iban(value) if value else ""

    def clean_bic(self) -> str:
        value = self.cleaned_data["bic"]
        return iban_rules.validate_bic(value) if value else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        account: BankAccount = self.instance
        iban = data.get("iban", "")
        if "bank" in self.fields and "bank" in data:
            account.bank = data["bank"]
            if data["bank"] is not None:
                data["bank_name"] = ""  # the chosen bank is what counts
        if account.iban and iban and iban_rules.bank_code(iban) != iban_rules.bank_code(account.iban):
            self.forget_bank(data)
        if iban and (twin := self.twin(iban)) is not None:
            self.add_error("iban", self.twin_message(twin))
        return data

    def forget_bank(self, data: dict[str, Any]) -> None:
        """An IBAN of another bank brings its own bank and BIC, unless the user has just chosen them."""
        if "bank" not in self.changed_data:
            self.instance.bank = None
        if "bic" not in self.changed_data:
            data["bic"] = ""

    def twin(self, iban: str) -> BankAccount | None:
        """The party's other account with this very IBAN, archived ones included."""
        same = BankAccount.objects.filter(party=self.instance.party_id, iban=iban)
        return same.exclude(pk=self.instance.pk).first()

    def twin_message(self, twin: BankAccount) -> Any:
        if not twin.is_archived:
            return _("The party already has this account.")
        tab = reverse("counterparties:counterparty_tab", args=[twin.party_id, "bank-accounts"])
        return format_html(
            '{} <a href="{}?archived=only">{}</a>',
            _("The party has this account already, archived."),
            tab,
            _("Restore it instead."),
        )

    @transaction.atomic
    def save(self, commit: bool = True) -> BankAccount:
        account = self.instance
        if account.number_changed:
            account.added_by = self.user
        wants_default = self.cleaned_data["default"]
        # The first account in a currency is the default one without being told so.
        others = BankAccount.objects.current().filter(party=account.party_id, currency=account.currency)
        if not account.pk and not others.exists():
            wants_default = True
        if wants_default:
            account.step_others_down()
        account.is_default = wants_default
        account.save()
        return account

    def notices(self) -> list[str]:
        """What the user should know of the account just saved: that it waits for another person, who else has it."""
        account = self.instance
        said = []
        if account.needs_confirmation:
            said.append(_("Before it can be paid, another person has to confirm the account."))
        others = account.same_at_others()
        seen = list(others.filter(pk__in=Counterparty.objects.visible_to(self.user)).select_related("legal_form")[:5])
        if seen:
            said.append(_("The same IBAN is also that of: %s.") % ", ".join(party.full_name for party in seen))
        if hidden := others.count() - len(seen):
            said.append(
                ngettext(
                    "The same IBAN is also that of %d party that you may not see.",
                    "The same IBAN is also that of %d parties that you may not see.",
                    hidden,
                )
                % hidden
            )
        return said
