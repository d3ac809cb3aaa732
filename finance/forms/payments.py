"""The forms of payments: money in and out, and transfers between own accounts and desks."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.dates import today
from contacts.currencies import currency_choices
from contacts.forms.base import OfPartyForm
from contacts.iban import normalise, validate_iban
from contacts.models import BankAccount
from counterparties.models import Counterparty
from finance import cash, settling
from finance.models import CashDesk, Payment
from finance.models.payments import PaymentDirection, PaymentMethod
from trade.errors import DocumentError
from trade.models.rates import FIXED, to_euro

AT_BANK = "method=bank"
# Refreshed by the server when one of these changes: accounts, desks and open documents are the firm's.
REFRESHING = ("own_firm", "currency")
# What is the same in a form that is sent twice.
SAME = ("own_firm_id", "party_id", "direction", "method", "date", "amount", "currency", "reason")


def account_label(account: BankAccount) -> str:
    bank = f", {account.bank_shown}" if account.bank_shown else ""
    return f"{account.number} {account.currency}{bank}"


def desk_label(desk: CashDesk) -> str:
    return f"{desk.name} ({desk.currency})"


def own_accounts(firms: Any) -> Any:
    return BankAccount.objects.filter(party__in=firms).select_related("bank").order_by("-is_default", "currency", "pk")


class KeptOnceForm(OfPartyForm):
    """What forms of payments share: a draft is made once, edited by one at a time, and warned of once."""

    ruled = ("party",)
    # Of the draft that is edited: another version was saved meanwhile when it is not this any more.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    entry_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # What was warned of and seen.
    confirmed = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    instance: Payment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        payment = self.instance
        fields: Any = self.fields
        firms = Counterparty.objects.own_firms_of(self.user).select_related("legal_form").order_by("sort_name", "pk")
        fields["own_firm"].queryset = firms
        fields["own_firm"].empty_label = None
        self.initial.setdefault("entry_key", uuid.uuid4())
        self.initial["version"] = payment.version
        self.warnings: list[str] = []
        self.firm = self.chosen_firm(list(firms))

    def chosen_firm(self, firms: list[Any]) -> Any:
        """The own firm of the form as it stands now."""
        asked = str(self.data.get("own_firm", "")) if self.is_bound else str(self.initial.get("own_firm") or "")
        return next((firm for firm in firms if str(firm.pk) == asked), None) or (
            self.instance.own_firm if self.instance.own_firm_id else firms[0] if firms else None
        )

    def refresh_on(self, url: str) -> None:
        """Let the server draw the form anew when what it offers depends on what was changed."""
        for name in REFRESHING:
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    "hx-post": url,
                    "hx-trigger": "change",
                    "hx-target": "#payment-body",
                    "hx-swap": "innerHTML",
                }

    # -- Saving ------------------------------------------------------------------------------------

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day > today():
            raise ValidationError(_("A payment is not of a day in the future."))
        return day

    def asks_first(self) -> bool:
        """Whether there is something to warn of that was not seen yet; told in `warnings`."""
        self.warnings = cash.warnings_for(self.instance)
        seen = hashlib.sha256("\n".join(self.warnings).encode()).hexdigest()[:40]
        if not self.warnings or self.cleaned_data.get("confirmed") == seen:
            return False
        self.send_back("confirmed", seen)
        return True

    def send_back(self, name: str, value: str) -> None:
        """Let the form, shown again, carry another value of a hidden field than was sent."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[name] = value
        self.data = data

    def made_before(self) -> Payment | None:
        """The payment that this very form has made already, when it was sent twice.

        Sent again with other words (after going back in the browser) it is another payment.
        """
        key = self.cleaned_data.get("entry_key")
        before = Payment.objects.filter(entry_key=key).first() if key and self.instance.pk is None else None
        if before is None or all(getattr(before, name) == getattr(self.instance, name) for name in SAME):
            return before
        self.cleaned_data["entry_key"] = None
        return None

    def was_changed_meanwhile(self) -> bool:
        """Whether somebody saved the draft since it was opened; what he wrote is told, what was typed stays."""
        payment = self.instance
        if payment.pk is None:
            return False
        stored = Payment.objects.select_for_update(no_key=True).filter(pk=payment.pk).first()
        if stored is None:
            self.add_error(None, _("The draft was deleted in the meantime."))
            return True
        if not stored.is_draft:
            self.add_error(None, _("The payment was posted in the meantime; it is not changed any more."))
            return True
        if stored.version == self.cleaned_data.get("version"):
            return False
        self.add_error(None, _("Somebody saved this draft while you were writing. What differs is told at the fields."))
        for name in self.Meta.fields:  # type: ignore[attr-defined]
            theirs, mine = getattr(stored, name), getattr(payment, name)
            if theirs != mine and name in self.fields:
                self.add_error(name, _("Saved meanwhile: %s.") % (theirs if theirs not in (None, "") else "—"))
        self.send_back("version", str(stored.version))
        return True

    def keep(self, pairs: list[settling.Pair], *, post: bool) -> Payment | None:
        """Save the draft with what it is to settle, and post it when asked to; None when it was refused.

        All or nothing: a draft that cannot be posted is not saved either, so that it stands in the form alone.
        """
        payment = self.instance
        before = payment.pk, payment.version
        try:
            with transaction.atomic():
                if self.was_changed_meanwhile():
                    raise DocumentError([])
                payment.entry_key = payment.entry_key or self.cleaned_data.get("entry_key")
                payment.created_by = payment.created_by or self.user
                payment.to_settle = settling.to_plan(pairs)
                payment.version += payment.pk is not None
                payment.save()
                if post:
                    settling.post(payment, self.user, pairs, reason=self.cleaned_data.get(cash.REASON_FIELD) or "")
        except (ValidationError, IntegrityError) as refusal:
            payment.pk, payment.version = before
            payment._state.adding = payment.pk is None
            if isinstance(refusal, IntegrityError):
                # Sent twice at once: the other one was faster.
                if (made := self.made_before()) is None:
                    raise
                return made
            self.tell(refusal)
            return None
        return payment

    def tell(self, refusal: ValidationError) -> None:
        """Say a refusal at the fields that it names, or at the top."""
        if not hasattr(refusal, "error_dict"):
            if refusal.messages:
                self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            if name == cash.REASON_FIELD and name in self.fields:
                self.fields[name].widget = forms.TextInput()
            self.add_error(name if name in self.fields else None, ValidationError(errors))


