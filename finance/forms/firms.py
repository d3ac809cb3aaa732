"""Settings of an own firm, and the choice of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.amounts import AmountField
from common.forms import PlainForm, RecordForm
from common.uploads import check_upload
from finance.models import FinancialDocument, FirmSettings

PICTURES = ("image/png", "image/jpeg")
LOGO_BYTES = 1024 * 1024


class FirmChoice(PlainForm):
    """For which own firm a page is shown."""

    def __init__(self, firms: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_firm"] = forms.ModelChoiceField(firms, label=_("Own firm"), empty_label=None)


class FirmSettingsForm(RecordForm):
    tolerance = AmountField(
        label=_("Tolerated difference of received totals"),
        min_value=0,
        max_value=10,
        help_text=_("Printed totals that differ by no more are taken as they are printed, with a warning."),
    )
    cash_limit = AmountField(
        label=_("Cash limit, EUR"),
        min_value=1,
        help_text=FirmSettings._meta.get_field("cash_limit").help_text,
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG, at most 1 MB. It stands at the head of documents."),
    )
    remove_logo = forms.BooleanField(label=_("Take the logo away"), required=False)

    fieldsets = (
        (_("On documents"), ["logo", "remove_logo", ("prepared_by", "place"), "foot"]),
        (_("Numbers and terms"), ["notes_apart", ("payment_term_days", "tolerance")]),
        (_("Cash"), ["takes_cash_from_clients", "cash_limit"]),
    )

    class Meta:
        model = FirmSettings
        fields = [
            "prepared_by",
            "place",
            "foot",
            "notes_apart",
            "payment_term_days",
            "tolerance",
            "takes_cash_from_clients",
            "cash_limit",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["payment_term_days"].max_value = 365
        if not self.instance.logo:
            del fields["remove_logo"]
        issued = FinancialDocument.objects.filter(own_firm=self.instance.own_firm_id, series__startswith="tax")
        if issued.exists():
            fields["notes_apart"].help_text = _(
                "Otherwise they share the numbers of invoices. It counts for notes issued from now on."
            )

    def clean_payment_term_days(self) -> int:
        days: int = self.cleaned_data["payment_term_days"]
        if days > 365:
            raise ValidationError(_("At most 365 days."))
        return days

    def clean_logo(self) -> Any:
        upload = self.cleaned_data.get("logo")
        if upload:
            check_upload(upload, PICTURES, LOGO_BYTES)
        return upload

    def save(self, commit: bool = True) -> Any:
        upload = self.cleaned_data.get("logo")
        if upload:
            self.instance.logo.save(upload.name, upload, save=False)
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo = ""
        return super().save(commit)
