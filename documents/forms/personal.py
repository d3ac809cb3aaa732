"""Forms of personal documents: add and change, and the reasons for which one is opened or erased."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import format_date, today
from common.encryption import Hidden, Undecryptable
from common.file_types import ENDINGS
from common.forms import PlainForm, ReasonForm
from common.text import compact_number
from common.uploads import check_upload
from contacts.forms.base import OfPartyForm
from contacts.models import ContactLink, ContactPerson
from counterparties.dossier_forms import RevealForm
from counterparties.models import PersonKind
from documents import erasure, personal_scans
from documents.models import PersonalDocument, PersonalDocumentType

# What offices really keep papers for; the lawyer of the firm has the last word, so any text may be written.
GROUNDS = (
    gettext_lazy("Contract with the person – GDPR, art. 6(1)(b)"),
    gettext_lazy("Legal obligation – GDPR, art. 6(1)(c), Accountancy Act, art. 6"),
    gettext_lazy("Legal obligation – GDPR, art. 6(1)(c), Measures against Money Laundering Act"),
    gettext_lazy("Legitimate interest in recognising who signs – GDPR, art. 6(1)(f)"),
    gettext_lazy("Consent – GDPR, art. 6(1)(a)"),
)
PURPOSES = (
    gettext_lazy("To conclude and perform a contract"),
    gettext_lazy("To recognise the representative who signs"),
    gettext_lazy("To issue an authorisation"),
    gettext_lazy("To let the person in at a site"),
    gettext_lazy("To report to a state body"),
    gettext_lazy("Customer checks against money laundering"),
)


class Suggesting(forms.TextInput):
    """A line of text that offers what is usually written there; anything else may be."""

    template_name = "documents/suggesting.html"

    def __init__(self, suggestions: Any = (), attrs: Any = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        key = f"{context['widget']['attrs'].get('id', name)}-suggestions"
        context["widget"]["attrs"] |= {"list": key, "autocomplete": "off"}
        return context | {"key": key, "suggestions": self.suggestions}


class PersonalDocumentForm(OfPartyForm):
    """One document. The number goes to the server and never comes back: when changing, its field is empty."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    scan = forms.FileField(label=gettext_lazy("Scan"), required=False)
    erase_scan = forms.BooleanField(label=gettext_lazy("Erase the stored scan"), required=False)
    even_so = forms.BooleanField(label=gettext_lazy("Add it beside the one that is still valid"), required=False)
    seen_number = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = PersonalDocument
        fields = [
            "person", "type", "country", "issuer", "issued_on", "valid_until", "ground", "purpose", "keep_until",
        ]  # fmt: skip
        labels = {"person": gettext_lazy("Whose document")}

    fieldsets = [
        (
            gettext_lazy("The document"),
            ["person", ("type", "country"), "number", "issuer", ("issued_on", "valid_until"), "even_so"],
        ),
        (gettext_lazy("Why it is kept"), ["ground", "purpose", "keep_until"]),
        ("", ["scan", "erase_scan"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_holders()
        self.offer_types()
        document, fields = self.instance, self.fields
        fields["country"].widget.attrs["data-enhance-select"] = ""
        fields["issuer"].widget.attrs["placeholder"] = "МВР София"
        fields["number"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        for name, suggestions in (("ground", GROUNDS), ("purpose", PURPOSES)):
            fields[name].widget = Suggesting(suggestions, {"maxlength": 300})
        fields["ground"].help_text = _("The article that allows you to keep these data.")
        fields["purpose"].help_text = _("What you need them for; when that is over, so is the keeping.")
        fields["keep_until"].help_text = _(
            "In the night after this day the document is erased for good. For a contract usually five years after its"
            " end; against money laundering five years after the relation ends; of a candidate for a job at most six"
            " months."
        )
        if document.pk is None:
            del fields["seen_number"]
        else:
            self.initial["seen_number"] = self.mark_of_number()
            fields["number"].required = False
            fields["number"].help_text = self.words_of_kept_number()
        if not self.is_bound:
            del fields["even_so"]
        self.offer_scan()

    # -- Choices -----------------------------------------------------------------------------------

    def offer_holders(self) -> None:
        """The party itself when it is a person, and the contact persons who serve it today."""
        document, natural = self.instance, self.instance.party.person_kind == PersonKind.NATURAL
        serving = ContactLink.objects.filter(party=document.party_id).in_force().values("person")
        people = ContactPerson.objects.filter(Q(pk__in=serving) | Q(pk=document.person_id))
        if natural:  # as a contact person of his own dossier he would be offered twice
            people = people.exclude(Q(natural_party=document.party_id) & ~Q(pk=document.person_id or 0))
        field: Any = self.fields["person"]
        field.queryset = people.order_by("sort_name", "pk")
        field.required = not natural
        field.empty_label = document.party.display_name if natural else "—"
        field.help_text = "" if natural else _("A contact person who serves the company today.")

    def offer_types(self) -> None:
        field: Any = self.fields["type"]
        field.queryset = PersonalDocumentType.objects.filter(Q(is_active=True) | Q(pk=self.instance.type_id))
        self.types = list(field.queryset)

    def offer_scan(self) -> None:
        """A slot for a scan is there only for types for which an administrator has named a ground."""
        allowed = [one for one in self.types if one.scan_allowed]
        stored = bool(self.instance.scan)
        if not stored:
            del self.fields["erase_scan"]
        if not allowed:
            del self.fields["scan"]
            return
        field = self.fields["scan"]
        grounds = "; ".join(f"{one}: {one.scan_ground}" for one in allowed)
        words = _("PDF, PNG or JPEG, at most %(limit)d MB. A scan is kept encrypted, on this ground – %(grounds)s.")
        field.help_text = words % {"limit": personal_scans.MAX_BYTES // 1024 // 1024, "grounds": grounds}
        if stored:
            field.label = _("A new scan in place of the stored one")
        others = [f"type!={one.pk}" for one in self.types if not one.scan_allowed]
        accepted = ",".join(ending for kind in personal_scans.ALLOWED for ending in ENDINGS[kind])
        field.widget = forms.FileInput(attrs={"accept": accepted, "data-show-when": "&".join(["type!=", *others])})

    # -- The number --------------------------------------------------------------------------------

    def words_of_kept_number(self) -> str:
        try:
            return _("Leave empty to keep %s.") % self.instance.masked_number
        except Undecryptable:
            self.instance.number = ""
            return _("The stored number cannot be read, because its key is missing. Write it again.")

    def mark_of_number(self) -> str:
        """What tells that the number was changed, and nothing of the number itself."""
        token = PersonalDocument.objects.filter(pk=self.instance.pk).values_list(
            Cast("number", models.TextField()), flat=True
        )
        return hashlib.sha256(str(token.first()).encode()).hexdigest()[:16]

    def clean_number(self) -> str:
        typed = Hidden(self.cleaned_data["number"])  # shows itself in no traceback
        if typed:
            self.instance.number = typed
        elif not self.instance.number:
            raise ValidationError(_("Write the number."))
        return typed

    # -- Checks ------------------------------------------------------------------------------------

    def clean_scan(self) -> Any:
        upload = self.cleaned_data["scan"]
        if isinstance(upload, UploadedFile):
            self.scan_type = check_upload(upload, personal_scans.ALLOWED, personal_scans.MAX_BYTES)
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("type")
        if data.get("scan") and kind is not None and not kind.scan_allowed:
            self.add_error(
                "scan", _("No scan of a document of this type may be kept: no law is named that asks for one.")
            )
        if self.instance.pk and "keep_until" in self.changed_data and data.get("keep_until", today()) < today():
            self.add_error("keep_until", _("That day has passed. To erase the document now, use “Erase” in the list."))
        self.compare_number(data)
        self.look_for_number_elsewhere(data)
        self.look_for_valid_one(data)
        return data

    def compare_number(self, data: dict[str, Any]) -> None:
        """The history knows nothing of the number, so its change by somebody else is seen by its mark."""
        seen, now = data.get("seen_number"), self.initial.get("seen_number")
        if data.get("number") and seen and seen != now:
            typed: Any = self.data
            self.data = typed = typed.copy()
            typed[self.add_prefix("seen_number")] = now
            self.add_error(
                "number",
                _("Somebody else has changed the number since you opened it. Save again to put yours in its place."),
            )

    def look_for_number_elsewhere(self, data: dict[str, Any]) -> None:
        """Only its own field is encrypted: in any other the number would lie open."""
        for name in ("issuer", "ground", "purpose"):
            if tells_number(data.get(name, ""), self.instance.number):
                self.add_error(name, _("Do not write the number here: only its own field is protected."))

    def look_for_valid_one(self, data: dict[str, Any]) -> None:
        """Two valid documents of one type are rare, so it is asked whether that is meant."""
        document = self.instance
        changed = document.pk is None or {"person", "type"} & set(self.changed_data)
        twin = None
        if changed and data.get("type") is not None and "person" in data:
            same = PersonalDocument.objects.filter(party=document.party_id, person=data["person"], type=data["type"])
            same = same.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today())).exclude(pk=document.pk)
            twin = same.defer("number").order_by("-pk").first()
        if twin is None:
            self.fields.pop("even_so", None)
        elif not data.get("even_so"):
            said = format_date(twin.valid_until) if twin.valid_until else _("without an end")
            words = _("This person already has a document of this type that is valid (until: %s). Tick to add another.")
            self.add_error("even_so", words % said)

    # -- Saving ------------------------------------------------------------------------------------

    @transaction.atomic
    def save(self, commit: bool = True) -> PersonalDocument:
        document, data = self.instance, self.cleaned_data
        fields = [*self.Meta.fields, "updated_at"]
        if document.pk is not None:
            held = erasure.locked(document.pk)
            if held is None:
                raise IntegrityError("Erased meanwhile.")
            document.scan.name = held.scan.name  # what another has stored meanwhile is replaced, not forgotten
        if document.pk is None:
            document.added_by = self.user
        upload = data.get("scan")
        if upload:
            personal_scans.put(document, upload.read(), self.scan_type)
        elif data.get("erase_scan") and document.scan:
            erasure.note_erasure(document, self.user, _("The scan alone was erased."))
            personal_scans.take_away(document)
        if document.pk is None:
            document.save()
            return document
        if data["number"]:  # a number that is kept keeps its very token too
            fields.append("number")
        document.save(update_fields=[*fields, "scan", "scan_name", "scan_type"])
        return document


def tells_number(text: str, number: str) -> bool:
    """Whether the number stands in the text, however it is spaced."""
    return bool(number) and len(number) > 4 and compact_number(number) in compact_number(text or "")


class ReasonCheck(PlainForm):
    """A reason in words that a reader of the log can do something with."""

    SHORTEST = 5

    def __init__(self, *args: Any, document: PersonalDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"]
        if sum(letter.isalpha() for letter in reason) < self.SHORTEST:
            raise ValidationError(_("Say in words what you need it for."))
        try:
            told = tells_number(reason, self.document.number)
        except Undecryptable:
            told = False
        if told:
            raise ValidationError(_("Do not write the number into the reason: the log keeps it."))
        return reason


class OpenForm(ReasonCheck, RevealForm):
    """Why a number or a scan is opened."""

    field_order = ["reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What do you need it for?")


class EraseForm(ReasonCheck, ReasonForm):
    """Why a document is erased before its time, and that this is really meant."""

    sure = forms.BooleanField(label=gettext_lazy("Yes, erase it for good; it cannot be brought back."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].error_messages["required"] = _("Tick this if it is to be erased.")
