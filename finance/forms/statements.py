"""Forms of bank statements: the file, what its columns are, and what a line is booked as."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.amounts import AmountField
from common.forms import PlainForm
from common.money import format_money
from contacts.models import BankAccount
from counterparties.forms import party_picker
from counterparties.models import Counterparty
from finance.models import BankStatementLine, FinancialDocument
from finance.models.choices import Side
from finance.statements import FIELDS, Sniffed, Told

SAMPLES = 3
# Documents offered for one line; more are settled on the page of the payment.
MOST_DOCUMENTS = 30


class FileForm(PlainForm):
    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy("CAMT.053 (XML), MT940, CSV or XLSX, as your bank gives it."),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "missing": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        self.content = file.read()
        return file


class ColumnsForm(PlainForm):
    """What each column of a table is, and what the table does not say."""

    account = forms.ModelChoiceField(label=gettext_lazy("Account"), queryset=BankAccount.objects.none())
    number = forms.CharField(label=gettext_lazy("Number of the statement"), max_length=40, required=False)
    opening = AmountField(label=gettext_lazy("Opening balance"), required=False)
    closing = AmountField(label=gettext_lazy("Closing balance"), required=False)

    def __init__(self, sniffed: Sniffed, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sniffed = sniffed
        own: Any = self.fields["account"]
        firms = Counterparty.objects.own_firms_of(user)
        own.queryset = BankAccount.objects.current().filter(party__in=firms).select_related("party")
        own.label_from_instance = lambda account: f"{account.number} {account.currency} – {account.party.display_name}"
        for name in ("opening", "closing"):
            self.fields[name].help_text = _("Leave it out when the table has a column with the balance.")
        choices = [("", _("(not needed)")), *((name, str(label)) for name, label in FIELDS.items())]
        for index, text in enumerate(sniffed.headers):
            label = text[:60] or _("Column %d") % (index + 1)
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=sniffed.mapping.get(index, "")
            )
        told = sniffed.told
        self.initial = {"number": told.number, "opening": told.opening, "closing": told.closing, **self.initial}
        if told.iban and not self.initial.get("account"):
            self.initial["account"] = own.queryset.filter(iban=told.iban).first()

    @property
    def plain_fields(self) -> list[BoundField]:
        return [self[name] for name in ("account", "number", "opening", "closing")]

    @property
    def mapping(self) -> dict[int, str]:
        found = {}
        for index in range(len(self.sniffed.headers)):
            if name := self.cleaned_data.get(f"column_{index}"):
                found[index] = name
        return found

    @property
    def told(self) -> Told:
        data, account = self.cleaned_data, self.cleaned_data["account"]
        return Told(
            iban=account.iban,
            account_number=account.account_number,
            currency=account.currency,
            number=data.get("number") or "",
            opening=data.get("opening"),
            closing=data.get("closing"),
        )

    def columns(self) -> Iterator[tuple[BoundField, list[str]]]:
        """Each column's choice with its first values."""
        for index in range(len(self.sniffed.headers)):
            values = (row[index].strip() for row in self.sniffed.samples if index < len(row))
            yield self[f"column_{index}"], [value[:60] for value in values if value][:SAMPLES]


class BookForm(PlainForm):
    """Whose payment a line is, and how much of it settles which open document."""

    def __init__(
        self, line: BankStatementLine, *args: Any, user: Any, party: Counterparty | None = None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.line, self.user = line, user
        self.fields["party"] = party_picker(user, label=_("Counterparty"))
        self.party = party
        if party is not None:
            self.initial.setdefault("party", party.pk)
        self.documents = list(self.open_documents(party)) if party is not None else []
        for document in self.documents:
            self.fields[f"document_{document.pk}"] = AmountField(
                label=str(document), required=False, min_value=Decimal(0), max_value=document.open
            )

    def open_documents(self, party: Counterparty) -> Any:
        side = Side.DEBIT if self.line.amount > 0 else Side.CREDIT
        rows = FinancialDocument.objects.visible_to(self.user).open()
        rows = rows.filter(own_firm=self.line.statement.own_firm_id, party=party, side=side)
        same = rows.filter(currency=self.line.statement.currency)
        return same.for_list().order_by("payable_by", "date", "pk")[:MOST_DOCUMENTS]

    def rows(self) -> Iterator[tuple[FinancialDocument, BoundField]]:
        for document in self.documents:
            yield document, self[f"document_{document.pk}"]

    @property
    def pairs(self) -> list[tuple[FinancialDocument, Decimal]]:
        chosen = ((document, self.cleaned_data.get(f"document_{document.pk}")) for document in self.documents)
        return [(document, amount) for document, amount in chosen if amount]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            total = sum((amount for _document, amount in self.pairs), Decimal("0.00"))
            if total > abs(self.line.amount):
                currency = self.line.statement.currency
                raise forms.ValidationError(
                    _("%(total)s is shared out, but the line is of %(amount)s."),
                    params={
                        "total": format_money(total, currency),
                        "amount": format_money(abs(self.line.amount), currency),
                    },
                )
        return data


class TransferForm(PlainForm):
    """Between which of our accounts the money went."""

    other = forms.ModelChoiceField(label=gettext_lazy("The other account"), queryset=BankAccount.objects.none())
    arrived = AmountField(
        label=gettext_lazy("What the other account moved"),
        required=False,
        min_value=Decimal("0.01"),
        help_text=gettext_lazy("Only when it is kept in another currency."),
    )

    def __init__(self, line: BankStatementLine, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other: Any = self.fields["other"]
        accounts = BankAccount.objects.current().filter(party=line.statement.own_firm_id)
        other.queryset = accounts.exclude(pk=line.statement.account_id)
        other.label_from_instance = lambda account: f"{account.number} {account.currency}"
