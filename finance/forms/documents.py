"""The form of a financial document: only what its kind has, with what is usual filled in."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.dates import today
from common.forms import RecordForm
from common.pickers import PickerField
from contacts.currencies import currency_choices
from contacts.models import BankAccount, ContactPerson
from counterparties.models import Counterparty
from finance.forms.fields import MonthField
from finance.kinds import Direction, DocumentKind
from finance.models import FinancialDocument, FirmSettings
from finance.offered import WITHOUT_VAT
from trade.models import ExchangeRate
from trade.models.life import FIRST_SENSIBLE_DAY
from trade.models.rates import FIXED
from users.models import User

# What the number of a received document is the number of; of the other kinds it is that on their document.
NUMBERS = {
    DocumentKind.OBLIGATION: gettext_lazy("Number of the act"),
    DocumentKind.BANK_ADVICE: gettext_lazy("Number of the bank advice"),
    DocumentKind.CUSTOMS_DEBT: gettext_lazy("MRN of the declaration"),
}
DUE_BY_LAW = (DocumentKind.OBLIGATION, DocumentKind.CUSTOMS_DEBT)
FURTHEST = dt.timedelta(days=366 * 30)


def find_document(rows: Any, text: str) -> Any:
    return rows.filter(Q(number=text) | Q(pk__in=FinancialDocument.objects.matching(text).values("pk")))


def correctable(user: Any, document: FinancialDocument) -> Any:
    """Invoices of the party that a note may correct."""
    found = (
        FinancialDocument.objects.visible_to(user)
        .issued()
        .filter(
            party=document.party_id,
            direction=document.direction,
            received=document.received,
            kind__in=(DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE),
        )
    )
    return found.select_related("party", "own_firm")


class DocumentForm(RecordForm):
    """The head of a document. Its party, kind and direction were chosen before; fields of other kinds are not there."""

    rate = AmountField(
        label=gettext_lazy("Exchange rate"),
        required=False,
        decimal_places=8,
        shown_decimals=0,
        min_value=Decimal("0.00000001"),
        help_text=gettext_lazy("Units for 1 EUR. Empty: the rate of the day."),
    )
    vat_period = MonthField(label=gettext_lazy("VAT period"), required=False)
    printed_net = AmountField(label=gettext_lazy("Tax base as printed"), required=False)
    printed_vat = AmountField(label=gettext_lazy("VAT as printed"), required=False)
    interest = AmountField(label=gettext_lazy("Interest in it"), required=False)
    duty = AmountField(
        label=gettext_lazy("Duty in the tax base"),
        required=False,
        help_text=gettext_lazy("Of the base only the duty is owed to the customs, and the VAT."),
    )
    version = forms.IntegerField(required=False, min_value=1, max_value=10**9, widget=forms.HiddenInput)
    entry_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = FinancialDocument
        fields = [
            "own_firm", "direction", "number", "date", "received_on", "tax_event_date", "due_date", "payment_method",
            "corrects", "corrects_number", "corrects_date", "reason",
            "obligation_type", "period_from", "period_to", "interest", "appeal_until", "duty",
            "currency", "rate", "includes_vat", "printed_net", "printed_vat",
            "vat_period", "ledger_kind", "credit_right",
            "bank_account", "place", "prepared_by", "recipient", "print_language", "buyer_reference",
            "trader", "note", "internal_note",
        ]  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3}), "internal_note": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "note": gettext_lazy("Text on the document"),
            "recipient": gettext_lazy("Received by (their person)"),
            "print_language": gettext_lazy("Language of the print"),
            "includes_vat": gettext_lazy("Prices include VAT"),
        }
        help_texts = {
            "internal_note": gettext_lazy("Is not printed."),
            "corrects_number": gettext_lazy("Only when the invoice is not in this program."),
        }

    # The fields by the place where the page has them.
    places = {
        "head": ("own_firm", "direction", "number", "date", "received_on", "tax_event_date", "due_date"),
        "correction": ("corrects", "reason", "corrects_number", "corrects_date"),
        "obligation": ("obligation_type", "period_from", "period_to", "interest", "appeal_until", "duty"),
        "pricing": ("currency", "rate", "includes_vat"),
        "printed": ("printed_net", "printed_vat"),
        "texts": ("note", "internal_note"),
        "more": (
            "payment_method", "bank_account", "trader", "vat_period", "ledger_kind", "credit_right",
            "prepared_by", "recipient", "place", "buyer_reference", "print_language",
        ),
    }  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        document: FinancialDocument = self.instance
        self.facts = document.facts
        for name in self.not_of_its_kind(document):
            del self.fields[name]
        self.fit_people(document)
        self.fit_money(document)
        self.fit_dates(document)
        if "corrects" in self.fields:
            self.fit_correction(document)
        self.initial["version"] = document.version
        if document.pk is None:
            self.initial["entry_key"] = document.entry_key or uuid.uuid4()
        else:
            del self.fields["entry_key"]

    @staticmethod
    def not_of_its_kind(document: FinancialDocument) -> set[str]:
        """Fields that this document does not have."""
        facts, gone = document.facts, set[str]()
        if not facts.tax:
            gone |= {"tax_event_date", "vat_period", "ledger_kind", "credit_right"}
        if document.direction == Direction.INCOME:
            gone |= {"credit_right"}
        if not facts.owes:
            gone |= {"due_date", "payment_method"}
        if not facts.corrects:
            gone |= {"corrects", "corrects_number", "corrects_date", "reason"}
        if document.kind != DocumentKind.OBLIGATION:
            gone |= {"obligation_type", "appeal_until", "interest"}
        if document.kind != DocumentKind.CUSTOMS_DEBT:
            gone |= {"duty"}
        else:
            gone |= {"includes_vat", "printed_net", "printed_vat"}
        if document.kind not in (DocumentKind.OBLIGATION, DocumentKind.BANK_ADVICE):
            gone |= {"period_from", "period_to"}
        if document.kind != DocumentKind.BANK_ADVICE:
            gone |= {"direction"}
        if document.kind in WITHOUT_VAT:
            gone |= {"includes_vat"}
        if document.received:
            gone |= {"bank_account", "place", "prepared_by", "recipient", "print_language", "buyer_reference"}
        else:
            gone |= {"number", "received_on", "printed_net", "printed_vat"}
        if document.kind in (DocumentKind.OBLIGATION, DocumentKind.BANK_ADVICE):
            gone |= {"printed_net", "printed_vat", "received_on"}
        if document.direction == Direction.EXPENSE:
            gone |= {"bank_account"}
        return gone

    # -- Fitting the fields ------------------------------------------------------------------------

    def fit_people(self, document: FinancialDocument) -> None:
        fields: Any = self.fields
        firms = Counterparty.objects.own_firms_of(self.user).select_related("legal_form")
        self.firms = list(firms.order_by("sort_name", "pk"))
        fields["own_firm"].queryset = firms
        fields["own_firm"].empty_label = None
        fields["trader"].queryset = User.objects.filter(Q(is_active=True) | Q(pk=document.trader_id))
        if "recipient" in fields:
            people = ContactPerson.objects.visible_to(self.user).filter(links__party=document.party_id)
            self.people = [person.name for person in people.order_by("sort_name", "pk").distinct()[:50]]
            fields["recipient"].widget.attrs["list"] = "recipients"
        if "bank_account" in fields:
            accounts = BankAccount.objects.filter(party__in=self.firms)
            accounts = accounts.filter(Q(archived_at__isnull=True) | Q(pk=document.bank_account_id))
            fields["bank_account"].queryset = accounts.select_related("party").order_by("party__sort_name", "pk")
            fields["bank_account"].label_from_instance = self.say_account
            fields["bank_account"].empty_label = _("The usual one of the firm")

    def say_account(self, account: BankAccount) -> str:
        shown = f"{account} · {account.currency}"
        return f"{shown} · {account.party.display_name}" if len(self.firms) > 1 else shown

    def fit_money(self, document: FinancialDocument) -> None:
        fields: Any = self.fields
        fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=currency_choices(document.currency), widget=forms.Select
        )
        self.initial["rate"] = document.rate if self.has_own_rate(document) else None

    @staticmethod
    def has_own_rate(document: FinancialDocument) -> bool:
        """Whether its rate was typed, or is that of the invoice that it corrects; any other is taken anew."""
        if document.rate_on is None or document.currency in FIXED:
            return False
        published = ExchangeRate.objects.filter(currency=document.currency, on=document.rate_on, rate=document.rate)
        return document.is_note or not published.exists()

    def fit_dates(self, document: FinancialDocument) -> None:
        fields: Any = self.fields
        if "due_date" in fields and document.kind in DUE_BY_LAW:
            fields["due_date"].help_text = _("As the law or the act says.")
        elif "due_date" in fields:
            term = self.term()
            fields["due_date"].widget.attrs["data-term"] = term
            words = (
                _("Empty: %(days)d days after it was received.")
                if document.received
                else _("Empty: %(days)d days after the date.")
            )
            fields["due_date"].help_text = words % {"days": term}
        if "number" in fields:
            fields["number"].label = NUMBERS.get(DocumentKind(document.kind), _("Number on their document"))
            fields["number"].needed = True
        if "tax_event_date" in fields:
            fields["tax_event_date"].help_text = _("Empty: the date of the document.")
        if "vat_period" in fields:
            fields["vat_period"].help_text = _("Empty: the month of the tax event.")
        if "ledger_kind" in fields:
            fields["ledger_kind"].help_text = _("Empty: %s") % self.facts.ledger

    def term(self) -> int:
        """Days within which the party pays."""
        own = self.instance.party.payment_term_days
        return int(FirmSettings.of(self.instance.own_firm).payment_term_days if own is None else own)

    def fit_correction(self, document: FinancialDocument) -> None:
        field = PickerField(
            correctable(self.user, document),
            url_name="finance:financialdocument_picker",
            find=find_document,
            required=False,
            label=_("To invoice"),
        )
        address = f"{reverse('finance:financialdocument_picker')}?party={document.party_id}"
        field.widget.url = f"{address}&direction={document.direction}&corrects=1"
        self.fields["corrects"] = field
        self.initial["corrects"] = document.corrects_id
        if document.corrects_id:
            self.initial.update(corrects_number="", corrects_date=None)
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].needed = True  # type: ignore[attr-defined]

    # -- Places on the page ------------------------------------------------------------------------

    def placed(self, place: str) -> list[Any]:
        return [self[name] for name in self.places[place] if name in self.fields]

    @property
    def head(self) -> list[Any]:
        return self.placed("head")

    @property
    def correction(self) -> list[Any]:
        return self.placed("correction")

    @property
    def obligation(self) -> list[Any]:
        return self.placed("obligation")

    @property
    def pricing(self) -> list[Any]:
        return self.placed("pricing")

    @property
    def printed(self) -> list[Any]:
        return self.placed("printed")

    @property
    def texts(self) -> list[Any]:
        return self.placed("texts")

    @property
    def more(self) -> list[Any]:
        return self.placed("more")

    @property
    def more_is_wrong(self) -> bool:
        return any(bound.errors for bound in self.more)

    # -- Checking ----------------------------------------------------------------------------------

    def clean_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["date"]
        if not FIRST_SENSIBLE_DAY <= day <= today() + FURTHEST:
            raise ValidationError(_("This day is too far away."))
        return day

    def clean_ledger_kind(self) -> str:
        code: str = self.cleaned_data["ledger_kind"]
        if code and not (code.isascii() and code.isdecimal() and len(code) == 2):
            raise ValidationError(_("Two digits, as in 01, 02, 03, 07, 09."))
        return code

    def clean_interest(self) -> Decimal:
        return self.cleaned_data["interest"] or Decimal("0.00")

    def clean_duty(self) -> Decimal:
        return self.cleaned_data["duty"] or Decimal("0.00")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.check_dates(data)
        self.check_correction(data)
        account, firm = data.get("bank_account"), data.get("own_firm")
        if account is not None and firm is not None and account.party_id != firm.pk:
            self.add_error("bank_account", _("This account belongs to another own firm."))
        self.take_rate(data)
        return data

    def check_dates(self, data: dict[str, Any]) -> None:
        date, due = data.get("date"), data.get("due_date")
        if date and due and due < date:
            self.add_error("due_date", _("The due date lies before the date of the document."))
        for name in ("due_date", "tax_event_date", "received_on", "appeal_until"):
            day = data.get(name)
            if day and not FIRST_SENSIBLE_DAY <= day <= today() + FURTHEST:
                self.add_error(name, _("This day is too far away."))
        start, end = data.get("period_from"), data.get("period_to")
        if start and end and end < start:
            self.add_error("period_to", _("The period ends before it begins."))

    def check_correction(self, data: dict[str, Any]) -> None:
        if "corrects" not in self.fields or "corrects" in self.errors:
            return
        corrects, firm = data.get("corrects"), data.get("own_firm")
        if corrects is not None and firm is not None and corrects.own_firm_id != firm.pk:
            self.add_error("corrects", _("That invoice was issued by another own firm."))
        if corrects is not None:
            data["corrects_number"], data["corrects_date"] = corrects.number, corrects.date

    def take_rate(self, data: dict[str, Any]) -> None:
        """The rate that was typed, else that of the day; a currency without a rate is told at the field."""
        document, currency, typed = self.instance, data.get("currency"), data.get("rate")
        day = data.get("tax_event_date") or data.get("date")
        if not currency or not day or "rate" in self.errors:
            return
        if typed is not None and currency not in FIXED:
            self.taken_rate, self.taken_on = typed, day
            return
        try:
            self.taken_rate, self.taken_on = ExchangeRate.objects.rate_of(currency, day).rate, None
        except ValidationError as refusal:
            self.add_error("rate", refusal)
            self.taken_rate, self.taken_on = document.rate, None

    taken_rate: Decimal = Decimal(1)
    taken_on: dt.date | None = None

    def _post_clean(self) -> None:
        # The database's constraints are not asked of a draft: the rules speak at the fields when it is issued.
        self.instance.validate_constraints = lambda exclude=None: None
        super()._post_clean()  # type: ignore[misc]
        self.instance.rate, self.instance.rate_on = self.taken_rate, self.taken_on

    def _update_errors(self, errors: ValidationError) -> None:
        """What the model says of a field that is not on the form is said at the top."""
        if hasattr(errors, "error_dict"):
            for name in [name for name in errors.error_dict if name not in self.fields and name != "__all__"]:
                errors.error_dict.setdefault("__all__", []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]