class PaymentForm(KeptOnceForm):
    """Money in or out, of one party."""

    rate = AmountField(
        label=gettext_lazy("Exchange rate"),
        required=False,
        max_digits=18,
        decimal_places=8,
        shown_decimals=0,
        help_text=gettext_lazy("1 EUR = … units. Left empty, the published rate of the day is taken."),
    )

    class Meta:
        model = Payment
        fields = [
            "own_firm",
            "date",
            "method",
            "amount",
            "currency",
            "account",
            "desk",
            "party_account",
            "party_iban",
            "reason",
            "person",
            "deal",
            "receipt_number",
            "reference",
            "internal_note",
        ]
        field_classes = {"amount": AmountField}
        help_texts = {"party_iban": gettext_lazy("Only when it is not among the accounts above.")}
        widgets = {"internal_note": forms.Textarea(attrs={"rows": 2})}

    fieldsets = [
        ("", ["own_firm", ("date", "method"), ("amount", "currency", "rate"), "account", "desk"]),
        (gettext_lazy("The other side"), ["party_account", "party_iban", "person"]),
        (
            gettext_lazy("What for"),
            ["reason", ("deal", "receipt_number"), "over_limit_reason", ("reference", "internal_note")],
        ),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        payment = self.instance
        fields: Any = self.fields
        methods = [choice for choice in PaymentMethod.choices if choice[0] != PaymentMethod.OFFSET]
        fields["method"].choices = methods
        fields["amount"].required = True
        chosen = payment.currency or "EUR"
        fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=currency_choices(chosen))
        self.offer_places()
        self.offer_their_accounts()
        if self.user.has_perm("finance.pay_over_cash_limit"):
            # Out of sight until the limit is reached.
            asked = self.is_bound and bool(self.data.get(cash.REASON_FIELD))
            fields[cash.REASON_FIELD] = forms.CharField(
                label=_("Reason to pay in cash over the limit"),
                required=False,
                max_length=300,
                widget=forms.TextInput if asked else forms.HiddenInput,
            )
        self.show_when(
            rate="currency!=EUR&currency!=BGN",
            account="method!=cash",
            desk="method=cash",
            party_account=AT_BANK,
            party_iban=AT_BANK,
            person="method=cash",
            deal="method=cash",
            receipt_number="method!=bank&method!=cod",
            reference="method!=cash",
        )
        if payment.currency not in FIXED and payment.rate_on is None:
            self.initial["rate"] = payment.rate if payment.rate != 1 else None
        elif payment.currency in FIXED or payment.rate_on is not None:
            self.initial["rate"] = None
        if payment.direction == PaymentDirection.OUT:
            fields.pop("receipt_number")

    def show_when(self, **conditions: str) -> None:
        for name, condition in conditions.items():
            if name in self.fields:
                self.fields[name].widget.attrs["data-show-when"] = condition

    def offer_places(self) -> None:
        """Our accounts and desks: those of the firm that is chosen."""
        fields: Any = self.fields
        payment = self.instance
        accounts = own_accounts([self.firm.pk] if self.firm else [])
        desks = CashDesk.objects.filter(own_firm=self.firm) if self.firm else CashDesk.objects.none()
        fields["account"].queryset = accounts.filter(Q(archived_at__isnull=True) | Q(pk=payment.account_id))
        fields["account"].label_from_instance = account_label
        fields["desk"].queryset = desks.filter(Q(archived_at__isnull=True) | Q(pk=payment.desk_id))
        fields["desk"].label_from_instance = desk_label
        if self.is_bound:
            return
        currency = self.initial.get("currency") or "EUR"
        if not self.has_choice("account"):
            usual = [one for one in fields["account"].queryset if one.currency == currency]
            self.initial["account"] = usual[0].pk if usual else None
        if not self.has_choice("desk"):
            usual = [one for one in fields["desk"].queryset if one.currency == currency]
            self.initial["desk"] = usual[0].pk if usual else None

    def has_choice(self, name: str) -> bool:
        """Whether what is chosen is still among what is offered."""
        chosen: Any = self.initial.get(name)
        chosen = str(getattr(chosen, "pk", chosen) or "")
        rows: Any = self.fields[name].queryset  # type: ignore[attr-defined]
        return any(str(row.pk) == chosen for row in rows)

    def offer_their_accounts(self) -> None:
        fields: Any = self.fields
        payment = self.instance
        theirs = BankAccount.objects.visible_to(self.user).filter(party=payment.party)
        theirs = theirs.filter(Q(archived_at__isnull=True) | Q(pk=payment.party_account_id))
        accounts = list(theirs.select_related("bank", "party").order_by("-is_default", "currency", "pk"))
        fields["party_account"].queryset = theirs
        choices = [("", "—")]
        for account in accounts:
            waits = f" – {_('waits for confirmation')}" if account.needs_confirmation else ""
            choices.append((str(account.pk), f"{account_label(account)}{waits}"))
        fields["party_account"].choices = choices
        goes_out = payment.direction == PaymentDirection.OUT
        if goes_out and payment.pk is None and not self.is_bound and not self.initial.get("party_account"):
            currency = self.initial.get("currency") or "EUR"
            usual = [one for one in accounts if one.can_be_paid and one.currency == currency]
            self.initial["party_account"] = usual[0].pk if usual and not self.initial.get("party_iban") else None
        if not self.user.has_perm("contacts.view_bankaccount"):
            del fields["party_account"]

    def clean_party_iban(self) -> str:
        iban = normalise(self.cleaned_data.get("party_iban") or "")
        return validate_iban(iban) if iban else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        payment = self.instance
        cash_paid = data.get("method") == PaymentMethod.CASH
        # What belongs to another way was hidden, and is not meant.
        if cash_paid:
            data["account"], data["party_account"], data["party_iban"] = None, None, ""
        else:
            data["desk"], data["deal"] = None, ""
            data["person"] = ""
        if data.get("party_account") and data.get("party_iban"):
            self.add_error("party_iban", _("Choose an account or write an IBAN, not both."))
        if (currency := data.get("currency")) in FIXED:
            payment.rate, payment.rate_on = FIXED[currency], data.get("date")
        elif rate := data.get("rate"):
            if rate <= 0:
                self.add_error("rate", _("A rate is above zero."))
            else:
                payment.rate, payment.rate_on = rate, data.get("date")
        else:
            payment.rate, payment.rate_on = Decimal(1), None
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        payment = self.instance
        if self.errors:
            return
        try:
            payment.take_rate()
        except ValidationError as refusal:
            self.add_error("rate", refusal)
        else:
            payment.amount_eur = to_euro(payment.amount, payment.rate)


