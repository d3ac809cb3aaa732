"""The form of a registered letter."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.pickers import PickerField
from contacts.forms.base import OfPartyForm
from contacts.models import ContactPerson
from counterparties.models import Counterparty
from documents.models import File, Letter
from documents.pickers import OneFileField
from users.models import User

# What the number was taken for; it stays as it was.
TAKEN_WITH_THE_NUMBER = ("direction", "own_firm", "registered_on")


def find_letter(letters: Any, text: str) -> Any:
    return letters.filter(Q(number=text) | Q(pk__in=Letter.objects.matching(text).values("pk")))


def answerable(user: Any, kept: int | None = None) -> Any:
    """Letters that another may answer: those the user sees that were not cancelled."""
    letters = Letter.objects.visible_to(user)
    return letters.filter(Q(cancelled_at__isnull=True) | Q(pk=kept)).select_related("party", "own_firm")


class LetterForm(OfPartyForm):
    """A letter of one party. The number is taken when it is saved first, and what it depends on is fixed then."""

    ruled = ("party",)
    upload = forms.FileField(
        label=_("New file"), required=False, help_text=_("The scanned or received letter; it is kept in the dossier.")
    )

    class Meta:
        model = Letter
        fields = [
            "direction",
            "own_firm",
            "registered_on",
            "way",
            "subject",
            "contact",
            "senders_number",
            "senders_date",
            "answer_due",
            "answers",
            "responsible",
            "note",
        ]
        help_texts = {
            "senders_number": _("The number and day that the sender wrote on the letter."),
            "answer_due": _("The last day for the answer; you will be reminded."),
        }

        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    fieldsets = [
        ("", [("direction", "own_firm"), ("registered_on", "way"), "subject", "contact"]),
        (_("Sender's reference"), [("senders_number", "senders_date")]),
        (_("Answer"), [("answer_due", "responsible"), "answers"]),
        (_("File"), ["file", "upload", "note"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        letter: Letter = self.instance
        fields: Any = self.fields
        party = letter.party
        firms = Counterparty.objects.own_firms_of(self.user)
        if letter.pk is None:
            fields["own_firm"].queryset = firms.select_related("legal_form")
            fields["own_firm"].empty_label = None
            fields["entry_key"] = forms.UUIDField(required=False, widget=forms.HiddenInput)
            self.initial["entry_key"] = uuid.uuid4()
        else:
            for name in TAKEN_WITH_THE_NUMBER:
                del fields[name]
        people = ContactPerson.objects.filter(links__party=party).filter(
            Q(archived_at__isnull=True) | Q(pk=letter.contact_id)
        )
        fields["contact"].queryset = people.distinct().order_by("sort_name", "pk")
        fields["responsible"].queryset = User.objects.filter(Q(is_active=True) | Q(pk=letter.responsible_id))
        fields["answers"] = PickerField(
            answerable(self.user, letter.answers_id),
            url_name="documents:letter_picker",
            find=find_letter,
            required=False,
            label=_("Answers the letter"),
        )
        kept = [letter.file] if letter.file_id and letter.file else []
        fields["file"] = OneFileField(user=self.user, party=party, kept=kept, required=False)
        if letter.file_id:
            self.initial["file"] = letter.file_id
        if not self.user.has_perm("documents.add_file"):
            del fields["upload"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("file") and data.get("upload"):
            self.add_error("upload", _("Choose a file of the dossier or a new one, not both."))
        self.instance.file = data.get("file")
        return data

    def registered_before(self) -> Letter | None:
        """The letter that this very form has registered already, when it was sent twice.

        Sent again with other words (after going back in the browser) it is another letter.
        """
        key = self.cleaned_data.get("entry_key")
        before = Letter.objects.filter(entry_key=key).first() if key and self.instance.pk is None else None
        if before is None:
            return None
        same = ("party_id", "own_firm_id", "direction", "registered_on", "subject", "senders_number")
        if all(getattr(before, name) == getattr(self.instance, name) for name in same):
            return before
        self.cleaned_data["entry_key"] = None
        return None

    @transaction.atomic
    def save(self, commit: bool = True) -> Letter:
        """Keep the file, then enter or change the letter. Raises ValidationError when file or number is refused."""
        if (before := self.registered_before()) is not None:
            return before
        letter: Letter = self.instance
        letter.entry_key = self.cleaned_data.get("entry_key") or letter.entry_key
        upload = self.cleaned_data.get("upload")
        if upload:
            letter.file = File.file_away(upload, party=letter.party, by=self.user, description=letter.subject[:500])
        if letter.pk is None:
            letter.register(self.user)
        else:
            letter.save()
        return letter

    def saved_or_refused(self) -> Letter | None:
        """The saved letter; None, with the reason in the form, when the file or the number was refused."""
        try:
            return self.save()
        except IntegrityError:
            self.instance.pk = None
            if (before := self.registered_before()) is None:
                raise
            return before
        except ValidationError as refusal:
            codes = {one.code for one in refusal.error_list} if hasattr(refusal, "error_list") else set()
            self.add_error("upload" if self.cleaned_data.get("upload") and "numbers" not in codes else None, refusal)
            return None