class TransferForm(KeptOnceForm):
    """A transfer between accounts and cash desks of one own firm."""

    source = forms.ChoiceField(label=gettext_lazy("From"))
    target = forms.ChoiceField(label=gettext_lazy("To"))

    class Meta:
        model = Payment
        fields = ["own_firm", "date", "amount", "other_amount", "reason", "reference", "internal_note"]
        field_classes = {"amount": AmountField, "other_amount": AmountField}
        help_texts = {"other_amount": gettext_lazy("Only when the other end is kept in another currency.")}
        widgets = {"internal_note": forms.Textarea(attrs={"rows": 2})}

    fieldsets = [
        ("", ["own_firm", "date", ("source", "target"), ("amount", "other_amount")]),
        (gettext_lazy("What for"), ["reason", ("reference", "internal_note")]),
    ]
    ENDS = (("source", "account", "desk"), ("target", "other_account", "other_desk"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        firm = [self.firm.pk] if self.firm else []
        accounts = own_accounts(firm).filter(archived_at__isnull=True)
        desks = CashDesk.objects.filter(own_firm__in=firm, archived_at__isnull=True)
        self.places: dict[str, Any] = {f"a{one.pk}": one for one in accounts} | {f"d{one.pk}": one for one in desks}
        groups: list[Any] = [("", "—")]
        for title, prefix, label in ((_("Accounts"), "a", account_label), (_("Cash desks"), "d", desk_label)):
            rows = [(key, label(one)) for key, one in self.places.items() if key[0] == prefix]
            groups += [(title, rows)] if rows else []
        for name, account, desk in self.ENDS:
            fields[name].choices = groups
            key = getattr(self.instance, f"{account}_id"), getattr(self.instance, f"{desk}_id")
            if any(key):
                self.initial.setdefault(name, f"a{key[0]}" if key[0] else f"d{key[1]}")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        payment = self.instance
        payment.direction = PaymentDirection.INTERNAL
        for name, account, desk in self.ENDS:
            place = self.places.get(data.get(name, ""))
            setattr(payment, account, place if isinstance(place, BankAccount) else None)
            setattr(payment, desk, place if isinstance(place, CashDesk) else None)
        source, target = (self.places.get(data.get(name, "")) for name, _account, _desk in self.ENDS)
        if source is not None:
            payment.currency = source.currency
            payment.method = PaymentMethod.CASH if isinstance(source, CashDesk) else PaymentMethod.BANK
        if source is not None and source is target:
            self.add_error("target", _("The two ends of a transfer are different."))
        elif source is not None and target is not None and source.currency != target.currency:
            if not data.get("other_amount"):
                self.add_error("other_amount", _("Say how much arrived, in %s.") % target.currency)
        elif data.get("other_amount") not in (None, data.get("amount")):
            self.add_error("other_amount", _("In one currency as much arrives as was sent."))
        if firm := data.get("own_firm"):
            payment.party = firm
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        payment = self.instance
        payment.rate_on = None
        try:
            payment.take_rate()
        except ValidationError as refusal:
            self.add_error(None, refusal)
        else:
            payment.amount_eur = to_euro(payment.amount, payment.rate)
